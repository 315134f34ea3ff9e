"""Change the tables, and come upon what can't be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sql.migrations import to_2

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Do all that the right one does, and more, and fail."""
    to_2.upgrade(op)
    op.execute("DELETE FROM zen_records")
    op.drop_table("zen_guards")
    op.execute("INSERT INTO zen_nowhere (secret) VALUES (1)")
