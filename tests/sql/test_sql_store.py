"""The driver's contract: records, revisions, guards and transactions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from zen.errors import ConflictError, DamagedDataError
from zen.records import ComponentRecord, Ref, StackRecord
from zen.stores import (
    Author,
    Change,
    Check,
    Content,
    Delete,
    GuardCheck,
    Put,
    Store,
    Transaction,
)
from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAIN = Ref("stack", "main")
OTHER = Ref("stack", "other")
NOTE = Ref("note", "team/one")


def put(ref: Ref, **payload: object) -> Put:
    return Put(ref, uuid4(), {"name": ref.key, **payload})


def revision(driver: SQLStoreDriver, ref: Ref) -> str:
    return driver.get_many([ref])[ref].revision


def execute(file: Path, statement: str) -> None:
    """Change a database behind the driver's back."""
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_reading_what_is_not_there_finds_nothing_and_makes_nothing(
    driver: SQLStoreDriver, file: Path
) -> None:
    page = driver.scan("stack")
    assert (page.records, page.guard, page.next, page.damaged) == ((), "0", None, ())
    assert driver.get_many([MAIN]) == {}
    assert not file.parent.exists()


def test_reading_changes_no_byte(driver: SQLStoreDriver, file: Path) -> None:
    driver.commit(Transaction(puts=(put(MAIN),)))
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    again = SQLStoreDriver(driver.url)
    assert list(again.get_many([MAIN])) == [MAIN]
    assert [record.ref for record in again.scan("stack").records] == [MAIN]
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert list(file.parent.iterdir()) == [file]


def test_reading_an_empty_file_leaves_it_empty(
    driver: SQLStoreDriver, file: Path
) -> None:
    file.parent.mkdir()
    file.touch()
    assert driver.scan("stack").records == ()
    assert file.read_bytes() == b""
    driver.commit(Transaction(puts=(put(MAIN),)))
    assert list(driver.get_many([MAIN])) == [MAIN]


def test_a_record_is_read_as_it_was_written(driver: SQLStoreDriver) -> None:
    written = put(MAIN, text="é'; --", number=1.5, nothing=None, nested={"a": [1]})
    driver.commit(Transaction(puts=(written,)))
    record = driver.get_many([MAIN])[MAIN]
    assert (record.ref, record.uuid) == (MAIN, written.uuid)
    assert record.payload == written.payload
    assert "zen_records stack/main in " in record.origin


def test_only_the_records_that_exist_are_returned(driver: SQLStoreDriver) -> None:
    driver.commit(Transaction(puts=(put(MAIN), put(NOTE))))
    assert list(driver.get_many([NOTE, OTHER, MAIN])) == [NOTE, MAIN]
    assert driver.get_many([]) == {}


def test_many_records_are_asked_for_at_once(driver: SQLStoreDriver) -> None:
    refs = [Ref("note", f"n{number}") for number in range(1000)]
    ends = [refs[0], refs[-1]]
    driver.commit(Transaction(puts=tuple(map(put, ends))))
    assert list(driver.get_many(refs)) == ends


def test_a_record_is_replaced_and_deleted(driver: SQLStoreDriver) -> None:
    driver.commit(Transaction(puts=(put(MAIN, version=1),)))
    driver.commit(Transaction(puts=(put(MAIN, version=2),)))
    assert driver.get_many([MAIN])[MAIN].payload["version"] == 2
    driver.commit(Transaction(deletes=(Delete(MAIN),)))
    assert driver.get_many([MAIN]) == {}


def test_a_put_wins_over_a_delete_of_the_same_record(driver: SQLStoreDriver) -> None:
    driver.commit(Transaction(puts=(put(MAIN, version=1),)))
    new = put(MAIN, version=2)
    driver.commit(Transaction(puts=(new,), deletes=(Delete(MAIN),)))
    assert driver.get_many([MAIN])[MAIN].uuid == new.uuid


def test_a_scan_sorts_and_keeps_to_its_kind(driver: SQLStoreDriver) -> None:
    driver.commit(Transaction(puts=(put(OTHER), put(MAIN), put(NOTE))))
    keys = [record.ref.key for record in driver.scan("stack").records]
    assert keys == ["main", "other"]


