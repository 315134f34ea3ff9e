"""Run what may hang, or end its process, in a process of its own."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from queue import SimpleQueue

__all__ = ["TIMEOUT", "run_apart"]

# Seconds without a result; what takes longer counts as hanging.
TIMEOUT: Final = 30.0
_LONG: Final = 1.0
# Between two looks at a process that says nothing.
_PAUSE: Final = 0.1
# What has ended may have written what isn't read yet.
_GRACE: Final = 3.0

# The exit code of the process in between where the other one was stopped.
_STOPPED: Final = 75
_STOPS: Final = "a signal that stops it"
# Isolated (-I), the interpreter finds nothing in the working directory. What is run
# may print as it likes: its report goes through a descriptor that it doesn't know, and
# each result has a mark, in case it writes there all the same. It gets four gigabytes,
# and leaves no core dump. It may attack its parent, so that isn't this process but one
# in between, which does nothing but wait, and ends as the other one does.
_CHILD: Final = f"""\
import json, os, signal, sys
try:
    import resource
    for limit, most in ((resource.RLIMIT_DATA, 4 << 30), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, hard))
except (ImportError, OSError, ValueError):
    pass  # this platform has no such limits
if child := os.fork() if hasattr(os, "fork") else 0:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    os.closerange(0, 2)
    stopped = False
    while os.WIFSTOPPED(status := os.waitpid(child, os.WUNTRACED)[1]):
        stopped = True
        for each in (signal.SIGTERM, signal.SIGCONT):
            os.kill(child, each)
    code = {_STOPPED} if stopped else os.waitstatus_to_exitcode(status)
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [-code])
    os._exit(code)
job = json.load(sys.stdin)
sys.path[:] = job["path"]
report = os.fdopen(os.dup(1), "w", encoding="utf-8")
for descriptor, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
    os.dup2(os.open(os.devnull, mode), descriptor)
from importlib import import_module
module, _, name = job["task"].partition(":")
for result in getattr(import_module(module), name)(job["content"]):
    print(job["mark"] + json.dumps(result), file=report, flush=True)
os._exit(0)
"""


def run_apart(
    task: str,
    content: object,
    *,
    timeout: float = TIMEOUT,
    on_delay: Callable[[], None] | None = None,
) -> tuple[list[object], str]:
    """Run a function in another process, and survive whatever that does.

    Args:
        task: The import string of a generator function. It takes `content`, and
            yields JSON-able results.
        content: What it is given, JSON-able.
        timeout: The seconds that it may take for each result before it is ended.
        on_delay: Called once when it takes longer than a second.

    Returns:
        What it yielded, and how it ended: "exit code 0" if of its own accord.

    Raises:
        OSError: No other process can be started.
    """
    # Few calls run anything apart, and all import this module.
    import subprocess
    from queue import SimpleQueue
    from threading import Thread

    mark = os.urandom(16).hex()
    job = json.dumps({"path": sys.path, "task": task, "content": content, "mark": mark})
    lines: SimpleQueue[str | None] = SimpleQueue()
    process = subprocess.Popen(  # noqa: S603 - the code above, by this interpreter
        [sys.executable, "-I", "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        errors="replace",
        # So that what it starts can be ended with it.
        start_new_session=True,
    )
    # A pipe can be read with a time limit everywhere only if a thread waits for it.
    reader = Thread(target=_converse, args=(process, job, lines), daemon=True)
    reader.start()
    try:
        results, ending = _collect(process, lines, mark, timeout, on_delay)
    finally:  # also when the user interrupts it
        if process.poll() is None or reader.is_alive():
            _end(process)
            reader.join(_LONG)
    return results, ending or _ending(process.returncode)


def _converse(
    process: subprocess.Popen[str], job: str, lines: SimpleQueue[str | None]
) -> None:
    """Give a process its job, and take its results; None is the last."""
    # It may end, or be ended, at any time.
    with suppress(OSError, ValueError):
        if process.stdin:
            with process.stdin as pipe:
                pipe.write(job)
    with suppress(OSError, ValueError):
        if process.stdout:
            with process.stdout as pipe:
                for line in pipe:
                    lines.put(line)
    lines.put(None)


def _collect(
    process: subprocess.Popen[str],
    lines: SimpleQueue[str | None],
    mark: str,
    timeout: float,
    on_delay: Callable[[], None] | None,
) -> tuple[list[object], str]:
    """Return the results of a process, and why there are no more, or "" if it ends."""
    from queue import Empty

    results: list[object] = []
    late = f"no end after {timeout:.0f} seconds"
    begin = last = time.monotonic()
    while True:
        # Who is ended may have written half a line.
        with suppress(Empty, ValueError):
            line = lines.get(timeout=_PAUSE)
            if line is None:
                return results, late if _is_alive(process, timeout) else ""
            _, is_result, text = line.partition(mark)
            if is_result:
                results.append(json.loads(text))
                last = time.monotonic()
        now = time.monotonic()
        if on_delay and now > begin + _LONG:
            on_delay()
            on_delay = None
        if now > last + min(timeout, _GRACE) and process.poll() is not None:
            return results, ""  # what it has started keeps the pipe open
        if now > last + timeout:
            return results, late
        if _is_stopped(process):
            return results, _STOPS


def _is_stopped(process: subprocess.Popen[str]) -> bool:
    # Not every platform can tell without forgetting it.
    with suppress(AttributeError, OSError):
        options = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, process.pid, options) is not None
    return False


def _is_alive(process: subprocess.Popen[str], timeout: float) -> bool:
    """Tell whether a process is still there, though it should have ended."""
    from subprocess import TimeoutExpired

    try:
        process.wait(timeout)
    except TimeoutExpired:
        return True
    return False


def _end(process: subprocess.Popen[str]) -> None:
    """End a process, and what it has started and left behind."""
    if os.name == "posix":
        from signal import SIGCONT, SIGKILL, SIGTERM
        from subprocess import TimeoutExpired

        # A process that forks ends the forks first, unless it is stopped.
        for each in (SIGTERM, SIGCONT):
            _signal(process, each)
        with suppress(TimeoutExpired):
            process.wait(_LONG)
        _signal(process, SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _signal(process: subprocess.Popen[str], number: int) -> None:
    """Send a signal to a process and those in its group."""
    with suppress(OSError):  # none is left
        os.killpg(process.pid, number)


def _ending(code: int) -> str:
    if code == _STOPPED:
        return _STOPS
    return f"signal {-code}" if code < 0 else f"exit code {code}"
