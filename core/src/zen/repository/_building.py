"""What builds the components of profiles, and keeps those that are provisioned."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from zen.repository._active import ActiveProfile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from zen.components import StackComponent
    from zen.components.custom_flavors import CustomFlavors
    from zen.components.factory import ComponentFactory
    from zen.config import ProfileConfiguration
    from zen.records import ComponentRecord
    from zen.stack import Lifecycle, LiveComponents, StackRegistry
    from zen.stores import Change, Store

__all__ = ["ComponentBuilding", "builder_of"]


class ComponentBuilding(ActiveProfile):
    """Build components with their flavors, and keep what is provisioned."""

    @cached_property
    def custom_flavors(self) -> CustomFlavors:
        """The flavors that the profile's users have registered themselves."""
        # Loads pydantic, which listing records doesn't need.
        from zen.components.custom_flavors import CustomFlavors

        return CustomFlavors(
            self._catalog, lambda: self.store, self._activation.consent
        )

    def _check_changes(self, profile: str | None, changes: Iterable[Change]) -> None:
        known = None if profile is None else self.get_profile(profile)
        self._live(known).check_changes(changes)

    def _check_down(self, profile: ProfileConfiguration) -> None:
        if profile.store_url is not None:
            return  # its data stays
        with self._profiles.reading(profile) as store:
            if store:
                is_elsewhere = partial(self._is_elsewhere, profile)
                self._live(profile, store).check_profile(profile.name, is_elsewhere)

    def _is_elsewhere(
        self, profile: ProfileConfiguration, record: ComponentRecord
    ) -> bool:
        """Tell whether another profile has the same component, as a copy of it has."""
        for other in self.profiles.values():
            if other.name == profile.name:
                continue
            with self._profiles.reading(other) as store:
                found = store.get_many([record.ref]).get(record.ref) if store else None
            if found and type(record).from_record(found) == record:
                return True
        return False

    def _live(
        self,
        profile: ProfileConfiguration | None = None,
        store: Store | None = None,
    ) -> LiveComponents:
        """Return what keeps the provisioned components of a profile.

        Args:
            profile: The profile; the active one if None.
            store: Its store, where that isn't the one that is opened once.
        """
        # Loads pydantic, which listing records doesn't need.
        from zen.stack import LiveComponents

        if profile is None:
            store, registry = self.store, self._registry
        else:
            store = store or self.context.open_store(profile)
            registry = self._registry_of(profile, store)
        build = builder_of(registry, store)
        return LiveComponents(
            registry.lifecycle, store, build, self._notify, told=self._told
        )

    @cached_property
    def _told(self) -> set[tuple[UUID, str]]:
        """The notices on provisioned components that were given already."""
        return set()

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

        return StackRegistry(
            self._catalog,
            self._notify,
            self.custom_flavors,
            lambda: self._activation.consent().check_records(),
        )

    def _registry_of(
        self, profile: ProfileConfiguration, store: Store
    ) -> StackRegistry:
        """Return the registry of a profile that need not be active."""
        # They load pydantic, which listing records doesn't need.
        from zen.components.custom_flavors import CustomFlavors
        from zen.stack import StackRegistry

        consent = self._activation.consent(profile)
        custom = CustomFlavors(self._catalog, lambda: store, lambda: consent)
        return StackRegistry(self._catalog, self._notify, custom, consent.check_records)


def builder_of(
    registry: StackRegistry, store: Store
) -> Callable[[ComponentRecord], StackComponent]:
    """Return what builds a component outside of any stack, with its stacks' secrets."""

    def build(record: ComponentRecord) -> StackComponent:
        return registry.build_component(
            record,
            store,
            lambda: [s for s in store.stacks()[0] if s.holds(record.ref)],
        )

    return build