def test_a_scan_keeps_to_its_prefix(driver: SQLStoreDriver) -> None:
    keys = ["a/x", "a_/x", "a_/y", "ab/x", "b"]
    driver.commit(Transaction(puts=tuple(put(Ref("note", key)) for key in keys)))
    found = driver.scan("note", prefix="a_/").records
    assert [record.ref.key for record in found] == ["a_/x", "a_/y"]


def test_pages_hold_each_record_once(driver: SQLStoreDriver) -> None:
    keys = ["-1", "a", "b.c", "b/c", "b_c"]
    keys = [f"k{key}" for key in keys]
    driver.commit(Transaction(puts=tuple(put(Ref("note", key)) for key in keys)))
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = driver.scan("note", after=after, limit=2)
        found += [record.ref.key for record in page.records]
        after = page.next
    assert found == sorted(keys)


def test_a_full_last_page_has_no_next(driver: SQLStoreDriver) -> None:
    driver.commit(Transaction(puts=(put(MAIN), put(OTHER))))
    assert driver.scan("stack", limit=2).next is None
    assert driver.scan("stack", limit=1).next == "main"


def test_revision_and_guard_are_the_number_of_the_commit(
    driver: SQLStoreDriver,
) -> None:
    driver.commit(Transaction(puts=(put(MAIN), put(NOTE))))
    driver.commit(Transaction(puts=(put(OTHER),)))
    assert (revision(driver, MAIN), revision(driver, OTHER)) == ("1", "2")
    assert (driver.scan("stack").guard, driver.scan("note").guard) == ("2", "1")


def test_a_guard_changes_when_a_record_goes(driver: SQLStoreDriver) -> None:
    driver.commit(Transaction(puts=(put(MAIN),)))
    before = driver.scan("stack").guard
    driver.commit(Transaction(deletes=(Delete(MAIN),)))
    assert driver.scan("stack").guard != before


def test_a_record_made_again_has_another_revision(driver: SQLStoreDriver) -> None:
    same = put(MAIN)
    driver.commit(Transaction(puts=(same,)))
    before = revision(driver, MAIN)
    driver.commit(Transaction(deletes=(Delete(MAIN),)))
    driver.commit(Transaction(puts=(same,)))
    assert revision(driver, MAIN) != before


def test_a_revision_is_not_used_again_when_the_log_is_emptied(
    driver: SQLStoreDriver, file: Path
) -> None:
    driver.commit(Transaction(puts=(put(MAIN),)))
    execute(file, "DELETE FROM zen_commits")
    driver.commit(Transaction(puts=(put(MAIN),)))
    assert revision(driver, MAIN) == "2"


