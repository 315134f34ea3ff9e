"""What zen_sql offers, and that it stays light."""

from __future__ import annotations

import subprocess
import sys

from zen_sql import plugin
from zen_sql.store import SQLStoreDriver


def test_the_driver_is_offered_by_its_import_string() -> None:
    (spec,) = plugin.zen_store_drivers()
    module, _, name = spec.source.partition(":")
    assert (spec.name, module, name) == (
        "sql",
        SQLStoreDriver.__module__,
        SQLStoreDriver.__name__,
    )


def test_the_hook_module_is_light() -> None:
    code = (
        "import sys, zen_sql.plugin;"
        "sys.exit('sqlalchemy' in sys.modules or 'pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_driver_needs_no_pydantic() -> None:
    code = "import sys, zen_sql.store; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
