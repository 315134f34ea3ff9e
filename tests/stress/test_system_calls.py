"""A commit of the `local` driver, one system call after another, from outside."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Final, NoReturn
from uuid import UUID

import pytest

from tests.stress.histories import History
from tests.stress.traces import Durability, calls
from zen.records import Ref
from zen.stores import Content, Delete, Put, Transaction
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from tests.stress.conftest import Report, Start
    from tests.sweeps import Instants

pytestmark = pytest.mark.stress


def put(key: str, text: str) -> Put:
    return Put(Ref("note", key), UUID(int=1), {"text": text})


OLD: Final = (put("alpha", "old"), put("beta", "old"))
# Changes a record, makes one, makes another in a folder that isn't there yet, and
# removes one.
NEW: Final = (put("alpha", "new"), put("gamma", "new"), put("deep/er", "new"))
CHANGE: Final = Transaction(NEW, (Delete(Ref("note", "beta")),), id=UUID(int=2))
STEPS: Final = (
    "flush .alpha.yaml",
    "flush log.jsonl",
    "rename alpha.yaml",
    "flush notes",
    "acknowledge",
)


def commit_when_told(line: Connection, elsewhere: Path, folder: Path) -> None:
    """Commit once, when all that a commit imports has been imported."""
    LocalStoreDriver(str(elsewhere)).commit(CHANGE)
    line.send("ready")
    line.recv()
    LocalStoreDriver(str(folder)).commit(CHANGE)
    line.send("acknowledged")


class Tracer:
    """Trace processes that commit in folders.

    Args:
        start: Starts a process.
        elsewhere: A folder of no interest.
    """

    def __init__(self, start: Start, elsewhere: Path) -> None:
        self._start = start
        self._elsewhere = elsewhere

    def commit(self, folder: Path, *options: str) -> tuple[bool, int | None]:
        """Let a process commit; return whether it said so, and its exit code."""
        strace = shutil.which("strace") or give_up("there is no strace here")
        worker = self._start(commit_when_told, self._elsewhere / folder.name, folder)
        assert worker.hear() == "ready"
        command = [strace, "-y", *options, "-p", str(worker.pid)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr
            if "attached" not in (line := tracer.stderr.readline()):
                give_up(line)
            worker.tell("go")
            heard, code = worker.hear_all(), worker.end()
            worker.close()
        return heard == ["acknowledged"], code


def give_up(reason: str) -> NoReturn:
    """Skip the test, but in CI, where all can be had."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def tracer(start: Start, tmp_path: Path) -> Tracer:
    return Tracer(start, tmp_path / "elsewhere")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with two records."""
    LocalStoreDriver(str(tmp_path / "store")).commit(Transaction(OLD))
    return tmp_path / "store"


def check_that_nothing_is_half(folder: Path) -> bool:
    """Return whether the commit was made; demand a store that works."""
    history = History()
    with closing(LocalStoreDriver(str(folder))) as driver:
        history.check(driver, ["note"])
        made = CHANGE.id in history.commits
        expected = NEW if made else OLD
        assert history.state == {p.ref: Content(p.uuid, p.payload) for p in expected}
        driver.commit(Transaction((put("later", "x"),)))
        assert len(history.check(driver, ["note"])) == 1
    files = {path.stem for path in (folder / "notes").rglob("*.yaml")}
    assert files == {p.ref.key.rpartition("/")[2] for p in expected} | {"later"}
    assert list(folder.rglob("*.tmp")) == []
    return made


def test_a_writer_that_is_killed_at_any_system_call_leaves_the_old_state_or_the_new(
    folder: Path, tmp_path: Path, tracer: Tracer, instants: Instants, report: Report
) -> None:
    """The signal comes from outside of the program, at each call in turn."""
    trace, copy = tmp_path / "trace", tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert tracer.commit(copy, "-o", str(trace)) == (True, 0)
    done: Counter[str] = Counter()
    places = []
    for name in re.findall(r"^(\w+)\(", trace.read_text(), re.MULTILINE):
        done[name] += 1  # strace counts each on its own
        places.append((name, done[name]))
    made = []
    by_name: dict[str, list[bool]] = {}
    for name, number in instants(places):
        shutil.rmtree(copy)
        shutil.copytree(folder, copy)
        inject = f"inject={name}:signal=KILL:when={number}"
        acknowledged, code = tracer.commit(copy, "-o", str(trace), "-e", inject)
        made.append(check_that_nothing_is_half(copy))
        by_name.setdefault(name, []).append(made[-1])
        assert made[-1] or not acknowledged
        assert name == "exit_group" or code == -signal.SIGKILL
    # Once it is made it stays made, and both sides of that moment were met. Python may
    # look at a file more or less from one run to the next, so calls of one name only
    # are in an order.
    for name, each in by_name.items():
        assert each == sorted(each), name
    assert 0 < sum(made) < len(made)
    assert len(places) > 100
    assert done.keys() >= {"flock", "fsync", "mkdir", "openat", "rename", "unlink"}
    report(calls=len(made), undone=made.count(False), made=made.count(True))


@pytest.mark.parametrize("is_new", [False, True])
def test_a_commit_lasts_before_it_is_acknowledged(
    folder: Path, tmp_path: Path, tracer: Tracer, *, is_new: bool
) -> None:
    """Each file is flushed, renamed, and its folder flushed, in this order."""
    if is_new:
        shutil.rmtree(folder)
    durability = Durability(tmp_path, folder / ".state" / "log.jsonl")
    trace = tmp_path / "trace"
    assert tracer.commit(folder, "-o", str(trace)) == (True, 0)
    durability.follow(calls(trace.read_text()))
    steps = [re.sub(r"\.\d+\.tmp$", "", step) for step in durability.steps]
    last = {step: number for number, step in enumerate(steps)}
    order = [last[step] for step in STEPS]
    assert order == sorted(order)


@pytest.mark.parametrize("file", [".alpha.yaml", "log.jsonl", "notes", "deep"])
def test_what_is_not_flushed_is_noticed(
    folder: Path, tmp_path: Path, tracer: Tracer, file: str
) -> None:
    durability = Durability(tmp_path, folder / ".state" / "log.jsonl")
    trace = tmp_path / "trace"
    tracer.commit(folder, "-o", str(trace))
    kept = [
        call
        for call in calls(trace.read_text())
        if call.name != "fsync" or not call.paths[0].name.startswith(file)
    ]
    with pytest.raises(AssertionError):
        durability.follow(kept)
