"""Look back on a store: what was committed, what has changed since, and undo it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final, NamedTuple

from zen.errors import ConflictError, DamagedDataError, RevisionNotFoundError
from zen.records import STACK
from zen.stores.driver import Delete, GuardCheck, Put
from zen.stores.history import Change, Content, is_same
from zen.stores.identity import IDENTITY
from zen.stores.scanning import scan_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from zen.records import Record, Ref
    from zen.stores.driver import StoreDriver
    from zen.stores.history import Commit
    from zen.stores.store import Store

__all__ = ["History", "Restoration"]

# How long the ids of transactions are kept at least.
REMEMBERED: Final = timedelta(days=1)
_ATTEMPTS: Final = 20
_PAGE: Final = 1000


class Restoration(NamedTuple):
    """Say what brings a store back to what it was.

    Args:
        sequence: The commit after which it was so.
        changes: What happens to each record: what it is now, and what it becomes.
        damaged: What can't be read now, and goes or is replaced.
        checks: What must still be so when it happens.
    """

    sequence: int
    changes: tuple[Change, ...]
    damaged: tuple[DamagedDataError, ...]
    checks: tuple[GuardCheck, ...]

    @property
    def renamed_stacks(self) -> dict[str, str]:
        """The names that stacks have now, each with the one that it gets back."""
        removed, added = self._removed(), self._added()
        return {name: added[uuid] for uuid, name in removed.items() if uuid in added}

    @property
    def removed_stacks(self) -> list[str]:
        """The names of the stacks that won't be there any more, by whatever name."""
        removed, added = self._removed(), self._added()
        return [name for uuid, name in removed.items() if uuid not in added]

    def _removed(self) -> dict[UUID, str]:
        return _names(c.before for c in self._of_stacks() if c.after is None)

    def _added(self) -> dict[UUID, str]:
        return _names(c.after for c in self._of_stacks() if c.before is None)

    def _of_stacks(self) -> Iterator[Change]:
        return (change for change in self.changes if change.ref.kind == STACK)


