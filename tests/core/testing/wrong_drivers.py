"""Store drivers with one fault each, which the contract must find."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID, uuid5

from tests.core.testing.memory_driver import UNREACHABLE, MemoryDriver, Row, refs_of
from zen.errors import ConflictError, DamagedDataError, StoreUnavailableError
from zen.records import Record, Ref
from zen.stores import Check, Page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from zen.stores import Change, Commit, GuardCheck, Put, Transaction


class LosesAWrite(MemoryDriver):
    def apply(self, transaction: Transaction) -> None:
        super().apply(replace(transaction, puts=transaction.puts[:1]))


class IgnoresRevisions(MemoryDriver):
    def holds(self, check: Check | GuardCheck) -> bool:
        if isinstance(check, Check) and check.revision and check.ref in self.rows:
            return True
        return super().holds(check)

    @property
    def rows(self) -> dict[Ref, Row]:
        return self.memory.rows


class IgnoresAbsence(MemoryDriver):
    def holds(self, check: Check | GuardCheck) -> bool:
        is_absence = isinstance(check, Check) and check.revision is None
        return is_absence or super().holds(check)


class IgnoresWhatItDoesNotWrite(MemoryDriver):
    """Allow write skew."""

    def commit(self, transaction: Transaction) -> None:
        written = refs_of(transaction)
        checks = tuple(
            check
            for check in transaction.checks
            if not isinstance(check, Check) or check.ref in written
        )
        super().commit(replace(transaction, checks=checks))


class IgnoresGuards(MemoryDriver):
    """Allow phantoms."""

    def holds(self, check: Check | GuardCheck) -> bool:
        return not isinstance(check, Check) or super().holds(check)


class IgnoresUuids(MemoryDriver):
    """Take a record that was made anew for the one that was deleted."""

    def revision(self, ref: Ref, row: Row) -> str:
        del ref
        return row.payload


class WritesBeforeItChecks(MemoryDriver):
    """Write up to the check that fails."""

    def commit(self, transaction: Transaction) -> None:
        with self.locked():
            try:
                super().commit(transaction)
            except ConflictError:
                if self.holds(transaction.checks[0]):
                    self.apply(replace(transaction, deletes=()))
                raise


class ConflictsAfterItHasWritten(MemoryDriver):
    """Write, and say that there was a conflict."""

    def commit(self, transaction: Transaction) -> None:
        with self.locked():
            try:
                super().commit(transaction)
            except ConflictError:
                self.apply(transaction)
                raise


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


class AppliesTwice(MemoryDriver):
    def is_applied(self, transaction: Transaction) -> bool:
        del transaction
        return False


class ChecksWhatIsApplied(MemoryDriver):
    """Know a repetition only where the record is still as it was written."""

    def is_applied(self, transaction: Transaction) -> bool:
        rows = self.memory.rows
        return super().is_applied(transaction) and all(
            put.ref in rows and rows[put.ref].uuid == put.uuid
            for put in transaction.puts
        )


class RemembersWhatItRefused(MemoryDriver):
    """Take a transaction that was refused for one that was applied."""

    def commit(self, transaction: Transaction) -> None:
        with self.locked():
            try:
                super().commit(transaction)
            except ConflictError:
                self.remember(transaction, [])
                raise


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


class NamesNoCheck(MemoryDriver):
    def commit(self, transaction: Transaction) -> None:
        try:
            super().commit(transaction)
        except ConflictError as error:
            raise ConflictError(error.subject) from error


class NamesTheFirstCheck(MemoryDriver):
    def commit(self, transaction: Transaction) -> None:
        try:
            super().commit(transaction)
        except ConflictError as error:
            first = transaction.checks[0]
            raise ConflictError(first.subject, check=first) from error


class ScansFromACache(MemoryDriver):
    """Show the page that it showed before."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.pages: dict[tuple[object, ...], Page] = {}

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        seen = self.pages.setdefault((kind, prefix, after, limit), page)
        return page._replace(records=seen.records)


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


