"""Ask a plugin what it offers: one that is broken is the only one that fails."""

from __future__ import annotations

import reprlib
from dataclasses import replace
from inspect import isroutine
from itertools import islice
from typing import TYPE_CHECKING, Final

import pluggy

from zen import hookspecs
from zen.catalog._blame import faulty_plugin, load_error, on_one_line
from zen.catalog._imports import import_plugin
from zen.catalog._plugins import Answer
from zen.errors import PluginError, did_you_mean
from zen.plugin import (
    CommandSpec,
    ComponentTypeSpec,
    DefaultComponentSpec,
    FlavorSpec,
    Spec,
    StoreDriverSpec,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import ModuleType

    from pluggy import HookCaller

    from zen.catalog._discovery import Claim
    from zen.catalog._plugins import Owner

__all__ = ["ask", "ask_all", "hook_of"]

_SPEC_HOOKS: Final[dict[str, type[Spec]]] = {
    "zen_store_drivers": StoreDriverSpec,
    "zen_flavors": FlavorSpec,
    "zen_component_types": ComponentTypeSpec,
    "zen_commands": CommandSpec,
    "zen_default_components": DefaultComponentSpec,
}
# Of one hook of one plugin; a generator may have no end.
_MOST: Final = 1_000
_HOOKS: Final = frozenset(name for name in vars(hookspecs) if name.startswith("zen_"))


def ask_all(claims: Iterable[Claim]) -> list[Answer]:
    """Ask plugins in this process what they offer."""
    return [ask(claim) for claim in claims]


def ask(claim: Claim) -> Answer:
    """Import a plugin's light module, and ask it what it offers."""
    owner = claim.owner
    try:
        return _ask(owner, import_plugin(claim.module, owner))
    except PluginError as error:
        return Answer(error=error)
    except KeyboardInterrupt:
        raise
    # What is found in the module is the plugin's own, and may raise when looked at.
    except BaseException as error:  # noqa: BLE001
        failure = load_error(owner, f"module '{claim.module}'", error)
        failure.__cause__ = error
        return Answer(error=failure)


def _ask(owner: Owner, module: ModuleType) -> Answer:
    implementations = list(_implementations(owner, module))
    specs = [
        spec
        for hook, implementation in implementations
        for spec in _call(owner, hook, implementation)
    ]
    _check_repetition(owner, specs)
    _register(owner, module)
    hooks = {hook for hook, _ in implementations if hook not in _SPEC_HOOKS}
    return Answer(tuple(specs), tuple(sorted(hooks)))


def hook_of(owner: Owner, module: str, name: str) -> HookCaller:
    """Return a hook as one plugin implements it; no other answers for it.

    Raises:
        PluginError: The plugin's module can't be imported any more.
    """
    manager = _register(owner, import_plugin(module, owner))
    hook: HookCaller = getattr(manager.hook, name)
    return hook


def _register(owner: Owner, module: ModuleType) -> pluggy.PluginManager:
    manager = pluggy.PluginManager("zen")
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module, owner.plugin)
    except pluggy.PluginValidationError as error:
        raise faulty_plugin(owner, on_one_line(error)) from error
    return manager


def _implementations(
    owner: Owner, module: ModuleType
) -> Iterator[tuple[str, Callable[..., Iterable[Spec]]]]:
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
            raise faulty_plugin(owner, problem)


def _call(
    owner: Owner, hook: str, implementation: Callable[..., Iterable[Spec]]
) -> Sequence[Spec]:
    spec_type = _SPEC_HOOKS.get(hook)
    if spec_type is None:
        return []
    try:
        specs = list(islice(implementation(), _MOST + 1))
    except KeyboardInterrupt:
        raise
    # The hook is the plugin's own code; what it raises is the plugin's failure.
    except BaseException as error:
        raise load_error(owner, f"hook '{hook}'", error) from error
    if len(specs) > _MOST:
        raise faulty_plugin(owner, f"'{hook}' gave more than {_MOST} specs.")
    for spec in specs:
        # A subclass couldn't be told from the index.
        if type(spec) is not spec_type:
            given = " ".join(reprlib.repr(spec).split())
            problem = f"'{hook}' gave {given}, which isn't a {spec_type.__name__}"
            raise faulty_plugin(owner, problem)
    try:
        # Their fields are checked again: a plugin may have changed them since.
        return [replace(spec) for spec in specs]  # type: ignore[type-var]
    except ValueError as error:
        raise faulty_plugin(owner, f"'{hook}' gave {on_one_line(error)}") from error


def _check_repetition(owner: Owner, specs: Iterable[object]) -> None:
    seen: set[tuple[object, ...]] = set()
    for spec in specs:
        name = getattr(spec, "name", getattr(spec, "flavor", ""))
        identity = (type(spec), getattr(spec, "type", ""), name)
        if identity in seen:
            raise faulty_plugin(owner, f"it offers '{name}' twice.")
        seen.add(identity)
