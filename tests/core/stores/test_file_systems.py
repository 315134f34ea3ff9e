"""Stores on network file systems: told by the system, warned of once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from zen.records import Ref
from zen.stores import Author, Put, Transaction
from zen.stores.file_systems import network_file_system
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.conftest import Tree

PUT = Put(Ref("note", "a"), UUID(int=1), {})
# As Linux writes them, the fields before the hyphen being as many as it likes.
OTHERS = """\
22 1 9999:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:21 / /proc rw,nosuid shared:12 master:1 - proc proc rw
24 22 0:{minor}0 / /elsewhere rw shared:1 - nfs4 host:/else rw
"""


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the system say that `tmp_path` is on a file system of a type."""

    def mount(name: str) -> None:
        device = tmp_path.stat().st_dev
        major, minor = os.major(device), os.minor(device)
        line = f"25 22 {major}:{minor} /a\\040b /here rw - {name} //host/share rw\n"
        file = tmp_path / "mountinfo"
        file.write_text(OTHERS.format(minor=minor) + line)
        monkeypatch.setattr("zen.stores.file_systems.MOUNTS", file)

    return mount


@pytest.mark.parametrize("name", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs"])
def test_a_network_file_system_is_known(
    tmp_path: Path, mounted: Callable[[str], None], name: str
) -> None:
    mounted(name)
    assert network_file_system(tmp_path) == name


@pytest.mark.parametrize(
    "name", ["ext4", "tmpfs", "overlay", "9p", "fuse.ntfs-3g", "fuse"]
)
def test_another_file_system_is_none(
    tmp_path: Path, mounted: Callable[[str], None], name: str
) -> None:
    mounted(name)
    assert network_file_system(tmp_path) == ""


def test_where_nothing_is_known_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mounted: Callable[[str], None]
) -> None:
    mounted("nfs")
    assert network_file_system(tmp_path / "gone") == ""
    (tmp_path / "mountinfo").write_text("\n - \nnonsense\n1 2\n")
    assert network_file_system(tmp_path) == ""
    monkeypatch.setattr("zen.stores.file_systems.MOUNTS", tmp_path / "gone")
    assert network_file_system(tmp_path) == ""


def test_the_system_is_asked() -> None:
    assert network_file_system(Path("/proc")) == ""


def test_each_host_is_warned_once(
    tmp_path: Path, mounted: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    mounted("nfs4")
    folder = tmp_path / "store"
    driver = LocalStoreDriver(str(folder))
    for host in ("dev1", "dev1", "dev2", "dev1"):
        transaction = Transaction((PUT,), author=Author("ana", host))
        LocalStoreDriver(str(folder)).commit(transaction)
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 2
    assert warnings[0].startswith(f"{folder} is on a network file system (nfs4).")
    assert driver.scan("note").damaged == ()


def test_who_only_reads_is_not_warned(
    tmp_path: Path,
    mounted: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
    tree: type[Tree],
) -> None:
    driver = LocalStoreDriver(str(tmp_path / "store"))
    driver.commit(Transaction((PUT,)))
    mounted("nfs4")
    before = tree(driver.folder).state()
    driver.scan("note")
    driver.log()
    assert caplog.records == []
    assert tree(driver.folder).state() == before


def test_what_is_not_on_a_network_needs_no_note(
    tmp_path: Path, mounted: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    mounted("ext4")
    driver = LocalStoreDriver(str(tmp_path / "store"))
    driver.commit(Transaction((PUT,)))
    assert caplog.records == []
    names = {path.name for path in (driver.folder / ".state").iterdir()}
    assert names <= {".gitignore", "lock", "log.jsonl"}