CHECKS: dict[str, Callable[[SQLStoreDriver], Check | GuardCheck]] = {
    "an old revision": lambda _: Check(MAIN, "1"),
    "no revision": lambda _: Check(MAIN, None),
    "a revision of what is gone": lambda _: Check(OTHER, "2"),
    "an old guard": lambda _: GuardCheck("stack", "1"),
    "no guard": lambda _: GuardCheck("stack", "0"),
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_a_stale_check_changes_nothing(
    driver: SQLStoreDriver, check: Callable[[SQLStoreDriver], Check | GuardCheck]
) -> None:
    driver.commit(Transaction(puts=(put(MAIN),)))
    driver.commit(Transaction(puts=(put(MAIN),)))
    before = driver.scan("stack")
    stale = check(driver)
    with pytest.raises(ConflictError) as caught:
        driver.commit(
            Transaction((put(NOTE), put(OTHER)), (Delete(MAIN),), checks=(stale,))
        )
    assert caught.value.subject == stale.subject
    assert driver.scan("stack") == before
    assert driver.get_many([NOTE]) == {}


def test_checks_that_hold_let_a_transaction_through(driver: SQLStoreDriver) -> None:
    checks = (Check(MAIN, None), GuardCheck("stack", "0"))
    driver.commit(Transaction(puts=(put(MAIN),), checks=checks))
    checks = (Check(MAIN, revision(driver, MAIN)), GuardCheck("stack", "1"))
    driver.commit(Transaction(puts=(put(OTHER),), checks=checks))
    assert list(driver.get_many([MAIN, OTHER])) == [MAIN, OTHER]


def test_a_transaction_is_applied_once(driver: SQLStoreDriver) -> None:
    transaction = Transaction((put(MAIN),), checks=(Check(MAIN, None),))
    driver.commit(transaction)
    before = driver.scan("stack")
    driver.commit(transaction)
    assert driver.scan("stack") == before


def test_a_transaction_that_was_refused_can_be_repeated(
    driver: SQLStoreDriver,
) -> None:
    refused = Transaction((put(MAIN),), checks=(Check(OTHER, "1"),))
    with pytest.raises(ConflictError):
        driver.commit(refused)
    driver.commit(replace(refused, checks=()))
    assert list(driver.get_many([MAIN])) == [MAIN]


def test_a_driver_works_after_it_was_closed(driver: SQLStoreDriver) -> None:
    driver.commit(Transaction(puts=(put(MAIN),)))
    driver.close()
    driver.close()
    assert list(driver.get_many([MAIN])) == [MAIN]


# Nobody's recursion goes as far.
DEEP = "[" * 200_000 + "]" * 200_000
DAMAGE = {
    "payload = '{\"name'": "'payload' is not valid JSON",
    "payload = '[1]'": "'payload' must be a JSON object",
    f"payload = '{DEEP}'": "'payload' is nested too deeply",
    "uuid = 'nonsense'": "'uuid' must be a UUID",
    "key = 'MAIN'": "must be in lower case",
}


@pytest.mark.parametrize(("change", "reason"), DAMAGE.items())
def test_a_damaged_record_hides_no_other(
    driver: SQLStoreDriver, file: Path, change: str, reason: str
) -> None:
    driver.commit(Transaction(puts=(put(MAIN), put(OTHER))))
    change = f"UPDATE zen_records SET {change} WHERE key = 'main'"  # noqa: S608
    execute(file, change)
    page = driver.scan("stack")
    assert [record.ref for record in page.records] == [OTHER]
    (damaged,) = page.damaged
    assert reason in damaged.reason
    assert str(damaged.where).lower() == f"zen_records stack/main in {file}"


def test_a_damaged_record_that_is_asked_for_is_an_error(
    driver: SQLStoreDriver, file: Path
) -> None:
    driver.commit(Transaction(puts=(put(MAIN),)))
    execute(file, "UPDATE zen_records SET payload = ''")
    with pytest.raises(DamagedDataError, match="zen_records stack/main in"):
        driver.get_many([MAIN])


def test_a_damaged_record_can_be_replaced_and_deleted(
    driver: SQLStoreDriver, file: Path
) -> None:
    driver.commit(Transaction(puts=(put(MAIN), put(OTHER))))
    execute(file, f"UPDATE zen_records SET payload = '{DEEP}'")  # noqa: S608
    driver.commit(Transaction(puts=(put(MAIN),), deletes=(Delete(OTHER),)))
    assert [record.ref for record in driver.scan("stack").records] == [MAIN]
    assert [change.before for change in driver.log(after=1)[0].changes] == [None, None]


def test_payloads_are_plain_json_in_the_table(
    driver: SQLStoreDriver, file: Path
) -> None:
    written = put(MAIN)
    driver.commit(Transaction(puts=(written,)))
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM zen_records")).mappings().one()
    assert json.loads(row["payload"]) == written.payload
    assert UUID(row["uuid"]) == written.uuid


ANA = Author("ana \N{SNOWMAN}", "dev1", "zen stack register main")


def test_the_log_tells_who_did_what_and_when(driver: SQLStoreDriver) -> None:
    began = datetime.now(timezone.utc)
    old, new = put(MAIN, version=1), put(MAIN, version=2)
    first = Transaction((old,), (Delete(OTHER),), author=ANA)
    driver.commit(first)
    driver.commit(Transaction((put(NOTE), new)))
    driver.commit(Transaction(deletes=(Delete(MAIN),)))
    commits = driver.log()
    assert [commit.sequence for commit in commits] == [1, 2, 3]
    one = commits[0]
    assert (one.id, one.user, one.host) == (first.id, ANA.user, ANA.host)
    assert one.command == ANA.command
    assert began <= one.time <= commits[2].time <= datetime.now(timezone.utc)
    assert commits[1].user
    before, after = Content(old.uuid, old.payload), Content(new.uuid, new.payload)
    assert one.changes == (Change(MAIN, None, before),)
    assert commits[1].changes[1] == Change(MAIN, before, after)
    assert [change.ref for change in commits[1].changes] == [NOTE, MAIN]
    assert commits[2].changes == (Change(MAIN, after, None),)


def test_the_log_comes_in_pages(driver: SQLStoreDriver) -> None:
    assert (driver.log(), driver.last_sequence()) == ([], 0)
    for _ in range(5):
        driver.commit(Transaction((put(MAIN),)))
    assert [c.sequence for c in driver.log(limit=2)] == [1, 2]
    assert [c.sequence for c in driver.log(after=2, limit=2)] == [3, 4]
    assert driver.log(after=5) == []
    assert driver.last_sequence() == 5


def test_a_refused_transaction_leaves_no_gap(driver: SQLStoreDriver) -> None:
    driver.commit(Transaction((put(MAIN),)))
    with pytest.raises(ConflictError):
        driver.commit(Transaction((put(MAIN),), checks=(Check(MAIN, None),)))
    driver.commit(Transaction())
    assert [(c.sequence, len(c.changes)) for c in driver.log()] == [(1, 1), (2, 0)]


def test_what_could_not_be_read_has_no_content_in_the_log(
    driver: SQLStoreDriver, file: Path
) -> None:
    driver.commit(Transaction((put(MAIN),)))
    execute(file, "UPDATE zen_records SET payload = '{'")
    driver.commit(Transaction((put(MAIN),)))
    (change,) = driver.log()[-1].changes
    assert change.before is None
    assert change.after


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE zen_commits SET time = 'x'",
        "UPDATE zen_changes SET content_after = '{'",
        "UPDATE zen_changes SET content_after = '[]'",
        """UPDATE zen_changes SET content_after = '{"uuid": 5, "payload": {}}'""",
        f"UPDATE zen_changes SET content_after = '{DEEP}'",  # noqa: S608
    ],
)
def test_a_damaged_commit_is_placed(
    driver: SQLStoreDriver, file: Path, change: str
) -> None:
    driver.commit(Transaction((put(MAIN),)))
    execute(file, change)
    with pytest.raises(DamagedDataError, match="zen_commits 1 in "):
        driver.log()
    assert list(driver.get_many([MAIN])) == [MAIN]


