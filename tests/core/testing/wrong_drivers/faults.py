"""Store drivers that don't say what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.testing.memory_driver import UNREACHABLE, MemoryDriver, Row
from zen.errors import DamagedDataError
from zen.records import Record, Ref

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from zen.stores import Page


class LetsErrorsThrough(MemoryDriver):
    def locked(self) -> AbstractContextManager[object]:
        if self.url == UNREACHABLE:
            raise ConnectionRefusedError(self.url)
        return super().locked()


class SeesNothingFromAfar(MemoryDriver):
    """Take a store that can't be reached for an empty one."""

    def locked(self) -> AbstractContextManager[object]:
        return self.memory.lock


class ReadsPastDamage(MemoryDriver):
    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        try:
            return super().get_many(refs)
        except DamagedDataError:
            return {}


class FailsAtDamage(MemoryDriver):
    """Let the error of what reads JSON through."""

    def record(self, ref: Ref, row: Row) -> Record:
        return Record(ref, row.uuid, self.load(row.payload), self.revision(ref, row))


class DoesNotSayWhere(MemoryDriver):
    def record(self, ref: Ref, row: Row) -> Record:
        try:
            return super().record(ref, row)
        except DamagedDataError as error:
            raise DamagedDataError("", error.reason) from error


class HidesBehindDamage(MemoryDriver):
    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        for error in page.damaged:
            raise error
        return page


class KeepsDamageToItself(MemoryDriver):
    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        return page._replace(damaged=())


class TakesAnyUrl(MemoryDriver):
    @classmethod
    def normalise_url(cls, url: str) -> str:
        return url
