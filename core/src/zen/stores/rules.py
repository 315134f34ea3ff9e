"""The rules that hold in every store, as pure functions above every driver.

Names are unique per type, a stack has a component of each required type and names
only components that exist, and what is used can't go: a component by a stack, a custom
flavor by a component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from zen.errors import (
    AlreadyExistsError,
    DamagedDataError,
    FlavorExistsError,
    InUseError,
    StackComponentExistsError,
    StackComponentNotFoundError,
    StackExistsError,
    StackValidationError,
)
from zen.names import is_name
from zen.records import (
    COMPONENT,
    FLAVOR,
    REQUIRED_TYPES,
    STACK,
    ComponentRecord,
    Record,
    Ref,
    StackRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from zen.stores.driver import Put, Transaction

__all__ = ["View", "already_exists", "validate"]

_EXISTS: Final[dict[str, type[AlreadyExistsError]]] = {
    COMPONENT: StackComponentExistsError,
    FLAVOR: FlavorExistsError,
    STACK: StackExistsError,
}


class View(Protocol):
    """Read a store's present state."""

    def get_many(self, refs: Iterable[Ref]) -> Mapping[Ref, Record]:
        """Return those of the records that exist."""

    def scan(self, kind: str, prefix: str = "") -> Iterable[Record]:
        """Return all records of a kind whose key begins with `prefix`."""


def validate(view: View, transaction: Transaction) -> None:
    """Raise if the state after `transaction` would break a rule.

    Args:
        view: The state before it. Whatever is read from it must still be so when the
            transaction is applied.
        transaction: The changes that are asked for.

    Raises:
        AlreadyExistsError: A name is taken by another component or stack.
        InUseError: A component that a stack uses would go.
        StackComponentNotFoundError: A stack would name a component that isn't there.
        StackValidationError: A stack would lack a required component.
    """
    after = _After(view, transaction)
    _check_identities(after.existing, transaction)
    for stack in after.changed_stacks():
        is_new = stack.ref not in after.existing
        refs = stack.component_refs.items()
        absent = [kind for kind, ref in refs if not after.exists(ref)]
        _check_required(view, stack, absent, is_new=is_new)
        for kind in absent:
            name = stack.components[kind]
            raise StackComponentNotFoundError(kind, name, _names(view, kind))
    for delete in transaction.deletes:
        if delete.ref.kind == COMPONENT and not after.exists(delete.ref):
            _check_unused(after, delete.ref)
        elif delete.ref.kind == FLAVOR and not after.exists(delete.ref):
            _check_flavor_unused(after, delete.ref)


def already_exists(ref: Ref) -> AlreadyExistsError:
    """Return the error for a name that is taken."""
    return _EXISTS.get(ref.kind, AlreadyExistsError)(
        f"{ref} already exists.", hint=f"Choose another name{_or_see(ref)}."
    )


class _After:
    """See a store as it will be when a transaction has been applied."""

    def __init__(self, view: View, transaction: Transaction) -> None:
        self._view = view
        self._puts = {put.ref: put for put in transaction.puts}
        self._deleted = {delete.ref for delete in transaction.deletes}
        # All that the rules ask for, at once, for a read may take a while.
        self.existing = view.get_many(self._refs_to_read())

    def exists(self, ref: Ref) -> bool:
        return ref in self._puts or ref in self.existing

    def changed_stacks(self) -> Iterator[StackRecord]:
        for put in self._puts.values():
            if put.ref.kind == STACK:
                record = Record(put.ref, put.uuid, put.payload, revision="")
                yield StackRecord.from_record(record)

    def _refs_to_read(self) -> list[Ref]:
        """Return which records matter, and are not to be deleted.

        That is what is written, what stacks that are written consist of, and what may
        be the custom flavors of components that are: whoever deletes one of these
        meanwhile changes what was read.
        """
        parts = (
            ref for s in self.changed_stacks() for ref in s.component_refs.values()
        )
        flavors = (
            Ref.to_flavor(component.type, component.flavor)
            for component in map(_component_of, self._puts.values())
            if component and component.provider is None and is_name(component.flavor)
        )
        found = dict.fromkeys([*self._puts, *parts, *flavors])
        # What is deleted first may even be damaged.
        return [ref for ref in found if ref not in self._deleted]

    def components(self, component_type: str) -> Iterator[ComponentRecord]:
        yield from filter(None, map(_component_of, self._puts.values()))
        for record in self._view.scan(COMPONENT, f"{component_type}/"):
            if record.ref not in self._puts and record.ref not in self._deleted:
                yield ComponentRecord.from_record(record)

    def stacks(self) -> Iterator[StackRecord]:
        yield from self.changed_stacks()
        for record in self._view.scan(STACK):
            if record.ref not in self._puts and record.ref not in self._deleted:
                yield StackRecord.from_record(record)


