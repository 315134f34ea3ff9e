"""Back up a SQLite file while its tables are changed, and put it back if need be."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy.exc import DBAPIError

from zen.errors import StoreUnavailableError
from zen.permissions import create_file
from zen_sql.failures import error_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

__all__ = ["backed_up"]

# It lasts as long as the transaction that it was set in.
_MARK: Final = "zen_upgrade"


@contextmanager
def backed_up(connection: Connection, file: Path) -> Iterator[Path]:
    """Yield where the backup of a file is, which goes when the block raises.

    Then all is as it was once the transaction is rolled back, and the backup needed
    only where the block has ended that itself.

    Args:
        connection: The database, in a transaction that writes.
        file: The file.

    Raises:
        StoreUnavailableError: The backup is needed, and can't be put back.
    """
    backup = _back_up(file)
    raw = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    version = _data_version(raw)
    connection.exec_driver_sql(f"SAVEPOINT {_MARK}")
    try:
        yield backup
    except BaseException:
        if not _is_undone(connection):
            _restore(backup, file, raw, version)
        backup.unlink()
        raise


def _is_undone(connection: Connection) -> bool:
    try:
        connection.exec_driver_sql(f"ROLLBACK TO {_MARK}")
    except DBAPIError:
        return False
    return True


def _back_up(file: Path) -> Path:
    moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S.%fZ")
    backup = file.with_name(f"{file.name}.{moment}.backup")
    mode = stat.S_IMODE(file.stat().st_mode)
    os.close(create_file(backup, mode))
    with closing(sqlite3.connect(backup)) as writer:
        _copy(file, writer)
    return backup


def _restore(
    backup: Path, file: Path, writer: sqlite3.Connection, version: int
) -> None:
    """Put a backup back, unless others have written since the file had a version."""
    try:
        writer.rollback()
        # So that the lock outlasts the transaction, in which nothing can be copied.
        writer.execute("PRAGMA locking_mode = EXCLUSIVE")
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("COMMIT")
        if _data_version(writer) != version:
            raise _not_restored(file, backup, "another process has written to it")
        _copy(backup, writer)
    except sqlite3.Error as error:
        raise _not_restored(file, backup, error_text(error)) from error


def _copy(source: Path, writer: sqlite3.Connection) -> None:
    reader = sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)
    with closing(reader):
        reader.backup(writer)


def _data_version(connection: sqlite3.Connection) -> int:
    """Return a number that changes when another connection commits."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)


def _not_restored(file: Path, backup: Path, reason: str) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"{file} couldn't be restored: {reason}.",
        hint=f"A backup is in {backup}: put that in its place.",
    )
