"""Keep profiles and run metadata on MySQL and MariaDB servers.

The names that a user types are here; each is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zen_mysql.metadata_store import MySQLMetadataStore

__all__ = ["MySQLMetadataStore", "__version__"]

__version__ = "1.0.0"


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562), so that `import zen_mysql` costs nothing."""
    if name == "MySQLMetadataStore":
        from zen_mysql.metadata_store import MySQLMetadataStore

        return MySQLMetadataStore
    message = f"module 'zen_mysql' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
