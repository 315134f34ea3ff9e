"""What this distribution offers to Zen."""

from __future__ import annotations

from zen.plugin import FlavorSpec, StoreDriverSpec, hookimpl

__all__ = ["zen_flavors", "zen_store_drivers"]


@hookimpl
def zen_store_drivers() -> list[StoreDriverSpec]:
    """Offer the driver that keeps a profile in a SQL database."""
    return [
        StoreDriverSpec(
            name="sql",
            source="zen_sql.store:SQLStoreDriver",
            summary="A SQL database: a SQLite file, PostgreSQL, …",
            names="zen_sql.names:names",
        )
    ]


@hookimpl
def zen_flavors() -> list[FlavorSpec]:
    """Offer the metadata store in a SQL database."""
    return [
        FlavorSpec(
            type="metadata_store",
            name="sql",
            source="zen_sql.sql_metadata_store:SQLMetadataStore",
            summary="Run metadata in a SQL database: PostgreSQL, …",
        )
    ]
