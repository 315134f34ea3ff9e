"""What zen_mysql offers, and that it stays light."""

from __future__ import annotations

import pytest

import zen_mysql
from zen.testing import PluginContract
from zen_mysql import plugin


class TestPlugin(PluginContract):
    @pytest.fixture
    def plugin_module(self) -> str:
        return plugin.__name__


def test_exports_are_pinned() -> None:
    assert zen_mysql.__all__ == ["MySQLMetadataStore", "__version__"]
    assert dir(zen_mysql) == zen_mysql.__all__


def test_names_of_the_package_are_imported_on_use() -> None:
    assert zen_mysql.MySQLMetadataStore.FLAVOR == "mysql"
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        zen_mysql.__getattr__("Nothing")


def test_the_flavor_is_the_class_of_the_package() -> None:
    (spec,) = plugin.zen_flavors()
    cls = zen_mysql.MySQLMetadataStore
    assert spec.source == f"{cls.__module__}:{cls.__name__}"
