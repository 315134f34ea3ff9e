"""What the tables look like on MariaDB, whatever the server's defaults are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from tests.servers import execute
from zen.errors import StoreUnavailableError
from zen.records import Ref
from zen.stores import Put, Transaction
from zen.testing._metadata_base import a_run
from zen_sql import SQLMetadataStore
from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from tests.servers import FreshDatabase

TABLES = {
    *("zen_schema", "zen_records", "zen_guards", "zen_commits", "zen_changes"),
    *("zen_runs", "zen_steps", "zen_artifacts"),
}


@pytest.fixture(params=["mysql", "mariadb"])
def url(
    request: pytest.FixtureRequest,
    mysql_url: FreshDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """Return a URL of each kind, as users type it, of a database with all tables."""
    fresh = make_url(mysql_url())
    # What a server is not asked about isn't what we want.
    execute(
        str(fresh.render_as_string(hide_password=False)),
        f"ALTER DATABASE {fresh.database} CHARACTER SET latin1"
        " COLLATE latin1_swedish_ci",
    )
    url = fresh.set(drivername=request.param).render_as_string(hide_password=False)
    driver = SQLStoreDriver(url)
    driver.commit(Transaction())
    driver.close()
    monkeypatch.setenv("RUNS_URL", url)
    SQLMetadataStore(name="runs", url="${RUNS_URL}").create_run(a_run(), [])
    return fresh.render_as_string(hide_password=False)


def test_every_table_has_transactions_and_room_for_its_keys(url: str) -> None:
    rows = execute(
        url,
        "SELECT table_name, engine, row_format, table_collation"
        " FROM information_schema.tables WHERE table_schema = DATABASE()",
    )
    assert {row[0] for row in rows} == TABLES
    assert {row[1:] for row in rows} == {("InnoDB", "Dynamic", "utf8mb4_bin")}


def test_every_text_is_compared_by_its_characters(url: str) -> None:
    rows = execute(
        url,
        "SELECT DISTINCT collation_name FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND collation_name IS NOT NULL",
    )
    assert rows == [("utf8mb4_bin",)]


def test_every_index_is_there(url: str) -> None:
    rows = execute(
        url,
        "SELECT DISTINCT table_name, index_name FROM information_schema.statistics"
        " WHERE table_schema = DATABASE() AND index_name LIKE 'zen%'",
    )
    assert set(rows) == {
        ("zen_changes", "zen_changes_record"),
        ("zen_runs", "zen_runs_newest"),
        ("zen_runs", "zen_runs_of_pipeline"),
        ("zen_artifacts", "zen_artifacts_of_run"),
    }


def test_what_an_interruption_left_out_is_made_up_for(url: str) -> None:
    """There, to make a table can't be undone, and each is made on its own."""
    execute(
        url,
        "DELETE FROM zen_schema WHERE name = 'records'",
        "DROP TABLE zen_guards",
        "DROP INDEX zen_changes_record ON zen_changes",
    )
    driver = SQLStoreDriver(url)
    assert driver.scan("stack").records == ()
    driver.commit(Transaction((Put(Ref("stack", "x"), uuid4(), {}),)))
    driver.close()
    test_every_table_has_transactions_and_room_for_its_keys(url)
    test_every_index_is_there(url)


def test_a_server_that_would_cut_texts_off_is_told_not_to(url: str) -> None:
    driver = SQLStoreDriver(url)
    server = driver._database._engine  # noqa: SLF001 - for a session like its own
    with server.connect() as connection:
        mode = str(connection.exec_driver_sql("SELECT @@sql_mode").scalar())
    driver.close()
    assert set(mode.split(",")) == {"STRICT_ALL_TABLES", "NO_ENGINE_SUBSTITUTION"}


def test_a_change_too_large_for_the_server_is_refused_whole(
    mysql_url: FreshDatabase,
) -> None:
    driver = SQLStoreDriver(mysql_url())
    driver.commit(Transaction())
    ref = Ref("note", "large")
    with pytest.raises(StoreUnavailableError) as caught:
        driver.commit(Transaction((Put(ref, uuid4(), {"text": "x" * (17 << 20)}),)))
    assert "max_allowed_packet" in caught.value.hint
    assert len(caught.value.message) < 500
    assert driver.get_many([ref]) == {}
    driver.commit(Transaction((Put(ref, uuid4(), {"text": "x"}),)))
    driver.close()
