"""Connections are cut around a COMMIT, and the driver says what has come of it."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing, contextmanager, suppress
from random import Random
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from tests.servers import execute
from tests.stress.histories import History
from tests.stress.proxies import Fate, proxy
from tests.stress.workers import KINDS, a_change
from tests.sweeps import often
from zen.errors import StoreUnavailableError
from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.servers import FreshDatabase
    from tests.stress.conftest import Report
    from tests.stress.proxies import Proxy
    from zen.stores import StoreDriver, Transaction

pytestmark = pytest.mark.stress

PATIENCE = 30
CHANGE = a_change(1, 0)
COMMITS = often(300, gate=100)
SERVERS = {"postgresql": "postgres_url", "mariadb": "mysql_url"}
SESSIONS = {
    "postgresql": "SELECT pid FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    "mysql": "SELECT id FROM information_schema.processlist"
    " WHERE user = 'zen' AND id <> connection_id()",
}
KILL = {"postgresql": "SELECT pg_terminate_backend({})", "mysql": "KILL {}"}


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database that has no tables yet."""
    make: FreshDatabase = request.getfixturevalue(SERVERS[request.param])
    return make()


@pytest.fixture
def direct(url: str) -> Iterator[StoreDriver]:
    """A driver of a store that was made, which nothing comes between."""
    with closing(SQLStoreDriver(url)) as driver:
        driver.commit(a_change(0, 0))
        yield driver


@pytest.fixture
def between(url: str) -> Iterator[Proxy]:
    """What stands between the other driver and the server."""
    parsed = make_url(url)
    assert parsed.host
    assert parsed.port
    with proxy((parsed.host, parsed.port)) as running:
        yield running


@pytest.fixture
def driver(url: str, direct: StoreDriver, between: Proxy) -> Iterator[StoreDriver]:
    """A driver whose connections go through the proxy; it has one already."""
    del direct  # what it needs is that the store is there
    through = make_url(url).set(port=between.port)
    text = through.render_as_string(hide_password=False)
    with closing(SQLStoreDriver(text)) as driver:
        driver.last_sequence()  # the next COMMIT is that of a change
        yield driver


def is_applied(direct: StoreDriver) -> bool:
    """Tell whether the change was made; it can't have been made twice."""
    history = History()
    history.check(direct, KINDS)
    return CHANGE.id in history.commits


@contextmanager
def in_time() -> Iterator[None]:
    """Demand that nobody is kept waiting for too long."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < PATIENCE


def test_a_commit_that_arrives_after_the_connection_is_lost_has_succeeded(
    driver: StoreDriver, direct: StoreDriver, between: Proxy
) -> None:
    """Whoever asked at once what has come of it would hear that it isn't there."""
    between.fate = Fate.IS_LATE
    driver.commit(CHANGE)
    assert between.met is Fate.IS_LATE
    assert is_applied(direct)


@pytest.mark.parametrize("fate", [Fate.IS_STUCK, Fate.FREEZES])
def test_where_nothing_can_be_known_the_error_says_so_in_time(
    driver: StoreDriver, direct: StoreDriver, between: Proxy, fate: Fate
) -> None:
    """Whoever asks again when the server can be reached gets one change."""
    between.fate = fate
    with in_time(), pytest.raises(StoreUnavailableError) as caught:
        driver.commit(CHANGE)
    assert between.met is fate
    assert "isn't known" in caught.value.hint
    if fate is Fate.FREEZES:
        with in_time(), pytest.raises(StoreUnavailableError):
            driver.last_sequence()
    between.end()
    direct.commit(CHANGE)
    assert is_applied(direct)


def test_whoever_ends_the_sessions_the_driver_says_what_was_done(
    url: str, direct: StoreDriver, seed: int, report: Report
) -> None:
    """Sessions end at any instant, also those that ask what was done."""
    said: dict[UUID, str] = {}
    with closing(SQLStoreDriver(url)) as driver, sessions_killed(url, seed) as kills:
        for number in range(COMMITS):
            change = a_change(1, number)
            said[change.id] = what_is_said(driver, change)
    history = History()
    history.check(direct, KINDS)
    for transaction_id, word in said.items():
        assert word == "unknown" or (transaction_id in history.commits) == (
            word == "done"
        )
    words = Counter(said.values())
    assert words["undone"] > 0
    report(**words, kills=len(kills), seed=seed)


def what_is_said(driver: StoreDriver, change: Transaction) -> str:
    """Commit, and return whether it is done, undone or unknown."""
    with in_time():
        try:
            driver.commit(change)
        except StoreUnavailableError as error:
            return "unknown" if "isn't known" in error.hint else "undone"
    return "done"


@contextmanager
def sessions_killed(url: str, seed: int) -> Iterator[list[object]]:
    """While the block runs, end all sessions at random instants, and list them."""
    random = Random(seed)  # noqa: S311 - no secret
    killed: list[object] = []
    ended = Event()

    def kill() -> None:
        while not ended.wait(random.uniform(0, 0.05)):
            for (session,) in execute(url, SESSIONS[url.partition("+")[0]]):
                with suppress(DBAPIError):  # it has ended already
                    execute(url, KILL[url.partition("+")[0]].format(session))
                    killed.append(session)

    killer = Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        ended.set()
        killer.join()
