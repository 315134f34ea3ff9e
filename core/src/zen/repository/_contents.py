"""What the active profile holds: stacks and components."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zen.catalog import on_one_line
from zen.errors import (
    ComponentConfigurationError,
    ConfigurationError,
    StackComponentExistsError,
    StackComponentNotFoundError,
    StackExistsError,
    ZenError,
    did_you_mean,
)
from zen.notices import Caution
from zen.printable import Lines
from zen.repository._building import ComponentBuilding, builder_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from contextlib import AbstractContextManager

    from zen.components import BaseSecretsManager, StackComponent
    from zen.config import ProfileConfiguration
    from zen.records import ComponentRecord, FlavorRecord, StackRecord
    from zen.stack import Secrets, Stack
    from zen.stores import Store

__all__ = ["ProfileContents"]


class ProfileContents(ComponentBuilding):
    """Read and change the stacks and components of the active profile."""

    @property
    def active_stack(self) -> Stack:
        """The active stack, with its components built."""
        return self._registry.build(self.active_stack_record, self.store)

    @property
    def stacks(self) -> list[Stack]:
        """All stacks of the active profile, with their components built."""
        records = self.list_stacks()
        return [self._registry.build(record, self.store) for record in records]

    @property
    def stack_configurations(self) -> dict[str, dict[str, str]]:
        """The names of each stack's components by type, without building them."""
        return {stack.name: dict(stack.components) for stack in self.list_stacks()}

    def list_stacks(self) -> list[StackRecord]:
        """Return the active profile's stacks as they are kept, by name.

        Raises:
            DamagedDataError: One of them can't be read; `store.stacks()` has the
                others.
        """
        stacks, damaged = self.store.stacks()
        if damaged:
            raise damaged[0]
        return stacks

    def get_stack(self, name: str) -> Stack:
        """Return a stack with its components built.

        Raises:
            StackNotFoundError: There is no such stack.
            StackComponentNotFoundError: One of its components is gone.
            FlavorNotFoundError: No plugin offers a component's flavor.
        """
        return self._registry.build(self.store.stack(name), self.store)

    def compose_stack(self, name: str, components: Mapping[str, str]) -> Stack:
        """Return a new stack of components that are registered; register nothing.

        Args:
            name: The new stack's name.
            components: The name of the component of each type.

        Raises:
            StackExistsError: There is a stack of that name.
            StackComponentNotFoundError: A component isn't registered.
            StackValidationError: A required type is missing, or they don't fit.
        """
        return self._registry.compose(name, components, self.store)

    def recompose_stack(self, name: str, changes: Mapping[str, str | None]) -> Stack:
        """Return a stack with other components; change nothing that is registered.

        Args:
            name: The stack.
            changes: The name of the component of each type that gets another one;
                None for the types that it is to be without.

        Raises:
            StackNotFoundError: There is no such stack.
            StackComponentNotFoundError: A component isn't registered.
            StackValidationError: A required type is missing, the components don't
                fit, or one that is to go isn't there.
        """
        return self._registry.recompose(self.store.stack(name), changes, self.store)

    def register_stack(self, stack: Stack) -> None:
        """Register a stack, and those of its components that aren't registered yet.

        Raises:
            StackExistsError: There is a stack of that name.
            StackComponentExistsError: A component's name is taken by another one.
            StackValidationError: The components don't fit.
        """
        stack.validate()
        view = self.store.view()
        new = self._registry.unregistered(stack, view)
        self.store.register(components=new, stacks=[stack.record], view=view)
        self._announce(new, stack.components.values())
        self._notify(f"Registered stack with name '{stack.name}'.")

    def update_stack(
        self, name: str, stack: Stack, *, based_on: StackRecord | None = None
    ) -> None:
        """Put a stack in the place of the one called `name`, which may rename it.

        Args:
            name: The stack that is there.
            stack: What it becomes.
            based_on: What `stack` was made of; it must still be so.

        Raises:
            ConflictError: It was changed since.
            StackNotFoundError: There is no stack called `name`.
            StackExistsError: Its new name is taken.
            StackValidationError: The components don't fit.
            InUseError: It would lose a component that is provisioned for it alone.
        """
        stack.validate()
        stored = based_on or self.store.stack(name)
        self._live().check_removals(stored, stack.record)
        new = self._registry.unregistered(stack, self.store.view())
        revision = based_on.revision if based_on else ""
        self.store.replace_stack(name, replace(stack.record, revision=revision), new)
        self._announce(new, stack.components.values())
        self._activation.rename_stack(name, stack.name)

    def rename_stack(self, name: str, new_name: str) -> None:
        """Give a stack another name; where it is active, it stays so.

        The flavors of its components need not be installed.

        Raises:
            StackNotFoundError: There is no stack called `name`.
            StackExistsError: Its new name is taken.
        """
        record = self.store.stack(name)
        if record.name == new_name:
            raise StackExistsError(f"{record.ref} has that name already.")
        self.store.replace_stack(name, replace(record, name=new_name))
        self._activation.rename_stack(record.name, new_name)

    def deregister_stack(self, name: str, *, shown: StackRecord | None = None) -> None:
        """Delete a stack that isn't active; its components stay.

        Args:
            name: The stack.
            shown: What the user was shown of it; it must still be so.

        Raises:
            StackNotFoundError: There is no such stack.
            InUseError: It is active, or a component is provisioned for it alone.
            ConflictError: It isn't what was shown any more.
        """
        stack = shown or self.store.stack(name)
        self._check_deletion(stack, now=True)
        self.store.delete_stack(stack.name, shown=stack)

    def check_stack_deletion(self, name: str) -> StackRecord:
        """Raise what `deregister_stack` would raise, and delete nothing.

        Returns:
            The stack.
        """
        stack = self.store.stack(name)
        self._check_deletion(stack)
        return stack

    def _check_deletion(self, stack: StackRecord, *, now: bool = False) -> None:
        self._activation.check_stack_inactive(stack.name, now=now)
        self._live().check_stack(stack)

    def list_components(self, component_type: str) -> list[ComponentRecord]:
        """Return the active profile's components of a type as they are kept.

        Raises:
            ComponentConfigurationError: There is no such type.
            DamagedDataError: One of them can't be read; `store.components()` has the
                others.
        """
        components, damaged = self.store.components(component_type)
        if damaged:
            raise damaged[0]
        if not components:
            self._check_type(component_type)
        return components

    def _check_type(self, component_type: str) -> None:
        """Raise `ComponentConfigurationError` unless something has a component type."""
        types = [str(spec.name) for spec in self.catalog.component_types()]
        if component_type in types or self.store.components(component_type)[0]:
            return
        raise ComponentConfigurationError(
            f"'{component_type}' is not a component type."
            f"{did_you_mean(component_type, types)}",
            hint=f"Component types: {', '.join(types)}.",
        )

    def get_stack_components(self, component_type: str) -> list[StackComponent]:
        """Return all components of a type, built."""
        records = self.list_components(component_type)
        return [self.build(record) for record in records]

    def upgrade_profile(self, name: str | None = None) -> str | None:
        """Do as `ActiveProfile` does, and the same with the metadata stores.

        One that can't be upgraded keeps no other from it; a notice tells of it.
        """
        done = [super().upgrade_profile(name)]
        profile = self.get_profile(name) if name else self.active_profile
        store = self.context.open_store(profile)
        records, _ = store.components("metadata_store")
        for record in records:
            try:
                done.append(self._upgrade_metadata_store(record, store, profile))
            # A flavor's own code, which may raise anything.
            except Exception as error:  # noqa: BLE001
                hint = error.hint if isinstance(error, ZenError) else ""
                text = f"Metadata store '{record.name}' was not upgraded: {error}"
                self._notify(Caution(f"{text} {hint}"))
        return Lines.of(*done) or None

    def _upgrade_metadata_store(
        self, record: ComponentRecord, store: Store, profile: ProfileConfiguration
    ) -> str | None:
        # Loads pydantic, which listing records doesn't need.
        from zen.components import BaseMetadataStore

        component = builder_of(self._registry_of(profile, store), store)(record)
        if isinstance(component, BaseMetadataStore):
            return component.upgrade()
        return None  # it only claims to be one

    def get_stack_component(self, component_type: str, name: str) -> StackComponent:
        """Return a component, built.

        Raises:
            ComponentConfigurationError: There is no such type.
            StackComponentNotFoundError: There is no such component.
            FlavorNotFoundError: No plugin offers its flavor.
        """
        try:
            return self.build(self.store.component(component_type, name))
        except StackComponentNotFoundError:
            self._check_type(component_type)
            raise

    def build(self, record: ComponentRecord) -> StackComponent:
        """Return a component as it is kept, built.

        What it refers to is looked for in the active stack's secrets manager.

        Raises:
            FlavorNotFoundError: No plugin offers its flavor.
        """
        return self._registry.build_component(
            record, self.store, lambda: [self.active_stack_record]
        )

    def register_stack_component(self, component: StackComponent) -> None:
        """Register a component.

        A secret of it goes into the active stack's secrets manager, and the component
        is kept with a reference in its place.

        Raises:
            StackComponentExistsError: Its name is taken.
            ComponentConfigurationError: It has a secret, and the stack no manager; or
                its flavor doesn't accept what `${NAME}` in it stands for.
        """
        self._registry.check_references(component, self._find_manager)
        with self._with_references(component, ()) as kept:
            record = self.factory.record(kept)
            self.store.register(components=[record])
        self._announce([record], [component])

    def update_stack_component(
        self,
        name: str,
        component_type: str,
        component: StackComponent,
        *,
        based_on: ComponentRecord | None = None,
    ) -> None:
        """Put a component in the place of another; stacks follow when it is renamed.

        Args:
            name: The component that is there.
            component_type: Its type.
            component: What it becomes.
            based_on: What `component` was made of; it must still be so.

        Raises:
            ConflictError: It was changed since.
            StackComponentNotFoundError: There is no component called `name`.
            StackComponentExistsError: Its new name is taken.
            InUseError: It is provisioned, and would be renamed, or would say no longer
                that it is.
            ComponentConfigurationError: Its flavor doesn't accept what `${NAME}` in it
                stands for.
        """
        self._registry.check_references(component, self._find_manager)
        revision = based_on.revision if based_on else ""
        stored = based_on or self.store.component(component_type, name)
        with self._with_references(component, stored.secret_names) as kept:
            record = self.factory.record(kept)
            record = replace(record, uuid=stored.uuid, revision=revision)
            self._live().check(stored, record)
            self.store.replace_component(component_type, name, record)

    def rename_stack_component(
        self, component_type: str, name: str, new_name: str
    ) -> None:
        """Give a component another name, also in the stacks that use it.

        Its flavor need not be installed.

        Raises:
            StackComponentNotFoundError: There is no component called `name`.
            StackComponentExistsError: Its new name is taken.
            InUseError: It is provisioned.
        """
        record = self.store.component(component_type, name)
        if record.name == new_name:
            raise StackComponentExistsError(f"{record.ref} has that name already.")
        renamed = replace(record, name=new_name)
        self._live().check(record, renamed)
        self.store.replace_component(component_type, name, renamed)

    def deregister_stack_component(
        self, component_type: str, name: str, *, shown: ComponentRecord | None = None
    ) -> None:
        """Delete a component; secrets that it referred to stay, and a notice says so.

        Args:
            component_type: Its type.
            name: Its name.
            shown: What the user was shown of it; it must still be so.

        Raises:
            StackComponentNotFoundError: There is no such component.
            InUseError: A stack uses it, or it is provisioned.
            ConflictError: It isn't what was shown any more.
        """
        component = shown or self.store.component(component_type, name)
        self._live().check(component)
        self.store.delete_component(component_type, name, shown=component)
        for secret in component.secret_names:
            self._notify(
                f"Secret '{secret}' was kept. If nothing else needs it, delete it with"
                f" 'zen secret delete {secret}'."
            )

    def check_component_deletion(
        self, component_type: str, name: str
    ) -> ComponentRecord:
        """Raise what `deregister_stack_component` would, and delete nothing.

        Returns:
            The component.
        """
        component = self.store.component(component_type, name)
        self.store.check_deletion(component.ref)
        self._live().check(component)
        return component

    def get_flavor(self, name: str, component_type: str) -> FlavorRecord:
        """Return a flavor, of a plugin or of the profile, without importing its class.

        Raises:
            FlavorNotFoundError: There is none of that type and name.
            AmbiguousPluginError: There are several.
        """
        return self.factory.flavors.record(component_type, name)

    @property
    def secrets(self) -> Secrets:
        """The secrets in the active stack's secrets manager.

        Raises:
            ConfigurationError: The active stack has no secrets manager.
        """
        if secrets := self._find_secrets():
            return secrets
        raise ConfigurationError(
            f"The active stack '{self.active_stack_name}' has no secrets manager.",
            hint="Register one with 'zen secrets-manager register NAME --flavor local',"
            " and add it with 'zen stack update --secrets-manager NAME'.",
        )

    def secret_users(
        self, name: str, keys: Collection[str] | None = None
    ) -> list[ComponentRecord]:
        """Return the components that refer to a secret of the active stack's manager.

        Args:
            name: The secret.
            keys: The keys that count; all if None.
        """
        active = self.active_stack_record.components.get("secrets_manager", "")
        stacks, _ = self.store.stacks()
        components, _ = self.store.components()

        def looks_there(record: ComponentRecord) -> bool:
            holders = [stack for stack in stacks if stack.holds(record.ref)]
            managers = [each.components.get("secrets_manager", "") for each in holders]
            wanted = active.lower()
            return not managers or wanted in (each.lower() for each in managers)

        return [
            record
            for record in components
            if any(
                secret == name and (keys is None or key in keys)
                for secret, key in record.secret_keys
            )
            if looks_there(record)
        ]

    def _find_manager(self) -> BaseSecretsManager | None:
        return self._registry.secrets_manager(self.active_stack_record, self.store)

    def _find_secrets(self) -> Secrets | None:
        # Loads pydantic, which listing records doesn't need.
        from zen.stack import Secrets

        manager = self._find_manager()
        return Secrets(manager) if manager else None

    def _with_references(
        self, component: StackComponent, known: Collection[str]
    ) -> AbstractContextManager[StackComponent]:
        from zen.stack import with_references  # as above

        return with_references(component, self._find_secrets, self._notify, known)

    def _announce(
        self, new: Collection[ComponentRecord], parts: Iterable[StackComponent]
    ) -> None:
        from zen.components.remarks import remarks_on  # as above

        built = {(part.TYPE, part.name): part for part in parts}
        for record in new:
            self._notify(
                f"Registered stack component with type '{record.type}'"
                f" and name '{record.name}'."
            )
            part = built[record.type, record.name]
            for remark in remarks_on(type(part)):
                self._notify(Caution(f"Warning: {remark}"))
            if message := _message_of(part):
                self._notify(message)


def _message_of(component: StackComponent) -> str | None:
    try:
        message = component.post_registration_message
    # A flavor's own code, which may raise anything; the component is registered.
    except Exception as error:  # noqa: BLE001
        reason = on_one_line(error)
        return Caution(f"Warning: its post_registration_message failed: {reason}")
    return Lines(message) if isinstance(message, str) else message
