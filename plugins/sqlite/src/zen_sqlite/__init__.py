"""Keep run metadata in a SQLite file.

The names that a user types are here; each is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zen_sqlite.metadata_store import SQLiteMetadataStore

__all__ = ["SQLiteMetadataStore", "__version__"]

__version__ = "1.0.0"


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562), so that `import zen_sqlite` costs nothing."""
    if name == "SQLiteMetadataStore":
        from zen_sqlite.metadata_store import SQLiteMetadataStore

        return SQLiteMetadataStore
    message = f"module 'zen_sqlite' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
