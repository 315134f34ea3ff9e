"""Connect to databases, and say in Zen's words what goes wrong there."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from zen.errors import StoreUnavailableError
from zen_sql.failures import missing_dialect, missing_driver, translate, wrong_option

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from sqlalchemy import Connection, Dialect, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

    from zen_sql.schema import Schema

__all__ = ["BUSY_TIMEOUT", "Database", "parse_url", "sqlite_url"]

BUSY_TIMEOUT: Final = 30.0
_READ: Final = "BEGIN"
# A deferred transaction that turns to writing fails at once, whatever the timeout,
# when somebody else wrote in the meantime.
_WRITE: Final = "BEGIN IMMEDIATE"


def sqlite_url(file: Path) -> URL:
    """Return the URL of a SQLite file."""
    return URL.create("sqlite", database=str(file.expanduser().absolute()))


def parse_url(text: str) -> URL:
    """Return a database's URL, with an absolute path where that is a SQLite file.

    Raises:
        ValueError: It isn't the URL of a database that lasts; the text says why.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The cause may show the password.
        raise ValueError(
            "it must be a SQLAlchemy URL, such as sqlite:////folder/zen.db"
            " or postgresql://user@host/database"
        ) from None
    if url.get_backend_name() != "sqlite":
        return url
    if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ValueError("SQLite is used without a driver, as in sqlite:///PATH")
    if url.host:
        raise ValueError(
            "a SQLite URL has three slashes before the path, as in sqlite:///zen.db"
            " or, where the path is absolute, sqlite:////folder/zen.db"
        )
    if not url.database or url.database.startswith((":memory:", "file:")):
        raise ValueError("a SQLite database must be a file, as in sqlite:///PATH")
    return sqlite_url(Path(url.database)).set(query=url.query)


class Database:
    """Read and write a database, in transactions.

    Nothing is opened before it is used, and every failure is a `StoreError` that
    names the database, its password masked. A copy that is pickled connects anew.

    Args:
        url: The database's URL, absolute if it is a SQLite file's.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self._ready: set[str] = set()

    def __reduce__(self) -> tuple[type[Database], tuple[URL]]:
        return Database, (self.url,)

    @property
    def place(self) -> str:
        """The file's path or the masked URL, for messages."""
        return str(self._file or self.url.render_as_string(hide_password=True))

    @contextmanager
    def reading(self, schema: Schema) -> Iterator[Connection | None]:
        """Yield a connection that reads, or None while the tables aren't there.

        Reading creates neither the database nor a table.

        Raises:
            StoreUnavailableError: The database can't be read, or is a newer one.
            StoreLockedError: Another process holds it for too long.
        """
        if not self._exists():
            yield None
            return
        with self._transaction(_READ) as connection:
            if schema.name not in self._ready and schema.is_in(connection, self.place):
                self._ready.add(schema.name)
            yield connection if schema.name in self._ready else None

    @contextmanager
    def writing(self, schema: Schema) -> Iterator[Connection]:
        """Yield a connection that writes all or, when the block raises, nothing.

        Only one process at a time is in such a block.

        Raises:
            StoreUnavailableError: The database can't be written, or is a newer one.
            StoreLockedError: Another process holds it for too long.
        """
        self._prepare(schema)
        with self._transaction(_WRITE) as connection:
            schema.lock(connection, self.place)
            yield connection

    def close(self) -> None:
        """Let go of all connections; the next use opens new ones."""
        if "_engine" in self.__dict__:
            self._engine.dispose()

    @property
    def _file(self) -> Path | None:
        if self.url.get_backend_name() != "sqlite" or not self.url.database:
            return None
        return Path(self.url.database)

    def _exists(self) -> bool:
        with translate(self.place, is_file=bool(self._file)):
            return self._file is None or self._file.exists()

    def _prepare(self, schema: Schema) -> None:
        if schema.name in self._ready:
            return
        with self.reading(schema) as connection:
            if connection is not None:
                return
        self._make_file()
        try:
            self._create(schema)
        except StoreUnavailableError:
            # Where tables are made outside of any lock, another process may have
            # made them first; otherwise it fails once more.
            self._create(schema)
        self._ready.add(schema.name)

    def _make_file(self) -> None:
        if self._file is None:
            return
        with translate(self.place, is_file=True):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch()

    def _create(self, schema: Schema) -> None:
        with self._transaction(_WRITE) as connection:
            if not schema.is_in(connection, self.place):
                schema.create(connection)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with (
            translate(self.place, is_file=bool(self._file)),
            self._engine.connect() as connection,
        ):
            connection.execution_options(zen_begin=begin)
            with connection.begin():
                yield connection

    @cached_property
    def _engine(self) -> Engine:
        try:
            # A connection for each transaction: none leaks, and none is shared with
            # a process that is forked.
            if self._file:
                engine = create_engine(self.url, poolclass=NullPool)
                return _for_sqlite(engine, self._file)
            return create_engine(
                self.url, poolclass=NullPool, isolation_level="READ COMMITTED"
            )
        except NoSuchModuleError as error:
            raise missing_dialect(self.place, self.url) from error
        except ImportError as error:
            raise missing_driver(self.place, error) from error
        except ValueError as error:
            raise wrong_option(self.place, error) from error


def _for_sqlite(engine: Engine, file: Path) -> Engine:
    # SQLite would create a file that isn't there.
    existing = f"{file.as_uri()}?mode=rw"

    def open_existing(
        _dialect: Dialect,
        _entry: ConnectionPoolEntry,
        arguments: list[object],
        parameters: dict[str, object],
    ) -> None:
        arguments[0] = existing
        parameters["uri"] = True
        parameters.setdefault("timeout", BUSY_TIMEOUT)

    event.listen(engine, "do_connect", open_existing)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The rollback journal, SQLite's default, and not WAL: a reader of a WAL database
    # writes beside it, even in a folder that it should leave alone, and WAL doesn't
    # work on network drives. There, EXTRA is FULL, and the folder is flushed too when
    # the journal is removed; without that, the power may take a commit back.
    connection.execute("PRAGMA synchronous = EXTRA")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get("zen_begin", _READ))
