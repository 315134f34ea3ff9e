"""Which store it is: a uuid that the store's first commit keeps in it.

A clone of a store shares it, and a copy has one of its own. It is a record like any
other for the driver, and none that users see.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from zen.errors import DamagedDataError, StoreReplacedError
from zen.records import Ref
from zen.stores.driver import Check, Put
from zen.stores.scanning import scan_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen.records import Record
    from zen.stores.driver import StoreDriver, Transaction

__all__ = ["IDENTITY", "Identity"]

IDENTITY: Final = Ref("store", "identity")


class Identity:
    """Know which store a driver leads to, and that it is still the same one.

    A store that an older version made has no identity before its next commit. Until
    then, its URL stands for it.

    Args:
        driver: The store.

    Attributes:
        first: What the identity is to be, if the store gets one; made up if None.
    """

    def __init__(self, driver: StoreDriver) -> None:
        self.first: UUID | None = None
        self._driver = driver
        self._uuid: UUID | None = None
        self._revision: str | None = None
        self._is_known = False

    @property
    def uuid(self) -> UUID:
        """What tells the store from every other one."""
        if not self._is_known:
            self.get_many([])
        return self._uuid or self._of_place

    def is_that_of(self, uuid: UUID) -> bool:
        """Tell whether it is the store that had an identity when that was asked for."""
        return uuid in {self.uuid, self._of_place}

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Read records; the first time, which store they are in is read with them.

        Raises:
            StoreReplacedError: They are in another store than what was read before.
            ZenError: As `StoreDriver.get_many` does.
        """
        if self._is_known:
            return self._driver.get_many(refs)
        wanted = list(refs)
        if IDENTITY in wanted:
            return self._driver.get_many(wanted)
        try:
            found = self._driver.get_many([*wanted, IDENTITY])
        except DamagedDataError:
            # An identity that is damaged keeps nobody from reading.
            return self._driver.get_many(wanted)
        self._learn(found.pop(IDENTITY, None))
        return found

    def check(self) -> None:
        """Raise `StoreReplacedError` if another store has taken the place of this one.

        Raises:
            DamagedDataError: The identity can't be read.
        """
        self._learn(self._driver.get_many([IDENTITY]).get(IDENTITY))

    def seal(self, transaction: Transaction) -> Transaction:
        """Return a transaction that no other store accepts in the place of this one.

        If the store has no identity yet, the transaction gives it one.

        Raises:
            StoreReplacedError: Another store has taken the place of this one.
            DamagedDataError: The identity can't be read.
        """
        if not (transaction.puts or transaction.deletes):
            return transaction
        if not self._is_known:
            self.check()
        puts = transaction.puts
        if self._uuid is None:
            uuid = self.first or self._derived() or uuid4()
            puts = (Put(IDENTITY, uuid, {"uuid": str(uuid)}), *puts)
        checks = (Check(IDENTITY, self._revision), *transaction.checks)
        return replace(transaction, puts=puts, checks=checks)

    def note(self, transaction: Transaction) -> None:
        """Take note of a sealed transaction that was committed."""
        for put in transaction.puts:
            if put.ref == IDENTITY:
                self._uuid, self._is_known = put.uuid, False

    def _derived(self) -> UUID | None:
        """Return what the clones of an older store agree on; None for a new store.

        Each clone gets its identity with a commit of its own, and git would find two
        of them. The lowest uuid of the records is the same in all of them, unless a
        clone has got a lower one or has lost it before.
        """
        found = [
            record.uuid
            for kind in self._driver.kinds()
            for record in scan_all(self._driver, kind)[0]
        ]
        return uuid5(min(found), str(IDENTITY)) if found else None

    @property
    def _of_place(self) -> UUID:
        return uuid5(NAMESPACE_URL, self._driver.url)

    def _learn(self, record: Record | None) -> None:
        if self._uuid and (record is None or record.uuid != self._uuid):
            problem = (
                "has been deleted"
                if record is None
                else "has been replaced by another one"
            )
            raise StoreReplacedError("The profile's store", problem)
        self._uuid = record.uuid if record else None
        self._revision = record.revision if record else None
        self._is_known = True
