"""Name the process or the session that holds a database's lock, where that is told."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from sqlalchemy import Connection, TextClause

__all__ = ["file_owner", "named_lock_owner", "server_owner"]

_LOCKS: Final = Path("/proc/locks")
# The oldest transaction that holds locks and doesn't wait for one itself. To see those
# of other users takes the privilege PROCESS.
_MYSQL: Final = text(
    "SELECT p.id, p.user, p.host FROM information_schema.innodb_trx AS t"
    " JOIN information_schema.processlist AS p ON p.id = t.trx_mysql_thread_id"
    " WHERE p.db = DATABASE() AND p.id <> CONNECTION_ID()"
    " AND t.trx_rows_locked > 0 AND t.trx_state <> 'LOCK WAIT'"
    " ORDER BY t.trx_started LIMIT 1"
)
# Who holds a lock by name; it may be in no transaction.
_MYSQL_NAMED: Final = text(
    "SELECT id, user, host FROM information_schema.processlist"
    " WHERE id = IS_USED_LOCK(:name)"
)
_POSTGRESQL: Final = text(
    "SELECT a.pid, a.usename, coalesce(nullif(a.application_name, ''),"
    " a.client_addr::text, 'an unnamed program')"
    " FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid"
    " WHERE l.granted AND a.pid <> pg_backend_pid()"
    " AND a.wait_event_type IS DISTINCT FROM 'Lock'"
    " AND (l.relation = to_regclass('zen_schema') OR l.locktype = 'advisory')"
    " AND a.datname = current_database() ORDER BY a.xact_start LIMIT 1"
)
_QUERIES: Final = {"mysql": _MYSQL, "mariadb": _MYSQL, "postgresql": _POSTGRESQL}


def file_owner(file: Path) -> str:
    """Name the process on this host that has locked a file; "" where none is known."""
    with suppress(OSError, ValueError):
        status = file.stat()
        device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
        place = f"{device}:{status.st_ino}"
        # As proc(5) has it. A process of another container has the number 0.
        rows = (line.split() for line in _LOCKS.read_text("ascii").splitlines())
        found = {
            int(row[4]): row[3] for row in rows if row[1] == "POSIX" and row[5] == place
        }
        writers = [pid for pid, kind in found.items() if kind == "WRITE" and pid > 0]
        for pid in (*writers, *(pid for pid in found if pid > 0)):
            return f"Process {pid}{_program(pid)}"
    return ""


def server_owner(connection: Connection) -> str:
    """Name the session that holds the tables of a database; "" where none is known."""
    query = _QUERIES.get(connection.dialect.name)
    if query is None:
        return ""
    return _session(connection, query)


def named_lock_owner(connection: Connection, name: str) -> str:
    """Name the session that holds a lock of MySQL's; "" where none is known.

    Args:
        connection: The database.
        name: The lock's name.
    """
    return _session(connection, _MYSQL_NAMED.bindparams(name=name))


def _session(connection: Connection, query: TextClause) -> str:
    with suppress(SQLAlchemyError):  # the user may lack a privilege
        if row := connection.execute(query).first():
            number, user, where = row
            return f"Session {number} of {user} ({where})"
    return ""


def _program(pid: int) -> str:
    with suppress(OSError):
        return f" ({Path(f'/proc/{pid}/comm').read_text('utf-8').strip()})"
    return ""
