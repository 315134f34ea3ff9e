"""What goes wrong with a server is survived, or said in Zen's words."""

from __future__ import annotations

import time
from contextlib import closing
from textwrap import dedent
from threading import Thread
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.pool import NullPool

from tests.servers import FreshDatabase, execute
from tests.sql.proxy import Proxy
from zen.errors import StoreLockedError, StoreUnavailableError
from zen.records import Ref
from zen.stores import Put, Transaction
from zen_sql import drivers, locks, schema
from zen_sql.drivers import server_engine
from zen_sql.engine import Database
from zen_sql.tables import PROFILE
from zen_sql.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from tests.conftest import RunPython
    from zen_sql.store import SQLStoreDriver

MAIN = Ref("stack", "main")


def a_change() -> Transaction:
    return Transaction(puts=(Put(MAIN, uuid4(), {"name": "main"}),))


@pytest.fixture
def driver(server_url: str, connect: Callable[[str], SQLStoreDriver]) -> SQLStoreDriver:
    return connect(server_url)


@pytest.fixture
def proxy(server_url: str) -> Iterator[Proxy]:
    with closing(Proxy(server_url)) as proxy:
        yield proxy


@pytest.fixture
def behind_proxy(
    proxy: Proxy, connect: Callable[[str], SQLStoreDriver]
) -> SQLStoreDriver:
    driver = connect(proxy.url)
    driver.commit(Transaction())
    return driver


def test_a_connection_lost_after_the_commit_is_a_success(
    behind_proxy: SQLStoreDriver, proxy: Proxy
) -> None:
    proxy.lose("after")
    behind_proxy.commit(a_change())
    assert list(behind_proxy.get_many([MAIN])) == [MAIN]
    assert [commit.sequence for commit in behind_proxy.log()] == [1, 2]


def test_a_connection_lost_before_the_commit_changes_nothing(
    behind_proxy: SQLStoreDriver, proxy: Proxy
) -> None:
    proxy.lose("before")
    with pytest.raises(StoreUnavailableError, match="can't be used") as caught:
        behind_proxy.commit(a_change())
    assert "nothing was changed" in caught.value.hint
    assert behind_proxy.get_many([MAIN]) == {}
    behind_proxy.commit(a_change())


@pytest.mark.parametrize("when", ["before", "after"])
def test_when_nothing_can_be_known_the_error_says_so(
    behind_proxy: SQLStoreDriver, proxy: Proxy, when: str
) -> None:
    proxy.lose(when, for_good=True)  # type: ignore[arg-type]  # from the list above
    with pytest.raises(StoreUnavailableError) as caught:
        behind_proxy.commit(a_change())
    assert "It isn't known whether" in caught.value.hint


def test_a_connection_that_the_server_has_ended_is_replaced(
    driver: SQLStoreDriver, server_url: str
) -> None:
    driver.commit(a_change())
    kill_all(server_url)
    assert list(driver.get_many([MAIN])) == [MAIN]
    kill_all(server_url)
    driver.commit(a_change())


