"""Let no fork happen while a thread is inside SQLite.

SQLite has locks of its own within a process. A fork copies one that another thread
holds, and in the child that thread isn't there to release it.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import contextmanager
from threading import Condition, get_ident
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["unforked"]


class _Gate:
    """Let many threads in, and a fork only when no other thread is inside."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside: Counter[int] = Counter()
        self._forking = 0
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=self._close,
                after_in_parent=self._open,
                after_in_child=self._open_in_child,
            )

    @contextmanager
    def passed(self) -> Iterator[None]:
        thread = get_ident()
        with self._changed:
            # A thread that is inside already must come to its end.
            while self._forking and not self._inside[thread]:
                self._changed.wait()
            self._inside[thread] += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[thread] -= 1
                if not self._inside[thread]:
                    del self._inside[thread]
                self._changed.notify_all()

    def _close(self) -> None:
        self._changed.acquire()
        self._forking += 1
        while self._inside.keys() - {get_ident()}:
            self._changed.wait()

    def _open(self) -> None:
        self._forking -= 1
        self._changed.notify_all()
        self._changed.release()

    def _open_in_child(self) -> None:
        # Other threads, which may have been waiting, aren't here.
        own = self._inside[get_ident()]
        self._changed = Condition()
        self._inside = Counter({get_ident(): own} if own else {})
        self._forking = 0


_GATE = _Gate()


@contextmanager
def unforked() -> Iterator[None]:
    """Keep other threads from forking while the block is executed."""
    with _GATE.passed():
        yield
