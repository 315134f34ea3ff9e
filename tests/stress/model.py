"""A dictionary that behaves as every store must, and what tokens have stood for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from zen.stores import Change, Check, Content

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from zen.records import Record, Ref
    from zen.stores import GuardCheck, Transaction

__all__ = ["Damage", "Model", "Past", "Tokens", "exact", "exact_change"]


class Damage(NamedTuple):
    """Stand for a record that can't be read.

    Args:
        data: What is there in its place.
    """

    data: bytes


class Past(NamedTuple):
    """Tell what the log must say of a commit.

    Args:
        id: The id of the transaction.
        author: Who it says has made it.
        changes: The changes, in any order.
    """

    id: UUID
    author: str
    changes: frozenset[tuple[Ref, str, str]]


class Model:
    """Keep records in a dictionary, and a log of what was committed."""

    def __init__(self) -> None:
        self.state: dict[Ref, Content | Damage] = {}
        self.log: list[Past] = []
        self.forgotten = 0
        # Who has changed what last; None where it was edited by hand.
        self._blame: dict[Ref | str, Past | None] = {}

    def knows(self, transaction: Transaction) -> bool:
        """Tell whether the log has the id of a transaction."""
        return any(past.id == transaction.id for past in self.log[self.forgotten :])

    def apply(self, transaction: Transaction) -> None:
        """Apply a transaction, and remember it."""
        after: dict[Ref, Content | None] = {d.ref: None for d in transaction.deletes}
        for put in transaction.puts:
            after[put.ref] = Content(put.uuid, put.payload)
        changes = []
        for ref, new in after.items():
            old = self.state.get(ref)
            if (old, new) != (None, None):
                changes.append(
                    Change(ref, old if isinstance(old, Content) else None, new)
                )
        exactly = frozenset(map(exact_change, changes))
        past = Past(transaction.id, str(transaction.author), exactly)
        self.log.append(past)
        for ref, _, new in changes:
            self._blame |= {ref: past, ref.kind: past}
            self._put(ref, new)

    def edit(self, ref: Ref, content: Content | Damage | None) -> None:
        """Change a record behind the driver's back."""
        self._blame |= {ref: None, ref.kind: None}
        self._put(ref, content)

    def prune(self, keep: int) -> int:
        """Forget the oldest commits, and return how many those were."""
        before = self.forgotten
        self.forgotten = max(before, len(self.log) - keep)
        return self.forgotten - before

    def of_kind(self, kind: str) -> dict[Ref, Content | Damage]:
        """Return the records of a kind, by key."""
        return {ref: self.state[ref] for ref in sorted(self.state) if ref.kind == kind}

    def culprit(self, check: Check | GuardCheck) -> str | None:
        """Return whom the driver must blame for a check that fails, if it can know."""
        past = self._blame.get(check.ref if isinstance(check, Check) else check.kind)
        return past.author if past in self.log[self.forgotten :] and past else None

    def _put(self, ref: Ref, content: Content | Damage | None) -> None:
        if content is None:
            self.state.pop(ref, None)
        else:
            self.state[ref] = content


class Tokens:
    """Remember what each revision or guard has stood for.

    It never stands for anything else, and stays while nothing is written.
    """

    def __init__(self) -> None:
        self._meanings: dict[Ref | str, dict[str, str]] = {}
        self.current: dict[Ref | str, str] = {}

    def see(self, record: Record) -> None:
        """Take note of the revision of a record."""
        meaning = exact(Content(record.uuid, record.payload))
        self._see(record.ref, record.revision, meaning)

    def see_guard(
        self, kind: str, guard: str, state: dict[Ref, Content | Damage]
    ) -> None:
        """Take note of a kind's guard, while its records are these."""
        meaning = {str(ref): exact(content) for ref, content in state.items()}
        self._see(kind, guard, json.dumps(meaning, sort_keys=True))

    def written(self, refs: Iterable[Ref]) -> None:
        """Expect new tokens for what was written."""
        for ref in refs:
            self.current.pop(ref, None)
            self.current.pop(ref.kind, None)

    def stale(self, what: Ref | str, current: str | None) -> list[str]:
        """Return all tokens that something has had before, but has no longer."""
        return [token for token in self._meanings.get(what, {}) if token != current]

    def _see(self, what: Ref | str, token: str, meaning: str) -> None:
        known = self._meanings.setdefault(what, {})
        assert known.setdefault(token, meaning) == meaning, "a token has two meanings"
        assert self.current.setdefault(what, token) == token, "a token has changed"


def exact(content: Content | Damage | None) -> str:
    """Return a text that tells `True` from `1`, as equality does not."""
    if content is None:
        return ""
    if isinstance(content, Damage):
        return repr(content.data)
    return json.dumps([str(content.uuid), content.payload], sort_keys=True)


def exact_change(change: Change) -> tuple[Ref, str, str]:
    """Return a change in a form that can be compared exactly."""
    return change.ref, exact(change.before), exact(change.after)
