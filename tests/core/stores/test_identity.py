"""A store is told from every other one, also from one that takes its place."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from zen.errors import DamagedDataError, StoreReplacedError
from zen.records import ComponentRecord
from zen.stores import Put, Store, Transaction
from zen.stores.local import LocalStoreDriver
from zen.stores.past import History
from zen.stores.transfer import copy_records

if TYPE_CHECKING:
    from pathlib import Path

PARTS = [ComponentRecord("alerter", name, "x") for name in "abc"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    store_in(folder).save(components=PARTS[:1])
    return folder


def store_in(folder: Path) -> Store:
    return Store(LocalStoreDriver(str(folder)))


def older_store_in(folder: Path) -> Store:
    """Return a store as versions without identities have made it."""
    store = store_in(folder)
    part = PARTS[0]
    put = Put(part.ref, part.uuid, part.to_payload())
    store.driver.commit(Transaction((put,)))
    return store


def test_the_first_commit_gives_an_identity_that_stays(folder: Path) -> None:
    first = store_in(folder).identity.uuid
    store_in(folder).save(components=PARTS[1:])
    assert store_in(folder).identity.uuid == first


def test_no_two_stores_have_the_same(folder: Path, tmp_path: Path) -> None:
    other = store_in(tmp_path / "other")
    copy_records(store_in(folder), other)
    assert other.identity.uuid != store_in(folder).identity.uuid


def test_a_clone_has_the_same(folder: Path, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns(".state")
    shutil.copytree(folder, tmp_path / "clone", ignore=ignored)
    clone = store_in(tmp_path / "clone")
    assert clone.identity.uuid == store_in(folder).identity.uuid


def test_an_older_store_gets_one_with_its_next_commit(tmp_path: Path) -> None:
    older_store_in(tmp_path)
    reader, writer = store_in(tmp_path), store_in(tmp_path)
    before = reader.identity.uuid
    assert reader.identity.uuid == older_store_in(tmp_path).identity.uuid
    writer.save(components=PARTS[1:2])
    assert writer.identity.uuid != before
    assert writer.identity.is_that_of(before)
    reader.save(components=PARTS[2:])
    assert reader.identity.uuid == writer.identity.uuid


def test_users_see_nothing_of_it(folder: Path) -> None:
    store = store_in(folder)
    history = History(store)
    assert [str(c.ref) for c in history.commits()[0].changes] == ["Alerter 'a'"]
    store.save(components=PARTS[1:2])
    history.restore(history.restoration(1))
    assert [part.name for part in store.components()[0]] == ["a"]
    assert history.diff(1) == ([], [])


@pytest.mark.parametrize("known", [True, False])
def test_a_store_that_has_taken_its_place_is_not_written(
    folder: Path, tmp_path: Path, *, known: bool
) -> None:
    store = store_in(folder)
    shown = store.component("alerter", "a")
    if known:
        store.save(components=PARTS[1:2])
    other = store_in(tmp_path / "other")
    other.save(components=PARTS[:1])
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "other", folder)
    with pytest.raises(StoreReplacedError, match="has been replaced by another one"):
        store.delete_component("alerter", "a", shown=shown)
    with pytest.raises(StoreReplacedError):
        store.save(components=PARTS[2:])
    assert [part.name for part in other.components()[0]] == ["a"]
    assert len(store_in(folder).components()[0]) == 1


def test_a_store_that_is_gone_is_not_begun_again(folder: Path) -> None:
    store = store_in(folder)
    store.component("alerter", "a")
    shutil.rmtree(folder)
    with pytest.raises(StoreReplacedError, match="has been deleted"):
        store.identity.check()
    assert not folder.exists()


def test_a_damaged_one_keeps_nobody_from_reading(folder: Path) -> None:
    (folder / "stores" / "identity.yaml").write_text("<<<<<<< ours\n")
    store = store_in(folder)
    assert store.component("alerter", "a").name == "a"
    with pytest.raises(DamagedDataError, match=r"identity\.yaml"):
        store.save(components=PARTS[1:])
