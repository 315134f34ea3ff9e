"""Pin what a stack needs to be installed, and install what is pinned."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from packaging.version import InvalidVersion, Version

from zen.carrying._installed import closure, find_installed
from zen.carrying._installers import Sources, find_installer
from zen.carrying._lock_file import LockedEnvironment, LockFile
from zen.carrying._output import check_output
from zen.errors import ConfigurationError, InstallationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from zen.carrying._installed import Installed, Need
    from zen.carrying._lock_file import Pin
    from zen.errors import ZenError

__all__ = ["Shortfall", "StackEnvironment"]

_LOCK: Final = "zen.lock"


class Shortfall(NamedTuple):
    """Tell in what an environment isn't what a stack needs.

    Args:
        name: The distribution.
        wanted: The version that it must have; "" if the lock doesn't say.
        installed: The version that is installed; "" if none is.
        problem: What is wrong with it: it is `missing`, it is of another `version`,
            or from another `archive` than is pinned, no archive stands for it, so it
            is `unpinnable`, or it is needed and `unlocked`.
        detail: More about that, in words.
    """

    name: str
    wanted: str
    installed: str
    problem: Literal["missing", "version", "archive", "unpinnable", "unlocked"]
    detail: str = ""


class StackEnvironment:
    """Know what a stack needs to be installed, pin it, and install it.

    What is pinned is in `zen.lock`, beside the repository's folder `.zen`.

    Args:
        stack: The stack's name.
        needs: What it needs.
        root: The root of the repository, or None outside of any.
        find_gaps: Returns what it needs besides, and no distribution is known to
            provide; called when that is asked for, since flavors are imported then.
    """

    def __init__(
        self,
        stack: str,
        needs: Sequence[Need],
        root: Path | None,
        find_gaps: Callable[[], Sequence[ZenError]] = tuple,
    ) -> None:
        self.stack = stack
        self.needs = needs
        self._root = root
        self._find_gaps = find_gaps

    @cached_property
    def gaps(self) -> Sequence[ZenError]:
        """What it needs, and no distribution is known to provide."""
        return self._find_gaps()

    @property
    def path(self) -> Path | None:
        """The lock, which need not be there; None outside of a repository."""
        return self._root / _LOCK if self._root else None

    @property
    def lock_file(self) -> LockFile | None:
        """What is pinned; None if nothing is.

        Raises:
            DamagedDataError: The lock isn't what it should be.
            ConfigurationError: A newer version of Zen wrote it.
        """
        return LockFile.read(self.path) if self.path else None

    def lock(self, sources: Sources | None = None) -> LockFile:
        """Pin what the stack needs, with all that this needs, as it is installed here.

        What isn't installed is looked for. What other environments have pinned stays.

        Args:
            sources: Where to look for the archives whose hashes are written.

        Raises:
            ConfigurationError: This is no repository, or the lock is no file.
            InstallationError: Something can't be pinned, or isn't found.
        """
        if self.path is None:
            raise ConfigurationError(
                "A lock is kept in a repository, and this folder isn't in one.",
                hint="Make the folder one with 'zen init'.",
            )
        check_output(self.path)
        installed, _ = closure(need.distribution for need in self.needs)
        _refuse(list(_unpinnable(installed.values())), "pinned")
        wanted = {need.key for need in self.needs}
        known = [each for key, each in installed.items() if key not in wanted]
        pins = find_installer().resolve(
            [need.requirement for need in self.needs],
            [f"{each.name}=={each.version}" for each in known],
            sources or Sources(),
        )
        present = self.lock_file or LockFile(
            format_version=1, stack=self.stack, environments=[]
        )
        lock = present.model_copy(update={"stack": self.stack})
        lock = lock.with_environment(LockedEnvironment.here(pins))
        lock.write(self.path)
        return lock

    def shortfalls(self) -> list[Shortfall]:
        """Return in what this environment isn't what the stack needs, by name.

        Without a lock, that is what its flavors, its store and `zen run` need.

        Raises:
            ConfigurationError: There is a lock, and it says nothing of this Python.
        """
        lock = self.lock_file
        if lock is None:
            return sorted(filter(None, map(_lack, self.needs)))
        return sorted(self._differences(lock.here))

    def sync(self, sources: Sources | None = None) -> list[Shortfall]:
        """Install what is pinned, exactly that, and return what was wrong before.

        Without a lock, install what is missing.

        Args:
            sources: Where archives may come from.

        Raises:
            ConfigurationError: There is a lock, and it says nothing of this Python.
            InstallationError: The lock lacks something, something can't be replaced,
                or it can't be installed.
        """
        found = self.shortfalls()
        self.check_installable(found)
        if not found:
            return []
        names = {each.name for each in found}
        if lock := self.lock_file:
            pins = [pin for pin in lock.here.packages if pin.name in names]
            find_installer().install_pinned(pins, sources or Sources())
        else:
            # All of them, so that none is moved for the sake of another one.
            wanted = [need.requirement for need in self.needs]
            find_installer().install(wanted, sources or Sources())
        if rest := self.shortfalls():
            text = "; ".join(f"{each.name}: {each.problem}" for each in rest)
            raise InstallationError(
                f"Something is still wrong: {text}.",
                hint="See 'zen stack sync --check'.",
            )
        return found

    @staticmethod
    def check_installable(shortfalls: Sequence[Shortfall]) -> None:
        """Raise `InstallationError` for what no installer can help with."""
        _refuse(shortfalls, "replaced")

    def _differences(self, locked: LockedEnvironment) -> Iterator[Shortfall]:
        pins = {pin.key: pin for pin in locked.packages}
        for pin in pins.values():
            yield from _difference(pin)
        for need in self.needs:
            if need.key not in pins:
                yield _unlocked(need)
        _, missing = closure(pin.name for pin in pins.values())
        for need in missing:
            if need.key not in pins:
                yield _unlocked(need)


def _lack(need: Need) -> Shortfall | None:
    installed = find_installed(need.distribution)
    if installed is None:
        return Shortfall(
            need.distribution, need.version, "", "missing", f"for {need.reason}"
        )
    if not _is_same(installed.version, need.version):
        name, version = need.distribution, installed.version
        return Shortfall(name, need.version, version, "version", f"for {need.reason}")
    return None


def _difference(pin: Pin) -> Iterator[Shortfall]:
    installed = find_installed(pin.name)
    if installed is None:
        yield Shortfall(pin.name, pin.version, "", "missing")
    elif installed.obstacle:
        version, why = installed.version, installed.obstacle
        yield Shortfall(pin.name, pin.version, version, "unpinnable", why)
    elif not _is_same(installed.version, pin.version):
        yield Shortfall(pin.name, pin.version, installed.version, "version")
    elif installed.archive and installed.archive not in pin.hashes:
        why = f"its archive is {installed.archive}"
        yield Shortfall(pin.name, pin.version, installed.version, "archive", why)


def _is_same(version: str, other: str) -> bool:
    """Tell whether two versions are the same one, however they are written."""
    try:
        return Version(version) == Version(other)
    except InvalidVersion:
        return version == other


def _unlocked(need: Need) -> Shortfall:
    installed = find_installed(need.distribution)
    version = installed.version if installed else ""
    why = f"for {need.reason}"
    return Shortfall(need.distribution, "", version, "unlocked", why)


def _unpinnable(distributions: Iterable[Installed]) -> Iterator[Shortfall]:
    for each in distributions:
        if each.obstacle:
            version = each.version
            yield Shortfall(each.name, version, version, "unpinnable", each.obstacle)


def _refuse(shortfalls: Sequence[Shortfall], verb: str) -> None:
    """Raise for what no installer can help with."""
    for problem, text, hint in (
        (
            "unpinnable",
            f"Distributions that weren't installed from an archive can't be {verb}",
            "Install it from its wheel, and repeat the command.",
        ),
        (
            "unlocked",
            "The lock lacks distributions that are needed",
            "Pin it with 'zen stack lock'.",
        ),
    ):
        found = [each for each in shortfalls if each.problem == problem]
        if found:
            told = "; ".join(f"{each.name}, {each.detail}" for each in found)
            raise InstallationError(f"{text}: {told}.", hint=hint)
