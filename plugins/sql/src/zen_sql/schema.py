"""Create a set of tables, and refuse one that another version made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    delete,
    insert,
    inspect,
    select,
    update,
)

import zen_sql
from zen.errors import StoreUnavailableError
from zen_sql.columns import TABLE_OPTIONS, exact_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Select

__all__ = ["VERSIONS", "Layout", "Schema"]

# What the database holds, in which version of its layout. While it is changed where
# that can't be one transaction, the version is negative.
VERSIONS: Final = Table(
    "zen_schema",
    MetaData(),
    Column("name", exact_text(100), primary_key=True),
    Column("version", Integer, nullable=False),
    # The lowest version of zen-plugin-sql that knows that layout.
    Column("needs", exact_text(50), nullable=False),
    **TABLE_OPTIONS,
)
# Where `SELECT … FOR UPDATE` is known to lock a row. SQLite locks the whole file.
_LOCKS_ON_SELECT: Final = {"mariadb", "mysql", "oracle", "postgresql", "sqlite"}


class Layout(NamedTuple):
    """Tell in which version tables are, and what is needed to read them."""

    version: int
    needs: str


@dataclass(frozen=True)
class Schema:
    """Describe tables that are made, and change, together.

    Args:
        name: What the tables hold.
        version: The version of their layout.
        tables: The tables.
        needs: The lowest version of zen-plugin-sql that knows that layout.
        steps: For each version but the first, the module whose `upgrade` leads to it
            from the one before; see `zen_sql.upgrades`.
    """

    name: str
    version: int
    tables: MetaData
    needs: str = "1.0.0"
    steps: Mapping[int, str] = field(default_factory=dict)

    def is_in(self, connection: Connection, place: str) -> bool:
        """Tell whether the tables are there.

        Args:
            connection: The database.
            place: The database, for messages.

        Raises:
            StoreUnavailableError: Another version made them, or one that was never
                released.
        """
        names = set(inspect(connection).get_table_names())
        layout = self.layout(connection) if VERSIONS.name in names else None
        if layout is None:
            return False
        self._check(layout, place)
        if missing := sorted(self.tables.tables.keys() - names):
            raise StoreUnavailableError(
                f"{place} lacks {', '.join(missing)} of version {self.version} of its"
                f" {self.name}: a version that was never released made it.",
                hint="Use another database, or remove the tables that begin with"
                " 'zen_'.",
            )
        return True

    def layout(self, connection: Connection) -> Layout | None:
        """Return what the database says of the tables; None if it has none of them."""
        row = connection.execute(self._row).one_or_none()
        return None if row is None else Layout(*row)

    def create(self, connection: Connection) -> None:
        """Create the tables, or what is missing where that was interrupted."""
        VERSIONS.create(connection, checkfirst=True)
        self.tables.create_all(connection)
        for table in self.tables.sorted_tables:
            for index in table.indexes:
                index.create(connection, checkfirst=True)
        row = {"name": self.name, "version": self.version, "needs": self.needs}
        connection.execute(insert(VERSIONS), row)

    def drop(self, connection: Connection, place: str) -> None:
        """Remove the tables, and all that is in them first.

        Where each change of a table ends a transaction, an interruption leaves tables
        without a row, and `create` makes use of those.
        """
        self.locked_layout(connection, place)
        for table in reversed(self.tables.sorted_tables):
            connection.execute(delete(table))
        connection.execute(delete(VERSIONS).where(VERSIONS.c.name == self.name))
        self.tables.drop_all(connection)
        if connection.execute(select(VERSIONS.c.name)).first() is None:
            VERSIONS.drop(connection)

    def lock(self, connection: Connection, place: str) -> None:
        """Wait until nobody else writes the tables, and keep others from writing.

        The lock ends with the transaction. It covers what a lock on the rows that are
        read can't: the absence of a row. And it lets commits appear in the order of
        their sequence numbers.

        Args:
            connection: The database.
            place: The database, for messages.

        Raises:
            StoreUnavailableError: Another version has changed them.
        """
        self._check(self.locked_layout(connection, place), place)

    def locked_layout(self, connection: Connection, place: str) -> Layout:
        """Do as `lock` does, whatever the version is, and return that."""
        if connection.dialect.name not in _LOCKS_ON_SELECT:
            same = update(VERSIONS).where(VERSIONS.c.name == self.name)
            connection.execute(same.values(version=VERSIONS.c.version))
        row = connection.execute(self._row.with_for_update()).one_or_none()
        if row is None:
            raise StoreUnavailableError(
                f"{place} lacks the tables of its {self.name}.",
                hint="Restore them from a backup, or repeat the command to start"
                " again.",
            )
        return Layout(*row)

    def check_not_newer(self, layout: Layout, place: str) -> None:
        """Raise `StoreUnavailableError` if a newer version made the tables."""
        if layout.version > self.version:
            raise StoreUnavailableError(
                f"{place} keeps its {self.name} in version {layout.version} of the"
                f" schema, and zen-plugin-sql {zen_sql.__version__} knows version"
                f" {self.version}.",
                hint=f"Install zen-plugin-sql {layout.needs} or a newer version of it.",
            )

    @property
    def _row(self) -> Select[int, str]:
        columns = select(VERSIONS.c.version, VERSIONS.c.needs)
        return columns.where(VERSIONS.c.name == self.name)

    def _check(self, layout: Layout, place: str) -> None:
        self.check_not_newer(layout, place)
        if layout.version < 0:
            raise StoreUnavailableError(
                f"The tables in {place} are being upgraded, or that was interrupted.",
                hint="Wait for it to end, or repeat 'zen profile upgrade': it begins"
                " with what was there before.",
            )
        if layout.version < self.version:
            raise StoreUnavailableError(
                f"{place} keeps its {self.name} in version {layout.version} of the"
                f" schema, and zen-plugin-sql {zen_sql.__version__} needs version"
                f" {self.version}.",
                hint="Upgrade it with 'zen profile upgrade'; that keeps a backup.",
            )