class History:
    """Look back on a store, and bring it back to what it was.

    A number stands for the state after the commit that has it. What was edited by
    hand is in no commit: of a record that no commit has changed, nothing is known but
    what it is now.

    Args:
        store: The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._driver = store.driver

    def commits(self, limit: int = 20) -> list[Commit]:
        """Return the last commits, the newest first.

        Args:
            limit: Return no more than so many.
        """
        after = max(0, self._driver.last_sequence() - limit)
        commits = self._driver.log(after=after, limit=limit)[::-1]
        return [commit._replace(changes=_shown(commit)) for commit in commits]

    def diff(
        self, since: int, until: int | None = None
    ) -> tuple[list[Change], list[DamagedDataError]]:
        """Return what has changed between two states, and what couldn't be read.

        Args:
            since: The one.
            until: The other; if None, the present one.

        Raises:
            RevisionNotFoundError: There is no such commit, or none any more.
            ConflictError: Somebody writes again and again.
        """
        if until is None:
            before, present = self._compared(since)
            damaged = list(present.damaged.values())
            after = {
                ref: present.contents.get(ref)
                for ref in before
                if ref not in present.damaged
            }
        else:
            before, after = self._states(since, until)
            damaged = []
        changes = (Change(ref, before[ref], after[ref]) for ref in sorted(after))
        return [change for change in changes if _is_one(change)], damaged

    def restoration(self, sequence: int) -> Restoration:
        """Return what `restore` would do, and do nothing.

        Args:
            sequence: The commit after which the records were what they are to be.

        Raises:
            RevisionNotFoundError: There is no such commit, or none any more.
            ConflictError: Somebody writes again and again.
        """
        _ = self._store.identity.uuid  # what is restored must be in the same store
        wanted, present = self._compared(sequence)
        changes = (
            Change(ref, present.contents.get(ref), wanted[ref])
            for ref in sorted(wanted)
        )
        return Restoration(
            sequence,
            tuple(c for c in changes if _is_one(c) or c.ref in present.damaged),
            tuple(present.damaged.values()),
            tuple(GuardCheck(*item) for item in present.guards.items()),
        )

    def restore(self, restoration: Restoration) -> None:
        """Bring the records back, in one transaction and under the rules.

        Args:
            restoration: What `restoration` has returned.

        Raises:
            ConflictError: The store has changed since then; nothing was written.
            ZenError: As `Store.commit` does.
        """
        changes = restoration.changes
        self._store.commit(
            puts=[
                Put(c.ref, c.after.uuid, c.after.payload) for c in changes if c.after
            ],
            # What takes the place of another one, or of what can't be read, is new.
            deletes=[Delete(c.ref) for c in changes if not _is_kept(c)],
            checks=restoration.checks,
        )

    def prune(self, keep: int) -> int:
        """Forget the oldest commits, and return how many those were.

        Those of the last 24 hours stay: somebody who hasn't heard whether a transaction
        was applied may send it again, and is told apart by its id.

        Args:
            keep: How many of the last ones to keep; 1 or more.

        Raises:
            StoreError: The store's driver can't do it.
        """
        if keep < 1:
            message = f"at least one commit must be kept, not {keep}"
            raise ValueError(message)
        before = datetime.now(timezone.utc) - REMEMBERED
        return self._driver.prune(keep, before=before)

    def _compared(self, sequence: int) -> tuple[dict[Ref, Content | None], _Present]:
        """Return what the records were after a commit and are now, as of one moment."""
        for _ in range(_ATTEMPTS):
            last = self._driver.last_sequence()
            (state,) = self._states(sequence)
            present = _Present(self._driver, state)
            # A commit in between would be neither in the one nor in the other.
            if self._driver.last_sequence() == last:
                return state, present
        raise ConflictError("The store")

    def _states(self, *sequences: int) -> list[dict[Ref, Content | None]]:
        """Return what each record that is in the log was after each of some commits."""
        states: list[dict[Ref, Content | None]] = [{} for _ in sequences]
        first = last = 0
        for commit in self._log():
            first, last = first or commit.sequence, commit.sequence
            for sequence, state in zip(sequences, states, strict=True):
                for change in _shown(commit):
                    if commit.sequence <= sequence:
                        state[change.ref] = change.after
                    else:
                        state.setdefault(change.ref, change.before)
        for sequence in sequences:
            if not first <= sequence <= last or not first:
                raise RevisionNotFoundError(sequence, first=first, last=last)
        return states

    def _log(self) -> Iterator[Commit]:
        after = 0
        while page := self._driver.log(after=after, limit=_PAGE):
            yield from page
            after = page[-1].sequence


class _Present:
    """Read what some records are now, though others can't be read.

    Attributes:
        contents: Those that are there.
        damaged: Those that can't be read, and why.
        guards: The guards of all their kinds, no newer than the rest.
    """

    def __init__(self, driver: StoreDriver, refs: Iterable[Ref]) -> None:
        self.contents: dict[Ref, Content] = {}
        self.damaged: dict[Ref, DamagedDataError] = {}
        self.guards: dict[str, str] = {}
        wanted = list(refs)
        for kind in dict.fromkeys(ref.kind for ref in wanted):
            records, damaged, self.guards[kind] = scan_all(driver, kind)
            self.contents.update((each.ref, _content(each)) for each in records)
            if damaged:
                self._find_damaged(driver, [ref for ref in wanted if ref.kind == kind])

    def _find_damaged(self, driver: StoreDriver, refs: list[Ref]) -> None:
        for ref in refs:
            if ref in self.contents:
                continue
            try:
                driver.get_many([ref])
            except DamagedDataError as error:
                self.damaged[ref] = error


def _shown(commit: Commit) -> tuple[Change, ...]:
    """Return what a commit did, but for the identity that it may have given."""
    return tuple(change for change in commit.changes if change.ref != IDENTITY)


def _content(record: Record) -> Content:
    return Content(record.uuid, record.payload)


def _is_one(change: Change) -> bool:
    """Tell whether anything differs."""
    before, after = change.before, change.after
    if before is None or after is None:
        return before is not after
    return before.uuid != after.uuid or not is_same(before.payload, after.payload)


def _is_kept(change: Change) -> bool:
    """Tell whether a record stays the same one, with another content."""
    before, after = change.before, change.after
    return bool(before and after and before.uuid == after.uuid)


def _names(contents: Iterable[Content | None]) -> dict[UUID, str]:
    return {each.uuid: str(each.payload.get("name")) for each in contents if each}
