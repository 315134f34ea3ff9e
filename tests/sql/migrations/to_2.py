"""Give each record a note, and make a table for tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Change the tables, and what is in them."""
    op.create_table("zen_tags", sa.Column("tag", sa.String(50), primary_key=True))
    op.execute("INSERT INTO zen_tags (tag) VALUES ('new')")
    with op.batch_alter_table("zen_records") as batch:
        batch.add_column(sa.Column("note", sa.String(50), server_default="none"))
        batch.alter_column(
            "uuid",
            existing_type=sa.String(36),
            existing_nullable=False,
            type_=sa.String(40),
        )
    op.execute("UPDATE zen_records SET note = 'old'")
    op.create_index("zen_records_note", "zen_records", ["note"])
