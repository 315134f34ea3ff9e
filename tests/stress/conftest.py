"""Stores on each driver, and the figures that the stress tests report."""

from __future__ import annotations

import itertools
import multiprocessing
import multiprocessing.forkserver
import os
from contextlib import ExitStack
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Final, Protocol

import pytest

from tests.servers import execute, mariadb, postgresql
from tests.stress.places import Place
from tests.stress.workers import Worker
from zen.stores.local import LocalStoreDriver
from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers import FreshDatabase

__all__ = ["NewPlace", "Report", "Start"]

DRIVERS: Final = ("local", "sqlite", "postgresql", "mariadb")
_SERVERS: Final = {"postgresql": "postgres_url", "mariadb": "mysql_url"}
# What a worker would import when it first writes.
_IMPORTED: Final = (
    *("__main__", "filelock", "getpass", "json", "psycopg", "pymysql", "random"),
    *("socket", "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.postgresql"),
    *("sqlalchemy.dialects.sqlite", "tests.stress.workers", "zen.stores.local"),
    "zen_sql.store",
)
_ROOT: Final = Path(__file__).parents[2]
_PROPERTY: Final = "figures"


class NewPlace(Protocol):
    """Make a place for a store that isn't there yet."""

    def __call__(self) -> Place:
        """Return the place."""


class Start(Protocol):
    """Start a process, which is killed at the latest when the test ends."""

    def __call__(self, task: Callable[..., None], *arguments: object) -> Worker:
        """Let it do `task`, whose first argument is its end of the line."""


class Report(Protocol):
    """Report what a test has counted; it is shown when all tests have run."""

    def __call__(self, **figures: object) -> None:
        """Take figures by their names."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call"
    ]
    for report in reports:
        figures = [text for name, text in report.user_properties if name == _PROPERTY]
        if figures:
            name = report.nodeid.rpartition("::")[2]
            text = ", ".join([*figures, f"{report.duration:.1f} s"])
            terminalreporter.write_line(f"{name}: {text}")


@pytest.fixture(scope="session")
def fork_server() -> None:
    """Let processes be forked where all that they need is imported already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_IMPORTED])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(_ROOT), prepend=os.pathsep)
        multiprocessing.forkserver.ensure_running()


@pytest.fixture(scope="session")
def mysql_url() -> Iterator[FreshDatabase]:
    """Make databases on a MariaDB server that keeps what it acknowledges."""
    with mariadb(durable=True) as make:
        rows = execute(make(), "SELECT @@innodb_flush_log_at_trx_commit")
        assert rows == [(1,)]
        yield make


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[FreshDatabase]:
    """Make databases on a PostgreSQL server that keeps what it acknowledges."""
    with postgresql(durable=True) as make:
        rows = execute(make(), "SHOW fsync") + execute(
            make(), "SHOW synchronous_commit"
        )
        assert rows == [("on",), ("on",)]
        yield make


@pytest.fixture(params=DRIVERS)
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    if request.param in _SERVERS:
        make: FreshDatabase = request.getfixturevalue(_SERVERS[request.param])
        return lambda: Place(SQLStoreDriver, make())
    names = (f"{tmp_path}/store-{number}" for number in itertools.count())
    if request.param == "local":
        return lambda: Place(LocalStoreDriver, next(names))
    return lambda: Place(SQLStoreDriver, f"sqlite:///{next(names)}/zen.db")


@pytest.fixture
def start(fork_server: None) -> Iterator[Start]:
    del fork_server  # what it needs is that it's there
    with ExitStack() as at_last:

        def start(task: Callable[..., None], *arguments: object) -> Worker:
            worker = Worker(task, *arguments)
            at_last.callback(worker.close)
            return worker

        yield start


@pytest.fixture
def seed() -> int:
    """What all that is random in a test begins with, shown when the test fails."""
    seed = int(os.environ.get("ZEN_TEST_SEED") or SystemRandom().randrange(1 << 32))
    print(f"ZEN_TEST_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    return seed


@pytest.fixture
def rounds() -> range:
    """How often to do the same."""
    return range(int(os.environ.get("ZEN_TEST_ROUNDS", "1")))


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    def report(**figures: object) -> None:
        text = ", ".join(f"{count} {name}" for name, count in figures.items())
        record_property(_PROPERTY, text)

    return report
