"""What zen_local offers, and that it stays light."""

from __future__ import annotations

import pytest

import zen_local
from zen.testing import PluginContract
from zen_local import plugin


class TestPlugin(PluginContract):
    @pytest.fixture
    def plugin_module(self) -> str:
        return plugin.__name__


def test_exports_are_pinned() -> None:
    assert zen_local.__all__ == [
        "LocalArtifactStore",
        "LocalOrchestrator",
        "LocalSecretsManager",
        "__version__",
    ]
    assert dir(zen_local) == zen_local.__all__


def test_names_of_the_package_are_imported_on_use() -> None:
    assert zen_local.LocalArtifactStore.FLAVOR == "local"
    assert zen_local.LocalOrchestrator.FLAVOR == "local"
    assert zen_local.LocalSecretsManager.FLAVOR == "local"
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        zen_local.__getattr__("Nothing")


def test_what_every_stack_needs_is_a_default() -> None:
    offered = {(spec.type, spec.name) for spec in plugin.zen_flavors()}
    defaults = {(spec.type, spec.flavor) for spec in plugin.zen_default_components()}
    assert defaults == offered - {("secrets_manager", "local")}