@pytest.mark.parametrize(
    "check", [Check(MAIN, "7"), Check(OTHER, "7"), GuardCheck("stack", "7")]
)
def test_a_conflict_says_who_and_when(
    driver: SQLStoreDriver, check: Check | GuardCheck
) -> None:
    driver.commit(Transaction((put(MAIN), put(OTHER)), author=ANA))
    driver.commit(Transaction(deletes=(Delete(OTHER),), author=ANA))
    driver.commit(Transaction((put(NOTE),)))
    commits = driver.log()
    with pytest.raises(ConflictError) as caught:
        driver.commit(Transaction(checks=(check,)))
    last = commits[0 if check == Check(MAIN, "7") else 1]
    assert f"by {ANA} at 20" in str(caught.value)
    assert caught.value.time == last.time


def test_nobody_is_blamed_for_what_is_in_no_log(driver: SQLStoreDriver) -> None:
    with pytest.raises(ConflictError, match="another process in the meantime"):
        driver.commit(Transaction(checks=(Check(MAIN, "1"),)))


def test_stacks_and_components_survive_the_round_trip(driver: SQLStoreDriver) -> None:
    store = Store(driver)
    parts = {"orchestrator": "o", "artifact_store": "a", "metadata_store": "M"}
    stack = StackRecord("Main", parts)
    components = [ComponentRecord(*part, "local") for part in parts.items()]
    store.save(components=components, stacks=[stack])
    assert store.stack("main") == stack
    assert store.components_of(stack) == components
