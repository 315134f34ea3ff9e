"""Keep other processes from writing, and tell who waits whom they wait for."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from zen.errors import StoreLockedError, StoreUnavailableError
from zen.permissions import PRIVATE, create_file
from zen.stores.confinement import check_links, open_regular
from zen.stores.history import Author
from zen.stores.lock_owners import file_owner
from zen.stores.yaml_files import make_folder, unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from filelock import BaseFileLock

__all__ = ["exclusive_lock"]

LOCK_TIMEOUT: Final = 10.0
# How long one waits without being told for whom.
PATIENCE: Final = 1.0
_POLL_INTERVAL: Final = 0.01
# What the system answers where a file system, or a sandbox, has no locks at all.
_NO_LOCKS: Final = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}
# Characters of the note that says who holds a lock.
_LONGEST: Final = 500


@contextmanager
def exclusive_lock(
    path: Path, *, author: Author | None = None, mode: int = PRIVATE
) -> Iterator[bool]:
    """Hold the lock file `path`; the system frees it when its holder dies.

    Yields whether its last holder died with it. Who holds it is written beside it, and
    those who wait for longer than a second are told: that is logged as a warning,
    which a program that configures no logging shows on standard error.

    Args:
        path: The lock file.
        author: Who holds it, for those who wait; by default this process's user.
        mode: The permissions of the files, and so of new folders.

    Raises:
        StoreLockedError: Somebody else holds it for longer than ten seconds.
        StoreUnavailableError: The lock file can't be made, is a symbolic link or
            something else, or can't be locked because the file system has no locks.
    """
    # Only needed by those who write.
    from filelock import FileLock, Timeout

    owner = path.with_name(f"{path.name}.owner")
    try:
        make_folder(path.parent, mode)
        # The lock's library would empty what a link leads to.
        check_links(path.parent, path)
        with suppress(FileExistsError):
            os.close(create_file(path, mode))
        _check_locks(path)
        lock = FileLock(path, mode=mode, poll_interval=_POLL_INTERVAL)
        _acquire(lock, path, owner)
    except Timeout as error:
        raise StoreLockedError(
            f"{_holder(path, owner)} has locked {path} for {LOCK_TIMEOUT:.0f} seconds.",
            hint="Wait for it to end, or end it, and repeat the command.",
        ) from error
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise _without_locks(path.parent, error) from error
        raise unavailable("written", path.parent, error) from error
    try:
        crashed = os.path.lexists(owner)
        with suppress(OSError):
            _note(owner, f"{os.getpid()} of {author or Author()}", mode)
        yield crashed
    finally:
        with suppress(OSError):
            owner.unlink(missing_ok=True)
        lock.release()


def _check_locks(path: Path) -> None:
    """Raise `OSError` where files can't be locked, or one isn't a lock file.

    Depending on its version, filelock takes the former for a lock that is held, or
    falls back to a lock that outlives its holder. To unlock what isn't locked tells,
    and meets nobody else. And filelock empties the file, be it another one's hard link.
    """
    if os.name != "posix":
        return
    from fcntl import LOCK_UN, flock  # there is none elsewhere

    descriptor = open_regular(path, os.O_RDWR)
    try:
        if os.fstat(descriptor).st_size:
            raise StoreUnavailableError(
                f"{path} holds something, and a lock file is empty.",
                hint="Move the file away, and repeat the command; nothing was changed.",
            )
        flock(descriptor, LOCK_UN)
    finally:
        os.close(descriptor)


def _without_locks(folder: Path, error: OSError) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"{folder} can't be locked: its file system has no locks, which keep processes"
        f" from overwriting each other's changes ({error.strerror}).",
        hint="Keep it on another file system, or keep the profile in a database.",
    )


def _acquire(lock: BaseFileLock, path: Path, owner: Path) -> None:
    from filelock import Timeout

    try:
        lock.acquire(timeout=min(PATIENCE, LOCK_TIMEOUT))
    except Timeout:
        # Only needed by those who wait.
        import logging

        logging.getLogger("zen").warning(
            "%s has locked %s; waiting for at most %.0f seconds.",
            *(_holder(path, owner), path, LOCK_TIMEOUT),
        )
        lock.acquire(timeout=max(0, LOCK_TIMEOUT - PATIENCE))


def _note(owner: Path, text: str, mode: int) -> None:
    owner.unlink(missing_ok=True)  # be it a link
    with os.fdopen(create_file(owner, mode), "w", encoding="utf-8") as file:
        file.write(text)


def _holder(path: Path, owner: Path) -> str:
    """Name who holds a lock, from the note beside it or, for another program, Linux."""
    with suppress(OSError, ValueError):
        with os.fdopen(open_regular(owner), encoding="utf-8") as file:
            text = file.read(_LONGEST)
        if text and text.isprintable():
            return f"Process {text}"
    return file_owner(path) or "Another process"
