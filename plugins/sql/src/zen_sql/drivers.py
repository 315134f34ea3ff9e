"""Choose the package that talks to a server, and what it is told at first."""

from __future__ import annotations

import logging
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import create_engine, event
from sqlalchemy.exc import NoSuchModuleError
from sqlalchemy.pool import QueuePool

from zen.stores import Author
from zen_sql.failures import (
    LOCK_TIMEOUT,
    asynchronous_driver,
    missing_dialect,
    missing_driver,
    missing_file,
    wrong_option,
)
from zen_sql.urls import mask

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy import URL, Dialect, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["server_engine"]

# A user waits 30 seconds at most: for an answer and, if that is a COMMIT's, for another
# connection that tells what has come of it.
_CONNECT_TIMEOUT: Final = 10
_READ_TIMEOUT: Final = 13
_POOL: Final = "zen"

# Where a URL names no driver, the first of these that is installed: SQLAlchemy would
# insist on one, and not on the same in each version.
_MYSQL: Final = {"mysqldb": "MySQLdb", "pymysql": "pymysql"}
_CHOICES: Final[dict[str, dict[str, str]]] = {
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "postgresql": {"psycopg": "psycopg", "psycopg2": "psycopg2"},
}
_TO_INSTALL: Final = {
    "mysql": "pymysql",
    "mariadb": "pymysql",
    "postgresql": "psycopg",
}
_FOR_MYSQL: Final[dict[str, object]] = {
    "charset": "utf8mb4",
    "connect_timeout": _CONNECT_TIMEOUT,
    "read_timeout": _READ_TIMEOUT,
    "write_timeout": _READ_TIMEOUT,
    # What is too long must fail, and not be cut off, whatever the server's mode.
    "init_command": f"SET SESSION innodb_lock_wait_timeout = {LOCK_TIMEOUT},"
    f" lock_wait_timeout = {LOCK_TIMEOUT},"
    " sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
}
_FOR_POSTGRESQL: Final[dict[str, object]] = {
    "client_encoding": "utf8",
    "connect_timeout": _CONNECT_TIMEOUT,
    # A server that is cut off is given up when it has acknowledged nothing for so
    # many milliseconds, or has been silent for so many seconds.
    "tcp_user_timeout": _READ_TIMEOUT * 1000,
    "keepalives_idle": 5,
    "keepalives_interval": 4,
    "keepalives_count": 2,
}
_ARGUMENTS: Final = {
    "mysqldb": _FOR_MYSQL,
    "pymysql": _FOR_MYSQL,
    "psycopg": _FOR_POSTGRESQL,
    "psycopg2": _FOR_POSTGRESQL,
}


def server_engine(url: URL) -> Engine:
    """Return what connects to a server; nothing is connected yet.

    Raises:
        StoreUnavailableError: SQLAlchemy doesn't know the database, its driver isn't
            installed or is an asynchronous one, or an option is impossible.
    """
    place = mask(url)
    _silence_pool()
    engine = _make_engine(_with_driver(url), place)
    event.listen(engine, "do_connect", _connector(place))
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _limit_waiting)
    return engine


def _silence_pool() -> None:
    """Let the pool log no traceback of a connection that the server has cut.

    Where that matters, it is an error for the caller. Where no logging is configured,
    Python would show it on standard error.
    """
    logging.getLogger(f"{QueuePool.__module__}.QueuePool.{_POOL}").disabled = True


def _make_engine(url: URL, place: str) -> Engine:
    try:
        if url.get_dialect().is_async:
            raise asynchronous_driver(place, url.get_driver_name())
        return create_engine(
            url,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            pool_use_lifo=True,
            pool_logging_name=_POOL,
        )
    except NoSuchModuleError as error:
        raise missing_dialect(place, url.drivername) from error
    except ImportError as error:
        raise missing_driver(place, url, error) from error
    except ValueError as error:
        raise wrong_option(place, error) from error


def _with_driver(url: URL) -> URL:
    if "+" in url.drivername:
        return url
    choices = _CHOICES.get(url.drivername, {})
    if not choices:
        return url
    installed = [driver for driver, module in choices.items() if find_spec(module)]
    driver = installed[0] if installed else _TO_INSTALL[url.drivername]
    return url.set(drivername=f"{url.drivername}+{driver}")


def _connector(
    place: str,
) -> Callable[
    [Dialect, ConnectionPoolEntry, list[object], dict[str, Any]], DBAPIConnection
]:
    def connect(
        dialect: Dialect,
        _entry: ConnectionPoolEntry,
        arguments: list[object],
        options: dict[str, Any],
    ) -> DBAPIConnection:
        for name, value in _ARGUMENTS.get(dialect.driver, {}).items():
            options.setdefault(name, value)
        if dialect.name == "postgresql":
            options.setdefault("application_name", _program())
        _check_files(place, options)
        _adapt(dialect.driver, options)
        try:
            return _connect_of(dialect)(*arguments, **options)
        # An option that the driver doesn't have, a value that it can't use, or a
        # package that it lacks for the way in which the server wants a password.
        except (TypeError, ValueError, RuntimeError) as error:
            raise wrong_option(place, error) from error

    return connect


def _program() -> str:
    """Say who is connected, for those who wait for a lock; 63 bytes are shown."""
    author = Author()
    return f"zen, process {os.getpid()} of {author.user} on {author.host}"


def _connect_of(dialect: Dialect) -> Callable[..., DBAPIConnection]:
    if dialect.driver != "psycopg":
        return dialect.connect
    # It needs psycopg, which isn't installed everywhere.
    from zen_sql.silence import ImpatientConnection

    return cast("Callable[..., DBAPIConnection]", ImpatientConnection.connect)


def _check_files(place: str, options: dict[str, Any]) -> None:
    """Name the file that is missing, which the drivers don't."""
    for option, file in (options.get("ssl") or {}).items():
        if option in {"ca", "cert", "key", "capath"} and not Path(str(file)).exists():
            raise missing_file(place, f"ssl_{option}", str(file))


def _adapt(driver: str, options: dict[str, Any]) -> None:
    if driver == "pymysql" and isinstance(options.get("password"), str):
        # It would encode it as Latin-1.
        options["password"] = options["password"].encode()
    if driver == "mysqldb" and "ca" in (options.get("ssl") or {}):
        # Otherwise it would accept any certificate, which PyMySQL doesn't.
        options.setdefault("ssl_mode", "VERIFY_IDENTITY")


def _limit_waiting(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}s'")
    cursor.close()
    connection.commit()  # a rollback would take it back
