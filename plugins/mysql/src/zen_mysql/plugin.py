"""What this distribution offers to Zen.

The store driver `sql` finds by itself what this one brings along: PyMySQL.
"""

from __future__ import annotations

from zen.plugin import FlavorSpec, hookimpl

__all__ = ["zen_flavors"]


@hookimpl
def zen_flavors() -> list[FlavorSpec]:
    """Offer the metadata store on a MySQL or MariaDB server."""
    return [
        FlavorSpec(
            type="metadata_store",
            name="mysql",
            source="zen_mysql.metadata_store:MySQLMetadataStore",
            summary="Run metadata on a MySQL or MariaDB server.",
        )
    ]
