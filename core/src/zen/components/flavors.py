"""The flavors that there are: those of plugins, and the profile's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from uuid import UUID

from zen.catalog import PluginState, contract_error
from zen.components.base import StackComponent
from zen.errors import (
    AmbiguousPluginError,
    CustomFlavorError,
    FlavorNotFoundError,
    ZenError,
)
from zen.records import FlavorRecord, Provider

if TYPE_CHECKING:
    from zen.catalog import Catalog, Offer, Owner
    from zen.components.custom_flavors import CustomFlavors
    from zen.plugin import FlavorSpec
    from zen.records import ComponentRecord

__all__ = ["Flavor", "Flavors"]


@dataclass(frozen=True, slots=True)
class Flavor:
    """Hold a flavor that can be used.

    Args:
        name: The flavor's name.
        cls: The class.
        source: The class, as an import string.
        summary: One line about it.
        origin: Where it comes from, in words.
        owner: The plugin that offers it; None where it is the profile's own.
    """

    name: str
    cls: type[StackComponent]
    source: str
    summary: str
    origin: str
    owner: Owner | None = None

    @property
    def provider(self) -> Provider | None:
        """The plugin's distribution."""
        owner = self.owner
        return Provider(owner.distribution, owner.version) if owner else None

    def fault(self, problem: str) -> ZenError:
        """Return the error for something that its class does and mustn't."""
        message = f"Flavor '{self.name}' of {self.origin} {problem}"
        if self.owner:
            return contract_error(self.owner, message)
        return CustomFlavorError(message, hint=f"Fix {self.source}.")


