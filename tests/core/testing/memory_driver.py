"""A small store driver that keeps to the contract, in the memory of one process."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from threading import RLock
from typing import TYPE_CHECKING, ClassVar, Final

from zen.errors import ConflictError, DamagedDataError, StoreUnavailableError
from zen.records import Record, Ref
from zen.stores import Change, Check, Commit, Content, Page, StoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from uuid import UUID

    from zen.stores import GuardCheck, Put, Transaction


UNREACHABLE: Final = "memory:unreachable"
DAMAGE: Final = "{"


@dataclass(frozen=True)
class Row:
    uuid: UUID
    payload: str
    revision: int

    @property
    def content(self) -> Content:
        return Content(self.uuid, json.loads(self.payload))


@dataclass
class Memory:
    lock: RLock = field(default_factory=RLock)
    rows: dict[Ref, Row] = field(default_factory=dict)
    guards: dict[str, int] = field(default_factory=dict)
    commits: list[Commit] = field(default_factory=list)
    sequence: int = 0


def refs_of(transaction: Transaction) -> set[Ref]:
    puts = {put.ref for put in transaction.puts}
    return puts | {delete.ref for delete in transaction.deletes}


def damage(url: str, ref: Ref) -> None:
    rows = MemoryDriver.memories[url].rows
    rows[ref] = replace(rows[ref], payload=DAMAGE)


def right_names(url: str, folder: Path, kind: str) -> list[Mapping[str, object]]:
    """Read as the driver does."""
    del folder
    return [record.payload for record in MemoryDriver(url).scan(kind).records]


def wrong_names(url: str, folder: Path, kind: str) -> list[Mapping[str, object]]:
    """Read records of any kind."""
    del folder, kind
    rows = MemoryDriver.memories[url].rows.values()
    return [json.loads(row.payload) for row in rows]


class MemoryDriver(StoreDriver):
    """Each step is a method of its own, so that another driver can do it wrong."""

    memories: ClassVar[defaultdict[str, Memory]] = defaultdict(Memory)

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.memory = self.memories[url]

    @classmethod
    def default_url(cls, folder: Path) -> str:
        return f"memory:{folder}"

    @classmethod
    def normalise_url(cls, url: str) -> str:
        if not url.startswith("memory:"):
            raise ValueError("it must begin with memory:")
        return url

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        with self.locked():
            rows = {ref: self.memory.rows.get(ref) for ref in refs}
        return {ref: self.record(ref, row) for ref, row in rows.items() if row}

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        with self.locked():
            guard, rows = self.guard(kind), dict(self.memory.rows)
        refs = [ref for ref in rows if ref.kind == kind and ref.key > after]
        found = self.in_order([ref for ref in refs if self.matches(ref, prefix)])
        page, damaged = [], []
        for ref in found[:limit]:
            try:
                page.append(self.record(ref, rows[ref]))
            except DamagedDataError as error:
                damaged.append(error)
        more = found[limit - 1].key if len(found) > limit else None
        return Page(tuple(page), guard, more, tuple(damaged))

    def kinds(self) -> list[str]:
        with self.locked():
            return sorted({ref.kind for ref in self.memory.rows})

    def commit(self, transaction: Transaction) -> None:
        with self.locked():
            if self.is_applied(transaction):
                return
            for check in transaction.checks:
                if not self.holds(check):
                    raise ConflictError(check.subject, check=check)
            self.apply(transaction)

    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        with self.locked():
            return [c for c in self.memory.commits if c.sequence > after][:limit]

    def last_sequence(self) -> int:
        with self.locked():
            return self.memory.sequence

    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        with self.locked():
            forgotten = [
                commit
                for commit in self.memory.commits[:-keep]
                if before is None or commit.time < before
            ]
            del self.memory.commits[: len(forgotten)]
        return len(forgotten)

    def destroy(self) -> None:
        with self.locked():
            self.memory.rows.clear()
            self.memory.guards.clear()
            self.memory.commits.clear()
            self.memory.sequence = 0

    def locked(self) -> AbstractContextManager[object]:
        if self.url == UNREACHABLE:
            raise StoreUnavailableError(f"{self.url} can't be reached.")
        return self.memory.lock

    def matches(self, ref: Ref, prefix: str) -> bool:
        return ref.key.startswith(prefix)

    def in_order(self, refs: list[Ref]) -> list[Ref]:
        return sorted(refs)

    def record(self, ref: Ref, row: Row) -> Record:
        if row.payload == DAMAGE:
            raise DamagedDataError(f"{self.url}, {ref}", "it isn't JSON")
        payload = self.load(row.payload)
        return Record(ref, row.uuid, payload, self.revision(ref, row))

    def load(self, payload: str) -> dict[str, object]:
        content: dict[str, object] = json.loads(payload)
        return content

    def revision(self, ref: Ref, row: Row) -> str:
        del ref  # another driver may need it
        return str(row.revision)

    def guard(self, kind: str) -> str:
        return str(self.memory.guards.get(kind, 0))

    def is_applied(self, transaction: Transaction) -> bool:
        return any(commit.id == transaction.id for commit in self.memory.commits)

    def holds(self, check: Check | GuardCheck) -> bool:
        if not isinstance(check, Check):
            return self.guard(check.kind) == check.guard
        row = self.memory.rows.get(check.ref)
        return (self.revision(check.ref, row) if row else None) == check.revision

    def apply(self, transaction: Transaction) -> None:
        sequence = self.memory.sequence + 1
        before = dict(self.memory.rows)
        for delete in transaction.deletes:
            self.memory.rows.pop(delete.ref, None)
        for put in transaction.puts:
            self.memory.rows[put.ref] = self.row(put, sequence)
        changed = refs_of(transaction)
        for ref in changed:
            self.memory.guards[ref.kind] = sequence
        self.remember(transaction, [self.change(ref, before) for ref in changed])

    def row(self, put: Put, sequence: int) -> Row:
        return Row(put.uuid, json.dumps(put.payload), sequence)

    def change(self, ref: Ref, before: dict[Ref, Row]) -> Change:
        old, new = before.get(ref), self.memory.rows.get(ref)
        return Change(ref, old.content if old else None, new.content if new else None)

    def remember(self, transaction: Transaction, changes: list[Change]) -> None:
        author = transaction.author
        self.memory.sequence += 1
        commit = Commit(
            self.memory.sequence,
            transaction.id,
            datetime.now(timezone.utc),
            author.user,
            author.host,
            author.command,
            tuple(change for change in changes if change.before or change.after),
        )
        self.memory.commits.append(commit)
