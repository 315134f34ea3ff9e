"""Connect to SQLite files."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import create_engine, event
from sqlalchemy.pool import NullPool

from zen.stores.confinement import is_special
from zen_sql.failures import LOCK_TIMEOUT, wrong_option

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL, Connection, Dialect, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["READ", "WRITE", "file_engine"]

READ: Final = "BEGIN"
# A deferred transaction that turns to writing fails at once, whatever the timeout,
# when somebody else wrote in the meantime.
WRITE: Final = "BEGIN IMMEDIATE"

# What SQLAlchemy hands on to sqlite3; all else is for URIs, and those are our own.
_OPTIONS: Final = (
    *("cached_statements", "check_same_thread", "detect_types"),
    *("isolation_level", "timeout"),
)


def file_engine(url: URL, file: Path) -> Engine:
    """Return what connects to a file that must be there.

    How a transaction begins is the connection's option `zen_begin`.

    Raises:
        StoreUnavailableError: An option in the URL is impossible, or does nothing.
    """
    for option in url.query.keys() - {*_OPTIONS}:
        reason = f"there is no option '{option}'; there are {', '.join(_OPTIONS)}"
        raise wrong_option(str(file), ValueError(reason))
    # SQLite would create a file that isn't there.
    existing = f"{file.as_uri()}?mode=rw"

    def open_existing(
        _dialect: Dialect,
        _entry: ConnectionPoolEntry,
        arguments: list[object],
        parameters: dict[str, object],
    ) -> None:
        # SQLite takes a device for an empty database, and waits for a pipe.
        if is_special(file):
            raise sqlite3.DatabaseError("it is not a regular file")
        arguments[0] = existing
        parameters["uri"] = True
        parameters.setdefault("timeout", LOCK_TIMEOUT)

    try:
        # A connection for each transaction costs next to nothing, and none is shared
        # with a process that is forked.
        engine = create_engine(url, poolclass=NullPool)
    except ValueError as error:
        raise wrong_option(str(file), error) from error
    event.listen(engine, "do_connect", open_existing)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", partial(_begin, file=file))
    return engine


def _set_up(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The rollback journal, SQLite's default, and not WAL: a reader of a WAL database
    # writes beside it, even in a folder that it should leave alone, and WAL doesn't
    # work on network drives. There, EXTRA is FULL, and the folder is flushed too when
    # the journal is removed; without that, the power may take a commit back.
    connection.execute("PRAGMA synchronous = EXTRA")


def _begin(connection: Connection, file: Path) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get("zen_begin", READ))
    # SQLite takes the missing part of a last page for zeros, and a byte for nothing.
    # From here on, nobody changes the file's length.
    found = connection.exec_driver_sql(
        "SELECT * FROM pragma_page_count, pragma_page_size"
    )
    pages, page = found.one()
    size = file.stat().st_size
    is_whole = not size or (size >= pages * page and size % page == 0)
    if not is_whole and not _has_wal(connection):
        raise sqlite3.DatabaseError("the file was cut short")


def _has_wal(connection: Connection) -> bool:
    # Somebody else has chosen it. The pages there count, and aren't in the file yet.
    return connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
