"""Run what may hang, or end its process, in a process of its own."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

__all__ = ["TIMEOUT", "run_apart"]

# Seconds; what takes longer counts as hanging.
TIMEOUT: Final = 30.0
_LONG: Final = 1.0

# Isolated (-I), the interpreter finds nothing in the working directory. What is run
# may print as it likes: its report goes through a descriptor that it doesn't know.
_CHILD: Final = """\
import json, os, sys
job = json.load(sys.stdin)
sys.path[:] = job["path"]
report = os.fdopen(os.dup(1), "w", encoding="utf-8")
for descriptor, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
    os.dup2(os.open(os.devnull, mode), descriptor)
from importlib import import_module
module, _, name = job["task"].partition(":")
for result in getattr(import_module(module), name)(job["content"]):
    print(json.dumps(result), file=report, flush=True)
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
        timeout: The seconds after which it is ended.
        on_delay: Called once when it takes longer than a second.

    Returns:
        What it yielded, and how it ended before its time, or "".
    """
    # Few calls run anything apart, and all import this module.
    import subprocess

    job = json.dumps({"path": sys.path, "task": task, "content": content})
    with subprocess.Popen(  # noqa: S603 - the code above, by this interpreter
        [sys.executable, "-I", "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        # So that what it starts can be ended with it.
        start_new_session=True,
    ) as process:
        try:
            output = _wait_for(process, job, timeout, on_delay)
        except subprocess.TimeoutExpired:
            _end(process)
            output, _ = process.communicate()
            return _results(output), f"no end after {timeout:.0f} seconds"
        except BaseException:  # also when the user interrupts it
            _end(process)
            raise
    return _results(output), _ending(process.returncode)


def _wait_for(
    process: subprocess.Popen[str],
    job: str,
    timeout: float,
    on_delay: Callable[[], None] | None,
) -> str:
    from subprocess import TimeoutExpired

    try:
        output, _ = process.communicate(job, timeout=min(timeout, _LONG))
    except TimeoutExpired:
        if timeout <= _LONG:
            raise
        if on_delay:
            on_delay()
        output, _ = process.communicate(timeout=timeout - _LONG)
    return output


def _end(process: subprocess.Popen[str]) -> None:
    if os.name == "posix":
        from signal import SIGKILL

        os.killpg(process.pid, SIGKILL)
    else:
        process.kill()


def _ending(code: int) -> str:
    if code == 0:
        return ""
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _results(output: str) -> list[object]:
    results: list[object] = []
    for line in output.splitlines():
        try:
            results.append(json.loads(line))
        except ValueError:
            break  # a process that was ended may have written half a line
    return results
