"""Load plugins one by one, so that a broken one is the only one that fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from inspect import isroutine
from typing import TYPE_CHECKING, Final, TypeVar

import pluggy

import zen
from zen import builtin, hookspecs
from zen.catalog._plugins import Offer, Owner, Plugin, PluginState
from zen.errors import (
    AmbiguousPluginError,
    PluginContractError,
    PluginError,
    PluginIncompatibleError,
    PluginLoadError,
    did_you_mean,
)
from zen.plugin import (
    CommandSpec,
    ComponentTypeSpec,
    DefaultComponentSpec,
    FlavorSpec,
    StoreDriverSpec,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import ModuleType

    from zen.catalog._discovery import Claim
    from zen.catalog._policy import PluginPolicy

__all__ = ["CORE", "Inventory", "how_to_settle", "load", "resolve"]

CORE: Final = Owner("zen-core", "zen-core", zen.__version__)

_SPEC_HOOKS: Final[dict[str, type]] = {
    "zen_store_drivers": StoreDriverSpec,
    "zen_flavors": FlavorSpec,
    "zen_component_types": ComponentTypeSpec,
    "zen_commands": CommandSpec,
    "zen_default_components": DefaultComponentSpec,
}
_HOOKS: Final = frozenset(name for name in vars(hookspecs) if name.startswith("zen_"))

SpecT = TypeVar("SpecT")


@dataclass(slots=True)
class Inventory:
    """Hold what loading found.

    Args:
        manager: The pluggy manager in which the loaded plugins are registered.
        plugins: Every plugin, loaded or not.
        offers: What the loaded ones offer.
    """

    manager: pluggy.PluginManager
    plugins: list[Plugin] = field(default_factory=list)
    offers: list[Offer[object]] = field(default_factory=list)

    def of(self, spec_type: type[SpecT]) -> list[Offer[SpecT]]:
        """Return the offers of one sort, the core's first, then by owner."""
        return [
            Offer(offer.spec, offer.owner)
            for offer in self.offers
            if isinstance(offer.spec, spec_type)
        ]

    def claimants(self, command: str) -> list[Offer[CommandSpec | ComponentTypeSpec]]:
        """Return the offers of a command, or of a type whose group is called so."""
        commands = (o for o in self.of(CommandSpec) if o.spec.name == command)
        types = (o for o in self.of(ComponentTypeSpec) if o.spec.command == command)
        return [*commands, *types]


def load(claims: Sequence[Claim], policy: PluginPolicy) -> Inventory:
    """Import the claimed modules, register them, and ask each what it offers.

    What the policy doesn't admit is not imported. Where it is strict, the first
    failure is raised.
    """
    manager = pluggy.PluginManager("zen")
    manager.add_hookspecs(hookspecs)
    inventory = Inventory(manager)
    _register(inventory, CORE, builtin)
    admitted = [claim for claim in claims if policy.admits(claim.owner)]
    owners = [CORE, *(claim.owner for claim in admitted)]
    for claim in claims:
        rivals = [owner for owner in owners if owner.plugin == claim.owner.plugin]
        winner = policy.preferred(rivals) if len(rivals) > 1 else None
        if claim not in admitted or winner not in {None, claim.owner}:
            disabled = Plugin(claim.owner, claim.module, PluginState.DISABLED)
            inventory.plugins.append(disabled)
            continue
        try:
            _check_description(claim, [claim.owner] if winner else rivals)
            _check_requirements(claim)
            _register(inventory, claim.owner, _import(claim))
        except PluginError as error:
            if policy.strict:
                raise
            state = _state_after(error)
            inventory.plugins.append(Plugin(claim.owner, claim.module, state, error))
        else:
            loaded = Plugin(claim.owner, claim.module, PluginState.LOADED)
            inventory.plugins.append(loaded)
    return inventory


def resolve(source: str, owner: Owner) -> object:
    """Import what `source` names, or raise `PluginLoadError` that names the owner."""
    module_name, _, attributes = source.partition(":")
    try:
        value: object = import_module(module_name)
        for attribute in attributes.split("."):
            value = getattr(value, attribute)
    # A plugin's module may raise anything, and SystemExit too, when it is imported.
    except (Exception, SystemExit) as error:
        raise _load_error(owner, f"'{source}'", error) from error
    return value


