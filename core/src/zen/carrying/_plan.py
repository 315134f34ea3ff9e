"""What is to be written to a profile, and what that was decided by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen.errors import ConflictError, StoreReplacedError, ZenError
from zen.records import (
    COMPONENT,
    FLAVOR,
    STACK,
    ComponentRecord,
    FlavorRecord,
    Ref,
    StackRecord,
)
from zen.stores import Change, Check, Content, Put, Transaction
from zen.stores.rules import validate
from zen.stores.scanning import scan_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from zen.records import Record
    from zen.stores import Store, StoreDriver

__all__ = ["Draft", "Plan", "fields_of"]

# What nobody says: it follows from the rest.
_UNSAID: Final = ("uuid", "type", "name", "secrets", "provider", "runner")
# What is needed comes before what needs it.
_ORDER: Final = (FLAVOR, COMPONENT, STACK)


@dataclass(frozen=True, slots=True)
class Plan:
    """Say what is to be written, and what must still be so then.

    Args:
        stacks: The names of the stacks that it is about, as they will be.
        changes: What happens to each record, in the order of what needs what.
        checks: What the plan was made from.
        renamed: What gets another name than its file says: where the file would have
            it, and where it goes.
        kept: What differs from the file and stays as it is.
        unusable: The components whose flavor can't be used here, and why.
        users: The other stacks that have a component which changes.
        store: The identity of the store that it is for; None if nothing changes.
    """

    stacks: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    checks: tuple[Check, ...] = ()
    renamed: Mapping[Ref, Ref] = field(default_factory=dict)
    kept: tuple[Ref, ...] = ()
    unusable: Mapping[Ref, ZenError] = field(default_factory=dict)
    users: Mapping[Ref, tuple[str, ...]] = field(default_factory=dict)
    store: UUID | None = None

    def commit(self, store: Store) -> None:
        """Write all of it in one transaction, or nothing; never try again.

        Args:
            store: The store that the plan was made for.

        Raises:
            ConflictError: What it was made from has changed since.
            StoreReplacedError: It was made for another store.
            ZenError: As `Store.commit` does.
        """
        if not self.changes:
            return
        store.identity.check()
        if self.store and not store.identity.is_that_of(self.store):
            raise StoreReplacedError("The plan", "was made for another profile")
        try:
            store.commit(puts=_puts(self.changes), checks=self.checks)
        except ConflictError:
            raise
        except ZenError:
            # The rules held when the plan was made. The driver knows who is to blame.
            if self._is_stale(store.driver):
                store.driver.commit(Transaction(checks=self.checks))
            raise

    def _is_stale(self, driver: StoreDriver) -> bool:
        found = driver.get_many(check.ref for check in self.checks)
        revisions = {ref: record.revision for ref, record in found.items()}
        return any(revisions.get(c.ref) != c.revision for c in self.checks)


class Draft:
    """Collect what is to be written, and remember all that was looked at for it.

    It is the store as it is now, also for the rules.

    Args:
        store: The store that the plan is for.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[Ref, Record | None] = {}
        self._puts: dict[Ref, Put] = {}

    def get(self, ref: Ref) -> Record | None:
        """Return a record of the store, or None."""
        return self.get_many([ref]).get(ref)

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Return those of the records that the store has."""
        wanted = list(refs)
        unknown = [ref for ref in wanted if ref not in self._found]
        found = self._store.get_many(unknown) if unknown else {}
        self._found.update((ref, found.get(ref)) for ref in unknown)
        return {ref: each for ref in wanted if (each := self._found[ref])}

    def scan(self, kind: str, prefix: str = "") -> list[Record]:
        """Return all records of a kind whose key begins with `prefix`."""
        records, damaged, _ = scan_all(self._store.driver, kind, prefix)
        if damaged:
            raise damaged[0]
        return records

    def component(self, ref: Ref) -> ComponentRecord | None:
        """Return a component as the store has it, or None."""
        record = self.get(ref)
        return ComponentRecord.from_record(record) if record else None

    def flavor(self, ref: Ref) -> FlavorRecord | None:
        """Return a custom flavor as the store has it, or None."""
        record = self.get(ref)
        return FlavorRecord.from_record(record) if record else None

    def stack(self, ref: Ref) -> StackRecord | None:
        """Return a stack as the store has it, or None."""
        record = self.get(ref)
        return StackRecord.from_record(record) if record else None

    def put(self, item: ComponentRecord | FlavorRecord | StackRecord) -> None:
        """Have something written."""
        self._puts[item.ref] = Put(item.ref, item.uuid, item.to_payload())

    def check_rules(self) -> None:
        """Raise what the rules would raise for what is to be written."""
        validate(self, Transaction(puts=tuple(self._puts.values())))

    @property
    def identity(self) -> UUID:
        """The identity of the store that was looked at."""
        return self._store.identity.uuid

    @property
    def changes(self) -> tuple[Change, ...]:
        """What happens to each record, in the order of what needs what."""
        puts = self._puts.values()
        ordered = sorted(puts, key=lambda put: (_ORDER.index(put.ref.kind), put.ref))
        return tuple(map(self._change, ordered))

    @property
    def checks(self) -> tuple[Check, ...]:
        """That all that was looked at is still as it was."""
        return tuple(
            Check(ref, record.revision if record else None)
            for ref, record in self._found.items()
        )

    def users(self, own: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """Return which other stacks have a component that changes.

        Args:
            own: The stacks that the plan is about.
        """
        changed = [c.ref for c in self.changes if c.ref.kind == COMPONENT and c.before]
        if not changed:
            return {}
        stacks = map(StackRecord.from_record, self.scan(STACK))
        others = [stack for stack in stacks if stack.ref not in set(own)]
        users = {ref: tuple(s.name for s in others if s.holds(ref)) for ref in changed}
        return {ref: names for ref, names in users.items() if names}

    def _change(self, put: Put) -> Change:
        before = self.get(put.ref)
        return Change(
            put.ref,
            Content(before.uuid, before.payload) if before else None,
            Content(put.uuid, put.payload),
        )


def fields_of(change: Change) -> dict[str, tuple[object, object]]:
    """Return what differs in a record that a user can say: old and new."""
    return {
        name: values
        for name, values in change.fields.items()
        # A configuration of its own name is one that holds nothing.
        if name.partition(".")[0] not in _UNSAID and name != "configuration"
    }


def _puts(changes: Iterable[Change]) -> list[Put]:
    return [Put(c.ref, c.after.uuid, c.after.payload) for c in changes if c.after]
