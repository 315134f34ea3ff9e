"""Keep other processes from writing, and tell who waits whom they wait for."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from zen.errors import StoreLockedError
from zen.stores.history import Author
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


@contextmanager
def exclusive_lock(path: Path, *, author: Author | None = None) -> Iterator[bool]:
    """Hold the lock file `path`; the system frees it when its holder dies.

    Yields whether its last holder died with it. Who holds it is written beside it, and
    those who wait for longer than a second are told: that is logged as a warning,
    which a program that configures no logging shows on standard error.

    Args:
        path: The lock file.
        author: Who holds it, for those who wait; by default this process's user.

    Raises:
        StoreLockedError: Somebody else holds it for longer than ten seconds.
        StoreUnavailableError: The lock file can't be made.
    """
    # Only needed by those who write.
    from filelock import FileLock, Timeout

    owner = path.with_name(f"{path.name}.owner")
    try:
        make_folder(path.parent)
        lock = FileLock(path, poll_interval=_POLL_INTERVAL)
        _acquire(lock, path, owner)
    except Timeout as error:
        raise StoreLockedError(
            f"{_holder(owner)} has held {path} for {LOCK_TIMEOUT:.0f} seconds.",
            hint="Wait for it to end, or end it, and repeat the command.",
        ) from error
    except OSError as error:
        raise unavailable("written", path.parent, error) from error
    try:
        crashed = owner.exists()
        with suppress(OSError):
            owner.write_text(f"{os.getpid()} of {author or Author()}", "utf-8")
        yield crashed
    finally:
        with suppress(OSError):
            owner.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: BaseFileLock, path: Path, owner: Path) -> None:
    from filelock import Timeout

    try:
        lock.acquire(timeout=min(PATIENCE, LOCK_TIMEOUT))
    except Timeout:
        # Only needed by those who wait.
        import logging

        logging.getLogger("zen").warning(
            "%s holds %s: waiting for it, for %.0f seconds at most.",
            *(_holder(owner), path, LOCK_TIMEOUT),
        )
        lock.acquire(timeout=max(0, LOCK_TIMEOUT - PATIENCE))


def _holder(owner: Path) -> str:
    with suppress(OSError, ValueError):
        if text := owner.read_text("utf-8"):
            return f"Process {text}"
    return "Another process"
