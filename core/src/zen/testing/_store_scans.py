"""Store drivers list records: by key, page by page, under a guard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import pytest

from zen.catalog import Catalog
from zen.records import Ref
from zen.stores import Delete, Transaction
from zen.testing._contract import offer_of
from zen.testing._store_base import (
    ALPHA,
    BETA,
    KIND,
    StoreContract,
    keys,
    put,
    remove,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zen.config.profiles import Names
    from zen.stores import StoreDriver

__all__ = ["StoreScansContract"]

# As sorted by the numbers of their characters, which no language's rules do.
SORTED: Final = (
    *("0", "9", "a", "a-", "a-b", "a.b", "a/b", "a/b/c", "a/c", "a0", "a_", "a_b"),
    *("aa", "ab", "ab/c", "b", "z"),
)
PREFIXES: Final = ("a", "a-", "a.", "a/", "a/b", "a/b/", "a_", "ab", "z", "zz", "b/")


def fill(driver: StoreDriver) -> None:
    """Write all those keys, in another order, and some of other kinds."""
    write(driver, *(put(Ref(KIND, key)) for key in (*SORTED[::2], *SORTED[1::2])))
    write(driver, *(put(Ref(kind, "a/x")) for kind in ("not", "notes", "n")))


def walk(
    driver: StoreDriver,
    limit: int,
    *,
    prefix: str = "",
    between: Callable[[], None] | None = None,
) -> list[str]:
    """Return the keys of all pages, in the order in which they come."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = driver.scan(KIND, prefix=prefix, after=after, limit=limit)
        assert len(page.records) <= limit, (
            f"A page of at most {limit} records has {len(page.records)}."
        )
        found += keys(page)
        assert page.next is None or page.next > after, "the pages never end"
        after = page.next
        if between:
            between()
    return found


def names_function(cls: type) -> Names | None:
    """Return what reads names for completion, if the spec that names `cls` has it."""
    catalog = Catalog()
    offer = offer_of(cls, catalog.store_drivers())
    if offer is None or not offer.spec.names:
        return None
    return cast("Names", catalog.load_names(offer))


