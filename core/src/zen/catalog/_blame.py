"""Errors that name the plugin at fault, the cause, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen.errors import AmbiguousPluginError, PluginContractError, PluginLoadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen.catalog._plugins import Owner

__all__ = ["ambiguity", "contract_error", "how_to_settle", "load_error", "on_one_line"]


def load_error(owner: Owner, what: str, cause: str) -> PluginLoadError:
    """Say that `what` of a plugin can't be loaded, and why."""
    name = owner.distribution
    return PluginLoadError(
        f"{what[0].upper() + what[1:]} of {owner} can't be loaded: {cause}",
        plugin=owner.plugin,
        distribution=str(owner),
        hint=f"Repair it with 'pip install --force-reinstall --no-deps {name}',"
        f" or remove it with 'pip uninstall {name}'.",
    )


def contract_error(owner: Owner, problem: str) -> PluginContractError:
    """Say what a plugin does that it may not do."""
    return PluginContractError(
        f"Plugin '{owner.plugin}' of {owner} is faulty: {problem}",
        plugin=owner.plugin,
        distribution=str(owner),
        hint=f"Tell its author, or remove it with 'pip uninstall"
        f" {owner.distribution}'.",
    )


def ambiguity(owners: Sequence[Owner], claim: str) -> AmbiguousPluginError:
    """Say what several plugins claim, and how to choose between them."""
    together = " and ".join(map(str, owners))
    return AmbiguousPluginError(
        f"{together} both {claim}.",
        plugin=owners[0].plugin,
        distribution=together,
        hint=how_to_settle(owners),
    )


def how_to_settle(owners: Sequence[Owner]) -> str:
    """Say how to choose between plugins that claim one name."""
    first = min(owner.distribution for owner in owners)
    return (
        f"Say which one is to win with 'plugins: {{prefer: [{first}]}}' in config.yaml,"
        " or uninstall the one that you don't need."
    )


def on_one_line(error: BaseException) -> str:
    """Return an exception's type and text."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
