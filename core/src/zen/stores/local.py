"""Keep a profile in a folder of YAML files, one for each record.

`components/artifact_store/default.yaml`, `stacks/default.yaml`: readable, and fit to
be kept in git. What belongs to this host alone is in `.state`, which git ignores.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from zen.errors import ConflictError, DamagedDataError, StoreUnavailableError
from zen.records import Record, Ref
from zen.stores.driver import Check, Page, StoreDriver
from zen.stores.yaml_files import (
    dump_yaml,
    exclusive_lock,
    parse_yaml,
    read_file,
    replace_files,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zen.stores.driver import GuardCheck, Put, Transaction

__all__ = ["LocalStoreDriver"]

_STATE: Final = ".state"
_SUFFIX: Final = ".yaml"
# Where a record keeps its identity if its payload doesn't hold it as `uuid`.
_UUID: Final = "_uuid"


class LocalStoreDriver(StoreDriver):
    """Keep records as YAML files in a folder.

    A record's revision is a hash of its file, so that an edit by hand counts.
    Reading changes no byte and needs no permission to write.

    Args:
        url: The folder, as a path or a `file:` URL.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.folder = _folder_of(url)

    @classmethod
    def default_url(cls, folder: Path) -> str:
        """Return the URL of `folder` itself."""
        return folder.as_uri()

    @classmethod
    def normalise_url(cls, url: str) -> str:
        """Return a `file:` URL as it is, and a path made absolute."""
        is_url = url.startswith("file:")
        host = urlsplit(url).netloc if is_url else ""
        if not url or host not in {"", "localhost"} or ("://" in url and not is_url):
            message = "it must be a folder, as a path or as a file:/// URL"
            raise ValueError(message)
        folder = _folder_of(url).absolute()
        return folder.as_uri() if is_url else str(folder)

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Return those of the records that exist."""
        found = ((ref, self._read(ref)) for ref in refs)
        return {ref: record for ref, record in found if record}

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        """Return the records of a kind whose key begins with `prefix`, by key."""
        contents = dict(self._contents(kind))
        keys = sorted(key for key in contents if key.startswith(prefix) and key > after)
        records: list[Record] = []
        damaged: list[DamagedDataError] = []
        for key in keys[:limit]:
            try:
                records.append(self._parse(kind, key, contents[key]))
            except DamagedDataError as error:
                damaged.append(error)
        more = keys[limit - 1] if len(keys) > limit else None
        return Page(tuple(records), _guard(contents), more, tuple(damaged))

    def commit(self, transaction: Transaction) -> None:
        """Apply a transaction under the folder's lock."""
        with exclusive_lock(self.folder / _STATE / "lock"):
            for check in transaction.checks:
                if not self._holds(check):
                    raise ConflictError(check.subject, check=check)
            changes: dict[Path, bytes | None] = {
                self._path(delete.ref.kind, delete.ref.key): None
                for delete in transaction.deletes
            }
            for put in transaction.puts:
                changes[self._path(put.ref.kind, put.ref.key)] = dump_yaml(
                    _content(put)
                )
            ignore = self.folder / _STATE / ".gitignore"
            if not ignore.exists():
                changes[ignore] = b"*\n"
            replace_files(changes)

    def _path(self, kind: str, key: str) -> Path:
        return self.folder / f"{kind}s" / f"{key}{_SUFFIX}"

    def _holds(self, check: Check | GuardCheck) -> bool:
        if isinstance(check, Check):
            content = read_file(self._path(check.ref.kind, check.ref.key))
            return (None if content is None else _hash(content)) == check.revision
        return _guard(dict(self._contents(check.kind))) == check.guard

    def _read(self, ref: Ref) -> Record | None:
        content = read_file(self._path(ref.kind, ref.key))
        return None if content is None else self._parse(ref.kind, ref.key, content)

    def _contents(self, kind: str) -> Iterator[tuple[str, bytes]]:
        folder = self.folder / f"{kind}s"
        for path in _files_below(folder):
            content = read_file(path)
            if content is not None:
                key = path.relative_to(folder).as_posix().removesuffix(_SUFFIX)
                yield key, content

    def _parse(self, kind: str, key: str, content: bytes) -> Record:
        path = self._path(kind, key)
        payload = parse_yaml(content, path)
        try:
            ref = Ref(kind, key)
        except ValueError as error:
            reason = "a record's file must have a name in lower case"
            raise DamagedDataError(path, reason) from error
        try:
            uuid = UUID(str(payload.pop(_UUID, None) or payload.get("uuid")))
        except ValueError as error:
            raise DamagedDataError(path, "'uuid' must be a UUID") from error
        return Record(ref, uuid, payload, _hash(content), str(path))


def _folder_of(url: str) -> Path:
    if not url.startswith("file:"):
        return Path(url).expanduser()
    path = unquote(urlsplit(url).path)
    # A URL writes a Windows path as /C:/folder.
    return Path(path[1:] if path[2:3] == ":" else path)


def _content(put: Put) -> Mapping[str, object]:
    uuid = str(put.uuid)
    return (
        put.payload if put.payload.get("uuid") == uuid else {_UUID: uuid, **put.payload}
    )


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the records' files; raise rather than overlook what can't be read."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _files_below(Path(entry))
            elif entry.name.endswith(_SUFFIX):
                yield Path(entry)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise StoreUnavailableError(
            f"{folder} can't be read: {error.strerror}.",
            hint="Check its permissions.",
        ) from error


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _guard(contents: dict[str, bytes]) -> str:
    parts = (f"{key} {_hash(content)}\n" for key, content in sorted(contents.items()))
    return _hash("".join(parts).encode())
