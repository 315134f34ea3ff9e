"""Store drivers apply transactions whole, under their checks, and once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from zen.records import Ref
from zen.stores import Check, Delete, GuardCheck, Transaction
from zen.testing._store_base import (
    ALPHA,
    BETA,
    KIND,
    StoreContract,
    demand_conflict,
    keys,
    put,
    read,
    remove,
    write,
)

if TYPE_CHECKING:
    from zen.errors import ConflictError
    from zen.stores import StoreDriver

__all__ = ["StoreTransactionsContract"]

OTHER = Ref("other", "alpha")


def refuse(driver: StoreDriver, *checks: Check | GuardCheck) -> ConflictError:
    """Demand that what these checks guard is refused, and that nothing changes."""
    before = driver.scan(KIND), driver.scan(OTHER.kind)
    puts = (put(ALPHA, "refused"), put(Ref(KIND, "gamma")), put(OTHER, "refused"))
    transaction = Transaction(puts, (Delete(BETA),), checks)
    conflict = demand_conflict(driver, transaction, "of whose checks one doesn't hold")
    assert (driver.scan(KIND), driver.scan(OTHER.kind)) == before, (
        "A commit was refused, and has changed records or guards all the same."
    )
    return conflict


class StoreTransactionsContract(StoreContract):
    """Check that transactions are compared and swapped, all or nothing, and once."""

    def test_a_revision_stays_while_the_record_does(self, driver: StoreDriver) -> None:
        """It is the same however the record is read, whatever happens elsewhere."""
        write(driver, put(ALPHA))
        before = read(driver, ALPHA).revision
        write(driver, put(BETA))
        remove(driver, BETA)
        after = read(driver, ALPHA).revision
        assert after == before, (
            f"A record's revision was {before!r}, and is {after!r} since another record"
            " was written."
        )
        scanned = driver.scan(KIND).records[0].revision
        assert scanned == before, (
            f"'get_many' gives a record the revision {before!r}, 'scan' {scanned!r}."
        )

    def test_a_revision_changes_with_the_record(self, driver: StoreDriver) -> None:
        """The payload may be another one, or the uuid."""
        revisions = []
        for text, uuid in (("a", uuid4()), ("b", uuid4()), ("b", uuid4())):
            write(driver, put(ALPHA, text, uuid=uuid))
            revisions.append(read(driver, ALPHA).revision)
        assert len(set(revisions)) == len(revisions), (
            f"A record that was changed twice had the revisions {revisions}; each"
            " change must give it a new one."
        )

    def test_a_stale_revision_is_refused(self, driver: StoreDriver) -> None:
        """What somebody else has written since isn't overwritten."""
        write(driver, put(ALPHA, "old"), put(BETA))
        stale = Check(ALPHA, read(driver, ALPHA).revision)
        write(driver, put(ALPHA, "new"))
        refuse(driver, stale)

    def test_a_record_that_is_gone_is_refused(self, driver: StoreDriver) -> None:
        """Its revision doesn't outlive it."""
        write(driver, put(ALPHA), put(BETA))
        gone = Check(ALPHA, read(driver, ALPHA).revision)
        remove(driver, ALPHA)
        refuse(driver, gone)

    def test_a_record_that_was_made_anew_is_refused(self, driver: StoreDriver) -> None:
        """With the same name and content it is another one, for its uuid is."""
        write(driver, put(ALPHA, "same"), put(BETA))
        before = Check(ALPHA, read(driver, ALPHA).revision)
        remove(driver, ALPHA)
        write(driver, put(ALPHA, "same"))
        refuse(driver, before)

    def test_a_record_that_should_not_exist_is_refused(
        self, driver: StoreDriver
    ) -> None:
        """Of two that create it, the second fails."""
        write(driver, put(ALPHA), put(BETA))
        refuse(driver, Check(ALPHA, None))

    def test_a_check_of_what_is_not_written_counts(self, driver: StoreDriver) -> None:
        """Otherwise two transactions could each undo what the other relies on."""
        checked = Ref("third", "alpha")
        write(driver, put(checked, "old"), put(ALPHA), put(BETA))
        stale = Check(checked, read(driver, checked).revision)
        write(driver, put(checked, "new"))
        refuse(driver, stale)
        remove(driver, checked)
        refuse(driver, stale)

    def test_a_record_that_came_meanwhile_is_refused(self, driver: StoreDriver) -> None:
        """A guard stands for all records of its kind, those that aren't there too."""
        empty = GuardCheck(KIND, driver.scan(KIND).guard)
        write(driver, put(ALPHA), put(BETA))
        refuse(driver, empty)
        some = GuardCheck(KIND, driver.scan(KIND).guard)
        write(driver, put(Ref(KIND, "new")))
        refuse(driver, some)

    def test_a_record_that_went_or_changed_meanwhile_is_refused(
        self, driver: StoreDriver
    ) -> None:
        """A guard stands for what the records are, too."""
        write(driver, put(ALPHA, "old"), put(BETA))
        before = GuardCheck(KIND, driver.scan(KIND).guard)
        write(driver, put(ALPHA, "new"))
        refuse(driver, before)
        before = GuardCheck(KIND, driver.scan(KIND).guard)
        remove(driver, ALPHA)
        refuse(driver, before)

    def test_checks_that_hold_let_a_transaction_through(
        self, driver: StoreDriver
    ) -> None:
        """All of them at once, of absence, revision and guard."""
        absent = (Check(ALPHA, None), GuardCheck(KIND, driver.scan(KIND).guard))
        driver.commit(Transaction((put(ALPHA), put(OTHER)), checks=absent))
        present = (
            Check(ALPHA, read(driver, ALPHA).revision),
            Check(OTHER, read(driver, OTHER).revision),
            GuardCheck(KIND, driver.scan(KIND).guard),
        )
        driver.commit(Transaction((put(BETA),), (Delete(ALPHA),), present))
        left = keys(driver.scan(KIND))
        assert left == ["beta"], (
            "A transaction whose checks hold puts 'beta' and deletes 'alpha'; it left"
            f" {left}."
        )

    def test_a_conflict_in_the_last_check_leaves_nothing(
        self, driver: StoreDriver
    ) -> None:
        """Nothing is written before the last check has been made."""
        write(driver, put(ALPHA), put(BETA))
        holds = Check(ALPHA, read(driver, ALPHA).revision)
        fails = Check(OTHER, "no such revision")
        refuse(driver, holds, GuardCheck(KIND, driver.scan(KIND).guard), fails)

    def test_a_conflict_names_the_check_that_failed(self, driver: StoreDriver) -> None:
        """Whoever repeats the operation learns from it what to look at."""
        write(driver, put(ALPHA), put(BETA))
        holds = Check(ALPHA, read(driver, ALPHA).revision)
        for fails in (Check(BETA, None), GuardCheck(KIND, "no such guard")):
            conflict = refuse(driver, holds, fails)
            assert conflict.check == fails, (
                f"{fails} failed, and the conflict names {conflict.check}."
            )
            assert conflict.subject == fails.subject, (
                f"The conflict is about {conflict.subject}, and not {fails.subject}."
            )

    def test_a_transaction_is_applied_once(self, driver: StoreDriver) -> None:
        """It may be sent again, when no answer came, though its checks fail now."""
        guard = driver.scan(KIND).guard
        checks = (Check(ALPHA, None), GuardCheck(KIND, guard))
        transaction = Transaction((put(ALPHA, "mine"),), checks=checks)
        driver.commit(transaction)
        before = driver.scan(KIND)
        driver.commit(transaction)
        assert driver.scan(KIND) == before, (
            "A transaction that was sent again was applied again. Look its id up in the"
            " log before its checks."
        )

    def test_a_repetition_overwrites_nothing(self, driver: StoreDriver) -> None:
        """What others have done since it was applied stays, checks or none."""
        write(driver, put(BETA))
        transaction = Transaction((put(ALPHA, "mine"),), (Delete(BETA),))
        driver.commit(transaction)
        write(driver, put(ALPHA, "theirs"), put(BETA, "theirs"))
        driver.commit(transaction)
        for ref in (ALPHA, BETA):
            text = read(driver, ref).payload["text"]
            assert text == "theirs", (
                f"A transaction that was sent again has overwritten {ref}, which"
                f" another one wrote in the meantime: it holds {text!r}."
            )

    def test_a_repetition_brings_nothing_back(self, driver: StoreDriver) -> None:
        """What others have deleted since it was applied stays deleted."""
        transaction = Transaction((put(ALPHA),), checks=(Check(ALPHA, None),))
        driver.commit(transaction)
        remove(driver, ALPHA)
        driver.commit(transaction)
        assert driver.get_many([ALPHA]) == {}, (
            "A transaction that was sent again has brought back a record that another"
            " one deleted in the meantime."
        )

    def test_a_transaction_that_was_refused_can_be_repeated(
        self, driver: StoreDriver
    ) -> None:
        """It wasn't applied, so it isn't taken for one that was."""
        refused = Transaction((put(ALPHA),), checks=(Check(BETA, "unknown"),))
        demand_conflict(driver, refused, "whose record is gone")
        driver.commit(replace(refused, checks=()))
        assert keys(driver.scan(KIND)) == ["alpha"], (
            "A transaction that was refused and sent again wasn't applied. Note its id"
            " only when it is."
        )

    def test_equal_transactions_are_told_apart(self, driver: StoreDriver) -> None:
        """Two that ask for the same are two, for each has an id of its own."""
        wanted = put(ALPHA)
        write(driver, wanted)
        remove(driver, ALPHA)
        write(driver, wanted)
        assert keys(driver.scan(KIND)) == ["alpha"], (
            "A transaction wasn't applied, as an earlier one asked for the same. Tell"
            " them apart by their ids."
        )