def _check_identities(existing: Mapping[Ref, Record], transaction: Transaction) -> None:
    """Let no record take the place of one with another identity."""
    uuids: dict[Ref, set[UUID]] = {
        put.ref: {existing[put.ref].uuid} if put.ref in existing else set()
        for put in transaction.puts
    }
    for put in transaction.puts:
        uuids[put.ref].add(put.uuid)
        if len(uuids[put.ref]) > 1:
            raise already_exists(put.ref)


def _check_required(
    view: View, stack: StackRecord, absent: Sequence[str], *, is_new: bool
) -> None:
    """Raise `StackValidationError` if a stack lacks a type that every stack needs.

    Args:
        view: What is there.
        stack: The stack.
        absent: The types of those of its components that don't exist.
        is_new: Whether the stack is about to be registered.
    """
    missing = [kind for kind in REQUIRED_TYPES if kind not in stack.components]
    if not missing:
        return
    titles = " and no ".join(kind.replace("_", " ") for kind in missing)
    problem = f"Stack '{stack.name}' would have no {titles}, which every stack needs."
    known = {kind: _names(view, kind) for kind in [*missing, *absent]}
    sentences = [f"{stack.component_refs[kind]} does not exist." for kind in absent] + [
        f"Registered {kind.replace('_', ' ')}s: {', '.join(names) or 'none'}."
        for kind, names in known.items()
    ]
    chosen = {kind: names[0] if names else "NAME" for kind, names in known.items()}
    given = {**stack.components, **chosen} if is_new else chosen
    options = " ".join(f"--{k.replace('_', '-')} {given[k]}" for k in sorted(given))
    command = f"zen stack {'register' if is_new else 'update'} {stack.name} {options}"
    others = ", ".join(f"'zen {k.replace('_', '-')} register'" for k in missing)
    hint = f"Choose as with '{command}', or register others with {others}."
    raise StackValidationError(" ".join([problem, *sentences]), hint=hint)


def _check_unused(after: _After, ref: Ref) -> None:
    users = [s.name for s in after.stacks() if s.holds(ref)]
    if users:
        names = ", ".join(f"'{name}'" for name in sorted(users))
        raise InUseError(
            f"{ref} is part of stack{'s' if len(users) > 1 else ''} {names}.",
            hint=f"{_way_out(ref, min(users))}, or delete the stack with"
            f" 'zen stack delete {min(users)}'.",
        )


def _way_out(ref: Ref, stack: str) -> str:
    """Say how a stack gets rid of a component."""
    option = f"{stack} --{_command_of(ref)}"
    if ref.key.partition("/")[0] in REQUIRED_TYPES:
        return f"Give it another one first, with 'zen stack update {option} NAME'"
    return f"Remove it first, with 'zen stack remove-component {option}'"


def _check_flavor_unused(after: _After, ref: Ref) -> None:
    component_type, _, _ = ref.key.partition("/")
    users = sorted(
        component.name
        for component in after.components(component_type)
        if component.provider is None
        and f"{component.type}/{component.flavor.lower()}" == ref.key
    )
    if users:
        title = component_type.replace("_", " ")
        raise InUseError(
            f"{ref} is used by {title}{'s' if len(users) > 1 else ''}"
            f" {', '.join(map(repr, users))}.",
            hint=f"Delete {'each' if len(users) > 1 else 'it'} first, with"
            f" 'zen {_command_of(ref)} delete {users[0]}'.",
        )


def _component_of(put: Put) -> ComponentRecord | None:
    if put.ref.kind != COMPONENT:
        return None
    return ComponentRecord.from_record(Record(put.ref, put.uuid, put.payload, ""))


def _command_of(ref: Ref) -> str:
    """Return what the command line calls the type of a component."""
    return ref.key.partition("/")[0].replace("_", "-")


def _or_see(ref: Ref) -> str:
    """Name the command that shows a record, if there is one."""
    commands = {
        STACK: "stack",
        COMPONENT: _command_of(ref),
        FLAVOR: f"{_command_of(ref)} flavor",
    }
    if ref.kind not in commands:
        return ""
    name = ref.key.rpartition("/")[2]
    return f", or see it with 'zen {commands[ref.kind]} describe {name}'"


def _names(view: View, component_type: str) -> list[str]:
    try:
        records = list(view.scan(COMPONENT, f"{component_type}/"))
    except DamagedDataError:
        return []  # what is wrong with the stack must be said all the same
    return sorted(str(record.payload.get("name")) for record in records)