class Flavors:
    """Find flavors by their names, and import them.

    Args:
        catalog: What is installed.
        custom: The flavors that the profile's users have registered.
    """

    def __init__(self, catalog: Catalog, custom: CustomFlavors | None = None) -> None:
        self._catalog = catalog
        self._custom = custom

    def get(self, component_type: str, name: str) -> Flavor:
        """Return a flavor.

        Raises:
            FlavorNotFoundError: There is none of that type and name.
            AmbiguousPluginError: There are several.
            PluginError: A plugin's can't be imported, or isn't what it is offered as.
            CustomFlavorError: So is one of the profile's own.
        """
        found = self._find(component_type, name)
        if not isinstance(found, FlavorRecord):
            return self._offered(found)
        return self._own(found)

    def record(self, component_type: str, name: str) -> FlavorRecord:
        """Return what is known of a flavor without importing its class.

        The record of a plugin's names the distribution; its uuid is zero.

        Raises:
            FlavorNotFoundError: There is none of that type and name.
            AmbiguousPluginError: There are several.
        """
        found = self._find(component_type, name)
        if isinstance(found, FlavorRecord):
            return found
        spec, owner = found.spec, found.owner
        return FlavorRecord(
            spec.type,
            spec.name,
            spec.source,
            spec.summary,
            provider=Provider(owner.distribution, owner.version),
            uuid=UUID(int=0),
        )

    def _find(self, component_type: str, name: str) -> Offer[FlavorSpec] | FlavorRecord:
        record = self._custom.find(component_type, name) if self._custom else None
        try:
            offer = self._catalog.flavor(component_type, name)
        except FlavorNotFoundError:
            if not record:
                raise
            return record
        if record:
            raise _ambiguity(offer, name)
        return offer

    def of(self, record: ComponentRecord) -> Flavor:
        """Return the flavor that a component was made with.

        Raises:
            FlavorNotFoundError: It isn't there; the hint says what to do about it.
            PluginError: A plugin's can't be imported, or isn't what it is offered as.
            CustomFlavorError: So is one of the profile's own.
        """
        # A plugin that has the same name since doesn't take its place.
        if self._custom and record.provider is None:
            custom = self._custom.find(record.type, record.flavor)
            if custom:
                return self._own(custom)
        try:
            offer = self._catalog.flavor(record.type, record.flavor)
        except FlavorNotFoundError as error:
            if not record.provider:
                raise
            problem, hint = self._explain_absence(record.provider)
            title = record.type.replace("_", " ")
            raise FlavorNotFoundError(
                record.flavor,
                error.available,
                of=f"for {title} '{record.name}': it came from {record.provider},"
                f" {problem}",
                hint=hint,
            ) from error
        return self._offered(offer)

    def provider_of(self, component: StackComponent) -> Provider | None:
        """Return the distribution that offers a component's flavor, importing nothing.

        It is None for a flavor of the profile's own.

        Raises:
            CustomFlavorError: Its class names no flavor.
            FlavorNotFoundError: There is no such flavor.
        """
        if not hasattr(component, "FLAVOR"):
            cls = type(component)
            raise CustomFlavorError(
                f"{cls.__module__}.{cls.__qualname__} has no FLAVOR.",
                hint="Give it a line such as FLAVOR = 'mine', and register it with"
                f" 'zen {component.TYPE.replace('_', '-')} flavor register'.",
            )
        if provider := self._provider_of_class(component):
            return provider
        if self._custom and self._custom.find(component.TYPE, component.FLAVOR):
            return None
        owner = self._catalog.flavor(component.TYPE, component.FLAVOR).owner
        return Provider(owner.distribution, owner.version)

    def _provider_of_class(self, component: StackComponent) -> Provider | None:
        """Return what offers a component's class; no store need be read for that."""
        cls = type(component)
        try:
            offer = self._catalog.flavor(component.TYPE, component.FLAVOR)
        except (AmbiguousPluginError, FlavorNotFoundError):
            return None
        if offer.spec.source != f"{cls.__module__}:{cls.__qualname__}":
            return None
        return Provider(offer.owner.distribution, offer.owner.version)

    def load(self, offer: Offer[FlavorSpec]) -> type[StackComponent]:
        """Import a plugin's class, and check that it is what it is offered as.

        Raises:
            PluginLoadError: It can't be imported.
            PluginContractError: It isn't what it is offered as.
        """
        spec = offer.spec
        cls = self._catalog.load_class(offer, base=self._base_of(spec.type))
        declared = (getattr(cls, "TYPE", None), getattr(cls, "FLAVOR", None))
        if declared == (spec.type, spec.name):
            return cls
        raise contract_error(
            offer.owner,
            f"'{spec.source}' of {offer.owner} has the TYPE and FLAVOR {declared}, but"
            f" is offered as {(spec.type, spec.name)}.",
        )

    def _offered(self, offer: Offer[FlavorSpec]) -> Flavor:
        spec, owner = offer.spec, offer.owner
        cls = self.load(offer)
        return Flavor(spec.name, cls, spec.source, spec.summary, str(owner), owner)

    def _own(self, record: FlavorRecord) -> Flavor:
        # It was found there.
        cls = cast("CustomFlavors", self._custom).load(record)
        origin = f"this profile ({record.origin or record.source})"
        return Flavor(record.name, cls, record.source, record.summary, origin)

    def _base_of(self, component_type: str) -> type[StackComponent]:
        base = self._catalog.load_base(component_type)
        if isinstance(base, type) and issubclass(base, StackComponent):
            return base
        return StackComponent

    def _explain_absence(self, provider: Provider) -> tuple[str, str]:
        """Say why a distribution offers nothing here, and what to do about it."""
        install = f"Install {provider.requirement}"
        for plugin in self._catalog.plugins:
            if plugin.owner.distribution != provider.distribution:
                continue
            if plugin.error:
                return "which can't be used", plugin.error.in_full
            if plugin.state is PluginState.DISABLED:
                enable = f"Enable it with 'zen plugin enable {plugin.owner.plugin}'."
                return "which is disabled", enable
            installed = f"and {plugin.owner}, which is installed, has no such flavor"
            return installed, f"{install}, or see 'zen plugin list'."
        return "which isn't installed", f"{install}, or see 'zen plugin list'."


def _ambiguity(offer: Offer[FlavorSpec], name: str) -> AmbiguousPluginError:
    command = offer.spec.type.replace("_", "-")
    return AmbiguousPluginError(
        f"{offer.owner} and this profile both have flavor '{name}' of type"
        f" {offer.spec.type}.",
        plugin=offer.owner.plugin,
        distribution=str(offer.owner),
        hint=f"Delete the profile's with 'zen {command} flavor delete {name}', or"
        f" disable the other with 'zen plugin disable {offer.owner.plugin}'.",
    )
