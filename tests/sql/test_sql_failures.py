"""What goes wrong with a database is said in Zen's words, and changes nothing."""

from __future__ import annotations

import os
import pickle
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from zen.errors import StoreLockedError, StoreUnavailableError
from zen.records import Ref
from zen.stores import Put, Transaction
from zen.testing._metadata_base import a_run, a_step, an_artifact
from zen_sql import SQLMetadataStore
from zen_sql.engine import Database
from zen_sql.names import names
from zen_sql.store import SQLStoreDriver
from zen_sql.tables import PROFILE
from zen_sql.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.conftest import RunPython

MAIN = Ref("stack", "main")


def a_change() -> Transaction:
    return Transaction(puts=(Put(MAIN, uuid4(), {"name": "main"}),))


def engine_of(driver: SQLStoreDriver | SQLMetadataStore) -> Engine:
    return driver._database._engine  # noqa: SLF001 - to break it from inside


def test_a_file_that_is_no_database(driver: SQLStoreDriver, file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"garbage " * 1000)
    for use in (lambda: driver.scan("stack"), lambda: driver.commit(a_change())):
        with pytest.raises(StoreUnavailableError) as caught:
            use()
        assert str(file) in caught.value.message
        assert "not a database" in caught.value.message
        assert "SQLite database" in caught.value.hint
    assert file.read_bytes() == b"garbage " * 1000


def test_a_file_that_was_cut_short_anywhere(driver: SQLStoreDriver, file: Path) -> None:
    text = "x" * 10_000
    for number in range(3):
        ref = Ref("stack", f"main-{number}")
        driver.commit(Transaction(puts=(Put(ref, uuid4(), {"text": text}),)))
    whole = file.read_bytes()
    near_pages = range(0, len(whole), 4096)
    sizes = {1, 15, 16, 17, 99, 100, 101, 1024, len(whole) - 1}
    sizes |= {size + step for size in near_pages for step in (-1, 0, 1, 2048)}
    for size in sorted(size for size in sizes if 0 < size < len(whole)):
        file.write_bytes(whole[:size])
        for use in (lambda: driver.scan("stack"), lambda: driver.commit(a_change())):
            with pytest.raises(StoreUnavailableError, match=r"zen\.db can't be used"):
                use()
        assert file.read_bytes() == whole[:size]
    file.write_bytes(whole)
    assert len(driver.scan("stack").records) == 3


def test_a_file_whose_journal_somebody_has_changed(
    driver: SQLStoreDriver, file: Path
) -> None:
    """What its write-ahead log has, the file itself lacks."""
    driver.commit(a_change())
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE other AS SELECT zeroblob(100000) AS x")
        other.commit()
        assert len(driver.scan("stack").records) == 1
        driver.commit(a_change())


