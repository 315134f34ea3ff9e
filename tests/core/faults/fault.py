"""What a fault is: how a plugin is broken, and how that must show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.core.faults.site import HORN, HORN_FLAVOR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.faults.site import Site

__all__ = ["BRING_UP", "REGISTER", "STACK_UP", "USES", "Fault", "lies", "works"]

# What needs the flavor of the broken plugin.
REGISTER: Final = "alerter register other --flavor horn"
BRING_UP: Final = "alerter up mine"
STACK_UP: Final = "stack up loud"
USES: Final = (REGISTER, BRING_UP, STACK_UP)


@dataclass(frozen=True)
class Fault:
    """Break a plugin in one way, and say how that must show.

    Args:
        hooks: The body of the broken plugin's light module.
        parts: That of the module which its import strings name.
        more: What else is installed, or done to what is.
        damage: What is done to the index once it is there.
        requires: What the broken distribution requires.
        module: The module that its entry point names, where it isn't its own.
        state: What became of it, as `plugin list` says; None if it isn't there.
        culprit: Whom every message about it names.
        cause: Words of every message about it.
        fix: What every message says is to be done.
        needs: The commands that need just what is broken: these fail.
        lacks: The commands that are its own, and that nobody knows any more.
        says: Commands that work, with words that they print.
        is_faulty: Whether the doctor finds anything to say about it.
        hangs: Whether it keeps the program waiting.
        examined: The plugins that the doctor looks at, separated by commas.
    """

    hooks: str = HORN_FLAVOR
    parts: str = HORN
    more: Callable[[Site], object] = lambda _: None
    damage: Callable[[Path], object] | None = None
    requires: tuple[str, ...] = ()
    module: str = ""
    state: str | None = "failed"
    culprit: str = "broken 1.0"
    cause: tuple[str, ...] = ()
    fix: str = "'pip uninstall broken'"
    needs: tuple[str, ...] = (*USES, "which flavor horn", "which command sweep")
    lacks: tuple[str, ...] = ("sweep",)
    says: tuple[tuple[str, str], ...] = ()
    is_faulty: bool = True
    hangs: bool = False
    examined: str = "broken"

    @property
    def is_listed(self) -> bool:
        """Whether `plugin list` tells what is wrong with it."""
        return self.state not in {None, "available", "loaded", "disabled"}


def works(*, is_faulty: bool = False, **others: object) -> Fault:
    """Return what harms nobody, or nobody before it is used."""
    given = {"state": "available", "needs": (), "lacks": (), **others}
    return Fault(is_faulty=is_faulty, **given)  # type: ignore[arg-type]


def lies(*cause: str, **others: object) -> Fault:
    """Return a plugin that is listed, and fails when what it offers is used."""
    given = {"state": "available", "cause": cause, "needs": USES, "lacks": (), **others}
    return Fault(**given)  # type: ignore[arg-type]