class SkipsARecord(MemoryDriver):
    """Go on one record too late where a page ends."""

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        if page.next:
            more = super().scan(kind, prefix=prefix, after=page.next, limit=1)
            return page._replace(next=more.records[0].ref.key)
        return page


class RepeatsARecord(MemoryDriver):
    """Begin a page with the last record of the one before."""

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        repeated = self.get_many([Ref(kind, after)]) if after else {}
        return page._replace(records=(*repeated.values(), *page.records)[:limit])


class CountsRecords(MemoryDriver):
    """Tell a page by the number of records before it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.offsets: dict[str, int] = {}

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        if after not in self.offsets:
            page = super().scan(kind, prefix=prefix, after=after, limit=limit)
            if page.next:
                self.offsets[page.next] = limit
            return page
        start = self.offsets[after]
        everything = super().scan(kind, prefix=prefix)
        records = everything.records[start : start + limit]
        if len(everything.records) <= start + limit:
            return everything._replace(records=records)
        key = records[-1].ref.key
        self.offsets[key] = start + limit
        return everything._replace(records=records, next=key)


class DoesNotSort(MemoryDriver):
    def in_order(self, refs: list[Ref]) -> list[Ref]:
        return refs


class SortsAsPeopleDo(MemoryDriver):
    """Sort as a database does whose rules leave punctuation out."""

    def in_order(self, refs: list[Ref]) -> list[Ref]:
        ignored = str.maketrans("", "", "-._/")
        return sorted(refs, key=lambda ref: (ref.key.translate(ignored), ref.key))


class MatchesNeighbours(MemoryDriver):
    """Take the `_` of a prefix for any character, as LIKE does."""

    def matches(self, ref: Ref, prefix: str) -> bool:
        start = ref.key[: len(prefix)]
        return len(start) == len(prefix) and all(
            pattern in {"_", letter}
            for pattern, letter in zip(prefix, start, strict=True)
        )


class MatchesWholeParts(MemoryDriver):
    """Take a prefix for a folder."""

    def matches(self, ref: Ref, prefix: str) -> bool:
        folder = prefix.rstrip("/")
        return not prefix or ref.key == folder or ref.key.startswith(f"{folder}/")


class KeepsItsGuard(MemoryDriver):
    def guard(self, kind: str) -> str:
        return kind


class CountsForAGuard(MemoryDriver):
    """Take as many records as before for the same ones."""

    def guard(self, kind: str) -> str:
        return str(sum(ref.kind == kind for ref in self.memory.rows))


class GuardsEverything(MemoryDriver):
    """Change the guard with other kinds, too."""

    def guard(self, kind: str) -> str:
        del kind
        return str(self.memory.sequence)


class GuardsReading(MemoryDriver):
    """Change the guard when something is read."""

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        found = super().get_many(refs)
        for ref in found:
            self.memory.guards[ref.kind] = self.memory.guards.get(ref.kind, 0) + 1
        return found


class GuardsAPage(MemoryDriver):
    """Return a guard that stands for the records of the page."""

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        whole = not (prefix or after)
        return page if whole else page._replace(guard=f"{page.guard} {prefix}{after}")


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


class DoesNotLock(MemoryDriver):
    """Let others in between the checks and the writing."""

    def locked(self) -> AbstractContextManager[object]:
        return nullcontext()

    def apply(self, transaction: Transaction) -> None:
        time.sleep(0.002)
        super().apply(transaction)


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


class NeedsMoreThanItsUrl(MemoryDriver):
    """Keep what it has in the object, and not at the URL."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.memory = self.memories[f"{url} {id(self)}"]


class DoesNotNormaliseItsDefault(MemoryDriver):
    @classmethod
    def normalise_url(cls, url: str) -> str:
        return url.replace("memory:", "memory://", 1)


class CountsFromZero(MemoryDriver):
    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        commits = super().log(after=after + 1, limit=limit)
        return [c._replace(sequence=c.sequence - 1) for c in commits]


