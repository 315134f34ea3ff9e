"""Stores in SQLite files, and components and stacks to put into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of a database that isn't there yet, in a folder neither."""
    return tmp_path / "profile" / "zen.db"


@pytest.fixture
def driver(file: Path) -> Iterator[SQLStoreDriver]:
    """Yield a driver for that database."""
    driver = SQLStoreDriver(SQLStoreDriver.default_url(file.parent))
    yield driver
    driver.close()
