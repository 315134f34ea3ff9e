"""Tables that an older version made are upgraded when the user asks for it."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy import make_url

from tests.servers import execute
from tests.sql.versions import next_metadata, next_profile
from zen.components import BaseMetadataStore
from zen.errors import StoreUnavailableError
from zen.records import Ref
from zen.repository import Repository
from zen.stores import Put, Transaction
from zen.testing._metadata_base import a_run
from zen_sql import SQLMetadataStore, metadata_store, store
from zen_sql.engine import Database
from zen_sql.store import SQLStoreDriver
from zen_sql.upgrades import upgrade
from zen_sql.urls import parse_url

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from tests.conftest import RunPython
    from tests.servers import FreshDatabase

MAIN = Ref("stack", "main")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def url(any_url: str, connect: Callable[[str], SQLStoreDriver]) -> str:
    """Return the URL of a database that the present version has made."""
    driver = connect(any_url)
    for text in ("old", "new"):
        driver.commit(Transaction((Put(MAIN, uuid4(), {"text": text}),)))
    driver.close()
    return any_url


@pytest.fixture
def newer(
    monkeypatch: pytest.MonkeyPatch, connect: Callable[[str], SQLStoreDriver]
) -> Callable[..., SQLStoreDriver]:
    """Return what opens a database as the next version will."""

    def open_newer(url: str, step: str = "to_2") -> SQLStoreDriver:
        monkeypatch.setattr(store, "PROFILE", next_profile(step))
        return connect(url)

    return open_newer


def file_of(url: str) -> Path | None:
    return Database(parse_url(url)).file


def backups(url: str) -> list[Path]:
    """Return all that an upgrade has left beside a file, or in a database."""
    if file := file_of(url):
        return [path for path in file.parent.iterdir() if path != file]
    if make_url(url).get_backend_name() != "mysql":
        return []
    tables = "SELECT table_name FROM information_schema.tables"
    where = "WHERE table_schema = DATABASE() AND table_name LIKE '%before'"
    return [Path(str(name)) for (name,) in execute(url, f"{tables} {where}")]


def versions(url: str) -> list[tuple[object, ...]]:
    return execute(url, "SELECT name, version, needs FROM zen_schema ORDER BY name")


def assert_unchanged(url: str) -> None:
    """Demand that the present version finds what it has left."""
    driver = SQLStoreDriver(url)
    (record,) = driver.scan("stack").records
    assert record.payload == {"text": "new"}
    assert [commit.sequence for commit in driver.log()] == [1, 2]
    assert versions(url) == [("records", 1, "1.0.0")]
    driver.close()


def test_an_older_layout_is_refused_with_both_versions(
    url: str, newer: Callable[..., SQLStoreDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = newer(url)
    for use in (
        lambda: driver.scan("stack"),
        lambda: driver.commit(Transaction()),
        driver.log,
    ):
        with pytest.raises(StoreUnavailableError, match=r"in version 1 .* needs") as e:
            use()
        assert "version 2" in e.value.message
        assert "'zen profile upgrade'" in e.value.hint
    monkeypatch.undo()
    assert_unchanged(url)


def test_an_upgrade_keeps_what_is_there(
    url: str, newer: Callable[..., SQLStoreDriver]
) -> None:
    driver = newer(url)
    done = driver.upgrade()
    assert done
    assert done.startswith(f"Upgraded {driver._database.place}: its records to")  # noqa: SLF001
    assert "version 2" in done
    assert versions(url) == [("records", 2, "1.1.0")]
    assert execute(url, "SELECT tag FROM zen_tags") == [("new",)]
    assert execute(url, "SELECT note FROM zen_records") == [("old",)]
    (record,) = driver.scan("stack").records
    assert record.payload == {"text": "new"}
    driver.commit(Transaction((Put(MAIN, record.uuid, {"text": "newer"}),)))
    assert [commit.sequence for commit in driver.log()] == [1, 2, 3]
    assert driver.upgrade() is None


def test_what_a_file_was_before_is_beside_it(
    url: str, newer: Callable[..., SQLStoreDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_of(url)
    if file:
        file.chmod(0o640)
    done = newer(url).upgrade()
    if file is None:
        assert backups(url) == []
        return
    (backup,) = backups(url)
    assert str(backup) in str(done)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o640
    monkeypatch.undo()
    assert_unchanged(f"sqlite:///{backup}")


def test_a_step_that_fails_leaves_what_was_there(
    url: str, newer: Callable[..., SQLStoreDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = newer(url, "to_2_in_vain")
    for _ in range(2):
        with pytest.raises(StoreUnavailableError, match="zen_nowhere") as caught:
            driver.upgrade()
        assert "upgraded to version 2 of its records" in caught.value.message
        assert "secret" not in caught.value.message
        assert "former state was restored" in caught.value.hint
        assert backups(url) == []
    monkeypatch.undo()
    assert_unchanged(url)
    driver = newer(url)
    assert driver.upgrade()
    assert driver.scan("stack").records[0].payload == {"text": "new"}


def test_a_step_that_ends_the_transaction_is_undone_from_the_backup(
    driver: SQLStoreDriver,
    newer: Callable[..., SQLStoreDriver],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for text in ("old", "new"):
        driver.commit(Transaction((Put(MAIN, uuid4(), {"text": text}),)))
    with pytest.raises(StoreUnavailableError, match="ZeroDivisionError"):
        newer(driver.url, "to_2_committed").upgrade()
    monkeypatch.undo()
    assert_unchanged(driver.url)
    assert backups(driver.url) == []


def test_what_others_commit_after_a_step_that_failed_is_kept(
    driver: SQLStoreDriver,
    newer: Callable[..., SQLStoreDriver],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    driver.commit(Transaction((Put(MAIN, uuid4(), {"text": "old"}),)))
    upgrading = newer(driver.url, "to_2_in_vain")
    engine = upgrading._database._engine  # noqa: SLF001 - to break it from inside
    roll_back = engine.dialect.do_rollback

    def roll_back_and_let_others_in(connection: sqlite3.Connection) -> None:
        has_changed = connection.total_changes > 0
        roll_back(connection)  # type: ignore[arg-type]  # the real one
        if not has_changed:
            return
        monkeypatch.undo()
        driver.commit(Transaction((Put(MAIN, uuid4(), {"text": "new"}),)))

    monkeypatch.setattr(engine.dialect, "do_rollback", roll_back_and_let_others_in)
    with pytest.raises(StoreUnavailableError, match="zen_nowhere"):
        upgrading.upgrade()
    assert_unchanged(driver.url)
    assert backups(driver.url) == []


def test_a_step_that_ends_the_transaction_undoes_nothing_of_others(
    driver: SQLStoreDriver,
    newer: Callable[..., SQLStoreDriver],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for text in ("old", "new"):
        driver.commit(Transaction((Put(MAIN, uuid4(), {"text": text}),)))
    with pytest.raises(StoreUnavailableError, match="another process has") as caught:
        newer(driver.url, "to_2_disturbed").upgrade()
    monkeypatch.undo()
    (backup,) = backups(driver.url)
    assert str(backup) in caught.value.hint
    assert execute(driver.url, "SELECT * FROM theirs") == []
    assert_unchanged(f"sqlite:///{backup}")


def test_tables_that_cannot_be_copied_stay_as_they_are(
    mysql_url: FreshDatabase,
    connect: Callable[[str], SQLStoreDriver],
    newer: Callable[..., SQLStoreDriver],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name of a copy would be longer than names may be."""
    url = mysql_url()
    for text in ("old", "new"):
        connect(url).commit(Transaction((Put(MAIN, uuid4(), {"text": text}),)))
    execute(url, f"CREATE TABLE zen_{'x' * 60} (x INT)")
    driver = newer(url)
    with pytest.raises(StoreUnavailableError, match="Incorrect table name"):
        driver.upgrade()
    monkeypatch.undo()
    assert_unchanged(url)
    execute(url, f"DROP TABLE zen_{'x' * 60}")
    assert newer(url).upgrade()


