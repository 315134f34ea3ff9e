"""Write a file so that it is there whole or not at all."""

from __future__ import annotations

import errno
import os
import warnings
from io import BufferedWriter, FileIO
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from zen.permissions import create_file, mode_like
from zen.stores.locking import exclusive_lock

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

__all__ = ["AtomicFile", "flush_folder", "put_new"]

_PREFIX: Final = ".zen-"
_SUFFIX: Final = ".tmp"
# What the system answers where a file system has no hard links.
_NO_LINKS: Final = {
    *(errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP),
    *(errno.EMLINK, errno.EACCES),
}


class AtomicFile(BufferedWriter):
    """Write beside `target`, and put the file in its place on `close()`.

    It is durable when `close()` returns. When the `with` block raises, or when nobody
    closes the file, what was written is thrown away.

    Args:
        target: The file; the folder that it is in must exist.
        mode: The file's permissions; those that its folder grants if None.
    """

    _is_open = False

    def __init__(self, target: Path, *, mode: int | None = None) -> None:
        self._target = target
        self._temporary = target.with_name(f"{_PREFIX}{uuid4().hex}{_SUFFIX}")
        try:
            mode = mode_like(target.parent) if mode is None else mode
            raw = FileIO(create_file(self._temporary, mode), "wb")
        except OSError as error:
            # The caller knows nothing of the file beside the one that is meant.
            error.filename = str(target)
            raise
        super().__init__(raw)
        self._is_open = True

    @staticmethod
    def is_unfinished(name: str) -> bool:
        """Tell whether a file's name is that of one that isn't whole yet."""
        return name.startswith(_PREFIX) and name.endswith(_SUFFIX)

    def close(self) -> None:
        """Flush the file, to the disk, and put it in its place."""
        if self.closed:
            return
        try:
            self.flush()
            os.fsync(self.fileno())
            self.raw.close()
            self._temporary.replace(self._target)
        except BaseException:
            self._discard()
            raise
        flush_folder(self._target.parent)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._discard()

    def __del__(self) -> None:
        # The base class would close the file, and so publish half of it.
        if self._is_open and not self.closed:
            self._discard()
            message = f"{self._target} was never closed, so it wasn't written"
            warnings.warn(message, ResourceWarning, source=self, stacklevel=1)

    def _discard(self) -> None:
        self.raw.close()
        self._temporary.unlink(missing_ok=True)


def put_new(staged: Path, target: Path) -> None:
    """Put a file that is whole in a place where there is none yet, and flush that.

    Args:
        staged: The file, in the folder of `target`; it is gone afterwards.
        target: The place.

    Raises:
        FileExistsError: There is a file; it stays as it is.
    """
    try:
        # Unlike a renaming, that fails where the file exists.
        os.link(staged, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with exclusive_lock(target.with_name(f"{_PREFIX}new.lock")):
            if target.exists():
                raise FileExistsError(
                    errno.EEXIST, os.strerror(errno.EEXIST), str(target)
                ) from None
            staged.replace(target)
    finally:
        staged.unlink(missing_ok=True)
    flush_folder(target.parent)


def flush_folder(folder: Path) -> None:
    """Flush to the disk which files a folder has."""
    if os.name == "nt":  # pragma: no cover - Windows can't open a folder
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
