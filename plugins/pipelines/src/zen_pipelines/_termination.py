"""Record what a run has come to before the process dies of a signal."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["Terminated", "Termination"]

# Windows has no SIGHUP.
_DEADLY: Final = [each for each in signal.Signals if each.name in {"SIGTERM", "SIGHUP"}]
_KILLED: Final = 128


class Terminated(BaseException):
    """Report a signal of which the process is about to die."""

    def __init__(self, received: signal.Signals) -> None:
        super().__init__(f"the process was ended by {received.name}")


class Termination:
    """Put off the death by a signal until the end of the `with` block.

    Signals that somebody else handles, or ignores, are left alone. In other threads
    than the main one nothing happens, as Python handles signals in that one only.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._is_raising = False
        self._received: signal.Signals | None = None

    def __enter__(self) -> Termination:  # noqa: PYI034 - Python 3.10 has no Self
        if threading.current_thread() is threading.main_thread():
            for each in _DEADLY:
                if signal.getsignal(each) is signal.SIG_DFL:
                    signal.signal(each, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            for each in _DEADLY:
                if signal.getsignal(each) == self._receive:
                    signal.signal(each, signal.SIG_DFL)
        if self._received:
            _die(self._received)

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Raise `Terminated` when a signal arrives inside, or has arrived before."""
        self._is_raising = True
        try:
            self._raise_received()
            yield
        except BaseException as error:
            # What broke on the way, such as a terminal that is gone, isn't the reason.
            if self._received and not isinstance(error, Terminated):
                raise Terminated(self._received) from error
            raise
        finally:
            self._is_raising = False

    def _receive(self, number: int, frame: FrameType | None) -> None:
        del frame
        received = signal.Signals(number)
        # A process that a step has forked records nothing, and is to die at once.
        if os.getpid() != self._process:
            _die(received)
        self._received = received
        if self._is_raising:
            self._raise_received()

    def _raise_received(self) -> None:
        if self._received:
            raise Terminated(self._received)


def _die(received: signal.Signals) -> None:
    signal.signal(received, signal.SIG_DFL)
    signal.raise_signal(received)
    # The first process of a container doesn't die of a signal that nobody handles.
    raise SystemExit(_KILLED + received)
