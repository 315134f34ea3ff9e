"""Change the tables for good, let somebody else do so, and fail."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """End the transaction, and thus the lock."""
    connection = op.get_bind().connection.dbapi_connection
    assert connection
    cursor = connection.cursor()
    cursor.execute("DELETE FROM zen_records")
    connection.commit()
    cursor.execute("PRAGMA database_list")
    (row,) = cursor.fetchall()
    with closing(sqlite3.connect(row[2])) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.commit()
    raise ZeroDivisionError
