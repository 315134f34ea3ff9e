"""What a stack needs to be installed: its flavors, its store, and what runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zen
from zen.carrying._installed import Need, find_installed
from zen.errors import (
    AmbiguousPluginError,
    ConfigurationError,
    FlavorNotFoundError,
    ZenError,
)
from zen.records import Provider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen.catalog import Catalog, Owner
    from zen.components.flavors import Flavors
    from zen.records import ComponentRecord, StackRecord
    from zen.stores import Store

__all__ = ["gaps_of", "needs_of", "runner_of"]


def needs_of(
    stack: StackRecord, store: Store, store_type: str, catalog: Catalog
) -> list[Need]:
    """Return the distributions that a stack needs, each once.

    Where a plugin that is installed offers what is needed, it is that one; otherwise
    it is the one that did so when the stack was made.

    Args:
        stack: The stack.
        store: The store that it is in.
        store_type: The name of the store's driver.
        catalog: What is installed.
    """
    found = [Need("zen-core", zen.__version__, "Zen itself")]
    driver = catalog.store_driver(store_type).owner
    found.append(_by(driver, f"the profile's store type '{store_type}'"))
    for component in store.components_of(stack):
        found += _of_component(component, store, catalog)
    runner = runner_of(catalog) or stack.runner
    if runner:
        found.append(_from(runner, "'zen run'"))
    return list({need.key: need for need in reversed(found)}.values())[::-1]


def gaps_of(stack: StackRecord, store: Store, flavors: Flavors) -> list[ZenError]:
    """Return why components can't be built, where no distribution would help.

    Args:
        stack: The stack.
        store: The store that it is in.
        flavors: Finds flavors, custom ones included.
    """
    gaps: list[ZenError] = []
    for component in store.components_of(stack):
        if component.provider is None:
            try:
                flavors.of(component)
            except ZenError as error:
                gaps.append(error)
    return gaps


def runner_of(catalog: Catalog) -> Provider | None:
    """Return the distribution that offers `zen run`."""
    try:
        offer = catalog.command("run")
    except (AmbiguousPluginError, ConfigurationError):
        return None  # nothing can be run here, but all can be carried away
    return Provider(offer.owner.distribution, offer.owner.version) if offer else None


def _of_component(
    component: ComponentRecord, store: Store, catalog: Catalog
) -> Iterator[Need]:
    title = component.type.replace("_", " ")
    reason = f"flavor '{component.flavor}' of {title} '{component.name}'"
    custom = store.flavor(component.type, component.flavor)
    if component.provider is None:
        if custom and custom.provider:
            installed = find_installed(custom.provider.distribution)
            version = installed.version if installed else custom.provider.version
            yield Need(custom.provider.distribution, version, reason)
        return
    try:
        yield _by(catalog.flavor(component.type, component.flavor).owner, reason)
    except (AmbiguousPluginError, FlavorNotFoundError):
        yield _from(component.provider, reason)


def _by(owner: Owner, reason: str) -> Need:
    return Need(owner.distribution, owner.version, reason)


def _from(provider: Provider, reason: str) -> Need:
    return Need(provider.distribution, provider.version, reason)
