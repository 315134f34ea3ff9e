"""The file `zen.lock`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from zen.carrying import LockedEnvironment, LockFile, Pin
from zen.errors import ConfigurationError, DamagedDataError

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
TEXT = """\
format_version: 1
stack: prod
environments:
- python: '2.7'
  platform: vms-vax
  packages:
  - name: acme
    version: '1.2'
    hashes:
    - sha256:ab
...
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "zen.lock"
    path.write_text(TEXT)
    return path


def read(path: Path) -> LockFile:
    lock = LockFile.read(path)
    assert lock
    return lock


def test_a_lock_is_written_as_it_is_read(path: Path) -> None:
    lock = read(path)
    lock.write(path)
    assert path.read_text() == TEXT
    assert lock.environments[0].packages[0].hashes == ["sha256:ab"]


def test_where_there_is_no_lock_nothing_is_locked(tmp_path: Path) -> None:
    assert LockFile.read(tmp_path / "gone" / "zen.lock") is None


def test_another_environment_is_told_from_this_one(path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _ = read(path).here
    assert f"says nothing of Python {PYTHON} on " in caught.value.message
    assert "but only of Python 2.7 on vms-vax" in caught.value.message
    assert "zen stack lock" in caught.value.hint


def test_an_environment_takes_its_own_place_and_no_other(path: Path) -> None:
    pins = [Pin(name=name, version="1", hashes=["sha256:cd"]) for name in "Ba"]
    lock = read(path).with_environment(LockedEnvironment.here(pins))
    lock = lock.with_environment(LockedEnvironment.here(pins))
    assert [each.python for each in lock.environments] == ["2.7", PYTHON]
    assert [pin.name for pin in lock.here.packages] == ["a", "B"]


def test_a_lock_that_was_cut_short_at_any_byte_is_recognised(path: Path) -> None:
    for length in range(len(TEXT) - 1):
        path.write_text(TEXT[:length])
        with pytest.raises(DamagedDataError):
            LockFile.read(path)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("sha256:ab", "md5:ab", 10, "'md5:ab' is not a hash"),
        ("    - sha256:ab", "    - --index-url=x", 10, "is not a hash"),
        ("name: acme", "name: -r", 7, "is not a name of a distribution"),
        ("'1.2'", "1.2", 8, "must be text"),
        ("hashes:\n    - sha256:ab\n", "hashes: []\n", 9, "at least 1 item"),
        ("packages", "pakages", 4, "'environments.0.packages' is missing"),
        ("packages", "pakages", 4, "Did you mean 'packages'?"),
    ],
)
def test_what_is_wrong_is_located(
    path: Path, old: str, new: str, line: int, reason: str
) -> None:
    path.write_text(TEXT.replace(old, new))
    with pytest.raises(DamagedDataError, match=reason) as caught:
        LockFile.read(path)
    assert caught.value.line == line


def test_a_newer_lock_is_refused(path: Path) -> None:
    path.write_text(TEXT.replace("version: 1", "version: 2"))
    with pytest.raises(ConfigurationError, match="a newer version of Zen"):
        LockFile.read(path)
