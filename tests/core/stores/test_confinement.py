"""No link, pipe or device in a store or a repository leads out of it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from zen.config import LocalSettings, RepositoryFolder
from zen.errors import StoreLockedError, StoreUnavailableError, ZenError
from zen.records import ComponentRecord
from zen.stores import Store
from zen.stores.local import LocalStoreDriver
from zen.stores.locking import exclusive_lock
from zen.stores.yaml_files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.conftest import Tree

SECRET = b"secret: of the user\n...\n"
PART = ComponentRecord(type="orchestrator", name="mine", flavor="local")


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A file of the user, outside of the store."""
    file = tmp_path / "precious"
    file.write_bytes(SECRET)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with one component, as if it came with a clone."""
    folder = tmp_path / "clone" / "store"
    Store(LocalStoreDriver(str(folder))).save(components=[PART])
    return folder


def open_store(folder: Path) -> Store:
    return Store(LocalStoreDriver(str(folder)))


def put_link(place: Path, target: Path) -> None:
    if place.is_dir():
        place.rename(place.with_name("moved"))
    place.unlink(missing_ok=True)
    place.symlink_to(target)


STATE = ["log.jsonl", "lock", ".gitignore"]


@pytest.mark.parametrize("name", STATE)
def test_no_state_file_is_written_by_way_of_a_link(
    folder: Path, precious: Path, name: str
) -> None:
    put_link(folder / ".state" / name, precious)
    with pytest.raises(StoreUnavailableError, match="symbolic link") as caught:
        open_store(folder).delete_component("orchestrator", "mine")
    assert str(folder / ".state" / name) in str(caught.value)
    assert precious.read_bytes() == SECRET


@pytest.mark.parametrize("name", STATE)
def test_no_state_file_is_made_where_a_dangling_link_leads(
    folder: Path, tmp_path: Path, name: str
) -> None:
    put_link(folder / ".state" / name, tmp_path / "new")
    with pytest.raises(StoreUnavailableError, match="symbolic link"):
        open_store(folder).delete_component("orchestrator", "mine")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("log.jsonl", "not the log of a profile"), ("lock", "a lock file is empty")],
)
def test_no_state_file_is_written_that_is_another_file_as_well(
    folder: Path, precious: Path, name: str, reason: str
) -> None:
    (folder / ".state" / name).unlink()
    os.link(precious, folder / ".state" / name)
    with pytest.raises(ZenError, match=reason) as caught:
        open_store(folder).delete_component("orchestrator", "mine")
    assert str(folder / ".state" / name) in str(caught.value)
    assert precious.read_bytes() == SECRET


def test_a_backup_of_hard_links_stays_as_it_is(
    folder: Path, tmp_path: Path, tree: type[Tree]
) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(folder, backup, copy_function=os.link)
    before = tree(backup).files()
    open_store(folder).delete_component("orchestrator", "mine")
    assert tree(backup).files() == before
    assert [commit.sequence for commit in open_store(folder).driver.log()] == [1, 2]


def test_the_note_of_a_lock_takes_the_place_of_a_link(
    folder: Path, precious: Path
) -> None:
    put_link(folder / ".state" / "lock.owner", precious)
    open_store(folder).delete_component("orchestrator", "mine")
    assert precious.read_bytes() == SECRET


def test_nobody_reads_a_file_as_the_owner_of_a_lock(
    folder: Path, precious: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zen.stores.locking.LOCK_TIMEOUT", 0.1)
    lock = folder / ".state" / "lock"
    with exclusive_lock(lock):
        put_link(folder / ".state" / "lock.owner", precious)
        with pytest.raises(StoreLockedError, match="has locked") as caught:
            open_store(folder).delete_component("orchestrator", "mine")
    assert "of the user" not in str(caught.value)


@pytest.mark.parametrize("place", [".state", "components", "components/orchestrator"])
def test_no_folder_of_a_store_is_a_link(
    folder: Path, tmp_path: Path, place: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    put_link(folder / place, outside)
    for call in (
        lambda: open_store(folder).components(),
        lambda: open_store(folder).save(
            components=[ComponentRecord(type="orchestrator", name="b", flavor="local")]
        ),
    ):
        with pytest.raises(StoreUnavailableError, match="symbolic link"):
            call()
    assert not list(outside.iterdir())


def test_no_record_is_a_link(folder: Path, precious: Path) -> None:
    file = folder / "components" / "orchestrator" / "mine.yaml"
    put_link(file, precious)
    for call in (
        lambda: open_store(folder).components(),
        lambda: open_store(folder).component("orchestrator", "mine"),
        lambda: open_store(folder).save(components=[PART]),
    ):
        with pytest.raises(StoreUnavailableError, match="symbolic link"):
            call()
    assert precious.read_bytes() == SECRET


def test_a_store_may_be_behind_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(folder)
    assert open_store(tmp_path / "alias").components()[0] == [
        open_store(folder).component("orchestrator", "mine")
    ]


def pipe(place: Path) -> None:
    os.mkfifo(place)


def device(place: Path) -> None:
    place.symlink_to("/dev/zero")


@pytest.mark.parametrize("put", [pipe, device])
def test_what_is_no_regular_file_is_not_waited_for(
    here: Path, put: Callable[[Path], None]
) -> None:
    put(here / "config.yaml")
    with pytest.raises(StoreUnavailableError, match="not a regular file"):
        read_file(here / "config.yaml")


def test_a_journal_that_is_a_pipe_is_not_waited_for(folder: Path) -> None:
    (folder / ".state" / "log.jsonl").unlink()
    pipe(folder / ".state" / "log.jsonl")
    with pytest.raises(StoreUnavailableError, match="not a regular file"):
        open_store(folder).components()


@pytest.mark.parametrize("place", [".zen", ".zen/config.yaml"])
def test_no_repository_reads_or_writes_by_way_of_a_link(
    here: Path, precious: Path, tmp_path: Path, place: str
) -> None:
    folder = RepositoryFolder.create(here, LocalSettings("default"))
    outside = tmp_path / "outside"
    outside.mkdir()
    put_link(here / place, outside if place == ".zen" else precious)
    for call in (folder.read, lambda: folder.write(LocalSettings("other"))):
        with pytest.raises(StoreUnavailableError, match="symbolic link"):
            call()
    assert precious.read_bytes() == SECRET
    assert not list(outside.iterdir())
