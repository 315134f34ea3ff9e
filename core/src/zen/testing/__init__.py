"""Test a plugin: the contracts that it must keep, and a place to run it in.

A pytest plugin that is switched on by its name, in the uppermost `conftest.py`:

```python
pytest_plugins = ["zen.testing"]
```

A contract is a class to derive from; one fixture says what is tested:

```python
import pytest

from zen.testing import PluginContract


class TestPlugin(PluginContract):
    @pytest.fixture
    def plugin_module(self):
        return "acme_s3.plugin"
```
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from zen.testing._catalog import IsolatedCatalog, isolated_catalog
from zen.testing._contract import Contract, declared_capabilities, requires
from zen.testing._distributions import FakeDistribution, fake_distribution
from zen.testing._program import Outcome, ZenProject, zen_project

if TYPE_CHECKING:
    from zen.testing.artifact_store import ArtifactStoreContract
    from zen.testing.component import ComponentContract
    from zen.testing.metadata_store import MetadataStoreContract
    from zen.testing.orchestrator import OrchestratorContract
    from zen.testing.plugin import PluginContract
    from zen.testing.secrets_manager import SecretsManagerContract
    from zen.testing.store_driver import StoreDriverContract

__all__ = [
    "ArtifactStoreContract",
    "ComponentContract",
    "Contract",
    "FakeDistribution",
    "IsolatedCatalog",
    "MetadataStoreContract",
    "OrchestratorContract",
    "Outcome",
    "PluginContract",
    "SecretsManagerContract",
    "StoreDriverContract",
    "ZenProject",
    "declared_capabilities",
    "fake_distribution",
    "isolated_catalog",
    "requires",
    "zen_project",
]

# What loads pydantic, and more, comes when it is used.
_HOMES: Final = {
    "ArtifactStoreContract": "zen.testing.artifact_store",
    "ComponentContract": "zen.testing.component",
    "MetadataStoreContract": "zen.testing.metadata_store",
    "OrchestratorContract": "zen.testing.orchestrator",
    "PluginContract": "zen.testing.plugin",
    "SecretsManagerContract": "zen.testing.secrets_manager",
    "StoreDriverContract": "zen.testing.store_driver",
}


def __getattr__(name: str) -> object:
    """Import a contract when it is asked for (PEP 562)."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module 'zen.testing' has no attribute {name!r}"
    raise AttributeError(message)
