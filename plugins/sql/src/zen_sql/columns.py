"""The types of columns, and the options of tables, that all databases can have."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Integer, String, Text

__all__ = ["LONG_TEXT", "SEQUENCE", "TABLE_OPTIONS", "exact_text"]

# MySQL's own choice may compare names without regard to case, lack most characters,
# have no transactions, or have keys too short for ours. SQLAlchemy reads one name or
# the other, as the URL begins.
TABLE_OPTIONS: Final[dict[str, Any]] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {
        "engine": "InnoDB",
        "charset": "utf8mb4",
        "collate": "utf8mb4_bin",
        "row_format": "DYNAMIC",
    }.items()
}

# MySQL's TEXT ends at 64 KiB without a length, and a database's own character set may
# lack most characters.
LONG_TEXT: Final = Text().with_variant(
    Text(1 << 24, collation="utf8mb4_bin"), "mysql", "mariadb"
)
# SQLite counts up only what is an INTEGER by name.
SEQUENCE: Final = BigInteger().with_variant(Integer, "sqlite")


def exact_text(length: int) -> String:
    """Return the type of texts that compare and sort by their characters' numbers."""
    return (
        String(length)
        .with_variant(String(length, collation="C"), "postgresql")
        .with_variant(String(length, collation="utf8mb4_bin"), "mysql", "mariadb")
    )
