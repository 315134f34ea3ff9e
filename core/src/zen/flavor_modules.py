"""`zen.artifact_stores` and its like: a module for each component type.

Each gives the type's base and, when it is asked for, the class of any flavor that is
installed. They have no files: `import zen` puts them where Python looks first.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.machinery import ModuleSpec

    from zen.catalog import Catalog, Offer
    from zen.plugin import FlavorSpec

__all__ = ["install"]

_TYPES: Final = {
    "alerters": "alerter",
    "artifact_stores": "artifact_store",
    "container_registries": "container_registry",
    "experiment_trackers": "experiment_tracker",
    "feature_stores": "feature_store",
    "metadata_stores": "metadata_store",
    "model_deployers": "model_deployer",
    "orchestrators": "orchestrator",
    "secrets_managers": "secrets_manager",
    "step_operators": "step_operator",
}


def install(package: str, spec: type[ModuleSpec]) -> None:
    """Make the modules of all component types importable from a package.

    Args:
        package: The name of the package.
        spec: The class of the specs of modules; its home takes long to import.
    """
    for plural, component_type in _TYPES.items():
        name = f"{package}.{plural}"
        module = _FlavorModule(name, component_type)
        module.__spec__ = spec(name, None)
        sys.modules.setdefault(name, module)


class _FlavorModule(ModuleType):
    """The base of a component type and the classes of its installed flavors."""

    def __init__(self, name: str, component_type: str) -> None:
        super().__init__(name, f"The base and the flavors of type {component_type}.")
        self._type = component_type
        self._base = f"Base{component_type.title().replace('_', '')}"

    def __getattr__(self, name: str) -> object:
        if name == self._base:
            return getattr(import_module("zen.components"), name)
        if not name[:1].isupper():
            message = f"module '{self.__name__}' has no attribute '{name}'"
            raise AttributeError(message)
        catalog = _catalog()
        offers = dict(self._offers(catalog))
        if name not in offers:
            # Of an AttributeError, `from … import …` would hide the text.
            known = ", ".join(sorted({self._base, *offers}))
            raise ImportError(
                f"No plugin that is installed and enabled offers a flavor of type"
                f" {self._type} whose class is '{name}'. There are: {known}.",
                name=self.__name__,
            )
        # Loads pydantic, which listing names doesn't need.
        from zen.components.flavors import Flavors

        return Flavors(catalog).load(offers[name])

    def __dir__(self) -> list[str]:
        return sorted([self._base, *(name for name, _ in self._offers(_catalog()))])

    def _offers(self, catalog: Catalog) -> Iterator[tuple[str, Offer[FlavorSpec]]]:
        for offer in catalog.flavors(self._type):
            yield offer.spec.source.rpartition(":")[2], offer


def _catalog() -> Catalog:
    from zen.catalog import Catalog
    from zen.config import PluginSettings

    return Catalog(policy=PluginSettings().policy)
