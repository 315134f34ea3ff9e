"""Store drivers that keep something else than what was put."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID, uuid5

from tests.core.testing.memory_driver import MemoryDriver, Row

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from zen.records import Record, Ref
    from zen.stores import Put, Transaction


class LosesAWrite(MemoryDriver):
    def apply(self, transaction: Transaction) -> None:
        super().apply(replace(transaction, puts=transaction.puts[:1]))


class LosesUuids(MemoryDriver):
    """Tell records by their names."""

    def row(self, put: Put, sequence: int) -> Row:
        row = super().row(put, sequence)
        return replace(row, uuid=uuid5(UUID(int=0), str(put.ref)))


class KeepsTheFirstUuid(MemoryDriver):
    def row(self, put: Put, sequence: int) -> Row:
        row = super().row(put, sequence)
        before = self.memory.rows.get(put.ref)
        return replace(row, uuid=before.uuid) if before else row


class CutsLongTexts(MemoryDriver):
    def load(self, payload: str) -> dict[str, object]:
        return {
            key: value[: 1 << 16] if isinstance(value, str) else value
            for key, value in super().load(payload).items()
        }


class TakesBooleansForNumbers(MemoryDriver):
    def load(self, payload: str) -> dict[str, object]:
        return super().load(payload.replace("true", "1").replace("false", "0"))


class SharesWhatIsRead(MemoryDriver):
    """Hand out the payload that it keeps."""

    loaded: ClassVar[dict[str, dict[str, object]]] = {}

    def load(self, payload: str) -> dict[str, object]:
        return self.loaded.setdefault(f"{self.url} {payload}", super().load(payload))


class SharesWhatIsWritten(MemoryDriver):
    """Keep the payload that it was given."""

    given: ClassVar[dict[str, object]] = {}

    def row(self, put: Put, sequence: int) -> Row:
        row = super().row(put, sequence)
        self.given[f"{self.url} {row.payload}"] = put.payload
        return row

    def load(self, payload: str) -> dict[str, object]:
        return super().load(json.dumps(self.given[f"{self.url} {payload}"]))


class MixesKinds(MemoryDriver):
    """Keep records of all kinds under their keys."""

    def record(self, ref: Ref, row: Row) -> Record:
        del row
        same = [r for r in self.memory.rows.items() if r[0].key == ref.key]
        newest = max(same, key=lambda found: found[1].revision)
        return super().record(ref, newest[1])


class CannotBeClosedTwice(MemoryDriver):
    def close(self) -> None:
        del self.memory


class CannotBeUsedAgain(MemoryDriver):
    closed = False

    def close(self) -> None:
        self.closed = True

    def locked(self) -> AbstractContextManager[object]:
        assert not self.closed
        return super().locked()


class DoesNotNormaliseItsDefault(MemoryDriver):
    @classmethod
    def normalise_url(cls, url: str) -> str:
        return url.replace("memory:", "memory://", 1)


class MissesItself(MemoryDriver):
    def missing_place(self) -> Path | None:
        return None if self.memory.rows else Path(self.url)
