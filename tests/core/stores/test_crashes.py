"""A writer is killed at each step of a commit, from inside and from outside."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from zen.records import Ref
from zen.stores import Delete, Put, Transaction
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunPython
    from tests.core.conftest import Tree

OLD = {"alpha": "old", "beta": "old"}
NEW = {"alpha": "new", "gamma": "new"}
# Changes one record, makes one in a folder that isn't there yet, and removes one.
COMMIT = """\
import sys
from uuid import UUID
from zen.records import Ref
from zen.stores import Delete, Put, Transaction
from zen.stores.local import LocalStoreDriver

def put(key, text):
    uuid = UUID(int=1)
    return Put(Ref("note", key), uuid, {"uuid": str(uuid), "text": text})

def commit(folder):
    puts = (put("alpha", "new"), put("gamma", "new"), put("deep/er", "new"))
    deletes = (Delete(Ref("note", "beta")),)
    LocalStoreDriver(folder).commit(Transaction(puts, deletes))
"""
COMMIT_NOW = """
commit(sys.argv[1])
print("acknowledged", flush=True)
"""
ACT = """
act = commit
"""
PRUNE = """
import sys
from zen.stores.local import LocalStoreDriver

def act(folder):
    LocalStoreDriver(folder).prune(2)
"""
# In each copy of a store, forks a writer that dies at the next step.
DIE_AT_EACH_STEP = """
import itertools, os, shutil, signal
import filelock  # not among the steps

FOLDER, COPIES = sys.argv[1:]
EVENTS = {"open", "os.mkdir", "os.remove", "os.rename", "os.truncate", "fcntl.flock"}

def die_at(step):
    steps = itertools.count(1)
    def pass_step():
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)
    def passing(function):
        def call(*arguments):
            pass_step()
            result = function(*arguments)
            pass_step()
            return result
        return call
    os.fsync = passing(os.fsync)
    os.write = passing(os.write)
    sys.addaudithook(lambda event, _: event in EVENTS and pass_step())

for step in itertools.count(1):
    copy = f"{COPIES}/{step}"
    shutil.copytree(FOLDER, copy)
    child = os.fork()
    if not child:
        die_at(step)
        act(copy)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        print(step, os.waitstatus_to_exitcode(status))
        break
