"""Store drivers that don't apply transactions whole, under their checks, and once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.core.testing.memory_driver import MemoryDriver, Row, refs_of
from zen.errors import ConflictError
from zen.stores import Check

if TYPE_CHECKING:
    from zen.records import Ref
    from zen.stores import GuardCheck, Transaction


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
