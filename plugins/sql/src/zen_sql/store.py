"""Keep a profile in a SQL database."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from zen.errors import (
    ConflictError,
    DamagedDataError,
    StoreUnavailableError,
)
from zen.records import Ref
from zen.stores import Check, Content, GuardCheck, Page, StoreDriver
from zen.stores.codec import read_record
from zen_sql.commits import (
    add_commit,
    forget_commits,
    has_commits,
    is_applied,
    last_change,
    last_sequence,
    last_to_forget,
    next_sequence,
    read_commits,
    read_head,
)
from zen_sql.engine import Database
from zen_sql.schema import VERSIONS
from zen_sql.tables import GUARDS, METADATA, PROFILE, RECORDS
from zen_sql.urls import file_url, normalise, parse_url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from zen.records import Record
    from zen.stores import Commit, Put, Transaction

__all__ = ["SQLStoreDriver"]

_NO_GUARD: Final = "0"
# To make a statement takes about as long as to execute it.
_HAS_KEY: Final = RECORDS.c.key.in_(bindparam("keys", expanding=True))
# One statement for all kinds; it finds each of the keys in each of the kinds.
_SELECT: Final = select(RECORDS).where(
    RECORDS.c.kind.in_(bindparam("kinds", expanding=True)), _HAS_KEY
)
_DELETE: Final = delete(RECORDS).where(RECORDS.c.kind == bindparam("of_kind"), _HAS_KEY)
_SELECT_GUARDS: Final = select(GUARDS).where(
    GUARDS.c.kind.in_(bindparam("kinds", expanding=True))
)
_UPDATE_GUARD: Final = (
    update(GUARDS)
    .where(GUARDS.c.kind == bindparam("of_kind"))
    .values(revision=bindparam("sequence"))
)
# Some databases take no more than 999 values in a statement.
_REFS_AT_ONCE: Final = 400
# Keys are ASCII, and this is greater than any character that one may have.
_AFTER_ALL: Final = "\x7f"


class SQLStoreDriver(StoreDriver):
    """Keep records in a database that SQLAlchemy can reach.

    A record's revision is the number of the commit that wrote it. Opening and reading
    change nothing: the tables, and a SQLite file, are made by the first commit.

    Args:
        url: The database, as a SQLAlchemy URL.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        try:
            self._database = Database(parse_url(url))
            self._is_expected = False
        except ValueError as error:
            raise StoreUnavailableError(
                f"The URL of the store can't be used: {error}.",
                hint="Correct the profile's URL.",
            ) from error

    @classmethod
    def default_url(cls, folder: Path) -> str:
        """Return the URL of a SQLite file in `folder`."""
        return file_url(folder / "zen.db")

    @classmethod
    def normalise_url(cls, url: str) -> str:
        """Return a SQLite URL with an absolute path, and any other as it is."""
        return normalise(url)

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Return those of the records that exist."""
        wanted = list(dict.fromkeys(refs))
        with self._reading() as connection:
            if connection is None:
                return {}
            rows = _rows(connection, wanted)
        return {ref: self._parse(rows[ref]) for ref in wanted if ref in rows}

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        """Return the records of a kind whose key begins with `prefix`, by key."""
        query = select(RECORDS).where(_kind(kind), RECORDS.c.key > after)
        if prefix:
            end = prefix + _AFTER_ALL
            query = query.where(RECORDS.c.key >= prefix, RECORDS.c.key < end)
        query = query.order_by(RECORDS.c.key).limit(limit + 1)
        with self._reading() as connection:
            if connection is None:
                return Page((), _NO_GUARD)
            # The guard comes first: where each statement sees the latest commits, it
            # may then be older than the records, which is noticed, but never newer.
            guard = _guard(connection, kind)
            rows = connection.execute(query).mappings().all()
        records: list[Record] = []
        damaged: list[DamagedDataError] = []
        for row in rows[:limit]:
            try:
                records.append(self._parse(row))
            except DamagedDataError as error:
                damaged.append(error)
        more = str(rows[limit - 1]["key"]) if len(rows) > limit else None
        return Page(tuple(records), guard, more, tuple(damaged))

    def kinds(self) -> list[str]:
        """Return the kinds of record that there are, sorted."""
        query = select(RECORDS.c.kind).distinct().order_by(RECORDS.c.kind)
        with self._reading() as connection:
            return [] if connection is None else list(connection.scalars(query))

    def commit(self, transaction: Transaction) -> None:
        """Apply a transaction; one that was applied before is not applied again."""

        def apply(connection: Connection) -> None:
            sequence = next_sequence(connection, transaction.id)
            if sequence is not None:
                _apply(connection, transaction, sequence)

        if not self._database.is_known(PROFILE):
            with self._reading():  # it may be that no tables must be made
                pass
        self._database.write(
            PROFILE, apply, is_done=partial(is_applied, id_=transaction.id)
        )

    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        """Return commits, the oldest first."""
        with self._reading() as connection:
            if connection is None:
                return []
            place = self._database.place
            return read_commits(connection, after=after, limit=limit, place=place)

    def last_sequence(self) -> int:
        """Return the sequence number of the last commit, 0 if there is none."""
        with self._reading() as connection:
            return 0 if connection is None else last_sequence(connection)

    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        """Forget the oldest commits, and return how many those were."""
        with self._reading() as connection:
            if connection is None:
                return 0
        last = 0

        def prune(connection: Connection) -> int:
            nonlocal last
            last = last_to_forget(connection, keep, before)
            return forget_commits(connection, last)

        return self._database.write(
            PROFILE, prune, is_done=lambda connection: not has_commits(connection, last)
        )

    def check_place(self) -> None:
        """Refuse a SQLite file that another program has made; a server is shared."""
        tables = self._database.tables() if self._database.file else []
        if tables and VERSIONS.name not in tables:
            raise self._not_a_profile(
                tables, "Choose another file, or one that isn't there yet."
            )

    def expect(self) -> None:
        """Take note that there must be tables, but in an empty SQLite file."""
        self._is_expected = True

    def missing_place(self) -> Path | None:
        """Return the SQLite file if it isn't there; a server tells when it is asked."""
        return self._database.missing_file()

    def destroy(self) -> None:
        """Remove the tables; those of run metadata, and a SQLite file, stay."""
        self._database.drop(PROFILE)

    def upgrade(self) -> str | None:
        """Bring the tables to this version's layout, if an older one made them."""
        # Alembic is needed nowhere else.
        from zen_sql.upgrades import upgrade

        return upgrade(self._database, [PROFILE, METADATA])

    def close(self) -> None:
        """Let go of the database's connections."""
        self._database.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection | None]:
        with self._database.reading(PROFILE) as connection:
            if connection is None and self._is_expected:
                self._check_blank()
            yield connection

    def _check_blank(self) -> None:
        """Raise `StoreUnavailableError` where tables that were made before are gone."""
        tables = self._database.tables()
        if tables or not self._database.file:
            raise self._not_a_profile(
                tables,
                "Restore the database from a backup. To start empty, delete the profile"
                " with 'zen profile delete NAME', and create it again.",
            )

    def _not_a_profile(self, tables: list[str], hint: str) -> StoreUnavailableError:
        others = [name for name in tables if not name.startswith("zen_")]
        found = f", but tables of another program: {_first(others)}" if others else ""
        return StoreUnavailableError(
            f"{self._database.place} holds no profile{found}.", hint=hint
        )

    def _parse(self, row: RowMapping) -> Record:
        origin = f"{RECORDS.name} {row['kind']}/{row['key']} in {self._database.place}"
        return read_record(row, origin)


