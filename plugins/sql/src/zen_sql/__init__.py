"""Keep profiles and run metadata in SQL databases.

The names that a user types are here; each is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zen_sql.sql_metadata_store import SQLMetadataStore

__all__ = ["SQLMetadataStore", "__version__"]

__version__ = "1.0.0"


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562), so that `import zen_sql` costs nothing."""
    if name == "SQLMetadataStore":
        from zen_sql.sql_metadata_store import SQLMetadataStore

        return SQLMetadataStore
    message = f"module 'zen_sql' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
