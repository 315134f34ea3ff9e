"""Read all records of a kind through a driver, as of one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen.errors import ConflictError

if TYPE_CHECKING:
    from zen.errors import DamagedDataError
    from zen.records import Record
    from zen.stores.driver import StoreDriver

__all__ = ["scan_all"]

_ATTEMPTS: Final = 20
# Some drivers look through all records of a kind for each page.
_PAGE: Final = 10_000


def scan_all(
    driver: StoreDriver, kind: str, prefix: str = ""
) -> tuple[list[Record], list[DamagedDataError], str]:
    """Return the records of a kind, what couldn't be read, and the kind's guard.

    It begins again when somebody writes between two pages.

    Args:
        driver: Where they are.
        kind: The kind of record.
        prefix: What their keys begin with.

    Raises:
        ConflictError: Somebody does so again and again.
    """
    for _ in range(_ATTEMPTS):
        records: list[Record] = []
        damaged: list[DamagedDataError] = []
        page = driver.scan(kind, prefix=prefix, limit=_PAGE)
        guard = page.guard
        while True:
            records += page.records
            damaged += page.damaged
            if page.next is None or page.guard != guard:
                break
            page = driver.scan(kind, prefix=prefix, after=page.next, limit=_PAGE)
        if page.guard == guard:
            return records, damaged, guard
    raise ConflictError(f"The list of {kind}s")
