"""Create a set of tables, and refuse one that a newer version made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    update,
)

import zen_sql
from zen.errors import StoreUnavailableError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

__all__ = ["LONG_TEXT", "SEQUENCE", "TABLE_OPTIONS", "Schema", "exact_text"]

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


_VERSIONS: Final = Table(
    "zen_schema",
    MetaData(),
    Column("name", exact_text(100), primary_key=True),
    Column("version", Integer, nullable=False),
    **TABLE_OPTIONS,
)
# Where `SELECT … FOR UPDATE` is known to lock a row. SQLite locks the whole file.
_LOCKS_ON_SELECT: Final = {"mariadb", "mysql", "oracle", "postgresql", "sqlite"}


@dataclass(frozen=True)
class Schema:
    """Describe tables that are made, and change, together.

    Args:
        name: What the tables hold.
        version: The version of their layout.
        tables: The tables.
    """

    name: str
    version: int
    tables: MetaData

    def is_in(self, connection: Connection, place: str) -> bool:
        """Tell whether the tables are there.

        Args:
            connection: The database.
            place: The database, for messages.

        Raises:
            StoreUnavailableError: A newer version made them, or one that was never
                released.
        """
        names = set(inspect(connection).get_table_names())
        if _VERSIONS.name not in names:
            return False
        if not self._check(connection.scalar(self._version), place):
            return False
        if missing := sorted(self.tables.tables.keys() - names):
            raise StoreUnavailableError(
                f"{place} lacks {', '.join(missing)} of version {self.version} of its"
                f" {self.name}: a version that was never released made it.",
                hint="Use another database, or remove the tables that begin with"
                " 'zen_'.",
            )
        return True

    def create(self, connection: Connection) -> None:
        """Create the tables, or what is missing where that was interrupted."""
        _VERSIONS.create(connection, checkfirst=True)
        self.tables.create_all(connection)
        for table in self.tables.sorted_tables:
            for index in table.indexes:
                index.create(connection, checkfirst=True)
        row = {"name": self.name, "version": self.version}
        connection.execute(insert(_VERSIONS), row)

    def lock(self, connection: Connection, place: str) -> None:
        """Wait until nobody else writes the tables, and keep others from writing.

        The lock ends with the transaction. It covers what a lock on the rows that are
        read can't: the absence of a row. And it lets commits appear in the order of
        their sequence numbers.

        Args:
            connection: The database.
            place: The database, for messages.

        Raises:
            StoreUnavailableError: A newer version has changed them.
        """
        if connection.dialect.name not in _LOCKS_ON_SELECT:
            same = update(_VERSIONS).where(_VERSIONS.c.name == self.name)
            connection.execute(same.values(version=_VERSIONS.c.version))
        self._check(connection.scalar(self._version.with_for_update()), place)

    @property
    def _version(self) -> Select[int]:
        return select(_VERSIONS.c.version).where(_VERSIONS.c.name == self.name)

    def _check(self, version: int | None, place: str) -> bool:
        if version is not None and version > self.version:
            raise StoreUnavailableError(
                f"{place} keeps its {self.name} in version {version} of the schema, and"
                f" zen-plugin-sql {zen_sql.__version__} knows version {self.version}.",
                hint="Install a newer one with 'pip install --upgrade zen-plugin-sql'.",
            )
        return version is not None
