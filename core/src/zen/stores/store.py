"""A profile's store: stacks and components, read and changed under the rules."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from zen.errors import (
    ComponentConfigurationError,
    ConflictError,
    DamagedDataError,
    FlavorNotFoundError,
    StackComponentNotFoundError,
    StackNotFoundError,
)
from zen.names import is_name
from zen.records import (
    COMPONENT,
    FLAVOR,
    STACK,
    ComponentRecord,
    FlavorRecord,
    Ref,
    StackRecord,
)
from zen.stores.driver import Check, Delete, GuardCheck, Put, Transaction
from zen.stores.history import Author
from zen.stores.identity import Identity
from zen.stores.scanning import scan_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen.errors import AlreadyExistsError
    from zen.records import Provider, Record
    from zen.stores.driver import StoreDriver

__all__ = ["RecordingView", "Store"]

ItemT = TypeVar("ItemT")

_ATTEMPTS: Final = 20


class Store:
    """Read and change the stacks and components that a driver keeps.

    Args:
        driver: Where they are kept.
        author: Says who changes them, for the log, whenever a change is made; by
            default the user of this process.
    """

    def __init__(
        self, driver: StoreDriver, *, author: Callable[[], Author] = Author
    ) -> None:
        self.driver = driver
        self.identity = Identity(driver)
        self._author = author

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Return those of the records that exist; see `StoreDriver.get_many`.

        Raises:
            StoreReplacedError: They are in another store than what was read before.
        """
        return self.identity.get_many(refs)

    def view(self) -> RecordingView:
        """Return the store as it is, read no more than once and remembered."""
        return RecordingView(self)

    def stacks(self) -> tuple[list[StackRecord], list[DamagedDataError]]:
        """Return the stacks by name, and what couldn't be read."""
        return _readable(self.driver, STACK, "", StackRecord.from_record)

    def stack(self, name: str) -> StackRecord:
        """Return a stack.

        Raises:
            StackNotFoundError: There is no such stack.
            DamagedDataError: It can't be read.
        """
        return StackRecord.from_record(self._stack(name))

    def components(
        self, component_type: str = ""
    ) -> tuple[list[ComponentRecord], list[DamagedDataError]]:
        """Return components, of one type or of all, and what couldn't be read."""
        prefix = f"{component_type}/" if component_type else ""
        return _readable(self.driver, COMPONENT, prefix, ComponentRecord.from_record)

    def component(self, component_type: str, name: str) -> ComponentRecord:
        """Return a component.

        Raises:
            StackComponentNotFoundError: There is no such component.
            DamagedDataError: It can't be read.
        """
        return ComponentRecord.from_record(self._component(component_type, name))

    def components_of(
        self, stack: StackRecord, *, view: RecordingView | None = None
    ) -> list[ComponentRecord]:
        """Return a stack's components.

        Args:
            stack: The stack.
            view: What has been read already.

        Raises:
            StackComponentNotFoundError: One of them is gone.
            DamagedDataError: One of them can't be read.
        """
        refs = stack.component_refs
        found = (view or self).get_many(refs.values())
        return [
            ComponentRecord.from_record(found[ref])
            if ref in found
            else self.component(component_type, stack.components[component_type])
            for component_type, ref in refs.items()
        ]

    def flavors(
        self, component_type: str = ""
    ) -> tuple[list[FlavorRecord], list[DamagedDataError]]:
        """Return custom flavors, of one type or of all, and what couldn't be read."""
        prefix = f"{component_type}/" if component_type else ""
        return _readable(self.driver, FLAVOR, prefix, FlavorRecord.from_record)

    def flavor(self, component_type: str, name: str) -> FlavorRecord | None:
        """Return a custom flavor, or None if there is none of that name.

        Raises:
            DamagedDataError: It can't be read.
        """
        ref = _ref(lambda name: Ref.to_flavor(component_type, name), name)
        record = self.get_many([ref]).get(ref) if ref else None
        return FlavorRecord.from_record(record) if record else None

    def existing_flavor(self, component_type: str, name: str) -> FlavorRecord:
        """Return a custom flavor.

        Raises:
            FlavorNotFoundError: There is no such custom flavor.
            DamagedDataError: It can't be read.
        """
        flavor = self.flavor(component_type, name)
        if flavor is None:
            raise FlavorNotFoundError(
                name,
                [each.name for each in self.flavors(component_type)[0]],
                of="among the custom flavors of type"
                f" {component_type.replace('_', ' ')}",
                hint=f"See 'zen {component_type.replace('_', '-')} flavor list'.",
            )
        return flavor

    def save(
        self,
        *,
        components: Iterable[ComponentRecord] = (),
        stacks: Iterable[StackRecord] = (),
        flavors: Iterable[FlavorRecord] = (),
    ) -> None:
        """Write components, stacks and custom flavors in one transaction.

        The rules must allow it.
        """
        puts = [*map(_put, components), *map(_put, stacks), *map(_put, flavors)]
        self.commit(puts=puts)

    def register(
        self,
        *,
        components: Iterable[ComponentRecord] = (),
        stacks: Iterable[StackRecord] = (),
        flavors: Iterable[FlavorRecord] = (),
        view: RecordingView | None = None,
    ) -> None:
        """Write components, stacks and custom flavors that aren't there yet.

        Args:
            components: The components.
            stacks: The stacks.
            flavors: The custom flavors.
            view: What has been read already, to decide about them.

        Raises:
            AlreadyExistsError: A name is taken, whatever the identity of its object.
            ZenError: As `zen.stores.rules.validate` does.
        """
        puts = [*map(_put, components), *map(_put, stacks), *map(_put, flavors)]
        absences = [Check(put.ref, None) for put in puts]
        try:
            self.commit(puts=puts, checks=absences, view=view)
        except ConflictError as error:
            if isinstance(error.check, Check) and error.check in absences:
                raise _exists(error.check.ref) from error
            raise

    def check(self, stack: StackRecord) -> RecordingView:
        """Raise what `save` would raise for a stack, and write nothing.

        Returns:
            What was read for it.
        """
        view = self.view()
        _validate(view, Transaction(puts=(_put(stack),)))
        return view

    def check_deletion(self, ref: Ref) -> None:
        """Raise what the rules would when a record is deleted, and write nothing."""
        _validate(self.view(), Transaction(deletes=(Delete(ref),)))

    def replace_component(
        self, component_type: str, name: str, new: ComponentRecord
    ) -> None:
        """Put `new` in the place of a component; stacks follow when it is renamed.

        Where `new` was made of what was read, that must still be so.

        Raises:
            ConflictError: It was changed since.
            StackComponentNotFoundError: There is no such component.
            StackComponentExistsError: Another one has the new name.
            ComponentConfigurationError: `new` is of another type.
        """
        old = self._component(component_type, name)
        if new.type != component_type:
            raise ComponentConfigurationError(
                f"{old.ref} can't become a component of type"
                f" {new.type.replace('_', ' ')}."
            )
        stacks: list[StackRecord] = []
        checks: list[Check | GuardCheck] = [_as_read(old, new)]
        if new.name != old.payload.get("name"):
            records, damaged, guard = scan_all(self.driver, STACK)
            if damaged:
                raise damaged[0]
            checks.append(GuardCheck(STACK, guard))
            stacks = [
                replace(stack, components={**stack.components, new.type: new.name})
                for stack in map(StackRecord.from_record, records)
                if stack.component_refs.get(new.type) == old.ref
            ]
        self.commit(
            puts=[_put(replace(new, uuid=old.uuid)), *map(_put, stacks)],
            deletes=[Delete(old.ref)] if new.ref != old.ref else [],
            checks=checks,
        )

    def replace_stack(
        self, name: str, new: StackRecord, components: Iterable[ComponentRecord] = ()
    ) -> None:
        """Put `new` in the place of a stack, with components that it brings along.

        What it was carried here with stays known. Where `new` was made of what was
        read, that must still be so.

        Raises:
            ConflictError: It was changed since.
            StackNotFoundError: There is no such stack.
            StackExistsError: Another one has the new name.
        """
        old = self._stack(name)
        runner = new.runner or _runner_of(old)
        self.commit(
            puts=[
                *map(_put, components),
                _put(replace(new, uuid=old.uuid, runner=runner)),
            ],
            deletes=[Delete(old.ref)] if new.ref != old.ref else [],
            checks=[_as_read(old, new)],
        )

    def delete_component(
        self, component_type: str, name: str, *, shown: ComponentRecord | None = None
    ) -> None:
        """Delete a component that no stack uses.

        Args:
            component_type: Its type.
            name: Its name.
            shown: What the user was shown of it; it must still be so.

        Raises:
            StackComponentNotFoundError: There is no such component.
            InUseError: A stack uses it.
            ConflictError: It isn't what was shown any more.
        """
        self._delete(shown or self._component(component_type, name))

    def delete_flavor(
        self, component_type: str, name: str, *, shown: FlavorRecord | None = None
    ) -> None:
        """Delete a custom flavor that no component has.

        Args:
            component_type: The type that it implements.
            name: Its name.
            shown: What the user was shown of it; it must still be so.

        Raises:
            FlavorNotFoundError: There is no such custom flavor.
            InUseError: A component has it.
            ConflictError: It isn't what was shown any more.
        """
        self._delete(shown or self.existing_flavor(component_type, name))

    def delete_stack(self, name: str, *, shown: StackRecord | None = None) -> None:
        """Delete a stack; its components stay.

        Args:
            name: Its name.
            shown: What the user was shown of it; it must still be so.

        Raises:
            StackNotFoundError: There is no such stack.
            ConflictError: It isn't what was shown any more.
        """
        self._delete(shown or self._stack(name))

    def _delete(
        self, item: Record | ComponentRecord | FlavorRecord | StackRecord
    ) -> None:
        unchanged = Check(item.ref, item.revision)
        self.commit(deletes=[Delete(item.ref)], checks=[unchanged])

    def commit(
        self,
        *,
        puts: Iterable[Put] = (),
        deletes: Iterable[Delete] = (),
        checks: Iterable[Check | GuardCheck] = (),
        view: RecordingView | None = None,
    ) -> None:
        """Apply a transaction if the rules allow it.

        What the rules read is checked again by the driver as it commits; when that
        has changed in between, the rules look once more. What the caller checks is
        never tried again.

        Args:
            puts: The records to write.
            deletes: The records to remove.
            checks: What must hold.
            view: What has been read already, to decide about the transaction.

        Raises:
            ConflictError: What the caller checks doesn't hold.
            StoreReplacedError: Another store has taken the place of this one.
            ZenError: As `zen.stores.rules.validate` does.
        """
        expected = tuple(checks)
        wanted = Transaction(
            tuple(puts), tuple(deletes), expected, author=self._author()
        )
        for attempt in range(_ATTEMPTS):
            view = self.view() if view is None or attempt else view
            _validate(view, wanted)
            relied_on = (*expected, *view.checks())
            sealed = self.identity.seal(replace(wanted, checks=relied_on))
            try:
                self.driver.commit(sealed)
            except ConflictError as error:
                self.identity.check()
                if error.check in expected or attempt == _ATTEMPTS - 1:
                    raise
                # Only those need it who were overtaken.
                from random import uniform

                time.sleep(uniform(0, 0.01) * attempt)  # noqa: S311 - no secret
            else:
                self.identity.note(sealed)
                return

    def _stack(self, name: str) -> Record:
        ref = _ref(Ref.to_stack, name)
        if ref and (record := self.get_many([ref]).get(ref)):
            return record
        names = [stack.name for stack in self.stacks()[0]]
        raise StackNotFoundError(name, names, hint="See 'zen stack list'.")

    def _component(self, component_type: str, name: str) -> Record:
        ref = _ref(lambda name: Ref.to_component(component_type, name), name)
        if ref and (record := self.get_many([ref]).get(ref)):
            return record
        names = [component.name for component in self.components(component_type)[0]]
        raise StackComponentNotFoundError(component_type, name, names)


