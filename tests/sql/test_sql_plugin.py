"""What zen_sql offers, and that it stays light."""

from __future__ import annotations

import subprocess
import sys

import pytest

from zen.testing import PluginContract
from zen_sql import plugin
from zen_sql.store import SQLStoreDriver


class TestPlugin(PluginContract):
    @pytest.fixture
    def plugin_module(self) -> str:
        return plugin.__name__


def test_the_driver_is_offered() -> None:
    (spec,) = plugin.zen_store_drivers()
    cls = SQLStoreDriver
    assert (spec.name, spec.source) == ("sql", f"{cls.__module__}:{cls.__name__}")


def test_the_driver_needs_no_pydantic() -> None:
    code = "import sys, zen_sql.store; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
