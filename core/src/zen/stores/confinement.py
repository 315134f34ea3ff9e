"""Files that nobody's symbolic link, pipe or device takes the place of.

A store or a repository may have come from elsewhere, as with `git clone`. A symbolic
link in it would make Zen read, or replace, another file of its user.
"""

from __future__ import annotations

import errno
import os
import stat
from select import select
from typing import TYPE_CHECKING, Final

from zen.errors import DamagedDataError, StoreUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "LARGEST_INPUT",
    "check_links",
    "check_size",
    "is_special",
    "open_regular",
    "read_named",
]

# A thousand times what somebody writes by hand, and a few attributes of a megabyte.
LARGEST_INPUT: Final = 8 << 20
# How long a named pipe may wait for a program that writes to it.
_PATIENCE: Final = 10.0


def check_links(folder: Path, path: Path) -> None:
    """Raise `StoreUnavailableError` if a symbolic link is on the way to a file.

    Args:
        folder: Where the way begins; it may be a link itself.
        path: The file, which need not exist, below that folder.
    """
    place = str(folder)
    for part in path.relative_to(folder).parts:
        place = os.path.join(place, part)  # noqa: PTH118 - five times as fast
        if os.path.islink(place):  # noqa: PTH114 - as above
            raise StoreUnavailableError(
                f"{place} is a symbolic link, and Zen follows none in {folder}.",
                hint="Put the file itself in its place, or remove the link.",
            )


def open_regular(
    path: str | Path, flags: int = os.O_RDONLY, *, follow: bool = False
) -> int:
    """Open a regular file, and return its descriptor.

    Args:
        path: The file.
        flags: As for `os.open`.
        follow: Whether the path may be a symbolic link.

    Raises:
        OSError: It can't be opened, or is something else, such as a pipe or a device;
            opening one of those waits for nobody.
    """
    flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not follow:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    reason = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
    text = os.strerror(reason) if reason == errno.EISDIR else "it is not a regular file"
    raise OSError(reason, text, str(path))


def is_special(path: Path) -> bool:
    """Tell whether there is a pipe, a device or the like at a path."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def read_named(path: str | Path, largest: int = LARGEST_INPUT) -> bytes:
    """Return the content of a file that the user names.

    It may be a pipe, as a shell makes for `<(command)`, or a terminal.

    Args:
        path: The file.
        largest: How many bytes it may have, in whole MiB.

    Raises:
        DamagedDataError: It is larger, or endless.
        OSError: It can't be read, or is a pipe that no program writes to.
    """
    flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags | os.O_RDONLY), "rb") as file:
        is_pipe = stat.S_ISFIFO(os.fstat(file.fileno()).st_mode)
        if is_pipe:
            select([file], [], [], _PATIENCE)
        if os.name == "posix":
            os.set_blocking(file.fileno(), True)
        # Where there is a writer, this waits for it; otherwise it ends at once.
        data = file.read(largest + 1)
    if is_pipe and not data:
        raise OSError(errno.EPIPE, "it is a pipe, and nothing came from it", str(path))
    check_size(data, path, largest)
    return data


def check_size(data: bytes, where: str | Path, largest: int) -> None:
    """Raise `DamagedDataError` if there are more than `largest` bytes."""
    if len(data) > largest:
        error = DamagedDataError(where, f"it is larger than {largest >> 20} MiB")
        error.hint = "See what is there: files that Zen reads are much smaller."
        raise error
