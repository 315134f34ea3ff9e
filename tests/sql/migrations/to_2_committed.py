"""Change the tables for good, and fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """End the transaction behind everybody's back."""
    connection = op.get_bind().connection.dbapi_connection
    assert connection
    connection.cursor().execute("DELETE FROM zen_records")
    connection.commit()
    raise ZeroDivisionError
