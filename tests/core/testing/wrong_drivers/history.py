"""Store drivers that forget, count or prune their commits wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.testing.memory_driver import MemoryDriver, Row
from zen.errors import ConflictError, StoreUnavailableError

if TYPE_CHECKING:
    from datetime import datetime

    from zen.records import Ref
    from zen.stores import Change, Commit, Transaction


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