def _describe(error: BaseException) -> str:
    """Return an exception's type and text on one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _import(claim: Claim) -> ModuleType:
    try:
        return import_module(claim.module)
    # A plugin's module may raise anything, and SystemExit too, when it is imported.
    except (Exception, SystemExit) as error:
        raise _load_error(claim.owner, f"module '{claim.module}'", error) from error


def _register(inventory: Inventory, owner: Owner, module: ModuleType) -> None:
    offers = [
        Offer(spec, owner)
        for hook, implementation in _implementations(owner, module)
        for spec in _ask(owner, hook, implementation)
    ]
    _check_core_names(inventory, offers)
    _check_repetition(owner, offers)
    try:
        inventory.manager.register(module, owner.plugin)
    # ValueError: another plugin has registered the same module.
    except (pluggy.PluginValidationError, ValueError) as error:
        raise _contract_error(owner, _describe(error)) from error
    inventory.offers.extend(offers)


def _implementations(
    owner: Owner, module: ModuleType
) -> Iterator[tuple[str, Callable[..., Iterable[object]]]]:
    """Yield each hook that a module implements, with the implementation."""
    for name, value in vars(module).items():
        # As pluggy does, look at routines only: other objects may answer anything.
        options = getattr(value, "zen_impl", None) if isroutine(value) else None
        if not isinstance(options, dict):
            continue
        hook = options.get("specname") or name
        if hook in _HOOKS:
            yield hook, value
        elif not options.get("optionalhook"):
            problem = f"there is no hook '{hook}'.{did_you_mean(hook, _HOOKS)}"
            raise _contract_error(owner, problem)


def _ask(
    owner: Owner, hook: str, implementation: Callable[..., Iterable[object]]
) -> Sequence[object]:
    spec_type = _SPEC_HOOKS.get(hook)
    if spec_type is None:
        return []
    try:
        specs = list(implementation())
    # The hook is the plugin's own code; what it raises is the plugin's failure.
    except (Exception, SystemExit) as error:
        raise _load_error(owner, f"hook '{hook}'", error) from error
    for spec in specs:
        if not isinstance(spec, spec_type):
            problem = f"'{hook}' gave {spec!r}, which is no {spec_type.__name__}"
            raise _contract_error(owner, problem)
    return specs


def _check_requirements(claim: Claim) -> None:
    # Only needed for plugins, and dear to import.
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    for text in claim.requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue  # whatever it asks for, an installer has accepted it
        if canonicalize_name(requirement.name) != CORE.distribution:
            continue
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        if not requirement.specifier.contains(CORE.version, prereleases=True):
            raise PluginIncompatibleError(
                f"{claim.owner} needs {requirement}, and this is {CORE}.",
                plugin=claim.owner.plugin,
                distribution=str(claim.owner),
                hint=f"Install a version of {claim.owner.distribution} that fits, with"
                f" 'pip install --upgrade {claim.owner.distribution}'.",
            )


def how_to_settle(owners: Sequence[Owner]) -> str:
    """Say how to choose between plugins that claim one name."""
    first = min(owner.distribution for owner in owners)
    return (
        f"Say which one is to win with 'plugins: {{prefer: [{first}]}}' in config.yaml,"
        " or uninstall the one that you don't need."
    )


def _check_description(claim: Claim, rivals: Sequence[Owner]) -> None:
    owner = claim.owner
    if claim.damage:
        raise PluginLoadError(
            f"{owner.distribution} can't be read: {claim.damage}",
            plugin=owner.plugin,
            distribution=str(owner),
            hint="Install it anew, or remove what is left of it.",
        )
    if len(rivals) > 1:
        raise AmbiguousPluginError(
            f"{' and '.join(map(str, rivals))} both call their plugin"
            f" '{owner.plugin}', so neither is loaded.",
            plugin=owner.plugin,
            distribution=str(owner),
            hint=how_to_settle(rivals),
        )


def _check_core_names(inventory: Inventory, offers: Sequence[Offer[object]]) -> None:
    """Let no plugin take the place of what is the core's."""
    taken = {"zen stack register -h"}.union(
        *(_claimed_by(o.spec) for o in inventory.offers if o.owner == CORE)
    )
    for offer in offers:
        for name in _claimed_by(offer.spec):
            if name in taken:
                problem = f"it offers '{name}', which is the core's."
                raise _contract_error(offer.owner, problem)


def _check_repetition(owner: Owner, offers: Sequence[Offer[object]]) -> None:
    seen: list[tuple[object, ...]] = []
    for spec in (offer.spec for offer in offers):
        name = getattr(spec, "name", getattr(spec, "flavor", ""))
        identity = (type(spec), getattr(spec, "type", ""), name)
        if identity in seen:
            raise _contract_error(owner, f"it offers '{name}' twice.")
        seen.append(identity)


def _claimed_by(spec: object) -> list[str]:
    """Return what a spec takes for itself: commands, options, types of store."""
    if isinstance(spec, CommandSpec):
        return [f"zen {spec.name}"]
    if isinstance(spec, ComponentTypeSpec):
        option = [f"zen stack register -{spec.option}"] if spec.option else []
        return [f"zen {spec.command}", *option]
    if isinstance(spec, StoreDriverSpec):
        return [f"store type {spec.name}"]
    return []


def _load_error(owner: Owner, what: str, cause: BaseException) -> PluginLoadError:
    name = owner.distribution
    return PluginLoadError(
        f"{what[0].upper() + what[1:]} of {owner} can't be loaded: {_describe(cause)}",
        plugin=owner.plugin,
        distribution=str(owner),
        hint=f"Repair it with 'pip install --force-reinstall --no-deps {name}',"
        f" or remove it with 'pip uninstall {name}'.",
    )


def _contract_error(owner: Owner, problem: str) -> PluginContractError:
    return PluginContractError(
        f"Plugin '{owner.plugin}' of {owner} is faulty: {problem}",
        plugin=owner.plugin,
        distribution=str(owner),
        hint=f"Tell its author, or remove it with 'pip uninstall"
        f" {owner.distribution}'.",
    )


def _state_after(error: PluginError) -> PluginState:
    if isinstance(error, PluginIncompatibleError):
        return PluginState.INCOMPATIBLE
    if isinstance(error, AmbiguousPluginError):
        return PluginState.AMBIGUOUS
    return PluginState.FAILED
