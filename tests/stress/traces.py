"""Read what strace writes, and tell from it what a power failure would undo."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Call", "Durability", "calls"]

_CALL: Final = re.compile(r"(\w+)\((.*)\) += (-?\d+)")
# With -y, the path of a descriptor stands behind it.
_PATH: Final = re.compile(r'\d<(/[^>]*)>|"(/[^"]*)"')
# That all files follow a commit is noted by one byte; if it is lost, it's found out.
_NOTE: Final = re.compile(r'"1", 1$')


class Call(NamedTuple):
    """Hold a system call that has succeeded.

    Args:
        name: Its name, the same for all its variants.
        arguments: Its arguments.
        paths: The files among them.
    """

    name: str
    arguments: str
    paths: tuple[Path, ...]


def calls(trace: str) -> Iterator[Call]:
    """Yield the calls that have succeeded."""
    for found in _CALL.finditer(trace):
        name, arguments, result = found.groups()
        if int(result) >= 0:
            paths = tuple(Path(a or b) for a, b in _PATH.findall(arguments))
            yield Call(re.sub("(at2?|64)$", "", name), arguments, paths)


class Durability:
    """Follow the calls of one commit in a folder.

    Args:
        folder: A folder in which all is that counts, as it is before them.
        journal: The file that must last before any other is replaced or removed.
    """

    def __init__(self, folder: Path, journal: Path) -> None:
        self._folder = folder
        self._journal = journal
        self._there = set(folder.rglob("*"))
        self.unflushed: set[Path] = set()
        self.steps: list[str] = []

    def follow(self, done: Iterable[Call]) -> None:
        """Take note of calls, and raise at one that comes too early."""
        for call in done:
            self._follow(call)

    def _follow(self, call: Call) -> None:
        if call.name == "write" and "<socket:" in call.arguments:
            self._acknowledge()
        elif any(self._counts(path) for path in call.paths):
            self._change(call)

    def _counts(self, path: Path) -> bool:
        # Locks need not outlast those who hold them.
        inside = self._folder in (path, *path.parents)
        return inside and not path.name.startswith("lock")

    def _acknowledge(self) -> None:
        assert self.unflushed == set()
        self.steps.append("acknowledge")

    def _change(self, call: Call) -> None:
        path = call.paths[-1]
        if call.name in {"write", "pwrite", "ftruncate"}:
            if path != self._journal or not _NOTE.search(call.arguments):
                self.unflushed.add(path)
        elif call.name == "mkdir" or "O_CREAT" in call.arguments:
            self._there_is(path)
        elif call.name in {"fsync", "fdatasync"}:
            self.unflushed.discard(path)
            self.steps.append(f"flush {path.name}")
        elif call.name in {"rename", "unlink"}:
            assert call.name != "rename" or call.paths[0] not in self.unflushed
            assert self._journal not in self.unflushed
            self.unflushed.add(path.parent)
            self.steps.append(f"{call.name} {path.name}")

    def _there_is(self, path: Path) -> None:
        if path not in self._there:
            self._there.add(path)
            self.unflushed.add(path.parent)
