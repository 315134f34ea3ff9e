"""A writer dies at each step of a commit."""

from __future__ import annotations

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
    from tests.sweeps import Instants

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
    folder: Path,
    tmp_path: Path,
    run_python: RunPython,
    tree: type[Tree],
    instants: Instants,
) -> None:
    copies = tmp_path / "copies"
    output = run_python(COMMIT + ACT + DIE_AT_EACH_STEP, folder, copies)
    steps, code = map(int, output.split())
    assert code == 0
    made = [
        check_that_nothing_is_half(copies / str(step), tree)
        for step in instants(range(1, steps + 1))
    ]
    assert steps > 30
    # Once it is made it stays made, and both sides of that moment were met.
    assert made == sorted(made)
    assert (made[0], made[-1]) == (False, True)


def test_a_writer_that_dies_while_it_prunes_leaves_the_old_log_or_the_new(
    folder: Path,
    tmp_path: Path,
    run_python: RunPython,
    tree: type[Tree],
    instants: Instants,
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
    for step in instants(range(1, steps + 1)):
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
