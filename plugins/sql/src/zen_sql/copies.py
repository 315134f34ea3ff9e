"""Copy tables before they are changed, where that is done in no transaction.

An interruption at any instant leaves what can be restored: `zen_schema` says how far
it was. The version of what is upgraded is negative until the end, so that nobody uses
it. When all tables are copied, there is a row of its own for that; its version turns
negative when all that is restored takes the place of what was changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, inspect, select, text, update

from zen_sql.schema import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, RowMapping

    from zen_sql.schema import Schema

__all__ = ["Copies"]

_SUFFIX: Final = "__before"


class Copies:
    """Hold copies of a schema's tables, on MySQL and MariaDB.

    Args:
        connection: The database, where nobody else changes tables.
        schema: The schema.
        others: The other schemas in the database.
        place: The database, for messages.

    Attributes:
        version: The version of the tables, once they are closed.
    """

    def __init__(
        self,
        connection: Connection,
        schema: Schema,
        others: Iterable[Schema],
        *,
        place: str,
    ) -> None:
        self._connection = connection
        self._place = place
        self._schema = schema
        self._foreign = {VERSIONS.name, *(t for o in others for t in o.tables.tables)}
        self._mark = f"{schema.name} before"
        self.version = 0

    def make(self) -> None:
        """Close the tables for everybody, and copy them.

        Where an earlier upgrade was interrupted, what was there before it comes first.
        """
        if self._marked():
            self.restore()
        layout = self._schema.locked_layout(self._connection, self._place)
        self.version = abs(layout.version)
        self._set_version(self._schema.name, -self.version)
        self._connection.commit()
        self.drop()
        for table in self._tables():
            copy = f"{table}{_SUFFIX}"
            self._execute("CREATE TABLE {} LIKE {}", copy, table)
            self._execute("INSERT INTO {} SELECT * FROM {}", copy, table)
        row = {"name": self._mark, "version": self.version, "needs": layout.needs}
        self._connection.execute(insert(VERSIONS), row)
        self._connection.commit()

    def restore(self) -> None:
        """Put the copies in the place of the tables, and open these for everybody.

        Where the copying didn't come to its end, the tables are what they were.
        """
        mark = self._marked()
        if mark is None:
            self._reopen()
            return
        if mark["version"] > 0:
            copied = {copy.removesuffix(_SUFFIX) for copy in self._copies()}
            for table in self._tables():
                if table not in copied:
                    self._execute("DROP TABLE {}", table)
            self._set_version(self._mark, -mark["version"])
            self._connection.commit()
        for copy in self._copies():
            table = copy.removesuffix(_SUFFIX)
            self._execute("DROP TABLE IF EXISTS {}", table)
            self._execute("RENAME TABLE {} TO {}", copy, table)
        self.version = abs(mark["version"])
        self._reopen()

    def release(self) -> None:
        """End the upgrade: from here on, the copies are of no use."""
        self._connection.execute(delete(VERSIONS).where(VERSIONS.c.name == self._mark))
        self._connection.commit()

    def drop(self) -> None:
        """Remove the copies."""
        for copy in self._copies():
            self._execute("DROP TABLE {}", copy)

    def _reopen(self) -> None:
        if self.version:
            self._set_version(self._schema.name, self.version)
        self.release()

    def _marked(self) -> RowMapping | None:
        query = select(VERSIONS).where(VERSIONS.c.name == self._mark)
        return self._connection.execute(query).mappings().one_or_none()

    def _set_version(self, name: str, version: int) -> None:
        row = update(VERSIONS).where(VERSIONS.c.name == name)
        self._connection.execute(row.values(version=version))

    def _tables(self) -> list[str]:
        return [name for name in self._names() if not name.endswith(_SUFFIX)]

    def _copies(self) -> list[str]:
        return [name for name in self._names() if name.endswith(_SUFFIX)]

    def _names(self) -> list[str]:
        names = sorted(inspect(self._connection).get_table_names())
        return [
            name
            for name in names
            if name.startswith("zen_")
            and name.removesuffix(_SUFFIX) not in self._foreign
        ]

    def _execute(self, statement: str, *tables: str) -> None:
        quote = self._connection.dialect.identifier_preparer.quote
        self._connection.execute(text(statement.format(*map(quote, tables))))
