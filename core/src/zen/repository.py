"""The Python face of Zen: the active profile, and all that is kept in it."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from zen.catalog import Catalog
from zen.config import (
    Activation,
    LocalSettings,
    PluginSettings,
    Profiles,
    RepositoryFolder,
)
from zen.config.activation import dangling
from zen.errors import ConfigurationError, StackNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from zen.carrying import StackCarrier, StackEnvironment
    from zen.catalog import Offer
    from zen.components import StackComponent
    from zen.components.custom_flavors import CustomFlavors
    from zen.components.factory import ComponentFactory
    from zen.config import Choice, ProfileConfiguration, ProfileHistory
    from zen.plugin import FlavorSpec
    from zen.records import ComponentRecord, StackRecord
    from zen.stack import Lifecycle, Secrets, Stack, StackRegistry
    from zen.status import Status
    from zen.stores import Store

__all__ = ["Repository"]


class Repository:
    """Work with the active profile: its stacks, its components, and what is active.

    The first use of Zen on a host makes the profile `default`.

    Args:
        root: A folder of the project; the working directory if None.
        catalog: What is installed; found out if None.
        notify: Takes each notice for the user; there are none if None.
        command: The command that was given, for the profiles' logs; it must hold no
            secret.
    """

    def __init__(
        self,
        root: Path | str | None = None,
        *,
        catalog: Catalog | None = None,
        notify: Callable[[str], None] | None = None,
        command: str = "",
    ) -> None:
        self._catalog = catalog or Catalog(policy=PluginSettings().policy)
        self._notify = notify or (lambda _: None)
        self._profiles = Profiles(self._catalog, self._notify, command)
        self._activation = Activation(
            self._profiles.configuration,
            None if root is None else Path(root),
            self._notify,
        )
        self._opened: tuple[object, Store] | None = None
        self._profiles.ensure_default()
        self._activation.migrate_legacy(self._profiles, self._catalog)

    @classmethod
    def initialize(
        cls,
        root: Path | str | None = None,
        *,
        catalog: Catalog | None = None,
        notify: Callable[[str], None] | None = None,
        command: str = "",
    ) -> Repository:
        """Make a folder a repository that pins the profile and stack active outside.

        Args:
            root: The folder; the working directory if None.
            catalog: What is installed; found out if None.
            notify: Takes each notice for the user; there are none if None.
            command: The command that was given, for the profiles' logs.

        Raises:
            InitializationException: It is a repository already, or isn't a folder.
        """
        folder = Path(root or ".").absolute()
        outside = cls(
            Path(folder.anchor), catalog=catalog, notify=notify, command=command
        )
        profile = outside.active_profile
        stack = outside.active_stack_choice
        pinned = LocalSettings(profile.name, stack.name if stack else None)
        root = RepositoryFolder.create(folder, pinned).root
        return cls(root, catalog=catalog, notify=notify, command=command)

    @classmethod
    def status(
        cls,
        root: Path | str | None = None,
        *,
        catalog: Catalog | None = None,
        notify: Callable[[str], None] | None = None,
        command: str = "",
    ) -> Status:
        """Return where we are, what is active, and what is wrong; raise nothing.

        The arguments are those of `Repository` itself, which may not be made as long
        as something is broken.
        """
        # Only who asks needs it.
        from zen.status import take_status

        known = catalog or Catalog(policy=PluginSettings().policy)
        use = partial(cls, root, catalog=known, notify=notify, command=command)
        return take_status(use, known, None if root is None else Path(root))

    def clean(self) -> list[Path]:
        """Remove the repository's configuration; profiles and artifacts stay.

        Returns:
            What else is in the folder `.zen`, which stays too.

        Raises:
            ConfigurationError: We are in no repository, or its stacks are in its
                configuration, as before there were profiles.
            StoreUnavailableError: It can't be removed; nothing was changed.
        """
        return self._activation.clean_folder()

    @property
    def required_root(self) -> Path:
        """The repository's root; `ConfigurationError` is raised outside of any."""
        return self._activation.required_folder.root

    @property
    def root(self) -> Path | None:
        """The repository's root, or None outside of any.

        Raises:
            DanglingReferenceError: `ZEN_REPOSITORY_PATH` names no repository.
            ConfigurationError: The folder isn't there, or can't be looked at.
        """
        folder = self._activation.folder
        return folder.root if folder else None

    @property
    def profiles(self) -> dict[str, ProfileConfiguration]:
        """The profiles, by name."""
        return self._profiles.configuration.load().profiles

    @property
    def config_directory(self) -> Path | None:
        """The repository's folder `.zen`, or None outside of any."""
        return self.root / ".zen" if self.root else None

    @staticmethod
    def is_repository_directory(path: Path | str) -> bool:
        """Tell whether a folder is the root of a repository."""
        return RepositoryFolder.is_root(Path(path))

    @staticmethod
    def find_repository(path: Path | str | None = None) -> Path | None:
        """Return the root of the repository that a folder is in, or None.

        Raises:
            DanglingReferenceError: `ZEN_REPOSITORY_PATH` names no repository.
        """
        start = None if path is None else Path(path)
        folder = RepositoryFolder.find(os.environ, start)
        return folder.root if folder else None

    def displayed_url(self, profile: ProfileConfiguration) -> str:
        """Return where a profile's data is, without passwords."""
        return self._profiles.displayed_url(profile)

    @property
    def active_user_name(self) -> str:
        """The name of the active profile's user."""
        return self.active_profile.active_user

    @property
    def active_profile_choice(self) -> Choice:
        """The active profile's name, which may lead nowhere, and who says so."""
        return self._activation.profile_choice

    @property
    def active_profile_name(self) -> str:
        """The active profile's name; raises as `active_profile` does."""
        return self.active_profile.name

    @property
    def active_profile(self) -> ProfileConfiguration:
        """The active profile.

        Raises:
            DanglingReferenceError: A setting names a profile that is gone.
        """
        return self._activation.profile

    def get_profile(self, name: str) -> ProfileConfiguration:
        """Return the profile of that name, or raise `ProfileNotFoundError`."""
        return self._profiles.configuration.load().profile(name)

    def create_profile(
        self, name: str, store_type: str = "local", url: str | None = None
    ) -> ProfileConfiguration:
        """Make a profile; see `zen.config.Profiles.create`."""
        return self._profiles.create(name, store_type, url)

    def delete_profile(self, name: str) -> None:
        """Delete a profile that is active neither here nor globally.

        Raises:
            ProfileNotFoundError: There is no such profile.
            InUseError: It is active.
        """
        self.check_profile_deletion(name)
        self.close()  # it may be open
        self._profiles.delete(name)

    def check_profile_deletion(self, name: str) -> None:
        """Raise what `delete_profile` would raise, and delete nothing."""
        settings = self._profiles.configuration.load()
        profile = settings.profile(name)
        self._profiles.check_deletion(profile, settings)
        self._activation.check_profile_inactive(name)

    def copy_profile(
        self, source: str, name: str, store_type: str = "local", url: str | None = None
    ) -> dict[str, int]:
        """Make a profile that holds the same as another; see `Profiles.copy`.

        Returns:
            How many records of each kind were copied.
        """
        return self._profiles.copy(source, name, store_type, url)

    def upgrade_profile(self, name: str | None = None) -> str | None:
        """Bring a profile's store to this version's layout; the active one's if None.

        Returns:
            What was done; None if there was nothing to do.

        Raises:
            ProfileNotFoundError: There is no such profile.
            StoreUnavailableError: It can't be done; the store is as it was.
        """
        profile = self.active_profile if name is None else self.get_profile(name)
        return self._open(profile).driver.upgrade()

    def history(self, name: str | None = None) -> ProfileHistory:
        """Return what was committed to a profile; to the active one if None.

        Raises:
            ProfileNotFoundError: There is no such profile.
        """
        # Only those who look back need it.
        from zen.config import ProfileHistory

        profile = self.active_profile if name is None else self.get_profile(name)
        return ProfileHistory(self._open(profile), profile, self._activation)

    def activate_profile(self, name: str, *, globally: bool = False) -> None:
        """Make a profile the active one: of the repository, or outside of any.

        The repository's stack becomes the profile's.

        Args:
            name: The profile.
            globally: Change what is active outside of any repository instead.

        Raises:
            ProfileNotFoundError: There is no such profile.
        """
        self._activation.set_profile(name, globally=globally)

    @property
    def active_stack_choice(self) -> Choice | None:
        """The active stack's name, which may lead nowhere, and who says so."""
        return self._activation.stack_choice

    @property
    def active_stack_record(self) -> StackRecord:
        """The active stack as it is kept, without building its components.

        Raises:
            DanglingReferenceError: A setting names a stack that is gone.
            ConfigurationError: The profile has no active stack.
        """
        choice = self.active_stack_choice
        if choice is None:
            raise ConfigurationError(
                f"Profile '{self.active_profile_name}' has no active stack.",
                hint="Choose one with 'zen stack set NAME', or register one with"
                " 'zen stack register'.",
            )
        try:
            return self.store.stack(choice.name)
        except StackNotFoundError as error:
            raise dangling("stack", choice, error.available) from error

    @property
    def active_stack_name(self) -> str:
        """The active stack's name; raises as `active_stack_record` does."""
        return self.active_stack_record.name

    @property
    def active_stack(self) -> Stack:
        """The active stack, with its components built."""
        return self._registry.build(self.active_stack_record, self.store)

    def activate_stack(self, name: str, *, globally: bool = False) -> None:
        """Make a stack the active one: of the repository, or of the active profile.

        Args:
            name: The stack.
            globally: Change the profile's active stack, also inside of a repository.

        Raises:
            StackNotFoundError: There is no such stack in the active profile.
        """
        stack = self.store.stack(name)
        self._activation.set_stack(stack.name, globally=globally)

    @property
    def store(self) -> Store:
        """The active profile's store: records, without building anything."""
        return self._open(self.active_profile)

    def _store_of(self, name: str | None) -> Store:
        return self._open(self.get_profile(name) if name else self.active_profile)

    def _open(self, profile: ProfileConfiguration) -> Store:
        if self._opened is None or self._opened[0] != profile.place:
            self.close()
            self._opened = (profile.place, self._profiles.open(profile))
        return self._opened[1]

    def close(self) -> None:
        """Let go of the store's connections; the next use opens it again."""
        if self._opened:
            self._opened[1].driver.close()
        self._opened = None

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
        new = self._registry.unregistered(stack, self.store)
        self.store.save(components=new, stacks=[stack.record])
        self._announce(new)
        self._notify(f"Registered stack with name '{stack.name}'.")

    def update_stack(self, name: str, stack: Stack) -> None:
        """Put a stack in the place of the one called `name`, which may rename it.

        Raises:
            StackNotFoundError: There is no stack called `name`.
            StackExistsError: Its new name is taken.
            StackValidationError: The components don't fit.
        """
        stack.validate()
        new = self._registry.unregistered(stack, self.store)
        self.store.replace_stack(name, stack.record, new)
        self._announce(new)
        self._activation.rename_stack(name, stack.name)

    def rename_stack(self, name: str, new_name: str) -> None:
        """Give a stack another name; where it is active, it stays so.

        The flavors of its components need not be installed.

        Raises:
            StackNotFoundError: There is no stack called `name`.
            StackExistsError: Its new name is taken.
        """
        record = self.store.stack(name)
        self.store.replace_stack(name, replace(record, name=new_name))
        self._activation.rename_stack(record.name, new_name)

    def deregister_stack(self, name: str) -> None:
        """Delete a stack that isn't active; its components stay.

        Raises:
            StackNotFoundError: There is no such stack.
            InUseError: It is active.
        """
        self.check_stack_deletion(name)
        self.store.delete_stack(name)

    def check_stack_deletion(self, name: str) -> None:
        """Raise what `deregister_stack` would raise, and delete nothing."""
        self._activation.check_stack_inactive(self.store.stack(name).name)

    def list_components(self, component_type: str) -> list[ComponentRecord]:
        """Return the active profile's components of a type as they are kept.

        Raises:
            DamagedDataError: One of them can't be read; `store.components()` has the
                others.
        """
        components, damaged = self.store.components(component_type)
        if damaged:
            raise damaged[0]
        return components

    def get_stack_components(self, component_type: str) -> list[StackComponent]:
        """Return all components of a type, built."""
        records = self.list_components(component_type)
        return [self.factory.build(record) for record in records]

    def get_stack_component(self, component_type: str, name: str) -> StackComponent:
        """Return a component, built.

        Raises:
            StackComponentNotFoundError: There is no such component.
            FlavorNotFoundError: No plugin offers its flavor.
        """
        return self.factory.build(self.store.component(component_type, name))

    def register_stack_component(self, component: StackComponent) -> None:
        """Register a component.

        A secret of it goes into the active stack's secrets manager, and the component
        is kept with a reference in its place.

        Raises:
            StackComponentExistsError: Its name is taken.
            ComponentConfigurationError: It has a secret, and the stack no manager.
        """
        with self._with_references(component) as kept:
            record = self.factory.record(kept)
            self.store.save(components=[record])
        self._announce([record])

    def update_stack_component(
        self, name: str, component_type: str, component: StackComponent
    ) -> None:
        """Put a component in the place of another; stacks follow when it is renamed.

        Raises:
            StackComponentNotFoundError: There is no component called `name`.
            StackComponentExistsError: Its new name is taken.
        """
        with self._with_references(component) as kept:
            record = self.factory.record(kept)
            self.store.replace_component(component_type, name, record)

    def rename_stack_component(
        self, component_type: str, name: str, new_name: str
    ) -> None:
        """Give a component another name, also in the stacks that use it.

        Its flavor need not be installed.

        Raises:
            StackComponentNotFoundError: There is no component called `name`.
            StackComponentExistsError: Its new name is taken.
        """
        record = self.store.component(component_type, name)
        renamed = replace(record, name=new_name)
        self.store.replace_component(component_type, name, renamed)

    def deregister_stack_component(self, component_type: str, name: str) -> None:
        """Delete a component.

        Raises:
            StackComponentNotFoundError: There is no such component.
            InUseError: A stack uses it.
        """
        self.store.delete_component(component_type, name)

    def get_flavor(self, name: str, component_type: str) -> Offer[FlavorSpec]:
        """Return a flavor with its owner, without importing its class."""
        return self._catalog.flavor(component_type, name)

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

    @cached_property
    def custom_flavors(self) -> CustomFlavors:
        """The flavors that the profile's users have registered themselves."""
        # Loads pydantic, which listing records doesn't need.
        from zen.components.custom_flavors import CustomFlavors

        return CustomFlavors(self._catalog, lambda: self.store, lambda: self.root)

    @property
    def carrier(self) -> StackCarrier:
        """What carries stacks: exports, imports, copies, applies and compares them."""
        # Loads pydantic, which listing records doesn't need.
        from zen.carrying import StackCarrier

        return StackCarrier(self._store_of, self._catalog, self._activation)

    @property
    def environment(self) -> StackEnvironment:
        """What the active stack needs to be installed; raises as its record does."""
        from zen.carrying import StackEnvironment, needs_of  # as above

        stack, store_type = self.active_stack_record, self.active_profile.store_type
        needs = needs_of(stack, self.store, store_type, self._catalog)
        return StackEnvironment(stack.name, needs, self.root)

    @property
    def factory(self) -> ComponentFactory:
        """What builds components from records."""
        return self._registry.factory

    @property
    def lifecycle(self) -> Lifecycle:
        """What brings components up and down."""
        return self._registry.lifecycle

    @cached_property
    def _registry(self) -> StackRegistry:
        # Loads pydantic, which listing records doesn't need.
        from zen.stack import StackRegistry

        return StackRegistry(self._catalog, self._notify, self.custom_flavors)

    def _find_secrets(self) -> Secrets | None:
        # Loads pydantic, which listing records doesn't need.
        from zen.components import BaseSecretsManager
        from zen.stack import Secrets

        name = self.active_stack_record.components.get("secrets_manager")
        if name is None:
            return None
        manager = self.get_stack_component("secrets_manager", name)
        return Secrets(manager) if isinstance(manager, BaseSecretsManager) else None

    def _with_references(
        self, component: StackComponent
    ) -> AbstractContextManager[StackComponent]:
        from zen.stack import with_references  # as above

        return with_references(component, self._find_secrets, self._notify)

    def _announce(self, components: list[ComponentRecord]) -> None:
        for component in components:
            self._notify(
                f"Registered stack component with type '{component.type}'"
                f" and name '{component.name}'."
            )