def test_a_database_whose_changes_cannot_be_undone_is_left_alone(
    postgres_url: FreshDatabase,
    connect: Callable[[str], SQLStoreDriver],
    newer: Callable[..., SQLStoreDriver],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = postgres_url()
    for text in ("old", "new"):
        connect(url).commit(Transaction((Put(MAIN, uuid4(), {"text": text}),)))
    monkeypatch.setattr(PostgresqlImpl, "transactional_ddl", False)
    with pytest.raises(StoreUnavailableError, match="on postgresql") as caught:
        newer(url).upgrade()
    assert "zen profile copy" in caught.value.hint
    monkeypatch.undo()
    assert_unchanged(url)


def test_of_two_upgrades_at_once_one_is_made(url: str) -> None:
    barrier, done = Barrier(2), list[str | None]()

    def run() -> None:
        database = Database(parse_url(url))
        barrier.wait(timeout=120)
        done.append(upgrade(database, [next_profile()]))
        database.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(type, done), key=str) == [type(None), str]
    assert versions(url) == [("records", 2, "1.1.0")]


def test_all_that_a_database_holds_is_upgraded(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNS_URL", url)
    runs = SQLMetadataStore(name="runs", url="${RUNS_URL}")
    assert runs.upgrade() is None
    runs.create_run(a_run(), [])
    database = Database(parse_url(url))
    done = upgrade(database, [next_profile(), next_metadata()])
    assert done
    assert "its records to version 2 and its run metadata to version 2" in done
    assert execute(url, "SELECT host FROM zen_runs") == [("",)]
    assert versions(url) == [("records", 2, "1.1.0"), ("run metadata", 2, "1.2.0")]
    assert upgrade(database, [next_profile(), next_metadata()]) is None
    database.close()
    with pytest.raises(StoreUnavailableError, match="knows version 1"):
        SQLMetadataStore(name="runs", url="${RUNS_URL}").list_runs()


def test_what_is_not_there_needs_no_upgrade(
    any_url: str, connect: Callable[[str], SQLStoreDriver]
) -> None:
    assert connect(any_url).upgrade() is None
    file = file_of(any_url)
    assert file is None or not file.exists()


def test_nothing_else_needs_alembic(any_url: str, run_python: RunPython) -> None:
    script = """\
        import sys
        from zen.stores import Transaction
        from zen_sql import SQLMetadataStore
        from zen_sql.store import SQLStoreDriver

        driver = SQLStoreDriver(sys.argv[1])
        driver.commit(Transaction())
        driver.scan("stack")
        print("alembic" in sys.modules)
    """
    assert run_python(script, any_url) == "False\n"


def kill(url: str, step: str, last: int = 1000) -> tuple[int, int]:
    """Kill upgrades, and see to it that none loses anything."""
    script = ROOT / "tests/sql/kill_upgrades.py"
    command = [sys.executable, str(script), url, str(ROOT), step, str(last)]
    done = subprocess.run(
        command, capture_output=True, check=False, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    writes, closed = done.stdout.split()
    return int(writes), int(closed)


@pytest.mark.parametrize("make", ["sqlite", "postgres_url"])
def test_a_kill_loses_nothing(
    request: pytest.FixtureRequest, file: Path, make: str
) -> None:
    is_file = make == "sqlite"
    url = f"sqlite:///{file}" if is_file else request.getfixturevalue(make)()
    writes, closed = kill(url, "to_2")
    assert (writes > 5, closed) == (True, 0)


@pytest.mark.slow
def test_a_kill_loses_nothing_where_each_statement_counts(
    mysql_url: FreshDatabase,
) -> None:
    """In one that fails, and puts back what was there, and at the end of another."""
    writes, closed = kill(mysql_url(), "to_2_in_vain")
    assert writes > 30
    assert closed > writes // 2
    _, closed = kill(mysql_url(), "to_2", last=8)
    assert closed == 8


def test_the_metadata_stores_of_a_profile_are_upgraded_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """But for one that can't be: it keeps no other from it."""
    notices: list[str] = []
    repository = Repository(notify=notices.append)
    (here,) = repository.get_stack_components("metadata_store")
    assert isinstance(here, BaseMetadataStore)
    here.create_run(a_run(), [])
    elsewhere = SQLMetadataStore(name="elsewhere", url="postgresql://${NO_SUCH}/db")
    repository.register_stack_component(elsewhere)
    monkeypatch.setattr(metadata_store, "METADATA", next_metadata())
    done = repository.upgrade_profile()
    assert done
    assert "its run metadata to version 2" in done
    assert here.get_run("run").name == "run"
    assert "Metadata store 'elsewhere' was not upgraded" in notices[-1]
    assert "'NO_SUCH' isn't set" in notices[-1]
    assert repository.upgrade_profile() is None
