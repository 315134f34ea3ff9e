"""Write the log of commits, and read it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from itertools import groupby
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select

from zen.errors import DamagedDataError
from zen.records import Ref
from zen.stores import Change, Commit, Content
from zen_sql.tables import CHANGES, COMMITS, GUARDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, RowMapping

    from zen.stores import Put, Transaction

__all__ = [
    "add_commit",
    "forget_commits",
    "has_commits",
    "is_applied",
    "last_change",
    "last_sequence",
    "last_to_forget",
    "next_sequence",
    "read_commits",
]

# What it raises to read anything else for a commit.
_DAMAGE: Final = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
# Whether the log has a transaction's id, and the last numbers: the guards know one,
# too, where the log was emptied.
_POSITION: Final = select(
    select(COMMITS.c.sequence)
    .where(COMMITS.c.transaction_id == bindparam("id"))
    .scalar_subquery(),
    select(func.max(COMMITS.c.sequence)).scalar_subquery(),
    select(func.max(GUARDS.c.revision)).scalar_subquery(),
)


def is_applied(connection: Connection, transaction: Transaction) -> bool:
    """Tell whether the log has a transaction's id."""
    same = COMMITS.c.transaction_id == str(transaction.id)
    return connection.scalar(select(COMMITS.c.sequence).where(same)) is not None


def last_sequence(connection: Connection) -> int:
    """Return the number of the last commit, 0 if there is none."""
    return connection.scalar(select(func.max(COMMITS.c.sequence))) or 0


def next_sequence(connection: Connection, transaction: Transaction) -> int | None:
    """Return the number of the commit to be, or None if it was made before.

    It is one statement, for the time of a commit is that of its statements.

    Args:
        connection: The database, locked.
        transaction: What is to be committed.
    """
    row = connection.execute(_POSITION, {"id": str(transaction.id)})
    found, *last = row.one()
    return None if found is not None else max(each or 0 for each in last) + 1


def add_commit(
    connection: Connection,
    sequence: int,
    transaction: Transaction,
    before: dict[Ref, RowMapping],
    after: dict[Ref, Put],
) -> None:
    """Add a commit to the log.

    Args:
        connection: The database, locked.
        sequence: The commit's number.
        transaction: What is committed.
        before: The rows, as they are, of the records that it changes.
        after: What it writes.
    """
    author = transaction.author
    commit = {
        "sequence": sequence,
        "transaction_id": str(transaction.id),
        "time": datetime.now(timezone.utc).isoformat(timespec="microseconds"),
        "user_name": author.user,
        "host": author.host,
        "command": author.command,
    }
    connection.execute(insert(COMMITS), commit)
    changes = [
        {
            "sequence": sequence,
            "kind": ref.kind,
            "key": ref.key,
            "content_before": _json_of_row(before.get(ref)),
            "content_after": _json_of_put(after.get(ref)),
        }
        for ref in sorted(before.keys() | after.keys())
    ]
    if changes:
        connection.execute(insert(CHANGES), changes)


def last_change(connection: Connection, kind: str, key: str = "") -> RowMapping | None:
    """Return the row of the last commit that changed a record, or one of a kind."""
    query = select(func.max(CHANGES.c.sequence)).where(CHANGES.c.kind == kind)
    if key:
        query = query.where(CHANGES.c.key == key)
    newest = COMMITS.c.sequence == query.scalar_subquery()
    return connection.execute(select(COMMITS).where(newest)).mappings().first()


def read_commits(
    connection: Connection, *, after: int, limit: int, place: str
) -> list[Commit]:
    """Return commits, the oldest first.

    Args:
        connection: The database.
        after: Return only those with a greater number.
        limit: Return no more than so many.
        place: The database, for messages.

    Raises:
        DamagedDataError: One can't be read.
    """
    # One statement, so that nobody forgets a commit between two of them.
    first = (
        select(COMMITS)
        .where(COMMITS.c.sequence > after)
        .order_by(COMMITS.c.sequence)
        .limit(limit)
        .subquery()
    )
    changes = CHANGES.c["kind", "key", "content_before", "content_after"]
    query = (
        select(first, *changes)
        .outerjoin_from(first, CHANGES, CHANGES.c.sequence == first.c.sequence)
        .order_by(first.c.sequence, CHANGES.c.kind, CHANGES.c.key)
    )
    rows = connection.execute(query).mappings().all()
    groups = groupby(rows, lambda row: int(row["sequence"]))
    return [_commit(list(group), place) for _, group in groups]


def last_to_forget(connection: Connection, keep: int) -> int:
    """Return the number of the last commit but `keep`, 0 if there is none."""
    newest_first = select(COMMITS.c.sequence).order_by(COMMITS.c.sequence.desc())
    return connection.scalar(newest_first.offset(keep).limit(1)) or 0


def has_commits(connection: Connection, last: int) -> bool:
    """Tell whether there is a commit up to number `last`."""
    query = select(COMMITS.c.sequence).where(COMMITS.c.sequence <= last).limit(1)
    return connection.scalar(query) is not None


def forget_commits(connection: Connection, last: int) -> int:
    """Forget all commits up to number `last`, and return how many those were."""
    connection.execute(delete(CHANGES).where(CHANGES.c.sequence <= last))
    forgotten = delete(COMMITS).where(COMMITS.c.sequence <= last)
    return connection.execute(forgotten).rowcount


def _commit(rows: list[RowMapping], place: str) -> Commit:
    """Make a commit of a row for each change, or of one without any."""
    row = rows[0]
    try:
        return Commit(
            sequence=row["sequence"],
            id=UUID(row["transaction_id"]),
            time=datetime.fromisoformat(row["time"]),
            user=row["user_name"],
            host=row["host"],
            command=row["command"],
            changes=tuple(_change(each) for each in rows if each["kind"] is not None),
        )
    except _DAMAGE as error:
        origin = f"{COMMITS.name} {row['sequence']} in {place}"
        raise DamagedDataError(origin, f"this is no commit: {error}") from error


def _change(row: RowMapping) -> Change:
    before, after = _content(row["content_before"]), _content(row["content_after"])
    return Change(Ref(row["kind"], row["key"]), before, after)


def _content(text: str | None) -> Content | None:
    if text is None:
        return None
    content = json.loads(text)
    return Content(UUID(content["uuid"]), content["payload"])


def _json_of_row(row: RowMapping | None) -> str | None:
    if row is None:
        return None
    try:
        content = {
            "uuid": str(UUID(row["uuid"])),
            "payload": json.loads(row["payload"]),
        }
    except (RecursionError, ValueError):
        return None  # it couldn't be read before either
    return json.dumps(content)


def _json_of_put(put: Put | None) -> str | None:
    return None if put is None else _json(put.uuid, put.payload)


def _json(uuid: UUID, payload: Mapping[str, object]) -> str:
    return json.dumps({"uuid": str(uuid), "payload": payload})
