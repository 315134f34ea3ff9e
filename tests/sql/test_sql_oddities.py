"""Odd names, large payloads, and clocks that are wrong, on each kind of database."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.servers import execute
from zen.errors import ConflictError, StackComponentExistsError
from zen.records import ComponentRecord, Ref, StackRecord
from zen.stores import Check, Put, Store, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_sql.store import SQLStoreDriver

PARTS = {"orchestrator": "O", "artifact_store": "a" * 100, "metadata_store": "M.m-m_1"}


@pytest.fixture
def driver(any_url: str, connect: Callable[[str], SQLStoreDriver]) -> SQLStoreDriver:
    return connect(any_url)


@pytest.fixture
def store(driver: SQLStoreDriver) -> Store:
    return Store(driver)


def component(name: str) -> ComponentRecord:
    return ComponentRecord("artifact_store", name, "local")


def test_names_that_differ_only_in_case_are_one(store: Store) -> None:
    store.save(components=[component("Main")])
    with pytest.raises(StackComponentExistsError):
        store.save(components=[component("mAIN")])
    assert store.component("artifact_store", "MAIN").name == "Main"
    old = store.component("artifact_store", "main")
    store.replace_component("artifact_store", "main", component("MAIN"))
    (renamed,) = store.components()[0]
    assert (renamed.name, renamed.uuid) == ("MAIN", old.uuid)


def test_names_that_some_collations_take_for_equal_are_two(store: Store) -> None:
    names = ["a-b", "a_b", "a.b", "ab", "a-b-"]
    store.save(components=[component(name) for name in names])
    records, _ = store.components("artifact_store")
    assert [record.name for record in records] == sorted(names)


def test_names_may_have_a_hundred_characters(store: Store) -> None:
    stack = StackRecord("s" * 100, PARTS)
    parts = [ComponentRecord(*part, "local") for part in PARTS.items()]
    store.save(components=parts, stacks=[stack])
    assert store.stack("S" * 100) == stack
    assert {part.name for part in store.components()[0]} == set(PARTS.values())


def test_a_payload_of_megabytes_is_kept_and_so_is_its_past(
    driver: SQLStoreDriver,
) -> None:
    """What it was and became is in one row of the log."""
    texts = ["é\N{DUCK}" * 150_000, "\0'\\\"" * 300_000]
    for text in texts:
        driver.commit(Transaction((Put(Ref("note", "x"), uuid4(), {"text": text}),)))
    assert driver.scan("note").records[0].payload["text"] == texts[1]
    (change,) = driver.log(after=1)[0].changes
    assert change.before
    assert change.before.payload["text"] == texts[0]


def test_a_clock_that_goes_backwards_changes_no_order(
    driver: SQLStoreDriver, any_url: str
) -> None:
    """The host that committed first was ahead of its time by years."""
    ref = Ref("note", "x")
    driver.commit(Transaction((Put(ref, uuid4(), {}),)))
    future = datetime.now(timezone.utc) + timedelta(days=5000)
    execute(any_url, f"UPDATE zen_commits SET time = '{future.isoformat()}'")  # noqa: S608
    stale = Check(ref, driver.get_many([ref])[ref].revision)
    with pytest.raises(ConflictError) as caught:
        driver.commit(Transaction(checks=(Check(ref, None),)))
    assert caught.value.time == future
    driver.commit(Transaction((Put(ref, uuid4(), {}),), checks=(stale,)))
    with pytest.raises(ConflictError) as caught:
        driver.commit(Transaction(checks=(stale,)))
    assert caught.value.time
    assert caught.value.time < future
    assert [commit.sequence for commit in driver.log()] == [1, 2]
    assert driver.get_many([ref])[ref].revision == "2"