class RecordingView:
    """Read a store, and remember what was read: records, and as checks.

    Args:
        store: The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[Ref, Record | None] = {}
        self._guards: dict[str, str] = {}

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Return those of the records that exist."""
        wanted = list(dict.fromkeys(refs))
        unknown = [ref for ref in wanted if ref not in self._found]
        found = self._store.get_many(unknown) if unknown else {}
        self._found.update((ref, found.get(ref)) for ref in unknown)
        return {ref: record for ref in wanted if (record := self._found[ref])}

    def scan(self, kind: str, prefix: str = "") -> list[Record]:
        """Return all records of a kind whose key begins with `prefix`."""
        records, damaged, guard = scan_all(self._store.driver, kind, prefix)
        if damaged:
            raise damaged[0]
        # What was read first counts: the rules may have judged by it.
        self._guards.setdefault(kind, guard)
        return records

    def checks(self) -> list[Check | GuardCheck]:
        """Return that all that was read is still as it was."""
        return [
            *(
                Check(ref, record.revision if record else None)
                for ref, record in self._found.items()
            ),
            *(GuardCheck(kind, guard) for kind, guard in self._guards.items()),
        ]


def _validate(view: RecordingView, transaction: Transaction) -> None:
    # Only changes need the rules.
    from zen.stores.rules import validate

    validate(view, transaction)


