"""Plan what makes stacks in a profile what a file says that they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zen.carrying._fitting import Fitting
from zen.carrying._plan import Draft, Plan
from zen.errors import ConfigurationError
from zen.records import Ref, StackRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen.carrying._stack_file import StackFile
    from zen.catalog import Catalog
    from zen.config.trust import Consent
    from zen.records import ComponentRecord, FlavorRecord
    from zen.stores import Store

__all__ = ["plan_stacks"]


def plan_stacks(
    files: Sequence[StackFile], store: Store, catalog: Catalog, consent: Consent
) -> Plan:
    """Return what is to be written so that a profile has the stacks of files.

    What a file doesn't say of a component gets its default. A component that a file
    doesn't name is taken out of the stack, and stays in the profile.

    Args:
        files: The stacks.
        store: The profile's store.
        catalog: What is installed.
        consent: What may be used of the repository that we are in.

    Raises:
        ConfigurationError: Something is given twice, and not the same.
        FlavorNotFoundError: A component's flavor isn't there.
        ComponentConfigurationError: A flavor doesn't accept the configuration.
        ZenError: As the rules do.
    """
    planner = _Planner(store, catalog, consent)
    for file in files:
        planner.add(file)
    return planner.plan()


class _Planner:
    def __init__(self, store: Store, catalog: Catalog, consent: Consent) -> None:
        self._fitting = Fitting(store, catalog, consent)
        self._draft = Draft(store)
        self._seen: dict[Ref, ComponentRecord | FlavorRecord] = {}
        self._stacks: dict[Ref, str] = {}

    def add(self, file: StackFile) -> None:
        """Add a stack."""
        for flavor in file.flavors:
            self._add_flavor(flavor.record)
        components = {
            component_type: self._add_component(entry.record(component_type))
            for component_type, entry in sorted(file.components.items())
        }
        refs = {kind: part.ref for kind, part in components.items()}
        self._fitting.check_stack(file.name, refs)
        names = {kind: part.name for kind, part in components.items()}
        runner = file.runner.provider if file.runner else None
        self._add_stack(StackRecord(file.name, names, runner=runner))

    def plan(self) -> Plan:
        """Return what is to be written, once the rules allow it."""
        self._draft.check_rules()
        return Plan(
            stacks=tuple(self._stacks.values()),
            changes=self._draft.changes,
            checks=self._draft.checks,
            unusable=self._fitting.unusable,
            users=self._draft.users(self._stacks),
            store=self._draft.identity,
        )

    def _add_flavor(self, wanted: FlavorRecord) -> None:
        stored = self._draft.flavor(wanted.ref)
        record = replace(wanted, uuid=stored.uuid) if stored else wanted
        if self._is_new(record) and record != stored:
            self._fitting.add_flavor(record)
            self._draft.put(record)

    def _add_component(self, wanted: ComponentRecord) -> ComponentRecord:
        stored = self._draft.component(wanted.ref)
        if stored:
            # Its spelling stays, and what depends on its identity.
            wanted = replace(wanted, name=stored.name, uuid=stored.uuid)
        fitted = self._fitting.fit(wanted)
        is_kept = stored is not None and self._fitting.is_same(fitted, stored)
        if self._is_new(fitted) and not is_kept:
            self._draft.put(fitted)
        return fitted

    def _add_stack(self, record: StackRecord) -> None:
        if record.ref in self._stacks:
            raise _contradiction(record.ref)
        if stored := self._draft.stack(record.ref):
            runner = record.runner or stored.runner
            record = replace(record, name=stored.name, uuid=stored.uuid, runner=runner)
        self._stacks[record.ref] = record.name
        if stored is None or stored.component_refs != record.component_refs:
            self._draft.put(record)

    def _is_new(self, record: ComponentRecord | FlavorRecord) -> bool:
        """Tell whether something wasn't there before, or raise if it was different."""
        seen = self._seen.setdefault(record.ref, record)
        if seen is record:
            return True
        if replace(seen, uuid=record.uuid) != record:
            raise _contradiction(record.ref)
        return False


def _contradiction(ref: Ref) -> ConfigurationError:
    return ConfigurationError(
        f"{ref} is listed more than once.",
        hint="List it only once; stacks may share a component that is the same in"
        " each of them.",
    )