def _first(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown}, …" if len(names) > 3 else shown  # noqa: PLR2004


def _kind(kind: str) -> ColumnElement[bool]:
    return RECORDS.c.kind == kind


def _batches(refs: list[Ref]) -> Iterator[list[Ref]]:
    """Yield as many references at a time as a statement may name."""
    for start in range(0, len(refs), _REFS_AT_ONCE):
        yield refs[start : start + _REFS_AT_ONCE]


def _guard(connection: Connection, kind: str) -> str:
    return _guards(connection, {kind}).get(kind, _NO_GUARD)


def _guards(connection: Connection, kinds: Collection[str]) -> dict[str, str]:
    rows = connection.execute(_SELECT_GUARDS, {"kinds": [*kinds]})
    return {kind: str(revision) for kind, revision in rows}


def _apply(connection: Connection, transaction: Transaction, sequence: int) -> None:
    puts = {put.ref: put for put in transaction.puts}
    changed = list(dict.fromkeys([*(item.ref for item in transaction.deletes), *puts]))
    checked = [item.ref for item in transaction.checks if isinstance(item, Check)]
    rows = _rows(connection, [*changed, *checked])
    kinds = sorted({ref.kind for ref in changed})
    guarded = [item.kind for item in transaction.checks if isinstance(item, GuardCheck)]
    guards = _guards(connection, {*kinds, *guarded})
    revisions = {ref: str(rows[ref]["revision"]) for ref in rows}
    if failed := transaction.failed_check(revisions, guards):
        raise _conflict(connection, failed)
    before = {ref: _content(rows[ref]) for ref in changed if ref in rows}
    add_commit(connection, transaction.to_commit(sequence, before))
    for kind in kinds:
        for batch in _batches([ref for ref in before if ref.kind == kind]):
            of_kind = {"of_kind": kind, "keys": [ref.key for ref in batch]}
            connection.execute(_DELETE, of_kind)
    if puts:
        connection.execute(
            insert(RECORDS), [_row(put, sequence) for put in puts.values()]
        )
    for kind in kinds:
        if kind in guards:
            new = {"of_kind": kind, "sequence": sequence}
            connection.execute(_UPDATE_GUARD, new)
        else:
            connection.execute(insert(GUARDS), {"kind": kind, "revision": sequence})


def _rows(connection: Connection, refs: Iterable[Ref]) -> dict[Ref, RowMapping]:
    """Return the rows of those of the records that exist, in the order of `refs`."""
    wanted = list(dict.fromkeys(refs))
    found: dict[Ref, RowMapping] = {}
    for batch in _batches(wanted):
        names = {"kinds": [*{r.kind for r in batch}], "keys": [*{r.key for r in batch}]}
        for row in connection.execute(_SELECT, names).mappings():
            found[Ref(row["kind"], row["key"])] = row
    return {ref: found[ref] for ref in wanted if ref in found}


def _conflict(connection: Connection, check: Check | GuardCheck) -> ConflictError:
    if isinstance(check, Check):
        row = last_change(connection, check.ref.kind, check.ref.key)
    else:
        row = last_change(connection, check.kind)
    if row is None:
        return ConflictError(check.subject, check=check)
    head = read_head(row)
    author = str(head.author)
    return ConflictError(check.subject, check=check, author=author, time=head.time)


def _content(row: RowMapping) -> Content | None:
    """Return what a row holds; None where that can't be read."""
    try:
        return Content(UUID(row["uuid"]), json.loads(row["payload"]))
    except (RecursionError, ValueError):
        return None


def _row(put: Put, sequence: int) -> dict[str, object]:
    return {
        "kind": put.ref.kind,
        "key": put.ref.key,
        "uuid": str(put.uuid),
        "payload": json.dumps(put.payload),
        "revision": sequence,
    }
