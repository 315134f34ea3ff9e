"""Run what may do anything to its process in a fork of this one."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from itertools import chain
from select import select
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Ended", "run_forked"]

# Bytes that a fork may report; a plugin's specs have limits that keep it below.
_MOST: Final = 32 << 20
_CHUNK: Final = 1 << 16
# Seconds between two looks at a fork that says nothing.
_PAUSE: Final = 0.05
# A process with few descriptors: none of them is above.
_DESCRIPTORS: Final = 256
# The exit code of a fork that can't report (os.EX_IOERR).
_SHUT: Final = 74


class Ended(Exception):  # noqa: N818 - it is no error of ours
    """A fork ended before all was done.

    Args:
        in_words: What the code that ran in it does.
        is_late: Whether it took too long.
    """

    def __init__(self, in_words: str, *, is_late: bool = False) -> None:
        super().__init__(in_words)
        self.in_words = in_words
        self.is_late = is_late


def run_forked(steps: Iterable[object], timeout: float) -> Iterator[object]:
    """Yield what an iterable yields in a fork of this process.

    The fork leads a session of its own, and takes along what it has started. It holds
    no descriptor of this process but two: it reports through one of them, and reads
    from the other that it may go on.

    Args:
        steps: Iterated in the fork; yields what is a list in JSON.
        timeout: The seconds that each may take.

    Raises:
        Ended: The fork ended early, took too long, or reported what it mustn't.
    """
    read, write = os.pipe()
    wait, go = os.pipe()
    fork = os.fork()
    if not fork:
        _report(steps, write, wait)
    os.close(write)
    os.close(wait)
    code: int | None = None
    is_over = False
    try:
        content = b""
        for chunk, code in _chunks(fork, read, timeout):  # noqa: B007 - the last counts
            *lines, content = (content + chunk).split(b"\n")
            for step in map(_parsed, lines):
                is_over = is_over or step is None
                if not is_over:
                    yield step
                    with suppress(OSError):  # it has ended
                        os.write(go, b"1")
    finally:
        os.close(read)
        os.close(go)
        _end(fork, is_reaped=code is not None)
    if not is_over:
        raise Ended(_in_words(code or 0))


def _report(steps: Iterable[object], write: int, wait: int) -> None:
    """Report from the fork, and end it: none of its code returns from here.

    A step begins when the one before it was taken note of, so that none is blamed for
    the harm that the next one does.
    """
    # What runs next may replace any of these.
    leave, whoami, identify = os._exit, os.getpid, os.fstat
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for each in {*range(3, _DESCRIPTORS)} - {write, wait}:
            with suppress(OSError):  # it isn't open
                os.close(each)
        me, pipe = whoami(), identify(write)
        # None tells that all is done.
        for step in chain(steps, [None]):
            rest = f"{json.dumps(step)}\n".encode()
            # A fork of this fork has nothing to report.
            if whoami() != me:
                leave(0)
            code = _SHUT
            # Its number may be another file's by now.
            if not os.path.samestat(identify(write), pipe):
                leave(code)
            while rest:
                rest = rest[os.write(write, rest) :]
            if step is not None and not os.read(wait, 1):
                leave(code)
            code = 1
    except KeyboardInterrupt:
        # As Python ends where nothing catches it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(whoami(), signal.SIGINT)
    finally:
        leave(code)


def _chunks(fork: int, read: int, timeout: float) -> Iterator[tuple[bytes, int | None]]:
    """Yield what a fork reports, and its exit code, negative for a signal, at last.

    Raises:
        Ended: It takes too long, or reports too much.
    """
    size, last, is_open = 0, time.monotonic(), True
    os.set_blocking(read, False)
    while True:
        done, status = os.waitpid(fork, os.WNOHANG)
        code = os.waitstatus_to_exitcode(status) if done else None
        # What it has started may keep the pipe open for longer than it lives.
        if is_open:
            select([read], [], [], 0 if done else _PAUSE)
        else:
            time.sleep(_PAUSE / 10)
        with suppress(BlockingIOError):
            while is_open and (chunk := os.read(read, _CHUNK)):
                size, last = size + len(chunk), time.monotonic()
                if size > _MOST:
                    raise Ended("its answer never ends")
                yield chunk, None
            is_open = False
        if done:
            yield b"", code
            return
        if time.monotonic() > last + timeout:
            told = f"it hangs: no end after {timeout:.0f} seconds"
            raise Ended(told, is_late=True)


def _parsed(line: bytes) -> object:
    with suppress(ValueError):
        step = json.loads(line)
        if step is None or isinstance(step, list):
            return step
    raise Ended("it writes to a descriptor that isn't its own")


def _end(fork: int, *, is_reaped: bool) -> None:
    """End a fork, and what it has started and left behind."""
    with suppress(OSError):  # none is left
        os.killpg(fork, signal.SIGKILL)
    if not is_reaped:
        with suppress(OSError):  # it led no group yet, or is reaped after all
            os.kill(fork, signal.SIGKILL)
            os.waitpid(fork, 0)


def _in_words(code: int) -> str:
    if code == _SHUT:
        return "it closes a descriptor that isn't its own"
    ending = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"it ends the whole process, with {ending}"
