"""What this distribution offers to Zen."""

from __future__ import annotations

from zen.plugin import DefaultComponentSpec, FlavorSpec, hookimpl

__all__ = ["zen_default_components", "zen_flavors"]


@hookimpl
def zen_flavors() -> list[FlavorSpec]:
    """Offer the metadata store in a SQLite file."""
    return [
        FlavorSpec(
            type="metadata_store",
            name="sqlite",
            source="zen_sqlite.metadata_store:SQLiteMetadataStore",
            summary="Run metadata in a SQLite file of this host.",
        )
    ]


@hookimpl
def zen_default_components() -> list[DefaultComponentSpec]:
    """Offer it to the default stack of a new profile."""
    return [DefaultComponentSpec("metadata_store", "sqlite")]
