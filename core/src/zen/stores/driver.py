"""The contract of store drivers: read records, and commit small transactions.

A transaction is made of checks, puts and deletes, and is applied whole or not at
all. A driver knows nothing of stacks and components: the rules about those live
above every driver, in `zen.stores.rules`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid4

from zen.errors import StoreError
from zen.stores.history import Author, Change, Commit, Content

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from zen.errors import DamagedDataError
    from zen.records import Record, Ref

__all__ = [
    "Check",
    "Delete",
    "GuardCheck",
    "Page",
    "Put",
    "StoreDriver",
    "Transaction",
]


class Check(NamedTuple):
    """Demand that a record is still as it was read.

    Args:
        ref: The record.
        revision: The revision that it must have; None if it must not exist.
    """

    ref: Ref
    revision: str | None

    @property
    def subject(self) -> str:
        """What is checked, for messages."""
        return str(self.ref)


class GuardCheck(NamedTuple):
    """Demand that no record of a kind was added, changed or removed.

    Args:
        kind: The kind of record.
        guard: The guard that `StoreDriver.scan` returned for it.
    """

    kind: str
    guard: str

    @property
    def subject(self) -> str:
        """What is checked, for messages."""
        return f"The list of {self.kind}s"


class Put(NamedTuple):
    """Write a record, whether or not it exists.

    Args:
        ref: Where it goes.
        uuid: Its identity.
        payload: Its JSON-able content.
    """

    ref: Ref
    uuid: UUID
    payload: Mapping[str, object]


class Delete(NamedTuple):
    """Remove a record.

    Args:
        ref: The record.
    """

    ref: Ref


@dataclass(frozen=True, slots=True)
class Transaction:
    """Ask for changes that are made all together or not at all.

    Args:
        puts: The records to write.
        deletes: The records to remove.
        checks: What must hold, also of records that aren't written.
        id: Tells this transaction from every other.
        author: Who asks for them.
    """

    puts: tuple[Put, ...] = ()
    deletes: tuple[Delete, ...] = ()
    checks: tuple[Check | GuardCheck, ...] = ()
    id: UUID = field(default_factory=uuid4)
    author: Author = field(default_factory=Author)

    def failed_check(
        self, revisions: Mapping[Ref, str], guards: Mapping[str, str]
    ) -> Check | GuardCheck | None:
        """Return the first check that doesn't hold; None if all of them do.

        Args:
            revisions: The revisions of the records that exist, at least of those that
                are checked.
            guards: The guards as they are; that of a kind that isn't there is "0".
        """
        for check in self.checks:
            if isinstance(check, GuardCheck):
                holds = guards.get(check.kind, "0") == check.guard
            else:
                holds = revisions.get(check.ref) == check.revision
            if not holds:
                return check
        return None

    def to_commit(
        self, sequence: int, before: Mapping[Ref, Record | Content | None]
    ) -> Commit:
        """Return what the log keeps of the transaction once it is applied, now.

        Args:
            sequence: The commit's number.
            before: The records that exist, at least those that change; None stands for
                one that can't be read.
        """
        puts: dict[Ref, Put | None] = {
            delete.ref: None for delete in self.deletes if delete.ref in before
        }
        puts.update((put.ref, put) for put in self.puts)
        changes = (
            Change(ref, _content(before.get(ref)), _content(puts[ref]))
            for ref in sorted(puts)
        )
        author = self.author
        who = author.user, author.host, author.command
        return Commit(
            sequence, self.id, datetime.now(timezone.utc), *who, tuple(changes)
        )


class Page(NamedTuple):
    """Hold some of the records of a kind.

    Args:
        records: The records, by key.
        guard: An opaque token that changes whenever a record of the kind does.
        next: What to pass as `after` for the next page; None on the last.
        damaged: What couldn't be read; it hides nothing else.
    """

    records: tuple[Record, ...]
    guard: str
    next: str | None = None
    damaged: tuple[DamagedDataError, ...] = ()

    @classmethod
    def of(
        cls,
        records: Iterable[Record],
        guard: str,
        *,
        prefix: str = "",
        after: str = "",
        limit: int = 1000,
    ) -> Page:
        """Return the page that `StoreDriver.scan` asks for.

        Args:
            records: All records of the kind, in any order.
            guard: The guard of the kind.
            prefix: What the keys begin with.
            after: Take only keys greater than this one.
            limit: Take no more than so many records.
        """
        found = sorted(
            (
                record
                for record in records
                if record.ref.key.startswith(prefix) and record.ref.key > after
            ),
            key=lambda record: record.ref.key,
        )
        more = found[limit - 1].ref.key if len(found) > limit else None
        return cls(tuple(found[:limit]), guard, more)


class StoreDriver(ABC):
    """Be the base of every store driver.

    A revision and a guard are opaque tokens, compared for equality. A record that
    was deleted and made again has another revision than before, unless it is the
    same to the last byte.

    Args:
        url: Where the data is, as `normalise_url` returned it.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    @classmethod
    @abstractmethod
    def default_url(cls, folder: Path) -> str:
        """Return the URL of a store inside `folder`, the profile's own folder."""

    @classmethod
    @abstractmethod
    def normalise_url(cls, url: str) -> str:
        """Return `url` so that it means the same from every folder.

        Raises:
            ValueError: The URL isn't one for this driver; the text says why.
        """

    @abstractmethod
    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Return those of the records that exist.

        Raises:
            DamagedDataError: One of them can't be read.
            StoreUnavailableError: The store can't be read at all.
        """

    @abstractmethod
    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        """Return the records of a kind whose key begins with `prefix`, by key.

        Args:
            kind: The kind of record.
            prefix: What the keys begin with.
            after: Return only keys greater than this one.
            limit: Return no more than so many records.

        Raises:
            StoreUnavailableError: The store can't be read at all.
        """

    @abstractmethod
    def kinds(self) -> list[str]:
        """Return the kinds of record that there are, sorted.

        A kind is among them while the store holds a record of it, one that can't be
        read as well.

        Raises:
            StoreUnavailableError: The store can't be read at all.
        """

    @abstractmethod
    def commit(self, transaction: Transaction) -> None:
        """Apply a transaction whole, durably, and only if all its checks hold.

        One whose id is in the log already was applied before: it changes nothing, and
        its checks aren't looked at. A driver knows the ids of the last 24 hours at
        least.

        Raises:
            ConflictError: A check doesn't hold; nothing was changed.
            StoreLockedError: Another process holds the store for too long.
            StoreUnavailableError: The store can't be written; nothing was changed.
        """

    @abstractmethod
    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        """Return commits, the oldest first, so that one can follow a store.

        The first that is ever made has the sequence number 1, and none is skipped or
        comes twice. All are kept until `prune` is called; then the oldest are gone.

        Args:
            after: Return only commits with a greater sequence number.
            limit: Return no more than so many commits.

        Raises:
            DamagedDataError: One of them can't be read.
            StoreUnavailableError: The store can't be read at all.
        """

    @abstractmethod
    def last_sequence(self) -> int:
        """Return the sequence number of the last commit, 0 if there is none.

        Raises:
            StoreUnavailableError: The store can't be read at all.
        """

    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        """Forget the oldest commits, and return how many those were.

        The records, their revisions and the guards stay as they are, and the numbers
        go on. The ids of the transactions are forgotten as well, so that `zen profile
        prune` keeps all commits of the last day. A driver that can't do it says so in
        its spec's capabilities.

        Args:
            keep: How many of the last commits to keep; 1 or more.
            before: Keep those that were made at this time or later, too.

        Raises:
            StoreError: The driver can't do it.
            StoreLockedError: Another process holds the store for too long.
            StoreUnavailableError: The store can't be written; nothing was changed.
        """
        del keep, before
        raise StoreError(
            "This profile's store driver can't prune its history.",
            hint="Copy the profile with 'zen profile copy': the copy has a history of"
            " its own.",
        )

    def destroy(self) -> None:
        """Remove all that the store holds, as if nothing had ever been committed.

        To destroy a store that isn't there is no error; drivers that are open elsewhere
        need not notice it. A profile that is deleted takes its store along in this way
        where `default_url` chose a place outside of the profile's folder.

        Raises:
            NotImplementedError: The driver can't do it; its data is left.
            StoreLockedError: Another process holds the store for too long.
            StoreUnavailableError: It can't be removed.
        """
        raise NotImplementedError

    def check_place(self) -> None:  # noqa: B027 - few places can hold anything else
        """Refuse a place that holds something else, when a profile is made there.

        Raises:
            StoreUnavailableError: What is there is neither nothing nor a store.
        """

    def missing_place(self) -> Path | None:
        """Return the folder or the file that the store was in, if that is gone.

        A profile is made with a commit, so its store has a place from then on. Where
        that is moved or deleted, the profile's reader is told, rather than shown an
        empty store.

        Returns:
            The place; None where it is there, or where the driver can't tell.
        """
        return None

    def expect(self) -> None:  # noqa: B027 - few places can hold anything else
        """Take note that the store was made before.

        From then on, a place that holds something else is an error, here or when it is
        read or written, and isn't taken for an empty store. A place that holds nothing
        may be one.

        Raises:
            StoreUnavailableError: What is there isn't a store.
        """

    def upgrade(self) -> str | None:
        """Bring the store's layout to this version's, if an older one made it.

        Returns:
            What was done, as a sentence for the user; None if there was nothing to do.

        Raises:
            StoreLockedError: Another process holds the store for too long.
            StoreUnavailableError: It can't be done; the store is as it was.
        """
        return None

    def close(self) -> None:  # noqa: B027 - many drivers hold nothing
        """Let go of what the driver holds, such as connections."""


def _content(source: Put | Record | Content | None) -> Content | None:
    return None if source is None else Content(source.uuid, source.payload)
