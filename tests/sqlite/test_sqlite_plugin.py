"""What zen_sqlite offers, and that it stays light."""

from __future__ import annotations

import pytest

import zen_sqlite
from zen.testing import PluginContract
from zen_sqlite import plugin


class TestPlugin(PluginContract):
    @pytest.fixture
    def plugin_module(self) -> str:
        return plugin.__name__


def test_exports_are_pinned() -> None:
    assert zen_sqlite.__all__ == ["SQLiteMetadataStore", "__version__"]
    assert dir(zen_sqlite) == zen_sqlite.__all__


def test_names_of_the_package_are_imported_on_use() -> None:
    assert zen_sqlite.SQLiteMetadataStore.FLAVOR == "sqlite"
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        zen_sqlite.__getattr__("Nothing")


def test_the_flavor_is_the_class_of_the_package() -> None:
    (spec,) = plugin.zen_flavors()
    cls = zen_sqlite.SQLiteMetadataStore
    assert spec.source == f"{cls.__module__}:{cls.__name__}"


def test_the_default_is_the_flavor_that_is_offered() -> None:
    (default,) = plugin.zen_default_components()
    assert (default.type, default.flavor) == ("metadata_store", "sqlite")
