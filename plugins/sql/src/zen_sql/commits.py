"""Write the log of commits, and read it."""

from __future__ import annotations

from datetime import timezone
from itertools import groupby
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, func, insert, select

from zen.errors import DamagedDataError
from zen.records import Ref
from zen.stores import Change, Commit
from zen.stores.codec import DAMAGE, Head, dump_content, load_content
from zen_sql.tables import CHANGES, COMMITS, GUARDS

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection, RowMapping

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
    "read_head",
]

# Whether the log has a transaction's id, and the last numbers: the guards know one,
# too, where the log was emptied.
_POSITION: Final = select(
    select(COMMITS.c.sequence)
    .where(COMMITS.c.transaction_id == bindparam("id"))
    .scalar_subquery(),
    select(func.max(COMMITS.c.sequence)).scalar_subquery(),
    select(func.max(GUARDS.c.revision)).scalar_subquery(),
)


def is_applied(connection: Connection, id_: UUID) -> bool:
    """Tell whether the log has a transaction's id."""
    same = COMMITS.c.transaction_id == str(id_)
    return connection.scalar(select(COMMITS.c.sequence).where(same)) is not None


def last_sequence(connection: Connection) -> int:
    """Return the number of the last commit, 0 if there is none."""
    return connection.scalar(select(func.max(COMMITS.c.sequence))) or 0


def next_sequence(connection: Connection, id_: UUID) -> int | None:
    """Return the number of the commit to be, or None if it was made before.

    It is one statement, for the time of a commit is that of its statements.

    Args:
        connection: The database, locked.
        id_: The id of the transaction that is to be committed.
    """
    found, *last = connection.execute(_POSITION, {"id": str(id_)}).one()
    return None if found is not None else max(each or 0 for each in last) + 1


def add_commit(connection: Connection, commit: Commit) -> None:
    """Add a commit to the log, on a connection that has locked it."""
    row = Head(*commit[:-1]).to_json()
    row["transaction_id"], row["user_name"] = row.pop("id"), row.pop("user")
    connection.execute(insert(COMMITS), row)
    changes = [
        {
            "sequence": commit.sequence,
            "kind": change.ref.kind,
            "key": change.ref.key,
            "content_before": dump_content(change.before),
            "content_after": dump_content(change.after),
        }
        for change in commit.changes
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


def last_to_forget(connection: Connection, keep: int, before: datetime | None) -> int:
    """Return the number of the last commit to forget, 0 if there is none.

    Args:
        connection: The database.
        keep: How many of the last commits to keep.
        before: Keep those that were made at this time or later, too.
    """
    newest_first = select(COMMITS.c.sequence).order_by(COMMITS.c.sequence.desc())
    last = connection.scalar(newest_first.offset(keep).limit(1)) or 0
    if before is None:
        return last
    time = before.astimezone(timezone.utc).isoformat(timespec="microseconds")
    recent = select(func.min(COMMITS.c.sequence)).where(COMMITS.c.time >= time)
    first = connection.scalar(recent)
    return last if first is None else min(last, first - 1)


def has_commits(connection: Connection, last: int) -> bool:
    """Tell whether there is a commit up to number `last`."""
    query = select(COMMITS.c.sequence).where(COMMITS.c.sequence <= last).limit(1)
    return connection.scalar(query) is not None


def forget_commits(connection: Connection, last: int) -> int:
    """Forget all commits up to number `last`, and return how many those were."""
    connection.execute(delete(CHANGES).where(CHANGES.c.sequence <= last))
    forgotten = delete(COMMITS).where(COMMITS.c.sequence <= last)
    return connection.execute(forgotten).rowcount


def read_head(row: RowMapping) -> Head:
    """Return what a row says of a commit.

    Raises:
        LookupError, TypeError, ValueError: It is none.
    """
    names = {"id": row["transaction_id"], "user": row["user_name"]}
    return Head.from_json({**row, **names})


def _commit(rows: list[RowMapping], place: str) -> Commit:
    """Make a commit of a row for each change, or of one without any."""
    try:
        changes = (_change(row) for row in rows if row["kind"] is not None)
        return Commit(*read_head(rows[0]), tuple(changes))
    except DAMAGE as error:
        origin = f"{COMMITS.name} {rows[0]['sequence']} in {place}"
        raise DamagedDataError(origin, f"this is not a commit: {error}") from error


def _change(row: RowMapping) -> Change:
    ref = Ref(row["kind"], row["key"])
    names = ("content_before", "content_after")
    return Change(ref, *(load_content(row[name]) for name in names))
