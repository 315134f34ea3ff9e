"""Connect to databases, and say in Zen's words what goes wrong there."""

from __future__ import annotations

import os
import time
import weakref
from contextlib import contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from random import uniform
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from zen.concealment import Concealment
from zen.errors import StoreError, StoreLockedError, StoreUnavailableError
from zen.permissions import create_file, create_folders
from zen.stores.lock_owners import file_owner
from zen_sql.drivers import server_engine
from zen_sql.failures import is_deadlock, owned, translate
from zen_sql.forks import unforked
from zen_sql.locks import schema_lock
from zen_sql.owners import server_owner
from zen_sql.sqlite import READ, WRITE, file_engine
from zen_sql.urls import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Connection, Engine

    from zen_sql.schema import Schema

__all__ = ["Database"]

ResultT = TypeVar("ResultT")

_ATTEMPTS: Final = 10


class Database:
    """Read and write a database, in transactions.

    Nothing is opened before it is used, and every failure is a `StoreError` that
    names the database, its password masked. A copy that is pickled connects anew.

    Args:
        url: The database's URL, absolute if it is a SQLite file's.
        texts: What the URL was made of, with `${NAME}` for what no error shows.
    """

    def __init__(self, url: URL, texts: tuple[str, ...] = ()) -> None:
        self.url = url
        self._texts = texts
        self._concealment = Concealment(*texts)
        self._ready: set[str] = set()
        # One for each process: a connection that a fork has doubled serves nobody.
        # Those of the parent are kept, for to drop them would end its sessions.
        self._engines: dict[int, Engine] = {}
        weakref.finalize(self, _dispose, self._engines)

    def __reduce__(self) -> tuple[type[Database], tuple[URL, tuple[str, ...]]]:
        return Database, (self.url, self._texts)

    @cached_property
    def place(self) -> str:
        """The file's path or the masked URL, for messages."""
        return self._concealment.text(str(self.file or mask(self.url)))

    @cached_property
    def file(self) -> Path | None:
        """The SQLite file; None for a server."""
        if self.url.get_backend_name() != "sqlite" or not self.url.database:
            return None
        return Path(self.url.database)

    @contextmanager
    def reading(self, schema: Schema) -> Iterator[Connection | None]:
        """Yield a connection that reads, or None while the tables aren't there.

        Reading creates neither the database nor a table.

        Raises:
            StoreUnavailableError: The database can't be read, or is of another
                version.
            StoreLockedError: Another process holds it for too long.
        """
        with self.looking() as connection:
            if connection is None:
                yield None
                return
            if schema.name not in self._ready and schema.is_in(connection, self.place):
                self._ready.add(schema.name)
            yield connection if schema.name in self._ready else None

    @contextmanager
    def looking(self) -> Iterator[Connection | None]:
        """Yield a connection that reads, whatever is there; None without a file.

        Raises:
            StoreUnavailableError: The database can't be read.
            StoreLockedError: Another process holds it for too long.
        """
        if self.missing_file():
            yield None
            return
        with self._transaction(READ) as connection:
            yield connection

    def tables(self) -> list[str]:
        """Return the names of all tables, sorted.

        Raises:
            StoreUnavailableError: The database can't be read.
            StoreLockedError: Another process holds it for too long.
        """
        with self.looking() as connection:
            return sorted(inspect(connection).get_table_names()) if connection else []

    def is_known(self, schema: Schema) -> bool:
        """Tell whether a schema's tables were there before."""
        return schema.name in self._ready

    def write(
        self,
        schema: Schema,
        work: Callable[[Connection], ResultT],
        *,
        is_done: Callable[[Connection], bool],
    ) -> ResultT:
        """Do all of some work or, when it raises, nothing; return what it returns.

        Only one process at a time does any. When the server gives the transaction up
        because others are in its way, it is tried again, a bounded number of times.

        Args:
            schema: The tables; they are made if they aren't there.
            work: What to do.
            is_done: Tells from the database whether the work was done, for the case
                that the connection is lost while it is being committed.

        Raises:
            StoreUnavailableError: The database can't be written, or is of another
                version.
            StoreLockedError: Another process holds it for too long.
        """
        self._prepare(schema)
        for attempt in range(_ATTEMPTS):
            done: list[ResultT] = []
            try:
                with self._writing(schema) as connection:
                    done.append(work(connection))
            except StoreLockedError as error:
                if not is_deadlock(error) or attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(uniform(0, 0.02) * attempt)  # noqa: S311 - no secret
            except StoreUnavailableError as error:
                # The connection may have been lost after the server had committed.
                if not done or not self._was_done(schema, is_done, error):
                    raise
                return done[0]
            else:
                return done[0]
        raise AssertionError  # the last attempt returns or raises

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Yield a connection that makes or changes tables while nobody else does.

        Raises:
            StoreUnavailableError: The database can't be written.
            StoreLockedError: Another process holds it for too long.
        """
        with self._connected(WRITE) as connection, schema_lock(connection, self.place):
            yield connection

    def drop(self, schema: Schema) -> None:
        """Remove a schema's tables, with all that is in them, if they are there.

        Raises:
            StoreUnavailableError: The database can't be written.
            StoreLockedError: Another process holds it for too long.
        """
        with self.reading(schema) as connection:
            if connection is None:
                return
        with self.alone() as connection:
            schema.drop(connection, self.place)
        self._ready.discard(schema.name)

    def close(self) -> None:
        """Let go of all connections; the next use opens new ones."""
        _dispose(self._engines)

    def _was_done(
        self,
        schema: Schema,
        is_done: Callable[[Connection], bool],
        lost: StoreUnavailableError,
    ) -> bool:
        try:
            # Under the lock, so that the lost transaction has come to its end.
            with self._writing(schema) as connection:
                return is_done(connection)
        except StoreError:
            raise StoreUnavailableError(
                lost.message,
                hint="It isn't known whether the change was made: look at the present"
                " state before you repeat the command.",
            ) from lost

    def missing_file(self) -> Path | None:
        """Return the SQLite file if it isn't there.

        Raises:
            StoreUnavailableError: Its folder can't be looked at.
        """
        with self._translating():
            return self.file if self.file and not self.file.exists() else None

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
        if self.file is None:
            return
        with self._translating():
            create_folders(self.file.parent)
            with suppress(FileExistsError):
                os.close(create_file(self.file))

    def _create(self, schema: Schema) -> None:
        with self.alone() as connection:
            if not schema.is_in(connection, self.place):
                schema.create(connection)

    @contextmanager
    def _writing(self, schema: Schema) -> Iterator[Connection]:
        with self._transaction(WRITE) as connection:
            schema.lock(connection, self.place)
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with self._connected(begin) as connection, connection.begin():
            yield connection

    @contextmanager
    def _connected(self, begin: str) -> Iterator[Connection]:
        with (
            self._naming_owner(),
            unforked() if self.file else nullcontext(),
            self._translating(),
            self._engine.connect() as connection,
        ):
            yield connection.execution_options(zen_begin=begin)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        with (
            self._concealment.errors(),
            translate(self.place, is_file=bool(self.file)),
        ):
            yield

    @contextmanager
    def _naming_owner(self) -> Iterator[None]:
        try:
            yield
        except StoreLockedError as error:
            # Without a cause, it is of a lock that has a name, and tells the owner.
            if is_deadlock(error) or error.__cause__ is None:
                raise
            raise owned(error, self.place, self._lock_owner()) from error.__cause__

    def _lock_owner(self) -> str:
        """Name who holds the database's lock; "" where that isn't known."""
        if self.file:
            return file_owner(self.file)
        with suppress(SQLAlchemyError), self._engine.connect() as connection:
            return server_owner(connection)
        return ""

    @property
    def _engine(self) -> Engine:
        process = os.getpid()
        if process not in self._engines:
            engine = (
                file_engine(self.url, self.file)
                if self.file
                else server_engine(self.url)
            )
            # Of two threads, the first one's counts; neither has connected yet.
            self._engines.setdefault(process, engine)
        return self._engines[process]


def _dispose(engines: dict[int, Engine]) -> None:
    if engine := engines.pop(os.getpid(), None):
        engine.dispose()
