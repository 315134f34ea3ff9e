"""The driver of SQL databases keeps the contract of all drivers on each of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, update

from zen.testing import StoreDriverContract
from zen_sql.store import SQLStoreDriver
from zen_sql.tables import RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.servers import FreshDatabase
    from zen.records import Ref
    from zen.stores import StoreDriver


class SQLContract(StoreDriverContract):
    @pytest.fixture
    def url(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def open_driver(self, url: str) -> Callable[[], StoreDriver]:
        return partial(SQLStoreDriver, url)

    @pytest.fixture
    def open_unreachable(self, url: str) -> Callable[[], StoreDriver]:
        closed = make_url(url).set(host="127.0.0.1", port=1)
        return partial(SQLStoreDriver, closed.render_as_string(hide_password=False))

    @pytest.fixture
    def damage_record(self, url: str) -> Callable[[Ref], None]:
        def damage(ref: Ref) -> None:
            engine = create_engine(url)
            with engine.begin() as connection:
                chosen = (RECORDS.c.kind == ref.kind) & (RECORDS.c.key == ref.key)
                connection.execute(update(RECORDS).where(chosen).values(payload="{"))
            engine.dispose()

        return damage

    @pytest.fixture
    def refused_urls(self) -> list[str]:
        return ["", "no url", "sqlite://"]


class TestOnSQLite(SQLContract):
    @pytest.fixture
    def url(self, file: Path) -> str:
        return SQLStoreDriver.default_url(file.parent)

    @pytest.fixture
    def open_unreachable(self, tmp_path: Path) -> Callable[[], StoreDriver]:
        (tmp_path / "folder" / "zen.db").mkdir(parents=True)
        return partial(SQLStoreDriver, SQLStoreDriver.default_url(tmp_path / "folder"))


class TestOnPostgreSQL(SQLContract):
    @pytest.fixture
    def url(self, postgres_url: FreshDatabase) -> str:
        return postgres_url()


class TestOnMariaDB(SQLContract):
    @pytest.fixture
    def url(self, mysql_url: FreshDatabase) -> str:
        return mysql_url()