class SkipsNumbers(MemoryDriver):
    """Use up a number for a transaction that it refuses."""

    def commit(self, transaction: Transaction) -> None:
        try:
            super().commit(transaction)
        except ConflictError:
            self.memory.sequence += 1
            raise


class LogsTheNewestFirst(MemoryDriver):
    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        return super().log(after=after, limit=limit)[::-1]


class CountsCommits(MemoryDriver):
    """Take a number for a place in the list."""

    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        return self.memory.commits[after : after + limit]


class LogsPastTheLimit(MemoryDriver):
    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        del limit
        return super().log(after=after, limit=1000)


class LogsLocalTime(MemoryDriver):
    """Say no time zone."""

    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        commits = super().log(after=after, limit=limit)
        return [c._replace(time=c.time.replace(tzinfo=None)) for c in commits]


class ForgetsWhoItWas(MemoryDriver):
    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        commits = super().log(after=after, limit=limit)
        return [c._replace(command="") for c in commits]


class ForgetsWhatWas(MemoryDriver):
    def change(self, ref: Ref, before: dict[Ref, Row]) -> Change:
        return super().change(ref, before)._replace(before=None)


class LogsWhatWasNotThere(MemoryDriver):
    """Log the deletion of nothing as a change."""

    def remember(self, transaction: Transaction, changes: list[Change]) -> None:
        super().remember(transaction, changes)
        last = self.memory.commits.pop()
        self.memory.commits.append(last._replace(changes=tuple(changes)))


class ForgetsByItself(MemoryDriver):
    """Keep the last fifty commits."""

    def remember(self, transaction: Transaction, changes: list[Change]) -> None:
        super().remember(transaction, changes)
        self.prune(50)


class KnowsTwoKinds(MemoryDriver):
    """Take the core's kinds for all that there are."""

    def kinds(self) -> list[str]:
        return [kind for kind in super().kinds() if kind in {"component", "stack"}]


class NamesKindsThatAreGone(MemoryDriver):
    def kinds(self) -> list[str]:
        return sorted(self.memory.guards)


class PrunesNothing(MemoryDriver):
    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        del before
        return max(0, self.memory.sequence - keep)


class PrunesTheNewest(MemoryDriver):
    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        del before
        forgotten = len(self.memory.commits[keep:])
        del self.memory.commits[keep:]
        return forgotten


class PrunesRecords(MemoryDriver):
    """Forget what was written long ago."""

    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        forgotten = super().prune(keep, before=before)
        oldest = self.memory.sequence - keep
        for ref in [r for r, row in self.rows.items() if row.revision <= oldest]:
            del self.rows[ref]
        return forgotten

    @property
    def rows(self) -> dict[Ref, Row]:
        return self.memory.rows


class CountsWhatItKeeps(MemoryDriver):
    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        super().prune(keep, before=before)
        return len(self.memory.commits)


class NumbersAnew(MemoryDriver):
    """Count what is left when the oldest commits are gone."""

    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        forgotten = super().prune(keep, before=before)
        self.memory.sequence = len(self.memory.commits)
        return forgotten


class AlwaysUpgrades(MemoryDriver):
    def upgrade(self) -> str | None:
        return "The store was upgraded."


class DestroysNoCommits(MemoryDriver):
    def destroy(self) -> None:
        self.memory.rows.clear()
        self.memory.guards.clear()


class DestroysNoGuards(MemoryDriver):
    def destroy(self) -> None:
        guards = dict(self.memory.guards)
        super().destroy()
        self.memory.guards.update(guards)


class DestroysOnce(MemoryDriver):
    def destroy(self) -> None:
        if not self.memory.sequence:
            raise StoreUnavailableError("There is no store.")
        super().destroy()


class PrunesWhatIsNew(MemoryDriver):
    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        del before
        return super().prune(keep)


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


class MissesItself(MemoryDriver):
    def missing_place(self) -> Path | None:
        return None if self.memory.rows else Path(self.url)


class TakesAnyUrl(MemoryDriver):
    @classmethod
    def normalise_url(cls, url: str) -> str:
        return url
