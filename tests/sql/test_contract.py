"""The driver of SQL databases keeps the contract of all drivers on each of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from zen.testing import StoreDriverContract
from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.servers import FreshDatabase
    from zen.stores import StoreDriver


class TestOnSQLite(StoreDriverContract):
    @pytest.fixture
    def open_driver(self, file: Path) -> Callable[[], StoreDriver]:
        return partial(SQLStoreDriver, SQLStoreDriver.default_url(file.parent))


class TestOnPostgreSQL(StoreDriverContract):
    @pytest.fixture
    def open_driver(self, postgres_url: FreshDatabase) -> Callable[[], StoreDriver]:
        return partial(SQLStoreDriver, postgres_url())


class TestOnMariaDB(StoreDriverContract):
    @pytest.fixture
    def open_driver(self, mysql_url: FreshDatabase) -> Callable[[], StoreDriver]:
        return partial(SQLStoreDriver, mysql_url())
