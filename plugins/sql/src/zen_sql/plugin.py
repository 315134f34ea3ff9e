"""What this distribution offers to Zen."""

from __future__ import annotations

from zen.plugin import StoreDriverSpec, hookimpl

__all__ = ["zen_store_drivers"]


@hookimpl
def zen_store_drivers() -> list[StoreDriverSpec]:
    """Offer the driver that keeps a profile in a SQL database."""
    return [
        StoreDriverSpec(
            name="sql",
            source="zen_sql.store:SQLStoreDriver",
            summary="A SQL database: a SQLite file, PostgreSQL, …",
        )
    ]