class StoreScansContract(StoreContract):
    """Check how a driver lists records, and how guards tell of changes."""

    def test_records_are_sorted_by_key(self, driver: StoreDriver) -> None:
        """The characters' numbers decide, on every host and in every database."""
        fill(driver)
        found = keys(driver.scan(KIND))
        assert found == list(SORTED), (
            f"Keys came as {found}. Sort them by the numbers of their characters:"
            f" {list(SORTED)}."
        )

    def test_a_prefix_matches_as_it_is(self, driver: StoreDriver) -> None:
        """No character of it is a wildcard, and no neighbour matches too."""
        fill(driver)
        for prefix in PREFIXES:
            matching = [key for key in SORTED if key.startswith(prefix)]
            found = keys(driver.scan(KIND, prefix=prefix))
            assert found == matching, (
                f"The prefix {prefix!r} brought {found}, and not {matching}."
            )
            found = walk(driver, 1, prefix=prefix)
            assert found == matching, (
                f"Page by page, the prefix {prefix!r} brought {found}, and not"
                f" {matching}."
            )

    @pytest.mark.parametrize("limit", [1, 2, 3, len(SORTED), 1000])
    def test_pages_hold_each_record_once(self, driver: StoreDriver, limit: int) -> None:
        """None is repeated where a page ends, and none is left out."""
        fill(driver)
        found = walk(driver, limit)
        assert found == list(SORTED), (
            f"Pages of {limit} brought {found}, and not {list(SORTED)}."
        )

    def test_a_page_begins_after_a_key(self, driver: StoreDriver) -> None:
        """The key itself need not exist."""
        fill(driver)
        for after in (*SORTED, "a-a", "a/", "zzz"):
            expected = [key for key in SORTED if key > after]
            found = keys(driver.scan(KIND, after=after))
            assert found == expected, (
                f"After {after!r} come {found}, and not {expected}."
            )

    def test_records_that_come_and_go_move_no_page(self, driver: StoreDriver) -> None:
        """A page is told by a key, and not by a number of records."""
        write(driver, *(put(Ref(KIND, key)) for key in ("b", "d", "f", "h")))
        changes = [
            lambda: write(driver, put(Ref(KIND, "a"))),
            lambda: remove(driver, Ref(KIND, "d")),
            lambda: write(driver, put(Ref(KIND, "g"))),
        ]

        def change() -> None:
            if changes:
                changes.pop(0)()

        found = walk(driver, 1, between=change)
        assert found == ["b", "d", "f", "g", "h"], (
            f"Records came and went between pages, and these were found: {found}. Begin"
            " a page after a key, not after a number of records."
        )

    def test_a_scan_shows_what_is_there_now(self, driver: StoreDriver) -> None:
        """Nothing is kept from the scan before."""
        write(driver, put(ALPHA, "old"))
        driver.scan(KIND)
        write(driver, put(ALPHA, "new"), put(BETA))
        records = driver.scan(KIND).records
        texts = [record.payload["text"] for record in records]
        assert texts == ["new", ""], (
            f"A second scan shows the texts {texts}, and not ['new', '']."
        )
        remove(driver, ALPHA)
        left = keys(driver.scan(KIND))
        assert left == ["beta"], (
            f"'alpha' was deleted, and a scan shows {left}, and not ['beta']."
        )

    def test_names_are_those_that_the_driver_reads(
        self, driver: StoreDriver, tmp_path: Path
    ) -> None:
        """What completion reads without the driver is the same, where it is read."""
        read = names_function(type(driver))
        if read is None:
            return
        write(driver, put(ALPHA, "one"), put(BETA, "two"), put(Ref("notes", "gamma")))
        found = read(driver.url, tmp_path, KIND)
        expected = [record.payload for record in driver.scan(KIND).records]
        assert found is None or sorted(found, key=str) == sorted(expected, key=str), (
            f"Completion reads {found}, and the driver {expected}."
        )

    def test_a_guard_changes_with_its_kind(self, driver: StoreDriver) -> None:
        """Whatever is added, changed, swapped or removed, the guard is a new one."""
        guards = [driver.scan(KIND).guard]
        for change in (
            Transaction((put(ALPHA, "old"),)),
            Transaction((put(ALPHA, "new"),)),
            Transaction((put(BETA, "new"),), (Delete(ALPHA),)),
            Transaction((put(ALPHA, "newer"),)),
            Transaction(deletes=(Delete(BETA),)),
        ):
            driver.commit(change)
            guards.append(driver.scan(KIND).guard)
        assert len(set(guards)) == len(guards), (
            f"A kind that was changed five times had the guards {guards}; each change"
            " must give it a new one."
        )

    def test_a_guard_does_not_change_by_reading(self, driver: StoreDriver) -> None:
        """Otherwise nobody could ever act on what was read."""
        write(driver, put(ALPHA))
        before = driver.scan(KIND).guard
        driver.get_many([ALPHA, BETA])
        driver.scan("other")
        assert driver.scan(KIND).guard == before, "Reading has changed a guard."

    def test_a_guard_does_not_change_with_other_kinds(
        self, driver: StoreDriver
    ) -> None:
        """Those who work on other things don't get into each other's way."""
        write(driver, put(ALPHA))
        before = driver.scan(KIND).guard
        for kind in ("other", "notes"):
            write(driver, put(Ref(kind, "alpha")))
            remove(driver, Ref(kind, "alpha"))
        assert driver.scan(KIND).guard == before, (
            "A guard has changed with records of other kinds."
        )

    def test_a_guard_is_that_of_the_whole_kind(self, driver: StoreDriver) -> None:
        """It is the same, whatever part of the kind is read."""
        fill(driver)
        guards = {
            driver.scan(KIND, prefix=prefix, after=after, limit=limit).guard
            for prefix, after, limit in (("", "", 1000), ("a/", "", 1), ("zz", "b", 1))
        }
        assert len(guards) == 1, (
            f"Parts of one kind have several guards: {sorted(guards)}. A guard stands"
            " for the whole kind, whatever part of it is read."
        )
