"""Look up by name what the installed plugins offer."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from zen.catalog._blame import ambiguity, contract_error
from zen.catalog._discovery import find_claims
from zen.catalog._imports import resolve
from zen.catalog._inventory import core_inventory, take_stock
from zen.catalog._plugins import CORE, Offer, Owner, Plugin, PluginState
from zen.catalog._policy import PluginPolicy, find_owner
from zen.errors import FlavorNotFoundError, StoreDriverNotFoundError
from zen.plugin import (
    CommandSpec,
    ComponentTypeSpec,
    DefaultComponentSpec,
    FlavorSpec,
    LifecycleVerb,
    StoreDriverSpec,
)
from zen.printable import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pluggy import HookCaller

    from zen.catalog._discovery import Claim
    from zen.catalog._inventory import Inventory
    from zen.catalog._plugins import Answer, Breakage
    from zen.plugin import LifecycleEvent, Spec

__all__ = ["Catalog"]

# Plugins that can't be used of which a message tells all.
_TOLD: Final = 3

SpecT = TypeVar("SpecT")
ClassT = TypeVar("ClassT")

# Which offer goes into the default stack where several plugins make one.
_PREFERRED: Final = {
    "orchestrator": "local",
    "artifact_store": "local",
    "metadata_store": "sqlite",
}


class Catalog:
    """Know what is installed.

    Nothing is scanned or imported before something is asked that needs it.

    Args:
        find: Finds the plugins that there are; looks at what is installed if None.
        ask_all: Asks plugins what they offer; imports them in this process if None.
        policy: Says which of them may be used; all of them if None.
    """

    def __init__(
        self,
        find: Callable[[], Sequence[Claim]] | None = None,
        ask_all: Callable[[Sequence[Claim]], Sequence[Answer]] | None = None,
        *,
        policy: Callable[[], PluginPolicy] | None = None,
    ) -> None:
        self._find = find or find_claims
        self._ask_all = ask_all or _ask_here
        self._read_policy = policy or PluginPolicy

    @cached_property
    def policy(self) -> PluginPolicy:
        """Which plugins may be used, and who decides that."""
        return self._read_policy()

    @cached_property
    def _core(self) -> Inventory:
        """What the core offers: no plugin can take its place, so none is asked."""
        return core_inventory()

    @cached_property
    def _inventory(self) -> Inventory:
        # Who wants to be stopped by a failure wants to see where it comes from, and
        # another process, or the index, tells only what it was.
        ask_all = _ask_here if self.policy.strict else self._ask_all
        return take_stock(self._find(), self.policy, ask_all)

    @cached_property
    def _specs_by_owner(self) -> dict[Owner, list[Spec]]:
        specs: dict[Owner, list[Spec]] = {}
        for offer in self._inventory.offers:
            specs.setdefault(offer.owner, []).append(offer.spec)
        return specs

    @cached_property
    def _broken_by_owner(self) -> dict[Owner, Mapping[str, Breakage]]:
        return {plugin.owner: plugin.broken for plugin in self.plugins}

    def check_policy(self) -> None:
        """Raise `ConfigurationError` if the policy names a plugin that isn't there.

        Whatever looks up what a plugin offers does so first; the core's own commands
        work all the same.
        """
        self.policy.check([CORE, *(plugin.owner for plugin in self.plugins)])

    @property
    def plugins(self) -> list[Plugin]:
        """Every plugin found, whatever became of it, sorted by name."""
        return self._inventory.plugins

    @property
    def troubled_plugins(self) -> list[Plugin]:
        """The plugins that were found and can't be used, though they should be."""
        return [plugin for plugin in self.plugins if plugin.error]

    def plugin(self, name: str) -> Plugin:
        """Return the plugin of that entry point or distribution.

        Raises:
            PluginNotFoundError: There is none.
        """
        plugins = {plugin.owner: plugin for plugin in self.plugins}
        return plugins[find_owner(name, plugins)]

    def offers_of(self, owner: Owner) -> list[Spec]:
        """Return the specs that a plugin offers."""
        return self._specs_by_owner.get(owner, [])

    def component_types(self) -> list[ComponentTypeSpec]:
        """Return the component types: the core's in their order, then by owner.

        One that several plugins claim is there once, and can't be used. An option
        that several claim belongs to none.
        """
        types = self._inventory.of(ComponentTypeSpec)
        claimants = _grouped(types, lambda spec: spec.name)
        chosen = [self._winner(offers) or offers[0] for offers in claimants.values()]
        rivals = _grouped(chosen, lambda spec: spec.option)
        return [
            offer.spec
            if offer == self._winner(rivals[offer.spec.option])
            else replace(offer.spec, option="")
            for offer in chosen
        ]

    def commands(self) -> list[Offer[CommandSpec]]:
        """Return the commands, the core's first."""
        return self._inventory.of(CommandSpec)

    def command_owners(self) -> list[tuple[str, Owner]]:
        """Return every name that follows `zen`, with its owner, the core's first."""
        types = self._inventory.of(ComponentTypeSpec)
        return [
            *((offer.spec.name, offer.owner) for offer in self.commands()),
            *((offer.spec.command, offer.owner) for offer in types),
        ]

    def command(self, name: str) -> Offer[CommandSpec | ComponentTypeSpec] | None:
        """Return the command of that name, or the component type whose group it is.

        Raises:
            AmbiguousPluginError: Several plugins offer it.
        """
        if found := self._core.claimants(name):
            return found[0]
        self.check_policy()
        found = self._inventory.claimants(name)
        if not found:
            return None
        return self._the_only(found, f"command '{name}'")

    def default_components(self) -> dict[str, str]:
        """Return the flavor for each type of the default stack that has an offer.

        Raises:
            ConfigurationError: The policy names a plugin that isn't there.
        """
        self.check_policy()
        offered: dict[str, list[str]] = {}
        for offer in self._inventory.of(DefaultComponentSpec):
            offered.setdefault(offer.spec.type, []).append(offer.spec.flavor)
        return {
            component_type: min(
                flavors, key=lambda f: (f != _PREFERRED.get(component_type), f)
            )
            for component_type, flavors in offered.items()
        }

    def flavors(self, component_type: str = "") -> list[Offer[FlavorSpec]]:
        """Return the flavors, of one type or of all, by type and name."""
        offers = self._inventory.of(FlavorSpec)
        wanted = (o for o in offers if component_type in {"", o.spec.type})
        return sorted(wanted, key=lambda o: (o.spec.type, o.spec.name, o.owner))

    def flavor(self, component_type: str, name: str) -> Offer[FlavorSpec]:
        """Return the flavor of that type and name.

        Raises:
            FlavorNotFoundError: No plugin offers it.
            AmbiguousPluginError: Several plugins do.
        """
        self.check_policy()
        flavors = self.flavors(component_type)
        found = [offer for offer in flavors if offer.spec.name == name]
        if found:
            return self._the_only(
                found, f"flavor '{name}' of type {component_type.replace('_', ' ')}"
            )
        raise FlavorNotFoundError(
            name,
            {offer.spec.name for offer in flavors},
            of=f"for type {component_type}",
            hint=self._hint(f"zen {component_type.replace('_', '-')} flavor list"),
        )

    def store_drivers(self) -> list[Offer[StoreDriverSpec]]:
        """Return the store drivers, the core's first."""
        return self._inventory.of(StoreDriverSpec)

    def store_driver(self, name: str) -> Offer[StoreDriverSpec]:
        """Return the store driver of that name.

        Raises:
            StoreDriverNotFoundError: No plugin offers it.
            AmbiguousPluginError: Several plugins do.
        """
        for offer in self._core.of(StoreDriverSpec):
            if offer.spec.name == name:
                return offer
        self.check_policy()
        drivers = self.store_drivers()
        found = [offer for offer in drivers if offer.spec.name == name]
        if found:
            return self._the_only(found, f"store type '{name}'")
        raise StoreDriverNotFoundError(
            name, {o.spec.name for o in drivers}, hint=self._hint("zen plugin list")
        )

    def load_command(self, offer: Offer[CommandSpec]) -> object:
        """Import the command that a spec names.

        Raises:
            PluginLoadError: It can't be imported, or that would end this process.
        """
        return self._resolve(offer.spec.source, offer.owner)

    def load_names(self, offer: Offer[StoreDriverSpec]) -> object:
        """Import what reads names for completion.

        Raises:
            PluginLoadError: It can't be imported.
        """
        return self._resolve(offer.spec.names, offer.owner)

    def breakage(self, offer: Offer[CommandSpec]) -> Breakage | None:
        """Return what is known of a command that can't be imported."""
        return self._breakages(offer.owner).get(offer.spec.source)

    def _breakages(self, owner: Owner) -> Mapping[str, Breakage]:
        # The core's own commands need no plugin.
        return {} if owner == CORE else self._broken_by_owner.get(owner, {})

    def _resolve(self, source: str, owner: Owner) -> object:
        """Import what a spec names, unless it is known to end the process."""
        module = source.partition(":")[0]
        for broken, breakage in self._breakages(owner).items():
            if breakage.is_fatal and broken.partition(":")[0] == module:
                raise breakage.error
        return resolve(source, owner)

    def load_base(self, component_type: str) -> object:
        """Import the base class of a component type; None if no plugin offers it.

        Raises:
            AmbiguousPluginError: Several plugins do.
            PluginLoadError: It can't be imported.
        """
        types = self._inventory.of(ComponentTypeSpec)
        found = [offer for offer in types if offer.spec.name == component_type]
        if not found:
            return None
        offer = self._the_only(found, f"component type '{component_type}'")
        return self._resolve(offer.spec.base, offer.owner)

    def load_class(
        self,
        offer: Offer[FlavorSpec] | Offer[StoreDriverSpec],
        *,
        base: type[ClassT],
    ) -> type[ClassT]:
        """Import the class that a spec names, and check what it derives from.

        Raises:
            PluginLoadError: It can't be imported.
            PluginContractError: It is no class derived from `base`, or abstract.
        """
        value = self._resolve(offer.spec.source, offer.owner)
        what = f"'{offer.spec.source}' of {offer.owner}"
        if not isinstance(value, type) or not issubclass(value, base):
            message = f"{what} is not a subclass of {base.__name__}."
            raise contract_error(offer.owner, message)
        if missing := sorted(getattr(value, "__abstractmethods__", ())):
            message = f"{what} lacks what every {base.__name__} must have:"
            raise contract_error(offer.owner, f"{message} {', '.join(missing)}.")
        return value

    def lifecycle_hook(self, verb: LifecycleVerb, owner: Owner) -> HookCaller | None:
        """Return the hook of a verb as a flavor's owner implements it, if it does.

        No other plugin can answer for a component that isn't its own.

        Raises:
            PluginError: The owner's module can't be imported.
        """
        name = f"zen_{verb}"
        for plugin in self.plugins:
            if plugin.owner == owner and name in plugin.hooks:
                return _hook_of(plugin, name)
        return None

    def observers(
        self, moment: Literal["before", "after"]
    ) -> list[tuple[str, Callable[[LifecycleEvent], None]]]:
        """Return who watches lifecycle operations, with the owner's name, sorted."""
        name = f"zen_{moment}_lifecycle"
        return [
            (plugin.owner.plugin, partial(_observe, plugin, name))
            for plugin in self.plugins
            if name in plugin.hooks
        ]

    def _the_only(self, offers: Sequence[Offer[SpecT]], what: str) -> Offer[SpecT]:
        if winner := self._winner(offers):
            return winner
        raise ambiguity([offer.owner for offer in offers], f"offer {what}")

    def _winner(self, offers: Sequence[Offer[SpecT]]) -> Offer[SpecT] | None:
        """Return the offer that is alone or preferred, if there is one."""
        if len(offers) == 1:
            return offers[0]
        owner = self.policy.preferred(offer.owner for offer in offers)
        return next((offer for offer in offers if offer.owner == owner), None)

    @property
    def trouble(self) -> str:
        """A sentence that names the plugins that aren't loaded, or ""."""
        names = ", ".join(str(plugin.owner) for plugin in self.troubled_plugins)
        return f" Not loaded: {names}; see 'zen plugin list'." if names else ""

    @property
    def absences(self) -> Lines:
        """Lines about plugins that aren't used: what is missing may be theirs."""
        # Two plugins that clash have one error.
        errors = {p.error.in_full: None for p in self.troubled_plugins if p.error}
        lines = [*errors][:_TOLD]
        if lines:
            lines.insert(0, "It may come from a plugin that can't be used:")
        if len(errors) > _TOLD:
            rest = len(errors) - _TOLD
            lines.append(f"There are {rest} more; see 'zen plugin list'.")
        disabled = [p for p in self.plugins if p.state is PluginState.DISABLED]
        if disabled:
            names = ", ".join(str(plugin.owner) for plugin in disabled)
            source = self.policy.source
            lines.append(f"Disabled{f' by {source}' if source else ''}: {names}.")
        return Lines.of(*lines)

    def _hint(self, command: str) -> str:
        return Lines.of(f"See '{command}'.", self.absences)


def _grouped(
    offers: Iterable[Offer[SpecT]], key: Callable[[SpecT], str]
) -> dict[str, list[Offer[SpecT]]]:
    groups: dict[str, list[Offer[SpecT]]] = {}
    for offer in offers:
        groups.setdefault(key(offer.spec), []).append(offer)
    return groups


def _ask_here(claims: Sequence[Claim]) -> list[Answer]:
    # Imports pluggy; the index spares most calls of the program that.
    from zen.catalog._loader import ask_all

    return ask_all(claims)


def _hook_of(plugin: Plugin, name: str) -> HookCaller:
    # Imports pluggy, which only lifecycle operations need.
    from zen.catalog._loader import hook_of

    return hook_of(plugin.owner, plugin.module, name)


def _observe(plugin: Plugin, name: str, event: LifecycleEvent) -> None:
    _hook_of(plugin, name)(event=event)
