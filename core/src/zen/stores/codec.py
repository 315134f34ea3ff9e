"""Write records and commits as JSON, and read them again, for every driver."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from zen.errors import DamagedDataError
from zen.records import Record, Ref
from zen.stores.history import Author, Change, Commit, Content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen.stores.driver import Put

__all__ = [
    "DAMAGE",
    "Head",
    "dump_commit",
    "dump_content",
    "dump_record",
    "load_commit",
    "load_content",
    "load_record",
    "read_record",
]

# What Python raises for a JSON document that isn't of the expected shape.
DAMAGE: Final = (
    *(ArithmeticError, AttributeError, LookupError),
    *(RecursionError, TypeError, ValueError),
)

_RECORD: Final = ("kind", "key", "uuid", "payload", "revision")


class Head(NamedTuple):
    """Hold all of a commit but its changes, in the order of its JSON document.

    Args:
        sequence: Its number.
        id: The id of the transaction.
        time: The time, with its offset.
        user: The name of the user.
        host: The name of the host.
        command: The command that was given.
    """

    sequence: int
    id: UUID
    time: datetime
    user: str
    host: str
    command: str

    @property
    def author(self) -> Author:
        """Who made the commit."""
        return Author(self.user, self.host, self.command)

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON has them."""
        time = self.time.isoformat(timespec="microseconds")
        return {**self._asdict(), "id": str(self.id), "time": time}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Head:
        """Return what `to_json` was called on.

        Raises:
            LookupError, TypeError, ValueError: Something else was written there.
        """
        time = datetime.fromisoformat(fields["time"])
        return cls(
            int(fields["sequence"]),
            UUID(fields["id"]),
            # A time without an offset can't be compared with others.
            time if time.tzinfo else time.replace(tzinfo=timezone.utc),
            *(str(fields[name]) for name in ("user", "host", "command")),
        )


def dump_content(content: Content | Put | Record | None) -> str | None:
    """Return the uuid and the payload of a record as JSON; None stands for none."""
    return None if content is None else _dumps(_content_to_json(content))


def load_content(text: str | None) -> Content | None:
    """Return what `dump_content` was given.

    Raises:
        LookupError, RecursionError, TypeError, ValueError: It is something else.
    """
    return None if text is None else _content_from_json(_loads(text))


def dump_record(record: Record) -> str:
    """Return a record as JSON on one line."""
    fields = {"kind": record.ref.kind, "key": record.ref.key}
    return _dumps({**fields, **_content_to_json(record), "revision": record.revision})


def load_record(text: str | bytes, origin: str) -> Record:
    """Return the record that `dump_record` was given.

    Args:
        text: The JSON.
        origin: Where it is, for messages.

    Raises:
        DamagedDataError: It is something else.
    """
    try:
        fields = _loads(text)
        complete = {name: fields[name] for name in _RECORD}
    except DAMAGE as error:
        raise DamagedDataError(origin, f"this is not a record: {error}") from error
    return read_record(complete, origin)


def read_record(fields: Mapping[Any, Any], origin: str) -> Record:
    """Return the record that some fields make up, such as the columns of a row.

    Args:
        fields: `kind`, `key`, `uuid` and `revision`, and `payload`, which may be JSON.
        origin: Where it is, for messages.

    Raises:
        DamagedDataError: A field can't be what it should.
    """
    try:
        ref = Ref(fields["kind"], fields["key"])
    except ValueError as error:
        reason = "a record's kind and key must be in lower case"
        raise DamagedDataError(origin, reason) from error
    try:
        uuid = UUID(fields["uuid"])
    except DAMAGE as error:
        raise DamagedDataError(origin, "'uuid' must be a UUID") from error
    payload = fields["payload"]
    if isinstance(payload, str | bytes):
        payload = _parsed(payload, origin)
    if not isinstance(payload, dict):
        raise DamagedDataError(origin, "'payload' must be a JSON object")
    return Record(ref, uuid, payload, str(fields["revision"]), origin)


def dump_commit(commit: Commit) -> str:
    """Return a commit as JSON on one line."""
    changes = [
        {
            "kind": change.ref.kind,
            "key": change.ref.key,
            "before": change.before and _content_to_json(change.before),
            "after": change.after and _content_to_json(change.after),
        }
        for change in commit.changes
    ]
    return _dumps({**Head(*commit[:-1]).to_json(), "changes": changes})


def load_commit(text: str | bytes, origin: str) -> Commit:
    """Return the commit that `dump_commit` was given.

    Args:
        text: The JSON.
        origin: Where it is, for messages.

    Raises:
        DamagedDataError: It is something else.
    """
    try:
        fields = _loads(text)
        changes = tuple(map(_change_from_json, fields["changes"]))
        return Commit(*Head.from_json(fields), changes)
    except DAMAGE as error:
        raise DamagedDataError(origin, f"this is not a commit: {error}") from error


def _dumps(value: object) -> str:
    import json  # a listing of YAML files does without

    return json.dumps(value)


def _loads(text: str | bytes) -> Any:  # noqa: ANN401 - what JSON may be
    import json  # as above

    return json.loads(text)


def _parsed(payload: str | bytes, origin: str) -> object:
    try:
        return _loads(payload)
    except ValueError as error:
        reason = f"'payload' is not valid JSON: {error}"
        raise DamagedDataError(origin, reason) from error
    except RecursionError as error:
        raise DamagedDataError(origin, "'payload' is nested too deeply") from error


def _change_from_json(fields: Mapping[str, Any]) -> Change:
    before, after = (
        fields[name] and _content_from_json(fields[name])
        for name in ("before", "after")
    )
    return Change(Ref(fields["kind"], fields["key"]), before, after)


def _content_to_json(content: Content | Put | Record) -> dict[str, object]:
    return {"uuid": str(content.uuid), "payload": dict(content.payload)}


def _content_from_json(fields: Mapping[str, Any]) -> Content:
    return Content(UUID(fields["uuid"]), fields["payload"])