def test_a_connection_that_was_cut_leaves_no_traceback(
    server_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Python shows what a library logs where no logging is configured."""
    engine = server_engine(parse_url(server_url))
    connection = engine.raw_connection()
    assert connection.dbapi_connection is not None
    connection.dbapi_connection.close()
    connection.close()  # back to the pool, which finds that it is cut
    engine.dispose()
    assert caplog.records == []


def kill_all(url: str) -> None:
    """End all connections but the one that does it."""
    if make_url(url).get_backend_name() == "postgresql":
        execute(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )
        return
    ids = execute(
        url,
        "SELECT id FROM information_schema.processlist"
        " WHERE db = DATABASE() AND id <> CONNECTION_ID()",
    )
    execute(url, *(f"KILL {id_}" for (id_,) in ids))


DEADLOCK = {
    "postgresql": "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$",
    "mysql": "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213",
}


class Deadlocks:
    """Let a transaction be given up by its server some times."""

    def __init__(self, url: str, times: int) -> None:
        self.database = Database(parse_url(url))
        self._statement = text(DEADLOCK[make_url(url).get_backend_name()])
        self._times = times
        self.calls = 0

    def work(self, connection: Connection) -> int:
        self.calls += 1
        if self.calls <= self._times:
            connection.execute(self._statement)
        return self.calls

    def write(self) -> int:
        return self.database.write(PROFILE, self.work, is_done=lambda _: False)


def test_what_is_given_up_in_favour_of_others_is_tried_again(server_url: str) -> None:
    deadlocks = Deadlocks(server_url, times=3)
    assert deadlocks.write() == 4


def test_it_is_tried_again_a_bounded_number_of_times(server_url: str) -> None:
    deadlocks = Deadlocks(server_url, times=1000)
    with pytest.raises(StoreLockedError, match="for too long"):
        deadlocks.write()
    assert deadlocks.calls == 10


def test_a_real_deadlock_is_survived(
    driver: SQLStoreDriver, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody holds the guards, and wants what whoever commits holds."""
    driver.commit(a_change())
    engine = create_engine(server_url, poolclass=NullPool)
    with engine.connect() as other:
        if engine.dialect.name == "postgresql":
            # It is the other one who is patient.
            other.execute(text("SET deadlock_timeout = '30s'"))
        other.execute(text("UPDATE zen_guards SET revision = revision"))
        # InnoDB gives up the one that has done less.
        other.execute(text("UPDATE zen_commits SET host = CONCAT(host, 'x')"))
        other.execute(text("DELETE FROM zen_changes"))
        blocked = Thread(target=take_lock, args=[other])
        calls = watch_attempts(monkeypatch, blocked)
        driver.commit(a_change())
        blocked.join(timeout=120)
    assert len(calls) >= 2
    assert [commit.sequence for commit in driver.log()] == [1, 2]


def take_lock(connection: Connection) -> None:
    connection.execute(text("SELECT version FROM zen_schema FOR UPDATE"))
    connection.commit()


def watch_attempts(monkeypatch: pytest.MonkeyPatch, blocked: Thread) -> list[float]:
    """Note each transaction that has the lock; let another one want it meanwhile."""
    calls: list[float] = []
    lock = PROFILE.lock

    def noting(connection: Connection, place: str) -> None:
        lock(connection, place)
        calls.append(time.monotonic())
        if len(calls) == 1:
            blocked.start()
            time.sleep(0.5)

    monkeypatch.setattr(type(PROFILE), "lock", lambda _, *given: noting(*given))
    return calls


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers, "LOCK_TIMEOUT", 1)
    command = "SET SESSION innodb_lock_wait_timeout = 1"
    monkeypatch.setitem(drivers._FOR_MYSQL, "init_command", command)  # noqa: SLF001


@pytest.mark.usefixtures("_impatient")
def test_somebody_who_holds_the_database_for_too_long(
    driver: SQLStoreDriver, server_url: str
) -> None:
    driver.commit(a_change())
    engine = create_engine(server_url, poolclass=NullPool)
    with engine.connect() as holder:
        holder.execute(text("SELECT version FROM zen_schema FOR UPDATE"))
        assert list(driver.get_many([MAIN])) == [MAIN]
        query = {"postgresql": "pg_backend_pid()"}.get(
            engine.dialect.name, "connection_id()"
        )
        session = holder.scalar(text(f"SELECT {query}"))
        with pytest.raises(StoreLockedError, match="for too long") as caught:
            driver.commit(a_change())
    assert f"Session {session} of {engine.url.username} (" in caught.value.message
    assert "secret" not in caught.value.message
    driver.commit(a_change())


@pytest.mark.usefixtures("_impatient")
def test_somebody_who_keeps_others_from_reading(
    postgres_url: FreshDatabase, connect: Callable[[str], SQLStoreDriver]
) -> None:
    url = postgres_url()
    driver = connect(url)
    driver.commit(a_change())
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as reader, engine.connect() as holder:
        reader.execute(text("SELECT * FROM zen_schema"))
        holder.execute(text("LOCK TABLE zen_records"))
        session = holder.scalar(text("SELECT pg_backend_pid()"))
        with pytest.raises(StoreLockedError, match=f"Session {session} of"):
            driver.get_many([MAIN])
    assert list(driver.get_many([MAIN])) == [MAIN]


