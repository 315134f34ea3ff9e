"""Signals that end the process while a pipeline runs."""

from __future__ import annotations

import signal
import subprocess
import sys
from threading import Thread

import pytest

from zen_pipelines._termination import Terminated, Termination

_DEADLY = [signal.SIGTERM, signal.SIGHUP]


def die(body: str) -> subprocess.CompletedProcess[str]:
    """Run what is in a `Termination` as `termination`, in a process of its own."""
    lines = [
        "import os, signal, sys",
        "from zen_pipelines._termination import Terminated, Termination",
        "term = lambda: signal.raise_signal(signal.SIGTERM)",
        "with Termination() as termination:",
        *(f"    {line}" for line in body.strip().splitlines()),
        "print('alive')",
    ]
    return subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_process_dies_of_the_signal_after_the_block() -> None:
    done = die("""
try:
    with termination.raised():
        term()
except Terminated as error:
    print(error, flush=True)
print("recorded", flush=True)
""")
    shown = "the process was ended by SIGTERM\nrecorded\n"
    assert (done.stdout, done.stderr) == (shown, "")
    assert done.returncode == -signal.SIGTERM


def test_outside_of_the_inner_block_a_signal_waits() -> None:
    done = die("term(); term(); print('recorded', flush=True)")
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "recorded\n")


def test_a_signal_that_came_before_is_raised() -> None:
    done = die("""
term()
with termination.raised():
    print("never", flush=True)
""")
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "")


def test_what_breaks_on_the_way_is_not_the_reason() -> None:
    done = die("""
try:
    with termination.raised():
        try:
            term()
        finally:
            raise OSError("the terminal is gone")
except Terminated as error:
    print(repr(error.__cause__), flush=True)
""")
    assert done.stdout == "OSError('the terminal is gone')\n"
    assert done.returncode == -signal.SIGTERM


def test_swallowed_signals_end_the_process_too() -> None:
    done = die("""
with termination.raised():
    try:
        term()
    except BaseException:
        print("swallowed", flush=True)
""")
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "swallowed\n")


def test_a_forked_process_dies_at_once() -> None:
    done = die("""
with termination.raised():
    if not (child := os.fork()):
        term()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
""")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{-signal.SIGTERM}\nalive\n"


def test_the_first_process_of_a_container_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No signal kills it that nobody handles."""
    received: list[int] = []
    monkeypatch.setattr(signal, "raise_signal", received.append)
    with pytest.raises(SystemExit, match=f"{128 + signal.SIGHUP}"), Termination() as it:
        it._receive(signal.SIGHUP, None)  # noqa: SLF001
    assert received == [signal.SIGHUP]


def test_handlers_are_restored() -> None:
    with Termination():
        assert signal.SIG_DFL not in map(signal.getsignal, _DEADLY)
        # The inner one of two leaves what the outer one has set.
        with Termination():
            pass
        assert signal.SIG_DFL not in map(signal.getsignal, _DEADLY)
    assert [*map(signal.getsignal, _DEADLY)] == [signal.SIG_DFL] * 2


def test_signals_that_are_handled_or_ignored_are_left_alone() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Termination() as termination, termination.raised():
            signal.raise_signal(signal.SIGHUP)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        assert [*map(signal.getsignal, _DEADLY)] == [signal.SIG_IGN] * 2
    finally:
        for each in _DEADLY:
            signal.signal(each, signal.SIG_DFL)


def test_other_threads_handle_no_signals() -> None:
    seen: list[object] = []

    def work() -> None:
        with Termination() as termination, termination.raised():
            seen.extend(map(signal.getsignal, _DEADLY))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL] * 2


def test_it_is_no_ordinary_exception() -> None:
    assert not issubclass(Terminated, Exception)
