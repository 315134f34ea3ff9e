"""Take stock of the installed plugins: what may be used, and what each offers."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from zen import builtin
from zen.catalog._blame import ambiguity, faulty_plugin
from zen.catalog._plugins import CORE, Offer, Plugin, PluginState
from zen.errors import (
    AmbiguousPluginError,
    PluginIncompatibleError,
    PluginLoadError,
)
from zen.plugin import CommandSpec, ComponentTypeSpec, Spec, StoreDriverSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zen.catalog._discovery import Claim
    from zen.catalog._plugins import Answer, Owner
    from zen.catalog._policy import PluginPolicy
    from zen.errors import PluginError

__all__ = [
    "RESERVED_TYPES",
    "Inventory",
    "claims_in_use",
    "core_inventory",
    "take_stock",
]

SpecT = TypeVar("SpecT")

# What a stack, and the command that registers one, have beside components.
RESERVED_TYPES: Final = frozenset(
    {"activate", "components", "help", "lifecycle", "name", "set", "uuid"}
)
_STATES: Final[dict[type, PluginState]] = {
    PluginIncompatibleError: PluginState.INCOMPATIBLE,
    AmbiguousPluginError: PluginState.AMBIGUOUS,
}


@dataclass(slots=True)
class Inventory:
    """Hold what is installed.

    Args:
        plugins: Every plugin, whatever became of it.
        offers: What those that can be used offer, the core's first.
    """

    plugins: list[Plugin] = field(default_factory=list)
    offers: list[Offer[Spec]] = field(default_factory=list)

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


def core_inventory() -> Inventory:
    """Return what the core itself offers."""
    specs = [
        *builtin.zen_store_drivers(),
        *builtin.zen_component_types(),
        *builtin.zen_commands(),
    ]
    return Inventory(offers=[Offer(spec, CORE) for spec in specs])


def take_stock(
    claims: Sequence[Claim],
    policy: PluginPolicy,
    ask_all: Callable[[Sequence[Claim]], Sequence[Answer]],
) -> Inventory:
    """Decide what becomes of each plugin, and collect what they offer.

    What the policy doesn't admit isn't asked, and nor is what can't be used anyway.
    Where the policy is strict, the first failure is raised.

    Args:
        claims: The plugins that there are.
        policy: Which of them may be used.
        ask_all: Asks plugins what they offer.
    """
    inventory = core_inventory()
    taken = {name for offer in inventory.offers for name in _claimed_by(offer.spec)}
    taken |= {"zen stack register -h", *map(_long_option, RESERVED_TYPES)}
    decided = _decide_unasked(claims, policy)
    asked = [claim for claim in claims if claim not in decided]
    answers = dict(zip(asked, ask_all(asked), strict=True))
    modules: set[str] = set()
    for claim in claims:
        answer = answers.get(claim)
        plugin = decided[claim] if answer is None else _judge(claim, answer, taken)
        if answer and not plugin.error and claim.module in modules:
            problem = f"another plugin has the same module '{claim.module}'."
            plugin = _unusable(claim, faulty_plugin(claim.owner, problem))
        if policy.strict and plugin.error:
            raise plugin.error
        inventory.plugins.append(plugin)
        if answer and not plugin.error:
            modules.add(claim.module)
            inventory.offers += [Offer(spec, claim.owner) for spec in answer.specs]
    return inventory


def claims_in_use(claims: Iterable[Claim], policy: PluginPolicy) -> list[Claim]:
    """Return the claims that a policy admits, and prefers where names are equal."""
    admitted = [claim for claim in claims if policy.admits(claim.owner)]
    rivals_for = _rivals(admitted)
    return [
        claim
        for claim in admitted
        if policy.preferred(rivals_for[claim.owner.plugin]) in {None, claim.owner}
    ]


def _rivals(claims: Iterable[Claim]) -> dict[str, list[Owner]]:
    """Return who claims each name of a plugin."""
    rivals: dict[str, list[Owner]] = {CORE.plugin: [CORE]}
    for claim in claims:
        rivals.setdefault(claim.owner.plugin, []).append(claim.owner)
    return rivals


def _decide_unasked(
    claims: Sequence[Claim], policy: PluginPolicy
) -> dict[Claim, Plugin]:
    """Return what becomes of the plugins that aren't to be imported."""
    in_use = claims_in_use(claims, policy)
    rivals_for = _rivals(claim for claim in in_use if not claim.holder)
    disabled = set(claims).difference(in_use)
    decided: dict[Claim, Plugin] = {}
    for claim in claims:
        if claim in disabled:
            decided[claim] = Plugin(claim.owner, claim.module, PluginState.DISABLED)
            continue
        rivals = rivals_for.get(claim.owner.plugin, [])
        if error := _fault_before_import(claim, rivals if len(rivals) > 1 else ()):
            decided[claim] = _unusable(claim, error)
    return decided


