"""What the parts of the store drivers' contract share."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID, uuid4

import pytest

from zen.errors import ConflictError
from zen.records import Ref
from zen.stores import Delete, Put, StoreDriver, Transaction
from zen.testing._contract import Contract
from zen.testing._demands import demand_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen.records import Record
    from zen.stores import Page

__all__ = [
    "ALPHA",
    "BETA",
    "KIND",
    "StoreContract",
    "demand_conflict",
    "keys",
    "put",
    "read",
    "remove",
    "write",
]

KIND: Final = "note"
ALPHA: Final = Ref(KIND, "alpha")
BETA: Final = Ref(KIND, "beta")


def put(ref: Ref, text: object = "", *, uuid: UUID | None = None) -> Put:
    """Return what writes a small record."""
    return Put(ref, uuid or uuid4(), {"name": ref.key, "text": text})


def write(driver: StoreDriver, *puts: Put) -> None:
    """Write records, whatever there is."""
    driver.commit(Transaction(puts))


def demand_conflict(
    driver: StoreDriver, transaction: Transaction, why: str
) -> ConflictError:
    """Commit what must be refused, and return its error."""
    doing = f"commit of a transaction {why}"
    return demand_error(ConflictError, doing, partial(driver.commit, transaction))


def remove(driver: StoreDriver, *refs: Ref) -> None:
    """Remove records, whatever there is."""
    driver.commit(Transaction(deletes=tuple(map(Delete, refs))))


def read(driver: StoreDriver, ref: Ref) -> Record:
    """Return a record that is there."""
    found = driver.get_many([ref])
    assert list(found) == [ref], (
        f"asked for {ref}, which was written, get_many returned {list(found)}"
    )
    return found[ref]


def keys(page: Page) -> list[str]:
    """Return the keys of a page's records, of which none may be damaged."""
    assert page.damaged == (), (
        f"a scan calls records damaged that were just written: {page.damaged}"
    )
    return [record.ref.key for record in page.records]


class StoreContract(Contract):
    """Hold the fixtures of the store drivers' contract."""

    CAPABILITIES: ClassVar[frozenset[str]] = frozenset(
        {"concurrent", "destroy", "prune", "shared"}
    )

    @pytest.fixture
    def open_driver(self) -> Callable[[], StoreDriver]:
        """Open the store under test once more; the subclass returns this."""
        raise NotImplementedError

    @pytest.fixture
    def connect(
        self, open_driver: Callable[[], StoreDriver]
    ) -> Iterator[Callable[[], StoreDriver]]:
        """Open a driver that is closed when the test ends."""
        with ExitStack() as opened:

            def connect() -> StoreDriver:
                driver = open_driver()
                opened.callback(driver.close)
                return driver

            yield connect

    @pytest.fixture
    def driver(self, connect: Callable[[], StoreDriver]) -> StoreDriver:
        """A driver of the store, which is empty."""
        return connect()

    @pytest.fixture
    def other(self, connect: Callable[[], StoreDriver]) -> StoreDriver:
        """Another driver of the same store, as another host has one."""
        return connect()

    @pytest.fixture
    def contract_subject(self, driver: StoreDriver) -> type:
        """The driver's class."""
        return type(driver)
