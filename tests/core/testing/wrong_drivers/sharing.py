"""Store drivers that get into trouble with others of the same store."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.core.testing.memory_driver import MemoryDriver

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from uuid import UUID

    from zen.stores import Page, Transaction


class ShowsHalf(MemoryDriver):
    """Let others see, and rely on, a transaction of which half was applied."""

    def commit(self, transaction: Transaction) -> None:
        if not (transaction.puts and transaction.deletes):
            super().commit(transaction)
            return
        with self.locked():
            super().commit(replace(transaction, deletes=()))
        time.sleep(0.01)
        with self.locked():
            self.apply(replace(transaction, puts=(), checks=()))


class ForgetsDeletes(MemoryDriver):
    """Apply no deletion where something is put too."""

    def apply(self, transaction: Transaction) -> None:
        deletes = () if transaction.puts else transaction.deletes
        super().apply(replace(transaction, deletes=deletes))


class RemembersByItself(MemoryDriver):
    """Know no transaction again that another driver has applied."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.own: set[UUID] = set()

    def commit(self, transaction: Transaction) -> None:
        super().commit(transaction)
        self.own.add(transaction.id)

    def is_applied(self, transaction: Transaction) -> bool:
        return transaction.id in self.own


class ReadsFromACache(MemoryDriver):
    """Go on showing what this driver has read before."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.seen: dict[str, Page] = {}

    def commit(self, transaction: Transaction) -> None:
        super().commit(transaction)
        self.seen.clear()

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        key = f"{kind} {prefix} {after} {limit}"
        return self.seen.setdefault(key, page)


class DoesNotLock(MemoryDriver):
    """Let others in between the checks and the writing."""

    def locked(self) -> AbstractContextManager[object]:
        return nullcontext()

    def apply(self, transaction: Transaction) -> None:
        time.sleep(0.002)
        super().apply(transaction)


class NeedsMoreThanItsUrl(MemoryDriver):
    """Keep what it has in the object, and not at the URL."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.memory = self.memories[f"{url} {id(self)}"]
