"""Real database servers: private ones, or those that the environment names.

`mysql_url()` and `postgres_url()` make a database and return its URL. Servers are
started when a test first asks for one, once for each process of pytest, listen on this
host only, and end with that process, however it ends. `ZEN_TEST_MYSQL_URL` and
`ZEN_TEST_POSTGRES_URL` name a server to use instead, by the SQLAlchemy URL of one of
its databases, with a user who may create others.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import URL

__all__ = [
    "FreshDatabase",
    "execute",
    "free_port",
    "mariadb",
    "mysql_url",
    "postgres_url",
    "postgresql",
    "server_folder",
]

# Neither server wants to be run by root.
_USER: Final = "nobody"
_PATIENCE: Final = 60
# The server ends, and leaves nothing, when the process that holds the other end of
# the pipe does: pytest-xdist kills its workers on Ctrl-C.
_KEEPER: Final = 'signal=$1; shift; "$@" & read -r _; kill -s $signal $!; wait $!;'
_KEEPER_ENDS: Final = ' rm -rf "$0"'
# To make the tables for each test would otherwise take longer than the tests.
_IN_A_HURRY: Final = (
    "--innodb-flush-method=nosync",
    "--innodb-file-per-table=0",
    "--innodb-doublewrite=0",
    "--sync-frm=0",
)
_MYSQL_HINT: Final = "install mariadb-server, or set ZEN_TEST_MYSQL_URL"
_POSTGRES_HINT: Final = "install postgresql, or set ZEN_TEST_POSTGRES_URL"


class FreshDatabase(Protocol):
    """Make an empty database, and return its URL with user and password."""

    def __call__(self) -> str:
        """Make one more."""


@pytest.fixture(scope="session")
def mysql_url() -> Iterator[FreshDatabase]:
    """Make databases on a MariaDB or MySQL server."""
    if named := os.environ.get("ZEN_TEST_MYSQL_URL"):
        with _databases(make_url(named)) as make:
            yield make
        return
    with mariadb() as make:
        yield make


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[FreshDatabase]:
    """Make databases on a PostgreSQL server."""
    if named := os.environ.get("ZEN_TEST_POSTGRES_URL"):
        with _databases(make_url(named)) as make:
            yield make
        return
    with postgresql() as make:
        yield make


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Execute SQL, each statement on its own, and return the rows of the last."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    rows: list[tuple[object, ...]] = []
    with engine.connect() as connection:
        for statement in statements:
            result = connection.execute(text(statement))
            rows = [tuple(row) for row in result] if result.returns_rows else []
    return rows


def free_port() -> int:
    """Return the number of a port of this host that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _databases(server: URL) -> Iterator[FreshDatabase]:
    """Make databases, and drop them in the end."""
    made: list[URL] = []

    def make() -> str:
        made.append(_make_database(server))
        return _text(made[-1])

    yield make
    for url in made:
        _drop_database(server, url)


def _make_database(server: URL) -> URL:
    name = f"zen_{uuid4().hex}"
    if server.get_backend_name() != "postgresql":
        execute(_text(server), f"CREATE DATABASE {name}")
        return server.set(database=name)
    # To copy PostgreSQL's template for each test would take longer than the tests.
    execute(_text(server), f"CREATE SCHEMA {name}")
    return server.update_query_dict({"options": f"-csearch_path={name}"})


def _drop_database(server: URL, url: URL) -> None:
    if server.get_backend_name() != "postgresql":
        execute(_text(server), f"DROP DATABASE {url.database}")
        return
    name = str(url.query["options"]).partition("=")[2]
    execute(_text(server), f"DROP SCHEMA {name} CASCADE")


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@contextmanager
def mariadb(*more: str, durable: bool = False) -> Iterator[FreshDatabase]:
    """Run a MariaDB server, and make databases on it.

    Args:
        more: Further options for the server.
        durable: Whether a commit outlasts a power failure; it then takes longer.
    """
    install = _program("mariadb-install-db", hint=_MYSQL_HINT)
    server = _program("mariadbd", hint=_MYSQL_HINT)
    options = [
        "--no-defaults",
        "--skip-name-resolve",
        "--innodb-log-file-size=4M",
        "--innodb-buffer-pool-size=16M",
        f"--innodb-flush-log-at-trx-commit={int(durable)}",
        "--performance-schema=OFF",
        *([] if durable else _IN_A_HURRY),
    ]
    port = free_port()
    with server_folder() as folder:
        data, start = folder / "data", folder / "start.sql"
        start.write_text(
            "GRANT ALL PRIVILEGES ON *.* TO 'zen'@'%' IDENTIFIED BY 'secret'"
            " WITH GRANT OPTION;\n"
        )
        first = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        _run([install, *options, *first, f"--datadir={data}"])
        command = [
            *(server, *options, f"--datadir={data}", f"--socket={folder}/socket"),
            *("--bind-address=127.0.0.1", f"--port={port}", f"--init-file={start}"),
            *more,
        ]
        url = make_url(f"mysql+pymysql://zen:secret@127.0.0.1:{port}/mysql")
        with _serving(command, folder, url, signal="KILL"):
            yield lambda: _text(_make_database(url))


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[FreshDatabase]:
    """Run a PostgreSQL server, and make databases on it.

    Args:
        durable: Whether a commit outlasts a power failure; it then takes longer.
    """
    initialise = _program("initdb", hint=_POSTGRES_HINT)
    server = _program("postgres", hint=_POSTGRES_HINT)
    port = free_port()
    with server_folder() as folder:
        data, password = folder / "data", folder / "password"
        password.write_text("secret\n")
        # A language's rules for sorting, as most servers have them.
        locale = ["--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8"]
        user = ["--username=postgres", f"--pwfile={password}", "--auth=scram-sha-256"]
        options = ["--no-sync", "--no-instructions", "--encoding=UTF8", *locale, *user]
        _run([initialise, f"--pgdata={data}", *options])
        command = [
            *(server, "-D", str(data), "-p", str(port)),
            *("-c", f"fsync={'on' if durable else 'off'}"),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
        ]
        url = make_url(
            f"postgresql+psycopg://postgres:secret@127.0.0.1:{port}/postgres"
        )
        with _serving(command, folder, url, signal="QUIT"):
            yield lambda: _text(_make_database(url))


def _program(name: str, *, hint: str) -> str:
    # Debian keeps PostgreSQL's server, and some MariaDB's, out of the search path.
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin", *map(str, places)])
    if found := shutil.which(name, path=path):
        return found
    message = f"{name} isn't there: {hint}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def server_folder() -> Iterator[Path]:
    """Make a folder that a server can read."""
    # Not in pytest's folders: their paths are too long for a socket, and closed to
    # all other users.
    folder = Path(tempfile.mkdtemp(prefix="zen-server-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, _USER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(
        command,
        user=_other_user(),
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@contextmanager
def _serving(
    command: Sequence[str], folder: Path, url: URL, *, signal: str
) -> Iterator[None]:
    keeper = ["sh", "-c", _KEEPER + _KEEPER_ENDS, str(folder), signal, *command]
    log = folder / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            keeper,
            user=_other_user(),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        ) as process,
    ):
        _wait_for(url, process, log)
        yield


def _wait_for(url: URL, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            execute(_text(url), "SELECT 1")
        except SQLAlchemyError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        else:
            return


def _other_user() -> str | None:
    return _USER if os.geteuid() == 0 else None
