"""Files that nobody's symbolic link, pipe or device takes the place of.

A store or a repository may have come from elsewhere, as with `git clone`. A symbolic
link in it would make Zen read, or replace, another file of its user.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from zen.errors import StoreUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["check_links", "open_regular"]


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
