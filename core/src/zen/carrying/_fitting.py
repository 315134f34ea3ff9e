"""Fit what a file says of components to the flavors that there are here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen.components.custom_flavors import CustomFlavors
from zen.components.factory import ComponentFactory
from zen.errors import (
    CustomFlavorError,
    FlavorExistsError,
    FlavorNotFoundError,
    PluginError,
    StackValidationError,
    UntrustedError,
    ZenError,
    did_you_mean,
)
from zen.records import REQUIRED_TYPES, ComponentRecord, FlavorRecord
from zen.stack import Stack
from zen.stores import Store
from zen.stores.history import is_same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen.catalog import Catalog
    from zen.components import StackComponent
    from zen.components.flavors import Flavors
    from zen.config.trust import Consent
    from zen.records import Ref

__all__ = ["Fitting"]

# Why a flavor can't be used, whatever its component is configured to.
_UNUSABLE = (CustomFlavorError, FlavorNotFoundError, PluginError, UntrustedError)


class Fitting:
    """Check components, and give them what their flavors add.

    Args:
        store: The profile's store.
        catalog: What is installed.
        consent: What may be used of the repository that we are in.
        tolerant: Whether a component may have a flavor that can't be used here; it is
            then taken as it is.
    """

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        consent: Consent,
        *,
        tolerant: bool = False,
    ) -> None:
        self._catalog = catalog
        self._known = _WithFlavors(store)
        custom = CustomFlavors(catalog, lambda: self._known, lambda: consent)
        self._factory = ComponentFactory(catalog, custom)
        self._tolerant = tolerant
        self._built: dict[Ref, StackComponent] = {}
        self.unusable: dict[Ref, ZenError] = {}

    @property
    def flavors(self) -> Flavors:
        """The flavors that there are here."""
        return self._factory.flavors

    def fit(self, record: ComponentRecord) -> ComponentRecord:
        """Return what would be kept of a component.

        Raises:
            FlavorNotFoundError: Its flavor isn't there.
            ComponentConfigurationError: Its flavor doesn't accept its configuration.
            StackValidationError: Nobody has such a component type.
        """
        if record.provider is None:
            self._check_type(record.type)
        try:
            component = self._factory.make(record)
            fitted = self._factory.record(component)
        except _UNUSABLE as error:
            # What may not be imported here may be fine all the same.
            if not self._tolerant and not isinstance(error, UntrustedError):
                raise
            self.unusable[record.ref] = error
            return record
        self._built[record.ref] = component
        return fitted

    def is_same(self, fitted: ComponentRecord, stored: ComponentRecord) -> bool:
        """Tell whether a component is what is kept, its name aside."""
        if fitted.flavor != stored.flavor:
            return False
        return is_same(fitted.configuration, self._normalised(stored).configuration)

    def add_flavor(self, flavor: FlavorRecord) -> None:
        """Let components have a custom flavor that comes along.

        Raises:
            FlavorExistsError: A plugin has a flavor of that name.
        """
        for offer in self._catalog.flavors(flavor.type):
            if offer.spec.name.lower() == flavor.name.lower():
                raise FlavorExistsError(
                    f"{offer.owner} has a flavor '{offer.spec.name}' of type"
                    f" {flavor.type} already, and the file brings another one.",
                    hint=f"Disable the plugin with 'zen plugin disable"
                    f" {offer.owner.plugin}', or take the flavor out of the file.",
                )
        self._known.add(flavor)

    def check_stack(self, name: str, components: Mapping[str, Ref]) -> None:
        """Raise `StackValidationError` if components don't fit each other.

        Whether they do can't be told where a flavor can't be used.
        """
        parts = {
            kind: self._built[ref]
            for kind, ref in components.items()
            if ref in self._built
        }
        if len(parts) == len(components) and all(t in parts for t in REQUIRED_TYPES):
            Stack.from_components(name, parts).validate()

    def _check_type(self, component_type: str) -> None:
        known = {spec.name for spec in self._catalog.component_types()}
        if component_type not in known:
            raise StackValidationError(
                "Neither Zen nor any plugin offers the component type"
                f" '{component_type}'."
                f"{did_you_mean(component_type, known)}",
                hint="See 'zen --help' for the component types, and 'zen plugin"
                " list' for the plugins.",
            )

    def _normalised(self, stored: ComponentRecord) -> ComponentRecord:
        """Return a record with the defaults that its flavor has here."""
        try:
            return self._factory.record(self._factory.build(stored))
        except ZenError:
            return stored


class _WithFlavors(Store):
    """See a store with custom flavors that are about to be written."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.driver)
        self._added: dict[tuple[str, str], FlavorRecord] = {}

    def add(self, flavor: FlavorRecord) -> None:
        """Have a flavor, perhaps in the place of another one."""
        self._added[flavor.type, flavor.name.lower()] = flavor

    def flavor(self, component_type: str, name: str) -> FlavorRecord | None:
        """Return a custom flavor, or None if there is none of that name."""
        added = self._added.get((component_type, name.lower()))
        return added or super().flavor(component_type, name)
