"""Locks that the system frees, and whose holders are named."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent
from threading import Event
from typing import TYPE_CHECKING

import pytest

from zen.errors import StoreLockedError, StoreUnavailableError
from zen.stores import Author
from zen.stores.locking import exclusive_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD_LOCK = """\
import sys
from pathlib import Path
from zen.stores.locking import exclusive_lock
with exclusive_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_free_after_use(here: Path) -> None:
    for _ in range(2):
        with exclusive_lock(here / "state" / "lock"):
            assert (here / "state").is_dir()


def test_a_lock_is_free_after_a_failure(here: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive_lock(here / "lock"):
        _ = 1 / 0
    with exclusive_lock(here / "lock"):
        pass


@pytest.fixture
def holder(here: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", dedent(HOLD_LOCK), here / "lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_lock_that_is_held_for_too_long_is_an_error(
    here: Path, holder: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zen.stores.locking.LOCK_TIMEOUT", 0.1)
    with pytest.raises(StoreLockedError) as caught, exclusive_lock(here / "lock"):
        pass
    message = str(caught.value)
    assert re.match(rf"Process {holder.pid} of \S+ on \S+ has locked ", message)
    assert str(here / "lock") in message
    assert caught.value.hint
    assert holder.poll() is None


@pytest.mark.parametrize("owner", [None, b"", b"\xff"])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_holder_that_has_left_no_note_is_named_where_linux_knows_it(
    here: Path,
    holder: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
    owner: bytes | None,
    *,
    is_known: bool,
) -> None:
    name = "Another process"
    if is_known and sys.platform == "linux":
        name = rf"Process {holder.pid} \(\w+.*\)"
    else:
        monkeypatch.setattr("zen.stores.lock_owners._LOCKS", here / "none")
    monkeypatch.setattr("zen.stores.locking.LOCK_TIMEOUT", 0.01)
    (here / "lock.owner").unlink()
    if owner is not None:
        (here / "lock.owner").write_bytes(owner)
    with (
        pytest.raises(StoreLockedError, match=f"{name} has locked"),
        exclusive_lock(here / "lock"),
    ):
        pass
    assert holder.poll() is None


def test_a_lock_says_whether_its_last_holder_died(
    here: Path, holder: subprocess.Popen[bytes]
) -> None:
    holder.kill()
    holder.wait()
    for died in (True, False):
        with exclusive_lock(here / "lock", author=Author("ana", "dev1")) as crashed:
            assert crashed is died
            owner = (here / "lock.owner").read_text()
            assert owner == f"{os.getpid()} of ana on dev1"
    assert not (here / "lock.owner").exists()


def test_a_lock_whose_holder_was_killed_is_free(
    here: Path, holder: subprocess.Popen[bytes]
) -> None:
    holder.kill()
    holder.wait()
    with exclusive_lock(here / "lock"):
        pass


def test_a_lock_where_no_folder_can_be_is_an_error(here: Path) -> None:
    (here / "file").touch()
    with (
        pytest.raises(StoreUnavailableError, match="can't be written"),
        exclusive_lock(here / "file" / "lock"),
    ):
        pass


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK])
def test_a_file_system_without_locks_is_named(
    here: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with (
        pytest.raises(StoreUnavailableError, match="file system has no locks") as why,
        exclusive_lock(here / "lock"),
    ):
        pass
    assert str(here) in why.value.message
    assert "another file system" in why.value.hint


def test_who_waits_is_told_for_whom(
    here: Path,
    holder: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("zen.stores.locking.LOCK_TIMEOUT", 0.3)
    monkeypatch.setattr("zen.stores.locking.PATIENCE", 0.1)
    with pytest.raises(StoreLockedError), exclusive_lock(here / "lock"):
        pass
    (notice,) = caplog.records
    assert notice.levelname == "WARNING"
    assert re.match(
        rf"Process {holder.pid} of \S+ on \S+ has locked {here}/lock; waiting",
        notice.getMessage(),
    )


def test_who_waits_for_a_moment_is_told_nothing(
    here: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ThreadPoolExecutor(2) as pool:
        held, done = Event(), Event()

        def hold() -> None:
            with exclusive_lock(here / "lock"):
                held.set()
                time.sleep(0.1)

        def wait() -> None:
            held.wait()
            with exclusive_lock(here / "lock"):
                done.set()

        for task in [pool.submit(hold), pool.submit(wait)]:
            task.result()
    assert done.is_set()
    assert caplog.records == []


def test_the_program_says_for_whom_it_waits(config: Path) -> None:
    """And goes on when that one has ended."""
    zen = [sys.executable, "-m", "zen"]
    subprocess.run([*zen, "stack", "list"], check=True, capture_output=True)
    folder = config / "profiles" / "default" / ".state"
    with exclusive_lock(folder / "lock", author=Author("ana", "dev1")):
        subprocess.run([*zen, "stack", "list"], check=True, capture_output=True)
        process = subprocess.Popen(
            [*zen, "artifact-store", "register", "x", "-f", "local"],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stderr
        notices = iter(process.stderr.readline, "")
        waiting = next(line for line in notices if "waiting" in line)
    out, _ = process.communicate(timeout=30)
    assert waiting == (
        f"Process {os.getpid()} of ana on dev1 has locked {folder / 'lock'}; waiting"
        " for at most 10 seconds.\n"
    )
    assert process.returncode == 0
    assert "Successfully registered" in out