def _exists(ref: Ref) -> AlreadyExistsError:
    from zen.stores.rules import already_exists  # as above

    return already_exists(ref)


def _as_read(old: Record, new: ComponentRecord | StackRecord) -> Check:
    """Demand that a record is still what its replacement was made of."""
    return Check(old.ref, new.revision or old.revision)


def _put(item: ComponentRecord | FlavorRecord | StackRecord) -> Put:
    return Put(item.ref, item.uuid, item.to_payload())


def _readable(
    driver: StoreDriver,
    kind: str,
    prefix: str,
    read: Callable[[Record], ItemT],
) -> tuple[list[ItemT], list[DamagedDataError]]:
    records, damaged, _ = scan_all(driver, kind, prefix)
    items: list[ItemT] = []
    for record in records:
        try:
            items.append(read(record))
        except DamagedDataError as error:
            damaged.append(error)
    return items, damaged


def _ref(make: Callable[[str], Ref], name: str) -> Ref | None:
    """Return the reference, or None for a name that nothing can have."""
    if not is_name(name):
        return None
    try:
        return make(name)
    except ValueError:  # there may be no such type of component
        return None


def _runner_of(record: Record) -> Provider | None:
    try:
        return StackRecord.from_record(record).runner
    except DamagedDataError:
        return None  # it is about to be replaced
