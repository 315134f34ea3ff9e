"""Keep what is provisioned from being forgotten."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from zen.errors import DamagedDataError, InUseError, ZenError
from zen.notices import Caution
from zen.records import (
    COMPONENT,
    FLAVOR,
    STACK,
    ComponentRecord,
    Record,
    Ref,
    StackRecord,
)
from zen.stores.history import is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from typing import TypeAlias
    from uuid import UUID

    from zen.components import StackComponent
    from zen.stack._lifecycle import Lifecycle
    from zen.stores import Change, Content, Store

    # What a stack is, and what it becomes; None where it isn't there.
    StackChange: TypeAlias = tuple[StackRecord | None, StackRecord | None]

__all__ = ["LiveComponents"]


class LiveComponents:
    """Refuse what would leave behind the resources of what is provisioned.

    That is to delete or rename a component, to configure it so that it says no longer
    that it is provisioned, and to take it out of all stacks.

    A component that can't tell its state, because its flavor isn't installed or fails,
    may be changed and deleted all the same; a notice tells of it.

    Args:
        lifecycle: Tells which components are live.
        store: Where they are kept.
        build: Makes a component of its record.
        notify: Takes each notice for the user.
        told: The notices that were given already, each with its component.
    """

    def __init__(
        self,
        lifecycle: Lifecycle,
        store: Store,
        build: Callable[[ComponentRecord], StackComponent],
        notify: Callable[[str], None],
        *,
        told: set[tuple[UUID, str]],
    ) -> None:
        self._lifecycle = lifecycle
        self._store = store
        self._build = build
        self._notify = notify
        self._told = told

    def check(
        self, record: ComponentRecord, becomes: ComponentRecord | None = None
    ) -> None:
        """Raise `InUseError` if a component is provisioned, and a change would lose it.

        Args:
            record: The component.
            becomes: What it is to be; None if it is to be deleted.
        """
        if not self._is_live(record):
            return
        if becomes is None or becomes.name != record.name:
            verb = "delete" if becomes is None else "rename"
            loss = f"To {verb} it would leave its resources behind."
        else:
            loss = self._loss(record, becomes)
        if loss:
            raise _error(record, f"is provisioned. {loss}")

    def _loss(self, record: ComponentRecord, becomes: ComponentRecord) -> str:
        """Return what a component would lose its resources by; "" if it keeps them."""
        if becomes.flavor != record.flavor:
            return f"Flavor '{becomes.flavor}' would leave its resources behind."
        if is_same(becomes.configuration, record.configuration):
            return ""
        try:
            is_live = self._lifecycle.is_live(self._build(becomes))
        except ZenError as error:
            return f"With its new configuration, Zen can't tell whether it is: {error}"
        if is_live:
            return ""
        return "Its new configuration would leave its resources behind."

    def check_changes(self, changes: Iterable[Change]) -> None:
        """Raise `InUseError` if changes would lose what is provisioned.

        Args:
            changes: All that is about to be written in one transaction.
        """
        known = list(changes)
        components = [change for change in known if change.ref.kind == COMPONENT]
        becomes = {c.after.uuid: (c.ref, c.after) for c in components if c.after}
        for ref, before, _ in components:
            if before:
                after = becomes.get(before.uuid)
                self.check(_component(ref, before), after and _component(*after))
        self._check_flavors([change for change in known if change.ref.kind == FLAVOR])
        self._check_stacks(
            [
                (_stack(ref, before), _stack(ref, after))
                for ref, before, after in known
                if ref.kind == STACK
            ]
        )

    def check_stack(self, stack: StackRecord) -> None:
        """Raise `InUseError` if components are provisioned that no other stack has."""
        self._check_refs(stack, self._lost([(stack, None)]))

    def check_removals(self, stack: StackRecord, updated: StackRecord) -> None:
        """Raise `InUseError` if a stack loses what is provisioned for it alone.

        Args:
            stack: The stack.
            updated: What it is to become.
        """
        self._check_stacks([(stack, updated)])

    def check_components(self, stack: StackRecord) -> None:
        """Raise `InUseError` if any component of a stack is provisioned."""
        self._check_refs(stack, stack.component_refs.values())

    def check_profile(
        self, name: str, is_elsewhere: Callable[[ComponentRecord], bool]
    ) -> None:
        """Raise `InUseError` if a component is provisioned, and only here.

        Args:
            name: The profile that the store is of.
            is_elsewhere: Tells whether another profile has the same component.
        """
        for record in self._store.components()[0]:
            if self._is_live(record) and not is_elsewhere(record):
                raise InUseError(
                    f"{record.ref} of profile '{name}' is provisioned. To delete the"
                    " profile would leave its resources behind.",
                    hint=f"Bring it down first, with 'zen profile set {name}' and"
                    f" '{_down(record)}'.",
                )

    def _check_flavors(self, changes: Iterable[Change]) -> None:
        """Raise `InUseError` if another class would answer for what is provisioned."""
        replaced = {
            ref
            for ref, before, after in changes
            if before and _class_of(before) != _class_of(after)
        }
        if not replaced:
            return
        for record in self._store.components()[0]:
            flavor = Ref.to_flavor(record.type, record.flavor)
            if flavor in replaced and self._is_live(record):
                problem = (
                    "Another class for its flavor would leave its resources behind."
                )
                raise _error(record, f"is provisioned. {problem}")

    def _check_stacks(self, changes: Collection[StackChange]) -> None:
        lost = self._lost(changes)
        for record in self._readable(lost):
            if self._is_live(record):
                holders = (s.name for s, _ in changes if s and s.holds(record.ref))
                names = " and ".join(f"'{name}'" for name in holders)
                problem = f"is provisioned, and no other stack than {names} has it."
                raise _error(record, problem)

    def _lost(self, changes: Collection[StackChange]) -> list[Ref]:
        """Return the components that no stack has any more after some changes."""
        gone = dict.fromkeys(
            ref
            for before, after in changes
            for ref in _refs(before)
            if ref not in _refs(after)
        )
        if not gone:
            return []
        changed = {before.ref for before, _ in changes if before}
        others = (s for s in self._store.stacks()[0] if s.ref not in changed)
        stacks = [*others, *(after for _, after in changes)]
        held = {ref for stack in stacks for ref in _refs(stack)}
        return [ref for ref in gone if ref not in held]

    def _check_refs(self, stack: StackRecord, own: Iterable[Ref]) -> None:
        live = [record for record in self._readable(own) if self._is_live(record)]
        if live:
            names = " and ".join(str(record.ref) for record in live)
            raise InUseError(
                f"{names} of stack '{stack.name}' {'is' if len(live) == 1 else 'are'}"
                " provisioned.",
                hint=f"Bring the stack down first, with 'zen stack down {stack.name}'.",
            )

    def _readable(self, refs: Iterable[Ref]) -> Iterator[ComponentRecord]:
        """Yield the components that are there; a stack may name one that is damaged."""
        for ref in refs:
            with suppress(DamagedDataError):
                for record in self._store.driver.get_many([ref]).values():
                    yield ComponentRecord.from_record(record)

    def _is_live(self, record: ComponentRecord) -> bool:
        try:
            return self._lifecycle.is_live(self._build(record))
        except ZenError as error:
            problem = f"Zen can't tell whether {record.ref} is provisioned"
            notice = f"Warning: {problem}: {error}"
            if (record.uuid, notice) not in self._told:
                self._told.add((record.uuid, notice))
                self._notify(Caution(notice))
            return False


def _error(record: ComponentRecord, problem: str) -> InUseError:
    hint = f"Bring it down first, with '{_down(record)}'."
    return InUseError(f"{record.ref} {problem}", hint=hint)


def _down(record: ComponentRecord) -> str:
    return f"zen {record.type.replace('_', '-')} down {record.name}"


def _class_of(flavor: Content | None) -> tuple[object, object]:
    payload = flavor.payload if flavor else {}
    return payload.get("source"), payload.get("file")


def _refs(stack: StackRecord | None) -> Collection[Ref]:
    return stack.component_refs.values() if stack else ()


def _component(ref: Ref, content: Content) -> ComponentRecord:
    return ComponentRecord.from_record(_record(ref, content))


def _stack(ref: Ref, content: Content | None) -> StackRecord | None:
    return StackRecord.from_record(_record(ref, content)) if content else None


def _record(ref: Ref, content: Content) -> Record:
    return Record(ref, content.uuid, content.payload, revision="")
