"""Build stacks from a store's records, and prepare stacks to be kept there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from zen.components import BaseSecretsManager
from zen.components.deferred import in_use, unset_variables
from zen.components.factory import ComponentFactory
from zen.components.unresolved import texts_like_references, unresolved_secrets
from zen.errors import StackComponentExistsError, StackValidationError, ZenError
from zen.names import check_name
from zen.notices import Caution
from zen.records import ComponentRecord, StackRecord
from zen.stack._lifecycle import Lifecycle
from zen.stack._stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zen.catalog import Catalog
    from zen.components import StackComponent
    from zen.components.custom_flavors import CustomFlavors
    from zen.records import Record
    from zen.stores import Store
    from zen.stores.store import RecordingView

__all__ = ["StackRegistry"]


class StackRegistry:
    """Turn records into stacks and back, with the flavors that are installed.

    Args:
        catalog: What is installed.
        notify: Takes each notice for the user.
        custom: The flavors that the profile's users have registered.
        check_records: Raises `UntrustedError` where records are data that nothing may
            be built from.
    """

    def __init__(
        self,
        catalog: Catalog,
        notify: Callable[[str], None],
        custom: CustomFlavors,
        check_records: Callable[[], None] = lambda: None,
    ) -> None:
        self._catalog = catalog
        self._notify = notify
        self._check_records = check_records
        self.factory = ComponentFactory(catalog, custom)
        self.lifecycle = Lifecycle(catalog, notify)

    def build(
        self, record: StackRecord, store: Store, *, view: RecordingView | None = None
    ) -> Stack:
        """Return the stack that a record describes.

        Args:
            record: The stack.
            store: Where its components are kept.
            view: What has been read of that already.

        Raises:
            StackComponentNotFoundError: One of its components is gone.
            FlavorNotFoundError: No plugin offers a component's flavor.
            UntrustedError: They came with a repository that isn't trusted.
        """
        self._check_records()
        parts = map(self._built, store.components_of(record, view=view))
        components = {part.TYPE: part for part in parts}
        order = [spec.name for spec in self._catalog.component_types()]
        known = {kind: components.pop(kind) for kind in order if kind in components}
        return Stack.from_components(
            record.name,
            {**known, **components},
            uuid=record.uuid,
            lifecycle=self.lifecycle,
        )

    def build_component(
        self,
        record: ComponentRecord,
        store: Store,
        stacks: Callable[[], Iterable[StackRecord]],
    ) -> StackComponent:
        """Return the component that a record describes, outside of any stack.

        Args:
            record: The component.
            store: Where it is kept.
            stacks: Returns stacks, when the component refers to secrets: they are in
                the first secrets manager that one of these has.

        Raises:
            FlavorNotFoundError: No plugin offers its flavor.
        """
        self._check_records()
        component = self._built(record)
        if record.secret_names:
            managers = (self.secrets_manager(stack, store) for stack in stacks())
            if manager := next(filter(None, managers), None):
                component.bind_secrets(manager)
        return component

    def secrets_manager(
        self, stack: StackRecord, store: Store
    ) -> BaseSecretsManager | None:
        """Return a stack's secrets manager, if it has one.

        Raises:
            StackComponentNotFoundError: It is gone.
            FlavorNotFoundError: No plugin offers its flavor.
        """
        name = stack.components.get("secrets_manager")
        if name is None:
            return None
        self._check_records()
        manager = self._built(store.component("secrets_manager", name))
        return manager if isinstance(manager, BaseSecretsManager) else None

    def _built(self, record: ComponentRecord) -> StackComponent:
        component = self.factory.build(record)
        # Without its variables, it can be part of a stack, and not be used.
        return component if unset_variables(component) else in_use(component)

    def check_references(
        self,
        component: StackComponent,
        find_manager: Callable[[], BaseSecretsManager | None],
    ) -> None:
        """Check what a component refers to.

        Notices name the variables and secrets that aren't there; they may be elsewhere,
        or later.

        Args:
            component: The component.
            find_manager: Returns the secrets manager, when the component refers to one.

        Raises:
            ComponentConfigurationError: The flavor doesn't accept the values.
        """
        unset = unset_variables(component)
        for key, names in unset.items():
            variables = " and ".join(f"${{{name}}}" for name in names)
            text = (
                f"`{key}` refers to {variables}, which isn't set here; set it where"
                f" `{component.name}` is used."
            )
            self._notify(Caution(text))
        # Where no manager can be found, there is more to tell than this.
        with suppress(ZenError):
            for error in unresolved_secrets(component, find_manager):
                text = f"Warning: {error.message} {error.hint}"
                self._notify(Caution(text))
        for key, text in texts_like_references(component):
            self._notify(
                f"Attribute `{key}` keeps {text} as it is written, for only attributes"
                " that hold secrets refer to a secrets manager."
            )
        if not unset:
            in_use(component)

    def compose(self, name: str, components: Mapping[str, str], store: Store) -> Stack:
        """Return a new stack of components that the store holds; write nothing.

        Raises:
            StackExistsError: There is a stack of that name.
            StackComponentNotFoundError: A component isn't registered.
            StackValidationError: A required type is missing, or they don't fit.
        """
        return self._checked(StackRecord(name, components), store)

    def recompose(
        self, record: StackRecord, changes: Mapping[str, str | None], store: Store
    ) -> Stack:
        """Return a stack with other components; write nothing.

        Args:
            record: The stack.
            changes: The name of the component of each type that gets another one;
                None for the types that it is to be without.
            store: Where it is kept.

        Raises:
            StackComponentNotFoundError: A component isn't registered.
            StackValidationError: A required type is missing, the components don't
                fit, or one that is to go isn't there.
        """
        absent = [kind for kind in changes if kind not in record.components]
        for component_type in absent:
            if changes[component_type] is None:
                title = component_type.replace("_", " ")
                raise StackValidationError(
                    f"Stack '{record.name}' has no {title} to remove.",
                    hint=f"See 'zen stack describe {record.name}'.",
                )
        components = {
            kind: name
            for kind, name in {**record.components, **changes}.items()
            if name is not None
        }
        return self._checked(replace(record, components=components), store)

    def _checked(self, record: StackRecord, store: Store) -> Stack:
        for component_type, part in record.components.items():
            check_name(part, component_type.replace("_", " "))
        stack = self.build(record, store, view=store.check(record))
        stack.validate()
        return stack

    def unregistered(self, stack: Stack, view: RecordingView) -> list[ComponentRecord]:
        """Return the records of the components that a store doesn't hold yet.

        Args:
            stack: The stack.
            view: The store; the stack's own record is read along.

        Raises:
            StackComponentExistsError: It holds one with another configuration.
        """
        records = [self.factory.record(part) for part in stack.components.values()]
        refs = [stack.record.ref, *(record.ref for record in records)]
        present = view.get_many(refs)
        unregistered: list[ComponentRecord] = []
        for record in records:
            stored = present.get(record.ref)
            if stored is None or stored.uuid != record.uuid:
                unregistered.append(record)
            elif not self._is_configured_as(record, stored):
                raise StackComponentExistsError(
                    f"{record.ref} is registered with another configuration.",
                    hint="Change it first with 'update_stack_component'.",
                )
        return unregistered

    def _is_configured_as(self, record: ComponentRecord, stored: Record) -> bool:
        """Compare configurations with their defaults, however they are written."""
        kept = self.factory.build(ComponentRecord.from_record(stored))
        return self.factory.record(kept).configuration == record.configuration
