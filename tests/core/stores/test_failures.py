"""Stores that can't be read or written: permissions and full disks, for real."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from zen.records import ComponentRecord, StackRecord
from zen.stores import Store
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import RunPython
    from tests.core.conftest import Tree

TYPES = ("orchestrator", "artifact_store", "metadata_store")
PRELUDE = """\
import json, sys
from zen.errors import ZenError
from zen.records import ComponentRecord, Ref, StackRecord
from zen.stores import Delete, Store, Transaction
from zen.stores.local import LocalStoreDriver

store = Store(LocalStoreDriver(sys.argv[1]))

def show(act):
    try:
        print(json.dumps(["done", repr(act())]))
    except ZenError as error:
        print(json.dumps([type(error).__name__, str(error), error.hint]))
"""
READ = "show(lambda: [store.stacks(), store.components(), store.stack('s')])"
SAVE = "show(lambda: store.save(components=[ComponentRecord('alerter', 'new', {!r})]))"
RENAME = """\
show(lambda: store.replace_component(
    "orchestrator", "x", ComponentRecord("orchestrator", "y", "x")
))
"""
DELETE_ACROSS = """\
deletes = (Delete(Ref("note", "a")), Delete(Ref("stack", "s")))
show(lambda: store.driver.commit(Transaction(deletes=deletes)))
"""
WITH_LITTLE_SPACE = """\
import resource
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, most))
{act}
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
"""
ON_A_FULL_DISK = """\
import hashlib, os, pathlib
folder = pathlib.Path(sys.argv[1])
files = lambda: sorted(
    (str(path), path.read_bytes().hex())
    for path in folder.rglob("*") if path.is_file() and path.name != "filler"
)
store.save(components=[ComponentRecord("alerter", "old", "x")])
before = files()
with open(folder / "filler", "wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(4096))
    except OSError:
        pass
show(lambda: store.save(components=[ComponentRecord("alerter", "new", "x" * 9000)]))
print(json.dumps(files() == before))
os.unlink(folder / "filler")
show(lambda: store.save(components=[ComponentRecord("alerter", "new", "x" * 9000)]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with a stack."""
    folder = tmp_path / "store"
    store = Store(LocalStoreDriver(str(folder)))
    components = [ComponentRecord(kind, "x", "x") for kind in TYPES]
    stack = StackRecord("s", dict.fromkeys(TYPES, "x"))
    store.save(components=components, stacks=[stack])
    return folder


@pytest.fixture
def read_only(folder: Path) -> Iterator[Path]:
    """The same, in folders where nobody may write."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    yield folder
    for path in folders:
        path.chmod(0o755)


def test_a_store_that_cannot_be_written_can_be_read(
    read_only: Path, run_python: RunPython, tree: type[Tree]
) -> None:
    before = tree(read_only).state()
    (outcome, *_) = json.loads(run_python(PRELUDE + READ, read_only, unprivileged=True))
    assert outcome == "done"
    assert tree(read_only).state() == before


@pytest.mark.parametrize("act", [SAVE.format("x"), RENAME], ids=["save", "rename"])
def test_a_store_that_cannot_be_written_is_unavailable_and_intact(
    read_only: Path, run_python: RunPython, tree: type[Tree], act: str
) -> None:
    before = tree(read_only).state()
    output = run_python(PRELUDE + act, read_only, unprivileged=True)
    error, message, hint = json.loads(output)
    assert error == "StoreUnavailableError"
    assert str(read_only) in message
    assert os.strerror(errno.EACCES) in message
    assert hint
    assert {**before, ".state/lock": ()} == {
        **tree(read_only).state(),
        ".state/lock": (),
    }


def test_when_one_folder_cannot_be_written_the_others_stay_as_they_are(
    folder: Path, run_python: RunPython, tree: type[Tree]
) -> None:
    before = tree(folder).files()
    (folder / "stacks").chmod(0o555)
    output = run_python(PRELUDE + RENAME, folder, unprivileged=True)
    (folder / "stacks").chmod(0o755)
    assert json.loads(output)[0] == "StoreUnavailableError"
    assert tree(folder).files() == before


def test_when_one_record_cannot_be_deleted_none_is(
    folder: Path, run_python: RunPython, tree: type[Tree]
) -> None:
    (folder / "notes").mkdir()
    (folder / "notes" / "a.yaml").write_text("x")
    before = tree(folder).files()
    (folder / "stacks").chmod(0o555)
    output = run_python(PRELUDE + DELETE_ACROSS, folder, unprivileged=True)
    (folder / "stacks").chmod(0o755)
    assert json.loads(output)[0] == "StoreUnavailableError"
    assert tree(folder).files() == before


@pytest.mark.parametrize("what", ["stacks", "stacks/s.yaml"])
def test_what_cannot_be_read_is_not_taken_for_absent(
    folder: Path, run_python: RunPython, what: str
) -> None:
    (folder / what).chmod(0)
    output = run_python(PRELUDE + "show(store.stacks)", folder, unprivileged=True)
    (folder / what).chmod(0o755)
    outcome = json.loads(output)
    assert outcome[0] == "StoreUnavailableError"
    assert str(folder / "stacks") in outcome[1]
    assert outcome[2]


def test_nothing_goes_while_the_stacks_cannot_be_read(
    folder: Path, run_python: RunPython, tree: type[Tree]
) -> None:
    before = tree(folder).files()
    (folder / "stacks").chmod(0)
    act = "show(lambda: store.delete_component('orchestrator', 'x'))"
    output = run_python(PRELUDE + act, folder, unprivileged=True)
    (folder / "stacks").chmod(0o755)
    assert json.loads(output)[0] == "StoreUnavailableError"
    assert tree(folder).files() == before


def test_a_file_that_grows_too_large_leaves_the_old_state(
    folder: Path, run_python: RunPython, tree: type[Tree]
) -> None:
    before = tree(folder).files()
    act = WITH_LITTLE_SPACE.format(act=SAVE.format("x" * 5000))
    error, message, hint = json.loads(run_python(PRELUDE + act, folder))
    assert error == "StoreUnavailableError"
    assert "File too large" in message
    assert hint
    assert tree(folder).files() == before


def test_a_full_disk_leaves_the_old_state_and_is_no_trap(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = 'mount -t tmpfs -o size=64k tmpfs "$1" || exit 77; shift; exec "$@"'
    if not shutil.which("unshare"):
        pytest.skip("no unshare here")
    program = [sys.executable, "-c", PRELUDE + ON_A_FULL_DISK, str(disk)]
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", mount, "sh", disk, *program],  # noqa: S607
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )
    if (not done.stdout and "unshare" in done.stderr) or done.returncode == 77:
        pytest.skip("no disk of our own here")
    assert done.returncode == 0, done.stderr
    full, intact, later = map(json.loads, done.stdout.splitlines())
    assert full[0] == "StoreUnavailableError"
    assert os.strerror(errno.ENOSPC) in full[1]
    assert intact is True
    assert later[0] == "done"
