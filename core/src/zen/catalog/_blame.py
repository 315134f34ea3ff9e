"""Errors that name the plugin at fault, the cause, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen.catalog._plugins import CORE
from zen.errors import AmbiguousPluginError, PluginContractError, PluginLoadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen.catalog._plugins import Owner

__all__ = [
    "ambiguity",
    "contract_error",
    "faulty_plugin",
    "how_to_settle",
    "load_error",
    "on_one_line",
]

# Some errors hold a whole document; nobody reads a message of many lines.
_LONGEST: Final = 300


def load_error(
    owner: Owner, what: str, cause: BaseException | str, *, package: str = ""
) -> PluginLoadError:
    """Say that something of a plugin can't be loaded, and why.

    Args:
        owner: The plugin.
        what: What can't be loaded.
        cause: What was raised, or happened otherwise.
        package: The package of what can't be loaded, where that is a module.
    """
    told = cause if isinstance(cause, str) else on_one_line(cause)
    return PluginLoadError(
        f"{what[0].upper() + what[1:]} of {owner} can't be loaded: {told}",
        plugin=owner.plugin,
        distribution=str(owner),
        hint=_remedy(owner, cause, package),
    )


def _remedy(owner: Owner, cause: BaseException | str, package: str) -> str:
    name = owner.distribution
    if name == CORE.distribution:
        return f"Install {name} again, from wherever you got it."
    repair = "Tell its author"
    # Only what is missing or torn can be repaired by an installer.
    if isinstance(cause, (ImportError, SyntaxError)):
        repair = f"Install {name} again"
    if package and _lacks_another(cause, package):
        repair = f"Install what {name} requires"
    return (
        f"{repair}; disable it with 'zen plugin disable {owner.plugin}', or"
        f" remove it with 'pip uninstall {name}'."
    )


def _lacks_another(cause: BaseException | str, package: str) -> bool:
    """Tell whether a module is missing that isn't the plugin's own."""
    if not isinstance(cause, ModuleNotFoundError):
        return False
    return str(cause.name or package).partition(".")[0] != package


def contract_error(owner: Owner, message: str) -> PluginContractError:
    """Say what a plugin does that it may not do."""
    return PluginContractError(
        message,
        plugin=owner.plugin,
        distribution=str(owner),
        hint=f"Tell its author; disable it with 'zen plugin disable {owner.plugin}', or"
        f" remove it with 'pip uninstall {owner.distribution}'.",
    )


def faulty_plugin(owner: Owner, problem: str) -> PluginContractError:
    """Say why nothing of a plugin can be used, though it can be imported."""
    message = f"Plugin '{owner.plugin}' of {owner} is faulty: {problem}"
    return contract_error(owner, message)


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
    names = sorted({owner.distribution for owner in owners})
    disable = (f"'zen plugin disable {name}'" for name in names)
    prefer = (f"'plugins: {{prefer: [{name}]}}'" for name in names)
    return (
        f"Disable the one you don't need with {' or '.join(disable)}, or"
        f" choose which one wins with {' or '.join(prefer)} in config.yaml."
    )


def on_one_line(error: BaseException) -> str:
    """Return an exception's type and text, shortened."""
    text = " ".join(_text_of(error).split())
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except KeyboardInterrupt:
        raise
    # The class may be a plugin's own, and fail where it should tell of a failure.
    except BaseException:  # noqa: BLE001
        return ""
