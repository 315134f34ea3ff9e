"""Plan what brings a stack into a profile, beside what is there already."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Final, Literal, TypeVar, get_args

from zen.carrying._fitting import Fitting
from zen.carrying._plan import Draft, Plan, fields_of
from zen.errors import AlreadyExistsError
from zen.records import ComponentRecord, FlavorRecord, Ref, StackRecord
from zen.stores import Change, Content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zen.carrying._stack_file import StackFile
    from zen.catalog import Catalog
    from zen.config.trust import Consent
    from zen.stores import Store

__all__ = ["ON_CONFLICT", "OnConflict", "plan_import"]

OnConflict = Literal["fail", "skip", "rename", "update"]
ON_CONFLICT: Final = get_args(OnConflict)

ItemT = TypeVar("ItemT", ComponentRecord, FlavorRecord, StackRecord)

_LONGEST_NAME: Final = 100


def plan_import(
    file: StackFile,
    store: Store,
    catalog: Catalog,
    consent: Consent,
    *,
    on_conflict: OnConflict = "fail",
) -> Plan:
    """Return what is to be written to bring a stack into a profile.

    Components that are there already, the same in type, name, flavor and
    configuration, are used. Of a component whose flavor can't be used here, nothing
    is checked.

    Args:
        file: The stack.
        store: The profile's store.
        catalog: What is installed.
        consent: What may be used of the repository that we are in.
        on_conflict: What becomes of what is there and isn't the same: `fail` refuses
            the whole import, `skip` leaves it as it is, `rename` brings the other one
            beside it, and `update` replaces it.

    Raises:
        AlreadyExistsError: There is something else of that name.
        ComponentConfigurationError: A flavor doesn't accept the configuration.
        ZenError: As the rules do.
    """
    return _Import(file, store, catalog, consent, on_conflict).plan()


class _Import:
    def __init__(
        self,
        file: StackFile,
        store: Store,
        catalog: Catalog,
        consent: Consent,
        on_conflict: OnConflict,
    ) -> None:
        self._file = file
        self._fitting = Fitting(store, catalog, consent, tolerant=True)
        self._draft = Draft(store)
        self._on_conflict = on_conflict
        self._conflicts: list[str] = []
        self._renamed: dict[Ref, Ref] = {}
        self._kept: list[Ref] = []

    def plan(self) -> Plan:
        for entry in self._file.flavors:
            self._add_flavor(entry.record)
        components = {
            component_type: self._add_component(entry.record(component_type))
            for component_type, entry in sorted(self._file.components.items())
        }
        stack = self._add_stack(components)
        if self._conflicts:
            raise AlreadyExistsError(
                " ".join(self._conflicts),
                hint="Say what to do about that with"
                " 'zen stack import --on-conflict skip|rename|update'.",
            )
        if stack.ref in self._kept:
            # What only it would need isn't needed.
            return Plan(stacks=(stack.name,), kept=(stack.ref,))
        refs = {kind: part.ref for kind, part in components.items()}
        self._fitting.check_stack(stack.name, refs)
        self._draft.check_rules()
        unusable = self._fitting.unusable
        return Plan(
            stacks=(stack.name,),
            changes=self._draft.changes,
            checks=self._draft.checks,
            renamed=self._renamed,
            kept=tuple(self._kept),
            unusable={ref: unusable[ref] for ref in refs.values() if ref in unusable},
            users=self._draft.users([stack.ref]),
            store=self._draft.identity,
        )

    def _add_flavor(self, wanted: FlavorRecord) -> None:
        stored = self._draft.flavor(wanted.ref)
        if stored and stored.source == wanted.source:
            return
        if stored:
            # No other name is tried: a class says itself what its flavor is called.
            wanted = replace(wanted, uuid=stored.uuid)
            if self._settle(wanted, stored) is stored:
                return
        else:
            self._draft.put(wanted)
        self._fitting.add_flavor(wanted)

    def _add_component(self, wanted: ComponentRecord) -> ComponentRecord:
        """Return the component that the stack will have."""
        names = _names_for(wanted)
        while True:
            record = replace(wanted, name=next(names))
            stored = self._draft.component(record.ref)
            if stored is None:
                fitted = self._fitting.fit(record)
                self._draft.put(fitted)
                return self._called(fitted, wanted)
            # Its spelling stays, and what depends on its identity.
            record = replace(record, name=stored.name, uuid=stored.uuid)
            fitted = self._fitting.fit(record)
            if self._fitting.is_same(fitted, stored):
                return self._called(fitted, wanted)
            if self._on_conflict != "rename":
                settled = self._settle(fitted, stored)
                return fitted if settled is fitted else self._fitting.fit(stored)

    def _add_stack(self, components: Mapping[str, ComponentRecord]) -> StackRecord:
        """Return the stack as it will be."""
        runner = self._file.runner.provider if self._file.runner else None
        parts = {kind: part.name for kind, part in components.items()}
        wanted = StackRecord(self._file.name, parts, runner=runner)
        names = _names_for(wanted)
        while True:
            record = replace(wanted, name=next(names))
            stored = self._draft.stack(record.ref)
            if stored is None:
                self._draft.put(record)
                return self._called(record, wanted)
            known = runner or stored.runner
            record = replace(stored, components=parts, runner=known)
            if record.component_refs == stored.component_refs:
                return self._called(stored, wanted)
            if self._on_conflict != "rename":
                return self._settle(record, stored)

    def _called(self, item: ItemT, wanted: ItemT) -> ItemT:
        """Return `item`, and remember if it isn't called as the file has it."""
        if item.ref != wanted.ref:
            self._renamed[wanted.ref] = item.ref
        return item

    def _settle(self, wanted: ItemT, stored: ItemT) -> ItemT:
        """Return what stays, where there is something else of that name."""
        if self._on_conflict == "update":
            self._draft.put(wanted)
            return wanted
        if self._on_conflict == "skip":
            self._kept.append(stored.ref)
        else:
            text = "; ".join(_differences(wanted, stored))
            self._conflicts.append(f"{stored.ref} already exists: {text}.")
        return stored


def _names_for(item: ComponentRecord | StackRecord) -> Iterator[str]:
    """Yield the name of something, and then others that are like it."""
    yield item.name
    for number in count(2):
        ending = f"-{number}"
        yield item.name[: _LONGEST_NAME - len(ending)] + ending


def _differences(wanted: ItemT, stored: ItemT) -> Iterator[str]:
    before, after = (Content(stored.uuid, i.to_payload()) for i in (stored, wanted))
    for name, values in fields_of(Change(stored.ref, before, after)).items():
        told = ["not set" if value is None else repr(value) for value in values]
        yield f"its '{name}' is {told[0]}, and {told[1]} in the file"
