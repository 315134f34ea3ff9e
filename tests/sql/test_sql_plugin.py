"""What zen_sql offers, and that it stays light."""

from __future__ import annotations

import subprocess
import sys

import pytest

import zen_sql
from zen.testing import PluginContract
from zen_sql import plugin
from zen_sql.names import names
from zen_sql.store import SQLStoreDriver


class TestPlugin(PluginContract):
    @pytest.fixture
    def plugin_module(self) -> str:
        return plugin.__name__


def test_the_driver_is_offered() -> None:
    (spec,) = plugin.zen_store_drivers()
    cls = SQLStoreDriver
    assert (spec.name, spec.source) == ("sql", f"{cls.__module__}:{cls.__name__}")
    assert spec.names == f"{names.__module__}:{names.__name__}"


def test_the_flavor_is_the_class_of_the_package() -> None:
    (spec,) = plugin.zen_flavors()
    cls = zen_sql.SQLMetadataStore
    assert (spec.name, spec.source) == ("sql", f"{cls.__module__}:{cls.__name__}")


def test_exports_are_pinned() -> None:
    assert zen_sql.__all__ == ["SQLMetadataStore", "__version__"]
    assert dir(zen_sql) == zen_sql.__all__


def test_names_of_the_package_are_imported_on_use() -> None:
    assert zen_sql.SQLMetadataStore.FLAVOR == "sql"
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        zen_sql.__getattr__("Nothing")


def test_the_driver_needs_no_pydantic() -> None:
    code = "import sys, zen_sql.store; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