def _judge(claim: Claim, answer: Answer, taken: set[str]) -> Plugin:
    error = answer.error or _usurpation(claim.owner, answer, taken)
    if error:
        return _unusable(claim, error)
    is_here = claim.module in sys.modules
    state = PluginState.LOADED if is_here else PluginState.AVAILABLE
    return Plugin(claim.owner, claim.module, state, None, answer.hooks, answer.broken)


def _unusable(claim: Claim, error: PluginError) -> Plugin:
    state = _STATES.get(type(error), PluginState.FAILED)
    return Plugin(claim.owner, claim.module, state, error)


def _fault_before_import(claim: Claim, rivals: Sequence[Owner]) -> PluginError | None:
    owner = claim.owner
    if claim.damage:
        return PluginLoadError(
            f"{owner} is damaged: {claim.damage}",
            plugin=owner.plugin,
            distribution=str(owner),
            hint="Delete that folder; if you still need the plugin, install"
            f" {owner.distribution}=={owner.version} again.",
        )
    if problem := _wrong_entry_point(claim, rivals):
        return faulty_plugin(owner, problem)
    if rivals:
        claimed = f"call their plugin '{owner.plugin}', so neither is used"
        return ambiguity(rivals, claimed)
    if claim.unmet:
        return PluginIncompatibleError(
            f"{owner} needs {claim.unmet}, and this is {CORE}.",
            plugin=owner.plugin,
            distribution=str(owner),
            hint=f"Install a version of {owner.distribution} that works with {CORE}, or"
            f" remove it with 'pip uninstall {owner.distribution}'.",
        )
    return None


def _wrong_entry_point(claim: Claim, rivals: Sequence[Owner]) -> str:
    if ":" in claim.module:
        return f"its entry point must name a module, unlike '{claim.module}'."
    if claim.holder:
        return f"its entry point names '{claim.module}', a module of {claim.holder}."
    if CORE in rivals:
        return f"its entry point is called '{claim.owner.plugin}', as the core is."
    return ""


def _usurpation(owner: Owner, answer: Answer, taken: set[str]) -> PluginError | None:
    """Let no plugin take the place of what is the core's."""
    for spec in answer.specs:
        for name in _claimed_by(spec):
            if name in taken:
                return faulty_plugin(owner, f"it offers '{name}', which is the core's.")
    return None


def _long_option(name: str) -> str:
    return f"zen stack register --{name}"


def _claimed_by(spec: object) -> list[str]:
    """Return what a spec takes for itself: commands, options, types of store."""
    if isinstance(spec, CommandSpec):
        return [f"zen {spec.name}"]
    if isinstance(spec, ComponentTypeSpec):
        option = [f"zen stack register -{spec.option}"] if spec.option else []
        return [f"zen {spec.command}", _long_option(spec.command), *option]
    if isinstance(spec, StoreDriverSpec):
        return [f"store type {spec.name}"]
    return []
