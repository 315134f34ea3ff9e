"""A catalog that knows just what a test gives it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Protocol

import pytest

from zen.catalog import Catalog, Claim, Owner

__all__ = ["IsolatedCatalog", "isolated_catalog"]


class IsolatedCatalog(Protocol):
    """Make a catalog of the core and a few plugins, whatever is installed.

    Args:
        light_modules: The plugins: each the light module that an entry point would
            name, or its name, such as "acme_s3.plugin".
    """

    def __call__(self, *light_modules: str | ModuleType) -> Catalog:
        """Return the catalog; it never looks at what is installed."""


@pytest.fixture
def isolated_catalog(monkeypatch: pytest.MonkeyPatch) -> IsolatedCatalog:
    """Make catalogs that refuse discovery; see `IsolatedCatalog`."""

    def make(*light_modules: str | ModuleType) -> Catalog:
        for module in light_modules:
            if isinstance(module, ModuleType):
                monkeypatch.setitem(sys.modules, module.__name__, module)
        claims = [claim_for(_name_of(module)) for module in light_modules]
        return Catalog(lambda: claims)

    return make


def claim_for(light_module: str) -> Claim:
    """Return a claim that a distribution with that light module could make."""
    distribution = light_module.partition(".")[0].replace("_", "-")
    return Claim(Owner(light_module, distribution, "0"), light_module)


def _name_of(module: str | ModuleType) -> str:
    return module if isinstance(module, str) else module.__name__