def test_transactions_see_what_others_have_committed(
    server_url: str, connect: Callable[[str], SQLStoreDriver]
) -> None:
    one, other = connect(server_url), connect(server_url)
    one.commit(Transaction())
    database = one._database  # noqa: SLF001 - to look from inside of a transaction
    with database.reading(PROFILE) as connection:
        assert connection
        assert connection.get_isolation_level() == "READ COMMITTED"
        query = text("SELECT COUNT(*) FROM zen_records")
        assert connection.scalar(query) == 0
        other.commit(a_change())
        assert connection.scalar(query) == 1


def test_a_process_that_was_forked_has_connections_of_its_own(
    server_url: str, run_python: RunPython
) -> None:
    script = """\
        import os, sys
        from zen.stores import Transaction
        from zen_sql.store import SQLStoreDriver

        driver = SQLStoreDriver(sys.argv[1])
        driver.commit(Transaction())
        child = os.fork()
        driver.commit(Transaction())
        if not child:
            sys.exit()
        print(os.waitpid(child, 0)[1], driver.last_sequence())
    """
    assert run_python(script, server_url) == "0 3\n"


def test_who_forgets_to_close_leaves_nothing_open(
    server_url: str, run_python: RunPython
) -> None:
    script = """        import sys
        from zen.stores import Transaction
        from zen_sql.store import SQLStoreDriver

        SQLStoreDriver(sys.argv[1]).commit(Transaction())  # and lets go of it
        driver = SQLStoreDriver(sys.argv[1])
        driver.commit(Transaction())
        print(driver.last_sequence())
    """
    run = f"import warnings; warnings.simplefilter('error')\n{dedent(script)}"
    assert run_python(run, server_url) == "2\n"


@pytest.mark.usefixtures("_impatient")
def test_somebody_who_makes_tables_for_too_long(
    server_url: str, driver: SQLStoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LOCK_TIMEOUT", 1)
    other = Database(parse_url(server_url))
    query = {"postgresql": "pg_backend_pid()"}.get(
        other.url.get_backend_name(), "connection_id()"
    )
    with other.alone() as holder:
        session = holder.scalar(text(f"SELECT {query}"))
        with pytest.raises(StoreLockedError, match="for too long") as caught:
            driver.commit(a_change())
    assert f"Session {session} of {other.url.username} (" in caught.value.message
    assert caught.value.hint
    other.close()
    driver.commit(a_change())


def test_where_a_query_locks_no_row_a_change_does(
    driver: SQLStoreDriver,
    server_url: str,
    connect: Callable[[str], SQLStoreDriver],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on databases that leave `FOR UPDATE` out."""
    monkeypatch.setattr(schema, "_LOCKS_ON_SELECT", frozenset())
    monkeypatch.setattr(type(select(1)), "with_for_update", lambda query: query)
    driver.commit(Transaction())
    drivers_ = [connect(server_url) for _ in range(4)]
    threads = [Thread(target=each.commit, args=[a_change()]) for each in drivers_]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [commit.sequence for commit in driver.log()] == [1, 2, 3, 4, 5]


def test_tables_that_somebody_has_taken_away(
    driver: SQLStoreDriver, server_url: str
) -> None:
    driver.commit(a_change())
    execute(server_url, "DELETE FROM zen_schema")
    with pytest.raises(StoreUnavailableError, match="lacks the tables"):
        driver.commit(a_change())


@pytest.mark.parametrize("others", [[], ["CREATE TABLE diary (day INTEGER)"]])
def test_a_database_that_was_made_again_is_no_empty_store(
    server_url: str, connect: Callable[[str], SQLStoreDriver], others: list[str]
) -> None:
    """Only a driver that isn't told to expect a store makes one."""
    execute(server_url, "SELECT 1", *others)
    driver = connect(server_url)
    driver.expect()
    for use in (
        lambda: driver.get_many([MAIN]),
        lambda: driver.scan("stack"),
        driver.log,
        lambda: driver.commit(a_change()),
    ):
        with pytest.raises(StoreUnavailableError, match="holds no profile") as caught:
            use()
        assert ("tables of another program: diary" in str(caught.value)) is bool(others)
    maker = connect(server_url)
    maker.check_place()
    maker.commit(a_change())
    assert list(driver.get_many([MAIN])) == [MAIN]
    driver.commit(a_change())
