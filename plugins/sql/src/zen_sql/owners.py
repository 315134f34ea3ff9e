"""Name the session that holds a database's lock, where that is told."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from sqlalchemy import Connection, TextClause

__all__ = ["named_lock_owner", "server_owner"]

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
# Who has written, or keeps others from reading; a reader alone keeps nobody waiting.
_POSTGRESQL: Final = text(
    "SELECT a.pid, a.usename, coalesce(nullif(a.application_name, ''),"
    " a.client_addr::text, 'an unnamed program')"
    " FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid"
    " WHERE l.granted AND a.pid <> pg_backend_pid()"
    " AND a.wait_event_type IS DISTINCT FROM 'Lock'"
    " AND (l.locktype = 'advisory' OR l.relation = to_regclass('zen_schema')"
    " AND l.mode <> 'AccessShareLock' OR l.mode IN ('ShareLock',"
    " 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') AND l.relation"
    " IN (SELECT oid FROM pg_class WHERE relname LIKE 'zen\\_%'))"
    " AND a.datname = current_database() ORDER BY a.xact_start LIMIT 1"
)
_QUERIES: Final = {"mysql": _MYSQL, "mariadb": _MYSQL, "postgresql": _POSTGRESQL}


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