"""
SYSTEM_CALLS = ("flock", "fsync", "ftruncate", "mkdir", "rename", "unlink", "write")


def put(key: str, text: str) -> Put:
    uuid = UUID(int=1)
    return Put(Ref("note", key), uuid, {"uuid": str(uuid), "text": text})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    driver = LocalStoreDriver(str(folder))
    driver.commit(Transaction((put("alpha", "old"), put("beta", "old"))))
    return folder


def check_that_nothing_is_half(folder: Path, tree: type[Tree]) -> bool:
    """Return whether the commit was made; leave a store that works."""
    driver = LocalStoreDriver(str(folder))
    before = tree(folder).state()
    found = {r.ref.key: r.payload["text"] for r in driver.scan("note").records}
    made = found != OLD
    assert found == ({**NEW, "deep/er": "new"} if made else OLD)
    assert driver.scan("note").damaged == ()
    assert driver.last_sequence() == 1 + made
    assert tree(folder).state() == before
    driver.commit(Transaction((put("later", "x"),), (Delete(Ref("note", "alpha")),)))
    assert [c.sequence for c in driver.log()] == list(range(1, 3 + made))
    files = {path.stem for path in (folder / "notes").rglob("*.yaml")}
    assert files == ({"gamma", "er", "later"} if made else {"beta", "later"})
    assert list(folder.rglob(".*.tmp")) == []
    assert not (folder / ".state" / "lock.owner").exists()
    return made


def test_a_writer_that_dies_at_any_step_leaves_the_old_state_or_the_new(
    folder: Path, tmp_path: Path, run_python: RunPython, tree: type[Tree]
) -> None:
    copies = tmp_path / "copies"
    output = run_python(COMMIT + ACT + DIE_AT_EACH_STEP, folder, copies)
    steps, code = map(int, output.split())
    assert code == 0
    made = [
        check_that_nothing_is_half(copies / str(step), tree)
        for step in range(1, steps + 1)
    ]
    assert steps > 30
    # Once it is made it stays made, and both sides of that moment were met.
    assert made == sorted(made)
    assert 10 < sum(made) < steps - 10


def test_a_writer_that_dies_while_it_prunes_leaves_the_old_log_or_the_new(
    folder: Path, tmp_path: Path, run_python: RunPython, tree: type[Tree]
) -> None:
    driver = LocalStoreDriver(str(folder))
    for text in ("a", "b", "c"):
        driver.commit(Transaction((put("alpha", text),)))
    before, page = driver.log(), driver.scan("note")
    copies = tmp_path / "copies"
    output = run_python(PRUNE + DIE_AT_EACH_STEP, folder, copies)
    steps, code = map(int, output.split())
    assert code == 0
    logs = []
    for step in range(1, steps + 1):
        copy = LocalStoreDriver(str(copies / str(step)))
        logs.append(copy.log())
        assert copy.scan("note").guard == page.guard
        assert copy.last_sequence() == 4
        copy.commit(Transaction((put("alpha", "next"),)))
        assert copy.last_sequence() == 5
        assert [name for name in tree(copy.folder).files() if ".tmp" in name] == []
    assert [log for log in logs if log not in (before, before[2:])] == []
    assert logs == sorted(logs, key=len, reverse=True)
    assert logs[0] == before
    assert logs[-1] == before[2:]


def traced(options: list[str], script: str, folder: Path) -> tuple[int, str, str]:
    """Run a script under strace; return its exit code, output and trace."""
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("no strace here")
    trace = folder.with_suffix(".trace")
    command = [strace, "-f", "-y", "-o", str(trace), *options]
    done = subprocess.run(
        [*command, sys.executable, "-B", "-c", script, folder],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    if "PTRACE" in done.stderr or "ptrace" in done.stderr:
        pytest.skip("nobody may be traced here")
    return done.returncode, done.stdout, trace.read_text()


@pytest.mark.parametrize("call", SYSTEM_CALLS)
def test_a_writer_that_is_killed_at_a_system_call_leaves_the_old_state_or_the_new(
    folder: Path, tmp_path: Path, tree: type[Tree], call: str
) -> None:
    """The signal comes from outside of the program, at each such call in turn."""
    for number in range(1, 40):
        copy = tmp_path / f"{call}-{number}"
        shutil.copytree(folder, copy)
        inject = ["-e", f"inject=?{call}:signal=KILL:when={number}"]
        code, output, _ = traced(inject, COMMIT + COMMIT_NOW, copy)
        made = check_that_nothing_is_half(copy, tree)
        assert made or "acknowledged" not in output
        if code == 0:
            assert made
            return
        assert code in {-signal.SIGKILL, 128 + signal.SIGKILL}
    pytest.fail("it never came to an end")


def test_a_commit_is_flushed_before_it_is_acknowledged(folder: Path) -> None:
    script = COMMIT + COMMIT_NOW
    options = ["-e", "trace=fsync,rename,renameat,renameat2,write"]
    code, _, trace = traced(options, script, folder)
    assert code == 0
    steps = [
        ("flush", r"fsync\(\d+<\S+/notes/\.alpha\.yaml\.\d+\.tmp>"),
        ("commit", r"fsync\(\d+<\S+/\.state/log\.jsonl>"),
        ("rename", r"rename\S*\(.*/notes/alpha\.yaml\""),
        ("flush folder", r"fsync\(\d+<\S+/notes>"),
        ("acknowledge", r"write\(1<.*acknowledged"),
    ]
    lines = trace.splitlines()
    found = [
        (number, name)
        for name, pattern in steps
        for number, line in enumerate(lines)
        if re.search(pattern, line)
    ]
    last = {name: number for number, name in found}
    assert list(last) == [name for name, _ in steps], json.dumps(lines, indent=1)
    assert sorted(last, key=last.__getitem__) == list(last)


def test_what_a_dead_writer_left_is_swept_and_nothing_else(folder: Path) -> None:
    litter = folder / "notes" / ".alpha.yaml.1.tmp"
    kept = folder / "notes" / ".notes.tmp"
    litter.touch()
    kept.touch()
    driver = LocalStoreDriver(str(folder))
    driver.commit(Transaction())
    assert litter.exists()
    (folder / ".state" / "lock.owner").write_text("1 of ana on dev1")
    driver.commit(Transaction())
    assert (litter.exists(), kept.exists()) == (False, True)
