"""Tell a folder from every other one that may take its place."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from weakref import finalize

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HeldFolder"]

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)


class HeldFolder:
    """Know a folder as it is now.

    It is held open as long as this object lives, for a file system may give the number
    of a folder that is gone to the next one.

    Args:
        path: The folder, which may be absent.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = self._look()
        # It may be absent, and not every platform opens folders.
        with suppress(OSError):
            finalize(self, os.close, os.open(path, _FLAGS))

    def is_there(self) -> bool:
        """Tell whether the same folder, or the same absence, is still at its path."""
        return self._look() == self._number

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self._path.lstat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
