"""Carry stacks: out of a profile, into one, and from one to another."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zen.carrying._copying import check_free, plan_copy
from zen.carrying._differences import differences
from zen.carrying._fitting import Fitting
from zen.carrying._importing import plan_import
from zen.carrying._needs import runner_of
from zen.carrying._planning import plan_stacks
from zen.carrying._schema import stack_schema
from zen.carrying._stack_file import (
    ComponentEntry,
    FlavorEntry,
    ProviderEntry,
    StackFile,
)
from zen.errors import AlreadyExistsError, FlavorExistsError, StackNotFoundError
from zen.stores.confinement import LARGEST_INPUT
from zen.stores.yaml_files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zen.carrying._differences import Difference
    from zen.carrying._importing import OnConflict
    from zen.carrying._plan import Plan
    from zen.catalog import Catalog
    from zen.config import Activation
    from zen.records import ComponentRecord
    from zen.stores import Change, Store

__all__ = ["StackCarrier"]


class StackCarrier:
    """Carry stacks between profiles and files.

    Args:
        open_store: Opens the store of a profile, of the active one if it gets None.
        catalog: What is installed.
        activation: What is active here.
        check_live: Raises `InUseError` if changes of a profile, of the active one if it
            gets None, would lose what is provisioned.
    """

    def __init__(
        self,
        open_store: Callable[[str | None], Store],
        catalog: Catalog,
        activation: Activation,
        check_live: Callable[[str | None, Iterable[Change]], None],
    ) -> None:
        self._open = open_store
        self._catalog = catalog
        self._activation = activation
        self._check_live = check_live

    def export(self, name: str, *, profile: str | None = None) -> StackFile:
        """Return a stack as a file carries it; none of its flavors need be installed.

        Args:
            name: The stack.
            profile: The profile that it is in; the active one if None.

        Raises:
            ProfileNotFoundError: There is no such profile.
            StackNotFoundError: There is no such stack.
            StackComponentNotFoundError: One of its components is gone.
        """
        store = self._open(profile)
        stack = store.stack(name)
        components = sorted(store.components_of(stack), key=lambda part: part.type)
        custom = (store.flavor(part.type, part.flavor) for part in components)
        return StackFile(
            format_version=1,
            name=stack.name,
            components={part.type: ComponentEntry.of(part) for part in components},
            flavors=[FlavorEntry.of(flavor) for flavor in custom if flavor],
            runner=ProviderEntry.of(runner_of(self._catalog) or stack.runner),
        )

    def find(self, name: str) -> StackFile:
        """Return a stack of the active profile, or else that of a file.

        Raises:
            StackNotFoundError: There is neither.
            DamagedDataError: The file isn't what it should be.
        """
        try:
            return self.export(name)
        except StackNotFoundError as error:
            is_file = os.path.isfile(name)  # noqa: PTH113 - pathlib's may raise
            content = read_file(Path(name), largest=LARGEST_INPUT) if is_file else None
            if content is None:
                error.hint = f"There is no file of that name either. {error.hint}"
                raise
        return StackFile.from_yaml(content, name, end_mark=False)

    def plan_import(
        self,
        file: StackFile,
        *,
        on_conflict: OnConflict = "fail",
        profile: str | None = None,
    ) -> Plan:
        """Return what `import_stack` would write, and write nothing.

        Args:
            file: The stack.
            on_conflict: What becomes of what is there and isn't the same.
            profile: The profile to bring it into; the active one if None.

        Raises:
            AlreadyExistsError: There is something else of that name.
            ComponentConfigurationError: A flavor doesn't accept the configuration.
            InUseError: It would lose what is provisioned.
            ZenError: As the rules do.
        """
        plan = plan_import(
            file,
            self._open(profile),
            self._catalog,
            self._activation.consent(),
            on_conflict=on_conflict,
        )
        self._check_live(profile, plan.changes)
        return plan

    def import_stack(
        self,
        file: StackFile,
        *,
        on_conflict: OnConflict = "fail",
        profile: str | None = None,
    ) -> Plan:
        """Bring a stack into a profile in one transaction, and return what that was.

        Raises:
            ConflictError: The profile has changed meanwhile; nothing was written.
            ZenError: As `plan_import` does.
        """
        plan = self.plan_import(file, on_conflict=on_conflict, profile=profile)
        plan.commit(self._open(profile))
        return plan

    def activate_first(self, plan: Plan) -> str | None:
        """Make the stack of a plan the active one where none is; return its name."""
        if self._activation.context.stack_choice or not plan.stacks:
            return None
        self._activation.set_stack(plan.stacks[0], globally=False)
        return plan.stacks[0]

    def copy(
        self,
        name: str,
        new_name: str,
        *,
        source: str | None = None,
        target: str | None = None,
    ) -> Plan:
        """Copy a stack: within a profile, or with its components to another one.

        Args:
            name: The stack.
            new_name: What the copy is called.
            source: The profile that it is in; the active one if None.
            target: The profile that the copy goes to; the active one if None.

        Raises:
            ProfileNotFoundError: There is no such profile.
            StackNotFoundError: There is no such stack.
            AlreadyExistsError: The target has something else of that name.
        """
        active = self._activation.context.profile_choice.name
        if (source or active) == (target or active):
            store = self._open(source)
            plan = plan_copy(store.stack(name), new_name, store)
        else:
            file = self.export(name, profile=source).called(new_name)
            store = self._open(target)
            check_free(file.name, store)
            plan = self._plan_copy(file, store)
        plan.commit(store)
        return plan

    def _plan_copy(self, file: StackFile, store: Store) -> Plan:
        try:
            return plan_import(file, store, self._catalog, self._activation.consent())
        except AlreadyExistsError as error:
            error.hint = (
                "Rename what is in the way, or use 'zen stack export' and 'zen stack"
                " import --on-conflict skip|rename|update'."
            )
            raise

    def plan(self, files: Sequence[StackFile]) -> Plan:
        """Return what makes the active profile's stacks what files say that they are.

        What a file doesn't say of a component gets its default. A component that a
        file doesn't name is taken out of the stack, and stays in the profile.

        Raises:
            ConfigurationError: Something is given twice, and not the same.
            FlavorNotFoundError: A component's flavor isn't there.
            ComponentConfigurationError: A flavor doesn't accept the configuration.
            InUseError: They would lose what is provisioned.
            ZenError: As the rules do.
        """
        plan = plan_stacks(
            files, self._open(None), self._catalog, self._activation.consent()
        )
        self._check_live(None, plan.changes)
        return plan

    def apply(self, plan: Plan) -> None:
        """Write to the active profile what `plan` has returned, all or nothing.

        Raises:
            ConflictError: What the plan was made from has changed since.
            InUseError: As `plan` does.
        """
        self._check_live(None, plan.changes)
        plan.commit(self._open(None))

    def diff(self, left: StackFile, right: StackFile) -> list[Difference]:
        """Return in what two stacks differ, their defaults being the same."""
        return differences(self._fitted(left), self._fitted(right))

    def schema(self) -> dict[str, object]:
        """Return the JSON Schema of stack files, with the flavors that there are."""
        names = {(o.spec.type, o.spec.name) for o in self._catalog.flavors()}
        fitting = Fitting(self._open(None), self._catalog, self._activation.consent())
        custom, _ = self._open(None).flavors()
        names |= {(each.type, each.name) for each in custom}
        return stack_schema(names, fitting.flavors)

    def _fitted(self, file: StackFile) -> dict[str, ComponentRecord]:
        fitting = Fitting(
            self._open(None), self._catalog, self._activation.consent(), tolerant=True
        )
        for entry in file.flavors:
            # Whatever becomes of it, it can be compared.
            with suppress(FlavorExistsError):
                fitting.add_flavor(entry.record)
        return {
            component_type: fitting.fit(part.record(component_type))
            for component_type, part in file.components.items()
        }