def test_a_folder_in_the_place_of_the_file(driver: SQLStoreDriver, file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(StoreUnavailableError, match="unable to open database file"):
        driver.scan("stack")


@pytest.mark.parametrize("make", [os.mkfifo, lambda f: f.symlink_to("/dev/zero")])
def test_what_is_no_file_is_no_empty_database(
    driver: SQLStoreDriver, file: Path, make: Callable[[Path], None]
) -> None:
    file.parent.mkdir()
    make(file)
    for use in (lambda: driver.scan("stack"), lambda: driver.commit(a_change())):
        with pytest.raises(StoreUnavailableError, match="not a regular file"):
            use()
    assert names(f"sqlite:///{file}", file.parent, "stack") is None


def test_a_file_in_the_place_of_the_folder(driver: SQLStoreDriver, file: Path) -> None:
    file.parent.write_text("")
    assert driver.scan("stack").records == ()
    with pytest.raises(StoreUnavailableError, match=r"zen\.db can't be") as caught:
        driver.commit(a_change())
    assert "permissions" in caught.value.hint


def test_a_read_only_file_can_be_read(
    driver: SQLStoreDriver, file: Path, run_python: RunPython
) -> None:
    driver.commit(a_change())
    file.chmod(0o400)
    script = """\
        import sys
        from uuid import uuid4
        from zen.errors import StoreUnavailableError
        from zen.records import Ref
        from zen.stores import Put, Transaction
        from zen_sql.store import SQLStoreDriver

        driver = SQLStoreDriver(sys.argv[1])
        print(len(driver.scan("stack").records))
        try:
            driver.commit(Transaction((Put(Ref("stack", "x"), uuid4(), {}),)))
        except StoreUnavailableError as error:
            print(error)
    """
    count, failure = run_python(script, driver.url, unprivileged=True).splitlines()
    assert count == "1"
    assert "readonly database" in failure


def test_somebody_who_holds_the_database_for_too_long(
    driver: SQLStoreDriver, file: Path
) -> None:
    driver.commit(a_change())
    impatient = SQLStoreDriver(f"{driver.url}?timeout=0.1")
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for use in (lambda: impatient.scan("stack"), lambda: impatient.commit(a_change())):
        with pytest.raises(
            StoreLockedError, match=f"has locked {file} for too long"
        ) as e:
            use()
        if Path("/proc/locks").exists():  # the medium can tell
            assert f"Process {os.getpid()} (" in e.value.message
    holder.close()
    assert [record.ref for record in impatient.scan("stack").records] == [MAIN]


FORKS = """
    import os, sys, threading
    from uuid import uuid4
    from zen.records import Ref
    from zen.stores import Put, Transaction
    from zen_sql.store import SQLStoreDriver

    driver = SQLStoreDriver(sys.argv[1])
    driver.commit(Transaction())
    ended = []

    def commit(key):
        driver.commit(Transaction((Put(Ref("note", key), uuid4(), {}),)))

    def work(thread):
        for number in range(8):
            commit(f"parent-{thread}-{number}")
            child = os.fork()
            if not child:
                commit(f"child-{thread}-{number}")
                os._exit(0)
            ended.append(os.waitpid(child, 0)[1])

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(len(ended), sum(ended), len(driver.scan("note").records))
"""


def test_threads_may_fork_while_others_write(
    driver: SQLStoreDriver, run_python: RunPython
) -> None:
    """A child would wait for ever for what a thread of its parent has locked."""
    assert run_python(FORKS, driver.url) == "32 0 64\n"


def test_readers_do_not_wait_for_a_writer_that_has_not_committed(
    driver: SQLStoreDriver, file: Path
) -> None:
    driver.commit(a_change())
    impatient = SQLStoreDriver(f"{driver.url}?timeout=0.1")
    writer = sqlite3.connect(file, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM zen_records")
    assert list(impatient.get_many([MAIN])) == [MAIN]
    writer.close()


def test_a_newer_schema_is_refused_with_both_versions(
    driver: SQLStoreDriver, file: Path
) -> None:
    driver.commit(a_change())
    connection = sqlite3.connect(file)
    connection.execute("UPDATE zen_schema SET version = 7, needs = '1.9.0'")
    connection.commit()
    connection.close()
    # The driver that has seen the old version notices when it writes.
    with pytest.raises(StoreUnavailableError, match=r"version 7 .* knows version 1\."):
        driver.commit(a_change())
    other = SQLStoreDriver(driver.url)
    for use in (lambda: other.scan("stack"), other.upgrade):
        with pytest.raises(StoreUnavailableError, match="knows version 1") as caught:
            use()
        assert "zen-plugin-sql 1.9.0 or a newer" in caught.value.hint


def test_a_database_of_a_version_that_was_never_released_is_refused(
    driver: SQLStoreDriver, file: Path
) -> None:
    driver.commit(a_change())
    connection = sqlite3.connect(file)
    connection.execute("DROP TABLE zen_changes")
    connection.commit()
    connection.close()
    other = SQLStoreDriver(driver.url)
    for use in (lambda: other.scan("stack"), lambda: other.commit(a_change())):
        with pytest.raises(StoreUnavailableError, match="lacks zen_changes") as caught:
            use()
        assert "never released" in caught.value.message
        assert "zen_" in caught.value.hint


MISSING = {
    "mysql://user:secret@host/database": ("pymysql", "zen-plugin-mysql"),
    "mariadb://user:secret@host/database": ("pymysql", "zen-plugin-mysql"),
    "mysql+pymysql://user:secret@host/database": ("pymysql", "zen-plugin-mysql"),
    "mysql+mysqldb://user:secret@host/database": ("MySQLdb", "mysqlclient"),
    "mysql+mysqlconnector://user:secret@host/database": (
        *("mysql", "mysql-connector-python"),
    ),
    "mariadb+mariadbconnector://user:secret@host/database": ("mariadb", "mariadb"),
    "postgresql://user:secret@host/database": ("psycopg", "psycopg[binary]"),
    "postgresql+psycopg://user:secret@host/database": ("psycopg", "psycopg[binary]"),
    "postgresql+psycopg2://user:secret@host/database": ("psycopg2", "psycopg2-binary"),
    "postgresql+pg8000://user:secret@host/database": ("pg8000", "pg8000"),
    "oracle+oracledb://user:secret@host/database": ("oracledb", "oracledb"),
    "mssql+pyodbc://user:secret@host/database": ("pyodbc", "pyodbc"),
    "mssql+pymssql://user:secret@host/database": ("pymssql", "pymssql"),
}


@pytest.mark.parametrize(("url", "missing"), MISSING.items())
def test_a_driver_package_that_is_not_installed(
    url: str, missing: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, distribution = missing
    for name in ("MySQLdb", "psycopg", "psycopg2", "pymysql"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(StoreUnavailableError) as caught:
        SQLStoreDriver(url).scan("stack")
    assert url.replace("secret", "***") in caught.value.message
    assert module in caught.value.message
    command = f"with 'pip install \"{distribution}\"'"
    assert (distribution if module == "pymysql" else command) in caught.value.hint


@pytest.mark.parametrize("driver", ["postgresql+asyncpg", "mysql+aiomysql"])
def test_an_asynchronous_driver(driver: str) -> None:
    store = SQLStoreDriver(f"{driver}://user:secret@host/database")
    with pytest.raises(StoreUnavailableError, match="is an asynchronous driver"):
        store.scan("stack")


def test_an_unknown_kind_of_database() -> None:
    driver = SQLStoreDriver("unheard://user:secret@host/database")
    with pytest.raises(StoreUnavailableError, match="knows no database") as caught:
        driver.commit(a_change())
    assert "secret" not in caught.value.message


def test_an_impossible_option(file: Path) -> None:
    file.parent.mkdir()
    file.touch()
    driver = SQLStoreDriver(f"sqlite:///{file}?timeout=long")
    with pytest.raises(StoreUnavailableError, match="can't be used") as caught:
        driver.scan("stack")
    assert "options" in caught.value.hint


@pytest.mark.parametrize("option", ["mode=ro", "uri=true", "foo=1"])
def test_an_option_that_does_nothing(driver: SQLStoreDriver, option: str) -> None:
    driver.commit(a_change())
    name = option.partition("=")[0]
    other = SQLStoreDriver(f"{driver.url}?timeout=1&{option}")
    with pytest.raises(StoreUnavailableError, match=f"no option '{name}'") as caught:
        other.scan("stack")
    assert "options" in caught.value.hint


def lose_connection(
    monkeypatch: pytest.MonkeyPatch,
    driver: SQLStoreDriver | SQLMetadataStore,
    *,
    after_commit: bool,
) -> None:
    """Make the next commit of a change fail, before or after it was made."""
    dialect = engine_of(driver).dialect
    commit = dialect.do_commit

    def fail(connection: sqlite3.Connection) -> None:
        is_change = connection.total_changes > 0
        if after_commit or not is_change:
            commit(connection)  # type: ignore[arg-type]  # the real one
        if not is_change:
            return
        monkeypatch.undo()
        raise sqlite3.OperationalError("connection lost")

    monkeypatch.setattr(dialect, "do_commit", fail)


def test_a_connection_lost_after_the_commit_is_a_success(
    driver: SQLStoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.commit(Transaction())
    lose_connection(monkeypatch, driver, after_commit=True)
    driver.commit(a_change())
    assert list(driver.get_many([MAIN])) == [MAIN]


def test_a_connection_lost_before_the_commit_changes_nothing(
    driver: SQLStoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.commit(Transaction())
    lose_connection(monkeypatch, driver, after_commit=False)
    with pytest.raises(StoreUnavailableError, match="connection lost") as caught:
        driver.commit(a_change())
    assert "nothing was changed" in caught.value.hint
    assert driver.get_many([MAIN]) == {}


def test_a_connection_lost_after_commits_were_forgotten_is_a_success(
    driver: SQLStoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        driver.commit(a_change())
    lose_connection(monkeypatch, driver, after_commit=True)
    assert driver.prune(1) == 2
    assert [commit.sequence for commit in driver.log()] == [3]


def test_a_connection_lost_before_commits_were_forgotten_changes_nothing(
    driver: SQLStoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        driver.commit(a_change())
    lose_connection(monkeypatch, driver, after_commit=False)
    with pytest.raises(StoreUnavailableError, match="connection lost") as caught:
        driver.prune(1)
    assert "nothing was changed" in caught.value.hint
    assert [commit.sequence for commit in driver.log()] == [1, 2, 3]


def test_artifacts_are_missed_when_the_connection_is_lost_before_the_commit(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their step is there already, as it was to be."""
    store = SQLMetadataStore(name="runs", url=f"sqlite:///{file}")
    run = a_run()
    step, artifacts = a_step(run.id), [an_artifact(run.id)]
    store.create_run(run, [step])
    lose_connection(monkeypatch, store, after_commit=False)
    with pytest.raises(StoreUnavailableError, match="connection lost"):
        store.save_step(step, artifacts)
    assert store.list_artifacts(run.id) == []
    lose_connection(monkeypatch, store, after_commit=True)
    store.save_step(step, artifacts)
    assert store.list_artifacts(run.id) == artifacts


def test_when_nothing_can_be_known_the_error_says_so(
    driver: SQLStoreDriver, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.commit(Transaction())
    dialect = engine_of(driver).dialect

    def fail(_connection: object) -> None:
        file.write_bytes(b"garbage " * 1000)
        raise sqlite3.OperationalError("connection lost")

    monkeypatch.setattr(dialect, "do_commit", fail)
    with pytest.raises(StoreUnavailableError, match="connection lost") as caught:
        driver.commit(a_change())
    assert "It isn't known whether" in caught.value.hint


def test_a_file_that_vanishes_is_not_made_by_reading(
    driver: SQLStoreDriver, file: Path
) -> None:
    file.parent.mkdir()
    with pytest.raises(OperationalError):
        engine_of(driver).connect()
    assert not file.exists()


def test_a_commit_is_flushed_to_the_disk(driver: SQLStoreDriver) -> None:
    driver.commit(a_change())
    with engine_of(driver).connect() as connection:
        extra = 3
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == extra
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


def test_a_pickled_database_connects_anew(file: Path) -> None:
    database = Database(parse_url(f"sqlite:///{file}"))
    database.write(PROFILE, lambda _: None, is_done=lambda _: False)
    copy = pickle.loads(pickle.dumps(database))  # noqa: S301 - made here
    with copy.reading(PROFILE) as connection:
        assert connection is not None
