"""Store drivers serve several at once, and none of them loses what it wrote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from threading import Barrier, Event
from typing import TYPE_CHECKING, Final, TypeVar

from zen.errors import ConflictError
from zen.records import Ref
from zen.stores import Check, Delete, GuardCheck, Transaction
from zen.testing._contract import requires
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
    from collections.abc import Callable, Sequence

    from zen.stores import StoreDriver

__all__ = ["StoreSharingContract"]

ResultT = TypeVar("ResultT")

WORKERS: Final = 4
ROUNDS: Final = 5


def at_once(tasks: Sequence[Callable[[], ResultT]]) -> list[ResultT]:
    """Run tasks in threads that start together, and return what each returns."""
    barrier = Barrier(len(tasks))

    def begin(task: Callable[[], ResultT]) -> ResultT:
        barrier.wait(timeout=30)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(begin, tasks))


class StoreSharingContract(StoreContract):
    """Check that several drivers of one store get along."""

    @requires("shared")
    def test_a_commit_is_seen_by_others_at_once(
        self, driver: StoreDriver, other: StoreDriver
    ) -> None:
        """All of it: what was put, what was deleted, and the guard."""
        write(driver, put(ALPHA))
        assert keys(other.scan(KIND)) == ["alpha"], (
            "A driver doesn't see what another one has just committed."
        )
        before = other.scan(KIND).guard
        driver.commit(Transaction((put(BETA, "new"),), (Delete(ALPHA),)))
        assert keys(other.scan(KIND)) == ["beta"], (
            "A driver that has scanned before doesn't see what another one has just"
            " committed."
        )
        assert list(other.get_many([ALPHA, BETA])) == [BETA], (
            "'get_many' doesn't see what another driver has just committed."
        )
        assert other.scan(KIND) == driver.scan(KIND), (
            "Two drivers of one store scan different records, revisions or guards."
        )
        assert other.scan(KIND).guard != before, (
            "Another driver has committed, and the guard is the same."
        )

    @requires("shared")
    def test_a_store_is_found_again_by_its_url(self, driver: StoreDriver) -> None:
        """The next process knows nothing but that."""
        write(driver, put(ALPHA, "kept"))
        driver.close()
        with closing(type(driver)(driver.url)) as reopened:
            text = read(reopened, ALPHA).payload["text"]
            assert text == "kept", (
                f"A record held 'kept'; opened again by URL, the store has {text!r}."
            )

    @requires("shared")
    def test_what_others_have_changed_is_refused(
        self, driver: StoreDriver, other: StoreDriver
    ) -> None:
        """A driver doesn't go by what it saw itself."""
        write(driver, put(ALPHA, "old"))
        check = Check(ALPHA, read(driver, ALPHA).revision)
        write(other, put(ALPHA, "theirs"))
        mine = Transaction((put(ALPHA, "mine"),), checks=(check,))
        demand_conflict(driver, mine, "whose record another driver has changed")
        assert read(driver, ALPHA).payload["text"] == "theirs", (
            "A commit was refused, and what another driver wrote is gone all the same."
        )

    @requires("shared")
    def test_of_two_that_rely_on_each_other_one_succeeds(
        self, driver: StoreDriver, other: StoreDriver
    ) -> None:
        """One writes alpha because of beta, the other beta because of alpha."""
        write(driver, put(ALPHA, "on duty"), put(BETA, "on duty"))
        seen_by_driver = Check(BETA, read(driver, BETA).revision)
        seen_by_other = Check(ALPHA, read(other, ALPHA).revision)
        driver.commit(Transaction((put(ALPHA, "off"),), checks=(seen_by_driver,)))
        late = Transaction((put(BETA, "off"),), checks=(seen_by_other,))
        demand_conflict(other, late, "that relies on what another driver has changed")
        assert read(driver, BETA).payload["text"] == "on duty", (
            "A commit was refused, and its record has changed all the same."
        )

    @requires("shared")
    def test_of_two_that_rely_on_a_list_one_succeeds(
        self, driver: StoreDriver, other: StoreDriver
    ) -> None:
        """One adds what the other one's guard says isn't there."""
        seen_by_driver = GuardCheck(KIND, driver.scan(KIND).guard)
        seen_by_other = GuardCheck(KIND, other.scan(KIND).guard)
        driver.commit(Transaction((put(ALPHA),), checks=(seen_by_driver,)))
        late = Transaction((put(BETA),), checks=(seen_by_other,))
        demand_conflict(other, late, "that relies on a list that has changed")
        assert keys(other.scan(KIND)) == ["alpha"], (
            "A commit was refused, and its record is there all the same."
        )

    @requires("shared")
    def test_a_repetition_by_another_driver_overwrites_nothing(
        self, driver: StoreDriver, other: StoreDriver
    ) -> None:
        """The one that had sent it first may be gone."""
        transaction = Transaction((put(ALPHA, "mine"),), checks=(Check(ALPHA, None),))
        driver.commit(transaction)
        write(other, put(ALPHA, "theirs"))
        other.commit(transaction)
        assert read(driver, ALPHA).payload["text"] == "theirs", (
            "A transaction that another driver had sent was applied again. Keep the ids"
            " of transactions in the store."
        )
        remove(other, ALPHA)
        other.commit(transaction)
        assert driver.get_many([ALPHA]) == {}, (
            "A transaction that another driver had sent was applied again, and has"
            " brought back what was deleted."
        )

    @requires("concurrent")
    def test_what_was_acknowledged_is_there(
        self, driver: StoreDriver, open_driver: Callable[[], StoreDriver]
    ) -> None:
        """Many who write different records at once get in nobody's way."""

        def work(worker: int) -> list[str]:
            names = [f"w{worker}-{number}" for number in range(ROUNDS)]
            with closing(open_driver()) as own:
                for name in names:
                    write(own, put(Ref(KIND, name)))
            return names

        done = at_once([partial(work, worker) for worker in range(WORKERS)])
        written = {name for own in done for name in own}
        lost = sorted(written - {*keys(driver.scan(KIND))})
        assert not lost, f"Several wrote at once, and these were lost: {lost}."

    @requires("concurrent")
    def test_of_many_who_change_a_record_at_once_one_succeeds(
        self, driver: StoreDriver, open_driver: Callable[[], StoreDriver]
    ) -> None:
        """Each knows the same revision, and only the first change fits it."""

        def compete(worker: int, check: Check) -> bool:
            change = Transaction((put(ALPHA, worker),), checks=(check,))
            with closing(open_driver()) as own:
                try:
                    own.commit(change)
                except ConflictError:
                    return False
            return True

        revision: str | None = None
        for _ in range(ROUNDS):
            check = Check(ALPHA, revision)
            won = at_once([partial(compete, n, check) for n in range(WORKERS)])
            record = read(driver, ALPHA)
            assert won.count(True) == 1, (
                f"Of {WORKERS} that changed one revision, {won.count(True)} succeeded."
                " Compare and write under one lock, or in one transaction."
            )
            assert record.payload["text"] == won.index(True), (
                f"Worker {won.index(True)} was told that it had succeeded, and the"
                f" record is that of worker {record.payload['text']}."
            )
            revision = record.revision

    @requires("concurrent")
    def test_no_change_to_one_record_is_lost(
        self, driver: StoreDriver, open_driver: Callable[[], StoreDriver]
    ) -> None:
        """Many count up one number, each as often as it takes."""

        def count() -> None:
            with closing(open_driver()) as own:
                for _ in range(ROUNDS):
                    while not increment(own):
                        pass

        write(driver, put(ALPHA, 0))
        at_once([count] * WORKERS)
        counted = read(driver, ALPHA).payload["text"]
        assert counted == WORKERS * ROUNDS, (
            f"A number was counted up {WORKERS * ROUNDS} times, and is {counted}."
        )

    @requires("concurrent")
    def test_who_reads_during_a_commit_relies_on_no_half(
        self, driver: StoreDriver, open_driver: Callable[[], StoreDriver]
    ) -> None:
        """What a scan shows is whole, or its guard holds no longer."""
        ended = Event()

        def swap() -> list[list[str]]:
            with closing(open_driver()) as own, ExitStack() as at_last:
                at_last.callback(ended.set)
                for number in range(ROUNDS):
                    for new, old in ((BETA, ALPHA), (ALPHA, BETA)):
                        change = (put(new, number), put(Ref(KIND, "counter"), number))
                        own.commit(Transaction(change, (Delete(old),)))
            return []

        def watch() -> list[list[str]]:
            halves = []
            with closing(open_driver()) as own:
                while not ended.is_set():
                    page = own.scan(KIND)
                    found = [record.ref.key for record in page.records]
                    if len(found) != 2 and stands(own, page.guard):
                        halves.append(found)
            return halves

        write(driver, put(ALPHA, 0), put(Ref(KIND, "counter"), 0))
        _, halves = at_once([swap, watch])
        assert halves == [], (
            "During commits that swap two records, scans whose guards held showed"
            f" {halves}."
        )


def increment(driver: StoreDriver) -> bool:
    """Add 1 to a record's number, unless somebody else changes it meanwhile."""
    record = read(driver, ALPHA)
    number = record.payload["text"]
    assert isinstance(number, int), f"A number was put, and {number!r} was read."
    check = Check(ALPHA, record.revision)
    try:
        driver.commit(Transaction((put(ALPHA, number + 1),), checks=(check,)))
    except ConflictError:
        return False
    return True


def stands(driver: StoreDriver, guard: str) -> bool:
    """Tell whether the records are still those that a guard was given for."""
    try:
        driver.commit(Transaction(checks=(GuardCheck(KIND, guard),)))
    except ConflictError:
        return False
    return True
