"""The stack that a new profile begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen.errors import (
    AlreadyExistsError,
    ComponentConfigurationError,
    FlavorNotFoundError,
    PluginError,
)
from zen.notices import Caution
from zen.records import REQUIRED_TYPES, ComponentRecord, StackRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.catalog import Catalog
    from zen.stores import Store

__all__ = ["DefaultStack"]

_DEFAULT: Final = "default"
# How often a default stack is tried while other hosts make theirs in the same store.
_ATTEMPTS: Final = 5
# What to install for a default stack, where no plugin offers a component of a type.
_USUAL_PROVIDERS: Final = {
    "orchestrator": "zen-plugin-local",
    "artifact_store": "zen-plugin-local",
    "metadata_store": "zen-plugin-sqlite",
}
# The order in which users have always been told.
_ANNOUNCED: Final = ("orchestrator", "metadata_store", "artifact_store")


class DefaultStack:
    """The stack of those components that installed plugins offer as defaults.

    Args:
        catalog: What is installed.
        notify: Takes each notice for the user.
    """

    def __init__(self, catalog: Catalog, notify: Callable[[str], None]) -> None:
        self._catalog = catalog
        self._notify = notify

    def ensure(self, store: Store) -> list[str]:
        """Return the names of a store's stacks, of which there is one if there can be.

        Raises:
            AlreadyExistsError: Other hosts keep on making theirs.
            StoreError: The store can't be read or written.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            if stacks := [stack.name for stack in store.stacks()[0]]:
                return stacks
            if attempt == 1:
                self._notify("Initializing store...")
            try:
                return self._register(store)
            except AlreadyExistsError:
                # Another host was first, and its stack is as good.
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError  # the last attempt returns or raises

    def _register(self, store: Store) -> list[str]:
        offered = self._catalog.default_components()
        types = [*_ANNOUNCED, *(kind for kind in offered if kind not in _ANNOUNCED)]
        present = {c.type for c in store.components()[0] if c.name == _DEFAULT}
        new = [
            component
            for kind in types
            if kind not in present and (component := self._default_component(kind))
        ]
        names = dict.fromkeys([*present, *(part.type for part in new)], _DEFAULT)
        missing = [kind for kind in REQUIRED_TYPES if kind not in names]
        stacks = [] if missing else [StackRecord(_DEFAULT, names)]
        store.save(components=new, stacks=stacks)
        for part in new:
            self._notify(
                f"Registered stack component with type '{part.type}'"
                f" and name '{_DEFAULT}'."
            )
        if missing:
            self._notify(Caution(_missing_text(missing)))
            return []
        self._notify(f"Registered stack with name '{_DEFAULT}'.")
        return [_DEFAULT]

    def _default_component(self, component_type: str) -> ComponentRecord | None:
        """Return the record of a default component, or None where there can't be one.

        A plugin that is broken mustn't keep a profile from being made.
        """
        flavor = self._catalog.default_components().get(component_type)
        if flavor is None:
            return None
        # Loads pydantic, which nothing but making a component needs.
        from zen.components.factory import ComponentFactory

        factory = ComponentFactory(self._catalog)
        try:
            return factory.record(factory.create(component_type, flavor, _DEFAULT))
        except (PluginError, FlavorNotFoundError, ComponentConfigurationError) as error:
            self._notify(Caution(f"{error} {error.hint}".rstrip()))
            return None


def _missing_text(missing: list[str]) -> str:
    titles = " and ".join(kind.replace("_", " ") for kind in missing)
    providers = " and ".join(dict.fromkeys(_USUAL_PROVIDERS[kind] for kind in missing))
    return (
        "No default stack was created, because no working plugin offers a default"
        f" {titles}. Install {providers}, or another plugin that does. Then register"
        f" its component with 'zen {missing[0].replace('_', '-')} register' and the"
        " stack with 'zen stack register'."
    )
