"""What runs apart may do as it likes."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from zen.catalog._isolation import run_apart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    Task: TypeAlias = Callable[[str], str]


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    """Write a module with the generator `run`, and return its import string."""

    def write(body: str) -> str:
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        text = f"import os, sys, time\ndef run(content):\n{lines}"
        (tmp_path / "apart_task.py").write_text(text)
        return "apart_task:run"

    monkeypatch.syspath_prepend(tmp_path)
    return write


def test_the_results_are_those_of_a_generator(task: Task) -> None:
    run = task("for each in content:\n    yield [each, None, 'ä']")
    assert run_apart(run, [1, 2]) == ([[1, None, "ä"], [2, None, "ä"]], "exit code 0")


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        ("os._exit(3)", "exit code 3"),
        ("os._exit(0)", "exit code 0"),
        ("os.kill(os.getpid(), 9)", "signal 9"),
        ("raise KeyboardInterrupt", "signal 2"),
        ("raise GeneratorExit", "exit code 1"),
    ],
)
def test_a_process_that_ends_is_told_of(task: Task, body: str, ending: str) -> None:
    assert run_apart(task(f"yield 1\n{body}\nyield 2"), None) == ([1], ending)


def test_the_time_is_limited_for_each_result(task: Task) -> None:
    run = task("for each in range(4):\n    time.sleep(0.5)\n    yield each")
    assert run_apart(run, None, timeout=1.5) == ([0, 1, 2, 3], "exit code 0")
    run = task("yield 1\ntime.sleep(60)")
    begin = time.monotonic()
    assert run_apart(run, None, timeout=1.5) == ([1], "no end after 2 seconds")
    assert time.monotonic() - begin < 20


def test_one_that_stops_reporting_and_goes_on_is_ended(task: Task) -> None:
    run = task("yield 1\nos.closerange(3, 20)\ntime.sleep(60)")
    assert run_apart(run, None, timeout=1.5) == ([1], "no end after 2 seconds")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")
def test_what_it_leaves_behind_keeps_nobody_waiting(task: Task) -> None:
    run = task("yield 1\nif not os.fork():\n    time.sleep(60)\nyield 2")
    begin = time.monotonic()
    assert run_apart(run, None, timeout=1.5) == ([1, 2], "exit code 0")
    assert time.monotonic() - begin < 20


def test_what_it_prints_is_no_result(
    task: Task, capfd: pytest.CaptureFixture[str]
) -> None:
    run = task("print('noise')\nos.write(1, b'noise')\nos.write(2, b'noise')\nyield 1")
    assert run_apart(run, None) == ([1], "exit code 0")
    assert capfd.readouterr() == ("", "")


def test_it_reads_nothing_of_the_users(task: Task) -> None:
    assert run_apart(task("yield sys.stdin.read()"), None) == ([""], "exit code 0")


def test_a_delay_is_told_once(task: Task) -> None:
    delays: list[int] = []
    run = task("for each in range(3):\n    time.sleep(0.7)\n    yield each")
    run_apart(run, None, on_delay=lambda: delays.append(1))
    assert delays == [1]
    run_apart(task("yield 1"), None, on_delay=lambda: delays.append(2))
    assert 2 not in delays


def test_much_is_handed_over_and_back(task: Task) -> None:
    content = ["x" * 1000] * 1000
    assert run_apart(task("yield content"), content) == ([content], "exit code 0")


def test_an_interruption_ends_it(task: Task, tmp_path: Path) -> None:
    run = task(
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(60)\nyield 1"
    )

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_apart(run, None, on_delay=interrupt)
    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_no_thread_is_left(task: Task) -> None:
    before = threading.active_count()
    run_apart(task("yield 1\nos._exit(1)"), None)
    assert threading.active_count() == before


def test_where_no_process_can_be_started_that_is_an_error(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/not/there")
    with pytest.raises(OSError, match="/not/there"):
        run_apart(task("yield 1"), None)
