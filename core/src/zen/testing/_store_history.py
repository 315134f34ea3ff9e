"""Store drivers remember every commit, until they are told to forget the oldest."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from zen.records import Ref
from zen.stores import Author, Check, Content, Delete, GuardCheck, Transaction
from zen.testing._contract import requires
from zen.testing._store_base import (
    ALPHA,
    BETA,
    KIND,
    StoreContract,
    demand_conflict,
    put,
    read,
    remove,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.records import Record
    from zen.stores import Put, StoreDriver

__all__ = ["StoreHistoryContract"]

ANA: Final = Author("ana", "dev1", "zen stack register prod")


def content(item: Put | Record) -> Content:
    """Return what the log should hold of a record."""
    return Content(item.uuid, item.payload)


def numbers(driver: StoreDriver, *, after: int = 0, limit: int = 1000) -> list[int]:
    """Return the sequence numbers of commits."""
    return [commit.sequence for commit in driver.log(after=after, limit=limit)]


def check_numbers(
    driver: StoreDriver,
    expected: list[int],
    done: str,
    *,
    after: int = 0,
    limit: int = 1000,
) -> None:
    """Demand the sequence numbers of commits, and say what was done to the store."""
    found = numbers(driver, after=after, limit=limit)
    assert found == expected, (
        f"{done}, and the log has the numbers {found}, and not {expected}."
    )


def commit_often(driver: StoreDriver, times: int) -> None:
    """Make as many commits."""
    for number in range(times):
        write(driver, put(ALPHA, number))


class StoreHistoryContract(StoreContract):
    """Check what a driver remembers: its commits, and the kinds of its records."""

    def test_a_store_that_is_empty_has_no_past(self, driver: StoreDriver) -> None:
        """Nor does reading make one."""
        found = (driver.log(), driver.last_sequence(), driver.kinds())
        assert found == ([], 0, []), (
            f"An empty store has this log, last number and kinds: {found}."
        )

    def test_commits_are_numbered_from_one(self, driver: StoreDriver) -> None:
        """None is skipped, and the log has the oldest first."""
        for number in range(1, 6):
            write(driver, put(ALPHA, number))
            last = driver.last_sequence()
            assert last == number, f"After {number} commits, the last one is {last}."
        check_numbers(driver, [1, 2, 3, 4, 5], "Five commits were made")

    def test_a_commit_tells_who_made_it_and_when(self, driver: StoreDriver) -> None:
        """The id is the transaction's, and the time is in UTC."""
        transaction = Transaction((put(ALPHA),), author=ANA)
        # Some keep no more than milliseconds.
        began = datetime.now(timezone.utc) - timedelta(milliseconds=1)
        driver.commit(transaction)
        (commit,) = driver.log()
        assert commit.id == transaction.id, (
            f"Transaction {transaction.id} is in the log as {commit.id}."
        )
        author = Author(commit.user, commit.host, commit.command)
        assert author == ANA, f"A commit of {ANA} is in the log as one of {author}."
        assert commit.time.utcoffset() == timedelta(0), (
            f"The time of a commit, {commit.time!r}, isn't in UTC."
        )
        assert began <= commit.time <= datetime.now(timezone.utc), (
            f"A commit was made after {began}, and its time is {commit.time}."
        )

    def test_a_commit_tells_what_records_were_and_became(
        self, driver: StoreDriver
    ) -> None:
        """Whether they were added, changed or removed."""
        old, new, other = put(ALPHA, "old"), put(ALPHA, ["new"]), put(BETA, {"a": 1})
        write(driver, old)
        write(driver, new, other)
        remove(driver, ALPHA)
        found = [
            sorted((change.ref, change.before, change.after) for change in each.changes)
            for each in driver.log()
        ]
        expected = [
            [(ALPHA, None, content(old))],
            [(ALPHA, content(old), content(new)), (BETA, None, content(other))],
            [(ALPHA, content(new), None)],
        ]
        assert found == expected, (
            f"The log says that records were and became {found}, and not {expected}."
        )

    def test_what_was_not_there_was_not_removed(self, driver: StoreDriver) -> None:
        """A deletion of nothing is no change."""
        written = put(BETA)
        driver.commit(Transaction((written,), (Delete(ALPHA),)))
        (commit,) = driver.log()
        assert commit.changes == ((BETA, None, content(written)),), (
            "One record was put, and one deleted that wasn't there; the log has"
            f" {commit.changes}."
        )

    def test_the_log_has_what_was_applied_and_once(self, driver: StoreDriver) -> None:
        """What was refused isn't in it, nor is what was sent once more."""
        applied = Transaction((put(ALPHA),), checks=(Check(ALPHA, None),))
        refused = Transaction((put(ALPHA),), checks=(Check(ALPHA, None),))
        driver.commit(applied)
        demand_conflict(driver, refused, "whose record should not exist, and does")
        driver.commit(applied)
        write(driver, put(BETA))
        changed = [commit.changes[0].ref for commit in driver.log()]
        assert changed == [ALPHA, BETA], (
            f"Commits changed {ALPHA} and {BETA}; the log, with one that was refused or"
            f" sent again, has {changed}."
        )
        check_numbers(driver, [1, 2], "Two commits were made")

    def test_the_log_comes_in_pages(self, driver: StoreDriver) -> None:
        """A page begins after a number, wherever one left off."""
        commit_often(driver, 5)
        for after, limit, expected in (
            (0, 2, [1, 2]),
            (2, 2, [3, 4]),
            (4, 1000, [5]),
            (5, 1000, []),
            (9, 1000, []),
        ):
            found = numbers(driver, after=after, limit=limit)
            assert found == expected, (
                f"Of five commits, at most {limit} after number {after} are {found},"
                f" and not {expected}."
            )

    def test_a_hundred_commits_are_kept_and_more(self, driver: StoreDriver) -> None:
        """Nothing is forgotten unless somebody asks for it."""
        commit_often(driver, 102)
        check_numbers(driver, [*range(1, 103)], "102 commits were made")

    def test_the_kinds_are_those_of_the_records(self, driver: StoreDriver) -> None:
        """Whatever they are, and only while there are records of them."""
        refs = [Ref(kind, "x/y") for kind in ("stack", "acme_lease", "z9", "notes")]
        write(driver, *map(put, refs), put(ALPHA), put(BETA))
        expected = ["acme_lease", KIND, "notes", "stack", "z9"]
        kinds = driver.kinds()
        assert kinds == expected, f"The kinds are {kinds}, and not {expected}."
        remove(driver, refs[0], ALPHA)
        expected.remove("stack")
        kinds = driver.kinds()
        assert kinds == expected, (
            f"The only 'stack' was deleted, and the kinds are {kinds}."
        )

    @requires("prune")
    def test_pruning_keeps_the_last_commits(self, driver: StoreDriver) -> None:
        """They are as they were, and it is said how many have gone."""
        commit_often(driver, 5)
        kept = driver.log(after=3)
        forgotten = driver.prune(2)
        assert forgotten == 3, f"prune(2) of five commits says {forgotten}, and not 3."
        assert driver.log() == kept, "prune(2) changed or dropped the last two commits."
        check_numbers(driver, [4], "Three of five were pruned", after=1, limit=1)
        last = driver.last_sequence()
        assert last == 5, f"After pruning, the last number is {last}, and not 5."

    @requires("prune")
    def test_pruning_keeps_the_records(self, driver: StoreDriver) -> None:
        """And their revisions and guards, so that nobody's work is in vain."""
        write(driver, put(BETA))
        commit_often(driver, 3)
        before = driver.scan(KIND)
        driver.prune(1)
        assert driver.scan(KIND) == before, "Pruning has changed records or guards."
        checks = (
            Check(BETA, read(driver, BETA).revision),
            GuardCheck(KIND, before.guard),
        )
        driver.commit(Transaction((put(ALPHA, "next"),), checks=checks))
        text = read(driver, ALPHA).payload["text"]
        assert text == "next", f"After pruning, 'next' was put, and {text!r} was read."

    @requires("prune")
    def test_numbers_go_on_after_pruning(self, driver: StoreDriver) -> None:
        """No commit ever gets the number of one that is forgotten."""
        commit_often(driver, 3)
        driver.prune(1)
        commit_often(driver, 2)
        check_numbers(driver, [3, 4, 5], "Two of three were pruned, and two made")
        forgotten = driver.prune(2)
        assert forgotten == 1, f"prune(2) of three commits says {forgotten}, and not 1."

    @requires("prune")
    def test_pruning_keeps_what_was_made_lately(self, driver: StoreDriver) -> None:
        """Whoever repeats one of those transactions is told that it was applied."""
        transaction = Transaction((put(ALPHA),))
        driver.commit(transaction)
        commit_often(driver, 3)
        now = datetime.now(timezone.utc)
        forgotten = driver.prune(1, before=now - timedelta(hours=1))
        assert forgotten == 0, (
            f"Four commits were made just now; {forgotten} older than an hour were"
            " pruned."
        )
        assert numbers(driver) == [1, 2, 3, 4], "commits of the last hour are gone"
        driver.commit(transaction)
        assert numbers(driver) == [1, 2, 3, 4], "a transaction was applied again"
        forgotten = driver.prune(1, before=now + timedelta(hours=1))
        assert forgotten == 3, (
            f"All but the last of four commits were to be pruned, and {forgotten} were."
        )
        check_numbers(driver, [4], "Three of four were pruned")

    @requires("prune")
    def test_there_may_be_nothing_to_prune(self, driver: StoreDriver) -> None:
        """It is no error, in a store that is empty and in another."""
        forgotten = driver.prune(1)
        assert forgotten == 0, f"{forgotten} commits of an empty store were pruned."
        commit_often(driver, 2)
        pruned = (driver.prune(2), driver.prune(100))
        assert pruned == (0, 0), (
            f"Two commits were made; prune(2) and prune(100) forgot {pruned}."
        )
        check_numbers(driver, [1, 2], "Nothing was to be pruned")

    @requires("destroy")
    def test_a_store_that_was_destroyed_is_empty(
        self, driver: StoreDriver, connect: Callable[[], StoreDriver]
    ) -> None:
        """Its records, guards and commits are gone, and it can be used again."""
        commit_often(driver, 3)
        write(driver, put(BETA), put(Ref("other", "x")))
        driver.destroy()
        again = connect()
        kept = (again.kinds(), again.log(), again.last_sequence())
        assert kept == ([], [], 0), "destroy left records or commits behind"
        assert again.scan(KIND) == connect().scan("never"), "destroy left a guard"
        write(again, put(ALPHA))
        assert numbers(connect()) == [1], "numbers go on after destroy"

    @requires("destroy")
    def test_there_may_be_nothing_to_destroy(self, driver: StoreDriver) -> None:
        """It is no error where nothing was committed, nor the second time."""
        driver.destroy()
        write(driver, put(ALPHA))
        driver.destroy()
        driver.destroy()

    def test_a_new_store_needs_no_upgrade(self, driver: StoreDriver) -> None:
        """What this version has made is as this version wants it."""
        done = driver.upgrade()
        assert done is None, f"'upgrade' says that it changed an empty store: {done}"
        write(driver, put(ALPHA))
        before = driver.scan(KIND), driver.log()
        done = driver.upgrade()
        assert done is None, f"'upgrade' says that it changed a new store: {done}"
        assert (driver.scan(KIND), driver.log()) == before, (
            "'upgrade' has changed records or commits of a new store."
        )
