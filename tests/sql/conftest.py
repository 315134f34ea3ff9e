"""Databases of each kind, and drivers that keep a profile in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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


@pytest.fixture(params=["sqlite", "postgres_url", "mysql_url"])
def any_url(request: pytest.FixtureRequest, file: Path) -> str:
    """Return the URL of an empty database: the test is run with one of each kind."""
    if request.param == "sqlite":
        return SQLStoreDriver.default_url(file.parent)
    return _make(request)


@pytest.fixture(params=["postgres_url", "mysql_url"])
def server_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database on each kind of server."""
    return _make(request)


def _make(request: pytest.FixtureRequest) -> str:
    make: Callable[[], str] = request.getfixturevalue(request.param)
    return make()


@pytest.fixture
def connect() -> Iterator[Callable[[str], SQLStoreDriver]]:
    """Return what opens a driver, which is closed when the test ends."""
    opened: list[SQLStoreDriver] = []

    def connect(url: str) -> SQLStoreDriver:
        opened.append(SQLStoreDriver(url))
        return opened[-1]

    yield connect
    for driver in opened:
        driver.close()
