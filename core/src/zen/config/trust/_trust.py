"""The repositories that are trusted on this host."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from zen.config.trust._marks import (
    has_mark,
    make_mark,
    remove_all_marks,
    remove_mark,
)
from zen.config.trust._process import is_home_of_program, is_named
from zen.errors import DamagedDataError
from zen.folders import config_folder
from zen.stores.locking import exclusive_lock
from zen.stores.yaml_files import dump_yaml, parse_yaml, read_file, replace_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Binding", "Trust", "Verdict"]


class Binding(NamedTuple):
    """Name a custom flavor that may be imported from a certain place.

    Args:
        type: The component type that it implements.
        name: The flavor's name.
        source: The class, as an import string.
        file: The module's absolute path where that is in no repository; else "".
    """

    type: str
    name: str
    source: str
    file: str = ""


class Verdict(NamedTuple):
    """Tell whether a repository is trusted.

    Args:
        by: What trusts it: `command` for `zen repo trust` and the like, `environment`
            for `ZEN_TRUSTED_REPOSITORIES`, `process` where the program that runs is
            a file of the repository; "" if nothing does.
        reason: Why it isn't trusted, in a sentence; "" if it is.
    """

    by: Literal["", "command", "environment", "process"]
    reason: str = ""

    @property
    def is_trusted(self) -> bool:
        """Whether anything trusts the repository."""
        return bool(self.by)


class _Entry(NamedTuple):
    token: str = ""
    flavors: frozenset[Binding] = frozenset()


class Trust:
    """Know the repositories that are trusted on this host, and change that.

    They are in `trust.yaml` in the configuration folder, by their real paths, each
    with the token of the mark that its folder has. The entry of the path "" has the
    custom flavors that are in no repository.
    """

    def __init__(self) -> None:
        self.path = config_folder() / "trust.yaml"

    def of(self, root: Path) -> Verdict:
        """Tell whether a repository is trusted.

        Raises:
            ConfigurationError: The file, or the environment variable, can't be
                understood.
        """
        root = root.resolve()
        if is_named(root):
            return Verdict("environment")
        if is_home_of_program(root):
            return Verdict("process")
        entries = self._entries()
        if has_mark(root, entries.get(str(root), _Entry()).token):
            return Verdict("command")
        return Verdict("", _reason(root, entries))

    def add(self, root: Path, flavors: Iterable[Binding] = ()) -> None:
        """Trust a repository, and bind custom flavors to it besides those it has.

        Raises:
            StoreUnavailableError: A file can't be written; nothing was changed.
            ConfigurationError: The file can't be understood.
        """
        root = root.resolve()
        with self._changing() as entries:
            old = entries.get(str(root), _Entry())
            token = old.token
            if not has_mark(root, token):
                token = make_mark(root)
            entries[str(root)] = _Entry(token, old.flavors | frozenset(flavors))

    def remove(self, root: Path) -> bool:
        """Trust a repository no more, and tell whether a command had trusted it.

        Args:
            root: Its root, which may be gone.

        Raises:
            StoreUnavailableError: The file can't be written; nothing was changed.
            ConfigurationError: The file can't be understood.
        """
        root = root.resolve()
        if root not in self.roots():
            return False
        with self._changing() as entries:
            removed = entries.pop(str(root), None)
        if removed:
            remove_mark(root, removed.token)
        return removed is not None

    def forget(self, root: Path) -> None:
        """Do as `remove` does, where the folder is to be no repository any more.

        Raises:
            StoreUnavailableError: The file can't be written; nothing was changed.
            ConfigurationError: The file can't be understood.
        """
        self.remove(root)
        remove_all_marks(root)

    def roots(self) -> dict[Path, frozenset[Binding]]:
        """Return the repositories that commands have trusted; some may be gone.

        Each comes with the custom flavors that are bound to it.

        Raises:
            ConfigurationError: The file can't be understood.
        """
        return {
            Path(place): entry.flavors
            for place, entry in self._entries().items()
            if place
        }

    def elsewhere(self) -> frozenset[Binding]:
        """Return the custom flavors that are bound to files in no repository.

        Raises:
            ConfigurationError: The file can't be understood.
        """
        return self._entries().get("", _Entry()).flavors

    def bind_elsewhere(self, flavor: Binding) -> None:
        """Bind a custom flavor to a file that is in no repository.

        Raises:
            StoreUnavailableError: The file can't be written; nothing was changed.
            ConfigurationError: The file can't be understood.
        """
        with self._changing() as entries:
            known = entries.get("", _Entry()).flavors
            others = {each for each in known if each[:2] != flavor[:2]}
            entries[""] = _Entry(flavors=frozenset({*others, flavor}))

    @contextmanager
    def _changing(self) -> Iterator[dict[str, _Entry]]:
        """Hand out the entries to be changed, and write them when that went well."""
        with exclusive_lock(self.path.with_name(".trust.lock")):
            entries = self._entries()
            yield entries
            content = {
                place: {
                    "token": entry.token,
                    "flavors": [flavor._asdict() for flavor in sorted(entry.flavors)],
                }
                for place, entry in sorted(entries.items())
            }
            data = dump_yaml({"repositories": content})
            replace_files({self.path: data})

    def _entries(self) -> dict[str, _Entry]:
        data = read_file(self.path)
        if data is None:
            return {}
        try:
            repositories = parse_yaml(data, self.path).get("repositories")
            return {
                str(place): _Entry(
                    str(entry["token"]),
                    frozenset(Binding(**flavor) for flavor in entry["flavors"]),
                )
                for place, entry in repositories.items()  # type: ignore[attr-defined]
            }
        except (AttributeError, KeyError, TypeError, DamagedDataError) as error:
            damaged = DamagedDataError(self.path, "it doesn't list repositories")
            damaged.hint = "Delete it, and trust your repositories again."
            raise damaged from error


def _reason(root: Path, entries: Mapping[str, _Entry]) -> str:
    if not root.is_dir():
        return "it isn't there"
    if str(root) in entries:
        return "its folder isn't the one that was trusted at that path"
    for place, entry in entries.items():
        if place and has_mark(root, entry.token):
            return f"it was trusted at {place}, and was moved or copied from there"
    return "you haven't trusted it on this host"
