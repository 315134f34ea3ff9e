"""Bring tables that an older version made to this version's layout.

A step from one version to the next is a module with a function `upgrade`, which is
handed Alembic's operations. The table `zen_schema` alone says which steps were made:
there is one line of versions, and Alembic's own table of revisions isn't used.

Where the tables can be changed in a transaction, all steps are made in one. Of a
SQLite file, there is a backup beside it as well. MySQL ends a transaction with each
change of a table, so there the tables are copied first; see `zen_sql.copies`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect, update

from zen.errors import StoreUnavailableError
from zen_sql.backups import backed_up
from zen_sql.copies import Copies
from zen_sql.failures import error_text
from zen_sql.schema import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from zen_sql.engine import Database
    from zen_sql.schema import Schema

__all__ = ["upgrade"]


def upgrade(database: Database, schemas: Sequence[Schema]) -> str | None:
    """Upgrade what needs it, and return a sentence that says so.

    Args:
        database: The database.
        schemas: All that may be in it.

    Raises:
        StoreUnavailableError: It can't be done, or is of a newer version; what was
            there is there.
        StoreLockedError: Another process holds the database for too long.
    """
    with database.looking() as connection:
        if connection is None or not _pending(connection, schemas, database.place):
            return None
    if database.file:
        return _upgrade_file(database, database.file, schemas)
    with database.alone() as connection:
        pending = _pending(connection, schemas, database.place)
        if connection.dialect.name in {"mysql", "mariadb"}:
            for schema in pending:
                _upgrade_copied(connection, schema, schemas, database.place)
        elif MigrationContext.configure(connection).impl.transactional_ddl:
            for schema in pending:
                _upgrade_schema(connection, schema, database.place)
        else:
            raise _unknown(connection.dialect.name, database.place)
    return _sentence(database.place, pending)


def _pending(
    connection: Connection, schemas: Sequence[Schema], place: str
) -> list[Schema]:
    if not inspect(connection).has_table(VERSIONS.name):
        return []
    pending: list[Schema] = []
    for schema in schemas:
        if layout := schema.layout(connection):
            schema.check_not_newer(layout, place)
            if layout.version != schema.version:
                pending.append(schema)
    return pending


def _upgrade_file(
    database: Database, file: Path, schemas: Sequence[Schema]
) -> str | None:
    with database.alone() as connection:
        pending = _pending(connection, schemas, database.place)
        if not pending:
            return None  # another process was first
        with backed_up(connection, file) as backup:
            for schema in pending:
                _upgrade_schema(connection, schema, database.place)
    return f"{_sentence(database.place, pending)} A backup is in {backup}."


def _upgrade_copied(
    connection: Connection, schema: Schema, schemas: Sequence[Schema], place: str
) -> None:
    others = [other for other in schemas if other is not schema]
    copies = Copies(connection, schema, others, place=place)
    try:
        copies.make()
        _make_steps(connection, schema, copies.version, place)
        _note(connection, schema)
        copies.release()
    except BaseException:
        connection.rollback()
        copies.restore()
        raise
    copies.drop()


def _upgrade_schema(connection: Connection, schema: Schema, place: str) -> None:
    layout = schema.locked_layout(connection, place)
    _make_steps(connection, schema, layout.version, place)
    _note(connection, schema)


def _make_steps(
    connection: Connection, schema: Schema, version: int, place: str
) -> None:
    operations = Operations(MigrationContext.configure(connection))
    for target in range(version + 1, schema.version + 1):
        try:
            import_module(schema.steps[target]).upgrade(operations)
        # A step may come upon anything in a database that people have changed.
        except Exception as error:
            raise StoreUnavailableError(
                f"{place} can't be upgraded to version {target} of its {schema.name}:"
                f" {error_text(error)}.",
                hint="Its former state was restored. Report this to the authors of"
                " zen-plugin-sql, or copy the profile with 'zen profile copy' by the"
                " version that made it.",
            ) from error


def _note(connection: Connection, schema: Schema) -> None:
    present = update(VERSIONS).where(VERSIONS.c.name == schema.name)
    connection.execute(present.values(version=schema.version, needs=schema.needs))


def _unknown(dialect: str, place: str) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"{place} can't be upgraded: it isn't known how to undo a change of a table on"
        f" {dialect}.",
        hint="Copy the profile to another database with 'zen profile copy'.",
    )


def _sentence(place: str, schemas: Sequence[Schema]) -> str | None:
    """Say what was upgraded; None where another process did it in the meantime."""
    versions = [f"its {each.name} to version {each.version}" for each in schemas]
    return f"Upgraded {place}: {' and '.join(versions)}." if versions else None
