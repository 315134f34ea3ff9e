"""What a store remembers of its past: who committed what, and when."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from zen.records import Ref

__all__ = ["Author", "Change", "Commit", "Content", "is_same"]


def _user() -> str:
    from getpass import getuser  # only needed by those who write

    try:
        return getuser()
    except (ImportError, KeyError, OSError):
        # A container may run under a number that has no name.
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def _host() -> str:
    from socket import gethostname  # only needed by those who write

    return gethostname()


@dataclass(frozen=True, slots=True)
class Author:
    """Say who changes something, by default the user of this process.

    Args:
        user: The name of the user.
        host: The name of the host.
        command: The command that was given; it must hold no secret.
    """

    user: str = field(default_factory=_user)
    host: str = field(default_factory=_host)
    command: str = ""

    def __str__(self) -> str:
        who = f"{self.user or 'somebody'} on {self.host or 'an unknown host'}"
        return f"{who} ({self.command})" if self.command else who


class Content(NamedTuple):
    """Hold what a record consisted of at some time.

    Args:
        uuid: Its identity.
        payload: Its JSON-able content.
    """

    uuid: UUID
    payload: Mapping[str, object]


class Change(NamedTuple):
    """Tell what a commit did to one record.

    Args:
        ref: The record.
        before: What it was; None if it wasn't there, or couldn't be read.
        after: What it became; None if it was deleted.
    """

    ref: Ref
    before: Content | None
    after: Content | None

    @property
    def action(self) -> str:
        """What was done to the record: it was `added`, `changed` or `removed`."""
        if self.after is None:
            return "removed"
        return "added" if self.before is None else "changed"

    @property
    def fields(self) -> dict[str, tuple[object, object]]:
        """What each field that differs was and became; None if it wasn't there.

        The names of what a mapping holds come after the mapping's name and a dot.
        """
        old, new = _flat(self.before), _flat(self.after)
        return {
            name: (old.get(name), new.get(name))
            for name in {**old, **new}
            if not is_same(old.get(name), new.get(name))
        }


class Commit(NamedTuple):
    """Tell what was committed to a store, by whom and when.

    Args:
        sequence: Its number: 1 for a store's first commit, and one more for each.
        id: The id of the transaction.
        time: The time in UTC, by the clock of the host that committed.
        user: The name of the user.
        host: The name of that host.
        command: The command that was given, where one is known.
        changes: What happened to each record. One that was not there, and was to be
            deleted, isn't among them.
    """

    sequence: int
    id: UUID
    time: datetime
    user: str
    host: str
    command: str
    changes: tuple[Change, ...]


def is_same(value: object, other: object) -> bool:
    """Tell whether two JSON-able values are the same; `1`, `1.0` and `true` aren't."""
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return value.keys() == other.keys() and all(
            is_same(value[key], other[key]) for key in value
        )
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(is_same, value, other))
    return type(value) is type(other) and value == other


def _flat(content: Content | None) -> dict[str, object]:
    if content is None:
        return {}
    return dict(_fields("", {"uuid": str(content.uuid), **content.payload}))


def _fields(prefix: str, mapping: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in mapping.items():
        if isinstance(value, Mapping) and value:
            yield from _fields(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", value
