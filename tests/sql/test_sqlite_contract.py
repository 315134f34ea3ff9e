"""The driver of SQL databases keeps the contract of all drivers in a SQLite file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from zen.testing import StoreDriverContract
from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zen.stores import StoreDriver


class TestSQLStoreDriver(StoreDriverContract):
    @pytest.fixture
    def open_driver(self, file: Path) -> Callable[[], StoreDriver]:
        return partial(SQLStoreDriver, SQLStoreDriver.default_url(file.parent))
