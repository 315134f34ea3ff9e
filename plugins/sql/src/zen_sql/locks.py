"""Keep others out while tables are made or changed, on servers that have locks."""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from zen.errors import StoreLockedError
from zen_sql.failures import LOCK_TIMEOUT
from zen_sql.owners import named_lock_owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

__all__ = ["schema_lock"]

_KEY: Final = int.from_bytes(b"zen_sql", "big")


@contextmanager
def schema_lock(connection: Connection, place: str) -> Iterator[None]:
    """Be the only one in such a block, for one database; begin a transaction in it.

    SQLite needs no lock, for its transactions that write are alone already. MySQL's
    lock outlasts a transaction, of which the block may make several.

    Args:
        connection: The database, in no transaction.
        place: The database, for messages.

    Raises:
        StoreLockedError: Another process is in such a block for too long.
    """
    if connection.dialect.name in {"mysql", "mariadb"}:
        with _named_lock(connection, place):
            yield
        return
    with connection.begin():
        if connection.dialect.name == "postgresql":
            # It ends with the transaction, and there is one for each database.
            connection.execute(select(func.pg_advisory_xact_lock(_KEY)))
        yield


@contextmanager
def _named_lock(connection: Connection, place: str) -> Iterator[None]:
    # It belongs to the session: here, what changes a table ends a transaction.
    database = connection.scalar(select(func.database()))
    name = f"zen_sql {sha256(str(database).encode()).hexdigest()[:32]}"
    taken = connection.scalar(select(func.get_lock(name, LOCK_TIMEOUT)))
    owner = "" if taken else named_lock_owner(connection, name)
    connection.rollback()
    if not taken:
        raise StoreLockedError(
            f"{owner or 'Another process'} has been changing the tables in {place} for"
            " too long.",
            hint="Wait for it to end, or end it, and repeat the command.",
        )
    try:
        connection.begin()
        yield
        connection.commit()
    finally:
        if not connection.invalidated:
            connection.rollback()
            connection.execute(select(func.release_lock(name)))
            connection.rollback()
