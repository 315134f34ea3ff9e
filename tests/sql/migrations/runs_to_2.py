"""Give each run a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add a column."""
    op.add_column("zen_runs", sa.Column("host", sa.String(50), server_default=""))
