"""The permissions of the files and folders that Zen makes, whatever the umask."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PRIVATE", "create_file", "create_folders", "mode_like"]

# A file that its owner alone may read and write.
PRIVATE: Final = 0o600
_READ_AND_WRITE: Final = 0o666
# What a user names as output: others may read it, unless the umask says otherwise.
_OUTPUT: Final = 0o644
_SPECIAL: Final = 0o7000
_ALL: Final = 0o7777


def mode_like(folder: str | Path) -> int:
    """Return the mode of new files in a folder: as the folder's, without execution.

    So users share a folder that they made, or changed, for that purpose.

    Args:
        folder: The folder. Files are private where it doesn't exist yet.
    """
    try:
        return os.stat(folder).st_mode & _READ_AND_WRITE | PRIVATE
    except OSError:
        return PRIVATE


def create_file(path: str | Path, mode: int | None = PRIVATE) -> int:
    """Create a file that doesn't exist yet, and return its descriptor, for writing.

    Args:
        path: The file.
        mode: Its permissions; if None, its owner may read and write it, and the umask
            decides whether others may read it.

    Raises:
        OSError: It already exists, be it as a symbolic link, or can't be created.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, _OUTPUT if mode is None else mode)
    if hasattr(os, "fchmod"):
        with suppress(OSError):  # not every file system has modes
            present = os.fstat(descriptor).st_mode & _ALL
            os.fchmod(descriptor, present | PRIVATE if mode is None else mode)
    return descriptor


def create_folders(folder: str | Path, mode: int | None = PRIVATE) -> list[str]:
    """Create a folder and its parents, and return those that didn't exist, top first.

    Args:
        folder: The folder.
        mode: The permissions of the files that it is for; execution is granted to
            everybody who may read. If None, the umask decides who that is.

    Raises:
        OSError: A folder can't be created.
    """
    missing: list[str] = []
    path = os.path.abspath(folder)
    while not os.path.isdir(path):
        missing.insert(0, path)
        path = os.path.dirname(path)
    for path in missing:
        with suppress(FileExistsError):  # another process was first
            _create_folder(path, mode)
    if missing and not os.path.isdir(missing[-1]):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), missing[-1])
    return missing


def _create_folder(path: str, mode: int | None) -> None:
    wanted = _OUTPUT if mode is None else mode
    wanted |= (wanted & 0o444) >> 2
    os.mkdir(path, wanted)
    with suppress(OSError):  # not every file system has modes
        # A parent may have handed its group on, with a bit of its own.
        present = os.stat(path).st_mode & _ALL
        os.chmod(path, present | 0o700 if mode is None else present & _SPECIAL | wanted)
