"""Every hook of Zen on one page: the contract between the core and its plugins.

The first five are asked once, when the catalog is built. They must be pure: their
answer depends on nothing but what is installed. Each plugin is asked by itself, so
that one that raises, or returns what isn't a spec, is the only one that fails.

The others are called when components are provisioned, resumed, suspended and
deprovisioned.

Hooks only ever gain arguments, and an implementation names just those it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen.components import StackComponent
    from zen.plugin import (
        CommandSpec,
        ComponentTypeSpec,
        DefaultComponentSpec,
        FlavorSpec,
        LifecycleContext,
        LifecycleEvent,
        StoreDriverSpec,
    )

_hookspec = pluggy.HookspecMarker("zen")


@_hookspec
def zen_store_drivers() -> Iterable[StoreDriverSpec]:
    """Offer store drivers: places where profiles can be kept."""
    raise NotImplementedError


@_hookspec
def zen_flavors() -> Iterable[FlavorSpec]:
    """Offer flavors: implementations of component types."""
    raise NotImplementedError


@_hookspec
def zen_component_types() -> Iterable[ComponentTypeSpec]:
    """Offer component types beside the core's ten."""
    raise NotImplementedError


@_hookspec
def zen_commands() -> Iterable[CommandSpec]:
    """Offer commands of `zen`. A plugin can't replace one of the core's."""
    raise NotImplementedError


@_hookspec
def zen_default_components() -> Iterable[DefaultComponentSpec]:
    """Offer components for the default stack of new profiles."""
    raise NotImplementedError


@_hookspec(firstresult=True)
def zen_provision(component: StackComponent, context: LifecycleContext) -> bool | None:
    """Provision what `component` needs to run.

    Asked of the plugin that owns the component's flavor only. Return True when it
    is done; return None to leave it to the component's own `provision` method.
    """
    raise NotImplementedError


@_hookspec(firstresult=True)
def zen_resume(component: StackComponent, context: LifecycleContext) -> bool | None:
    """Start what was provisioned for `component`; answered as `zen_provision` is."""
    raise NotImplementedError


@_hookspec(firstresult=True)
def zen_suspend(component: StackComponent, context: LifecycleContext) -> bool | None:
    """Stop what runs for `component`; answered as `zen_provision` is."""
    raise NotImplementedError


@_hookspec(firstresult=True)
def zen_deprovision(
    component: StackComponent, context: LifecycleContext
) -> bool | None:
    """Remove what was provisioned for `component`; answered as `zen_provision` is."""
    raise NotImplementedError


@_hookspec
def zen_before_lifecycle(event: LifecycleEvent) -> None:
    """Watch, or forbid, an operation that is about to begin.

    Raise `zen.errors.VetoError` to forbid it. Anything else that is raised is
    reported with its owner and stops nothing.
    """
    raise NotImplementedError


@_hookspec
def zen_after_lifecycle(event: LifecycleEvent) -> None:
    """Watch an operation that has succeeded; what is raised stops nothing."""
    raise NotImplementedError
