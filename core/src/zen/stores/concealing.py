"""A driver whose errors don't show what its URL's variables hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zen.stores.driver import StoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from zen.concealment import Concealment
    from zen.records import Record, Ref
    from zen.stores.driver import Page, Transaction
    from zen.stores.history import Commit

__all__ = ["ConcealingDriver"]


class ConcealingDriver(StoreDriver):
    """Be another driver, and say `${NAME}` where that would show a variable's value.

    Args:
        driver: The driver.
        concealment: Knows the variables.
    """

    def __init__(self, driver: StoreDriver, concealment: Concealment) -> None:
        super().__init__(driver.url)
        self._driver = driver
        self._concealment = concealment

    @classmethod
    def default_url(cls, folder: Path) -> str:
        """A place that a driver chooses refers to no variable."""
        raise NotImplementedError

    @classmethod
    def normalise_url(cls, url: str) -> str:
        """The other driver's class has done that."""
        raise NotImplementedError

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Return those of the records that exist."""
        with self._concealment.errors():
            found = self._driver.get_many(refs)
        return {ref: self._shown(record) for ref, record in found.items()}

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        """Return the records of a kind whose key begins with `prefix`, by key."""
        with self._concealment.errors():
            page = self._driver.scan(kind, prefix=prefix, after=after, limit=limit)
        for error in page.damaged:
            self._concealment.error(error)
        return page._replace(records=tuple(map(self._shown, page.records)))

    def kinds(self) -> list[str]:
        """Return the kinds of record that there are, sorted."""
        with self._concealment.errors():
            return self._driver.kinds()

    def commit(self, transaction: Transaction) -> None:
        """Apply a transaction whole, durably, and only if all its checks hold."""
        with self._concealment.errors():
            self._driver.commit(transaction)

    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        """Return commits, the oldest first."""
        with self._concealment.errors():
            return self._driver.log(after=after, limit=limit)

    def last_sequence(self) -> int:
        """Return the sequence number of the last commit, 0 if there is none."""
        with self._concealment.errors():
            return self._driver.last_sequence()

    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        """Forget the oldest commits, and return how many those were."""
        with self._concealment.errors():
            return self._driver.prune(keep, before=before)

    def destroy(self) -> None:
        """Remove all that the store holds."""
        with self._concealment.errors():
            self._driver.destroy()

    def check_place(self) -> None:
        """Refuse a place that holds something else, when a profile is made there."""
        with self._concealment.errors():
            self._driver.check_place()

    def missing_place(self) -> Path | None:
        """Return the folder or the file that the store was in, if that is gone."""
        with self._concealment.errors():
            place = self._driver.missing_place()
        return place and Path(self._concealment.text(str(place)))

    def expect(self) -> None:
        """Take note that the store was made before."""
        with self._concealment.errors():
            self._driver.expect()

    def upgrade(self) -> str | None:
        """Bring the store's layout to this version's, if an older one made it."""
        with self._concealment.errors():
            done = self._driver.upgrade()
        return done and self._concealment.text(done)

    def close(self) -> None:
        """Let go of what the driver holds, such as connections."""
        self._driver.close()

    def _shown(self, record: Record) -> Record:
        return replace(record, origin=self._concealment.text(record.origin))
