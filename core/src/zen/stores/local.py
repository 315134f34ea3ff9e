"""Keep a profile in a folder of YAML files, one for each record.

`components/artifact_store/default.yaml`, `stacks/default.yaml`: readable, and fit to
be kept in git. What belongs to this host alone is in `.state`, which git ignores.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes, urlsplit
from uuid import UUID

from zen.errors import ConflictError, DamagedDataError
from zen.permissions import mode_like
from zen.records import Record, Ref
from zen.references import VARIABLE
from zen.stores.confinement import check_links
from zen.stores.driver import Check, GuardCheck, Page, StoreDriver
from zen.stores.file_systems import warn_of_network
from zen.stores.history import Author, Change, Commit, Content
from zen.stores.journal import Edit, Entry, Journal, overlay
from zen.stores.locking import exclusive_lock
from zen.stores.profile_folder import (
    STATE,
    SUFFIX,
    check_own,
    files_below,
    is_missing,
    kinds_in,
    remove_records,
)
from zen.stores.yaml_files import (
    dump_yaml,
    flush_folders,
    parse_yaml,
    put_in_place,
    read_file,
    replace_files,
    staged_files,
    unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from zen.stores.driver import Put, Transaction
    from zen.stores.journal import Place, Tail

__all__ = ["LocalStoreDriver"]

# Where a record keeps its identity if its payload doesn't hold it as `uuid`. Fields of
# that name, with whatever number of underscores, have one more in the file.
_UUID: Final = "_uuid"
_NO_FOLDER: Final = "it must be a folder, as a path or as a file:/// URL"
_NO_DATABASE: Final = (
    "A database has another store type, as with '--store-type sql', and a URL like"
    " 'mysql://user@host/name'. A relative path with a colon in its first part begins"
    " with './'"
)


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
        self._journal = Journal(self.folder / STATE / "log.jsonl")

    @classmethod
    def default_url(cls, folder: Path) -> str:
        """Return the URL of `folder` itself."""
        return folder.as_uri()

    @classmethod
    def normalise_url(cls, url: str) -> str:
        """Return a `file:` URL as it is, and a path made absolute."""
        is_url = url.startswith("file:")
        host = urlsplit(url).netloc if is_url else ""
        if not url or host not in {"", "localhost"}:
            raise ValueError(_NO_FOLDER)
        if not is_url and ("://" in url or _has_scheme(url)):
            raise ValueError(f"{_NO_FOLDER}. {_NO_DATABASE}")
        folder = _folder_of(url).absolute()
        # A folder may be called like a reference, which is quoted in a file: URL.
        is_url = is_url or VARIABLE.search(str(folder)) is not None
        return folder.as_uri() if is_url else str(folder)

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Return those of the records that exist."""
        wanted = {(ref.kind, ref.key): ref for ref in refs}
        found = self._as_committed(lambda: self._files(wanted))
        return {
            ref: self._parse(ref.kind, ref.key, found[place])
            for place, ref in wanted.items()
            if place in found
        }

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        """Return the records of a kind whose key begins with `prefix`, by key."""
        contents = self._as_committed(lambda: self._files_of(kind))
        contents = {place: contents[place] for place in contents if place[0] == kind}
        keys = sorted(key for _, key in contents if key.startswith(prefix))
        keys = [key for key in keys if key > after]
        records: list[Record] = []
        damaged: list[DamagedDataError] = []
        for key in keys[:limit]:
            try:
                records.append(self._parse(kind, key, contents[kind, key]))
            except DamagedDataError as error:
                damaged.append(error)
        more = keys[limit - 1] if len(keys) > limit else None
        return Page(tuple(records), _guard(contents), more, tuple(damaged))

    def kinds(self) -> list[str]:
        """Return the kinds of record that there are, sorted."""
        contents = self._as_committed(self._all_files)
        return sorted({kind for kind, _ in contents})

    def commit(self, transaction: Transaction) -> None:
        """Apply a transaction under the folder's lock.

        It is committed when it is in the journal. When the files can't be brought to
        it, it is committed all the same: readers see it, and the next writer goes on.
        Of the ids of transactions, the journal knows those of the last day at least.
        """
        with self._locked(transaction.author) as tail:
            if not self._journal.knows(transaction.id, tail):
                for check in transaction.checks:
                    if not self._holds(check):
                        raise self._conflict(check, tail)
                self._write(transaction, tail)

    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        """Return commits, the oldest first; what was edited by hand isn't in them."""
        return [
            Commit(*entry.head, tuple(map(self._change, entry.edits)))
            for entry in self._journal.entries(after, limit)
        ]

    def last_sequence(self) -> int:
        """Return the sequence number of the last commit, 0 if there is none."""
        return self._journal.tail().sequence

    def prune(self, keep: int, *, before: datetime | None = None) -> int:
        """Forget the oldest commits, and return how many those were."""
        if not self._journal.path.exists():
            return 0
        with self._locked(Author()) as tail:
            return self._journal.prune(keep, tail, before)

    def check_place(self) -> None:
        """Refuse a folder that holds files, and none of a profile."""
        check_own(self.folder)

    def expect(self) -> None:
        """Refuse a folder that holds files, and none of a profile."""
        check_own(
            self.folder,
            hint="Move them away, and put the profile's folder back in its place. An"
            " empty folder is an empty profile.",
        )

    def missing_place(self) -> Path | None:
        """Return the folder if it isn't there."""
        return self.folder if is_missing(self.folder) else None

    def destroy(self) -> None:
        """Remove the records and the log; what else is in the folder stays."""
        if not self.folder.exists():
            return
        from shutil import rmtree  # loads much, and only a deletion needs it

        try:
            with self._locked(Author()):
                remove_records(self.folder)
            rmtree(self.folder / STATE)
            with suppress(OSError):  # it isn't empty
                self.folder.rmdir()
        except OSError as error:
            raise unavailable("removed", self.folder, error) from error

    @contextmanager
    def _locked(self, author: Author) -> Iterator[Tail]:
        """Keep others from writing, see to what they left, and yield the log's end."""
        lock = self._state("lock")
        with exclusive_lock(lock, author=author, mode=self._mode) as crashed:
            if crashed:
                self._sweep()
            tail = self._journal.tail()
            if tail.pending:
                self._finish(tail.pending)
                self._journal.mark_applied(tail)
            yield tail

    @property
    def _mode(self) -> int:
        """The permissions of new files: as the folder's, which may be shared."""
        return mode_like(self.folder)

    def _state(self, name: str) -> Path:
        path = self.folder / STATE / name
        check_links(self.folder, path)
        return path

    def _path(self, kind: str, key: str) -> Path:
        """Return a record's file; no link leads out of the folder by way of it."""
        path = self.folder / f"{kind}s" / f"{key}{SUFFIX}"
        check_links(self.folder, path)
        return path

    def _as_committed(
        self, read: Callable[[], dict[Place, bytes]]
    ) -> dict[Place, bytes]:
        """Return what is read, as of one commit, however many are made meanwhile."""
        check_links(self.folder, self._journal.path)
        while True:
            with self._journal.watching() as since:
                contents = read()
                entries = since()
            if entries is not None:
                overlay(contents, entries)
                return contents

    def _files(self, places: Iterable[Place]) -> dict[Place, bytes]:
        found = ((place, read_file(self._path(*place))) for place in places)
        return {place: content for place, content in found if content is not None}

    def _files_of(self, kind: str) -> dict[Place, bytes]:
        folder = self.folder / f"{kind}s"
        check_links(self.folder, folder)
        names = (path.relative_to(folder).as_posix() for path in files_below(folder))
        return self._files((kind, name.removesuffix(SUFFIX)) for name in names)

    def _all_files(self) -> dict[Place, bytes]:
        return {
            place: content
            for kind in kinds_in(self.folder)
            for place, content in self._files_of(kind).items()
        }

    def _holds(self, check: Check | GuardCheck) -> bool:
        if isinstance(check, GuardCheck):
            return _guard(self._files_of(check.kind)) == check.guard
        content = read_file(self._path(check.ref.kind, check.ref.key))
        return (None if content is None else _hash(content)) == check.revision

    def _conflict(self, check: Check | GuardCheck, tail: Tail) -> ConflictError:
        """Name who is to blame, unless it was a hand that has edited the files."""
        for entry in self._journal.recent(tail):
            for edit in entry.edits:
                if not _concerns(check, edit):
                    continue
                if read_file(self._path(*edit.place)) != edit.after:
                    return ConflictError(check.subject, check=check)
                author = str(entry.author)
                return ConflictError(
                    check.subject, check=check, author=author, time=entry.time
                )
        return ConflictError(check.subject, check=check)

    def _write(self, transaction: Transaction, tail: Tail) -> None:
        contents: dict[Ref, bytes | None] = {
            delete.ref: None for delete in transaction.deletes
        }
        for put in transaction.puts:
            contents[put.ref] = dump_yaml(_content(put))
        edits = [
            Edit(ref, read_file(self._path(ref.kind, ref.key)), content)
            for ref, content in contents.items()
        ]
        edits = [edit for edit in edits if (edit.before, edit.after) != (None, None)]
        entry = Entry(
            tail.sequence + 1,
            transaction.id,
            datetime.now(timezone.utc),
            transaction.author,
            tuple(edits),
        )
        self._ignore()
        warn_of_network(self.folder, self.folder / STATE, transaction.author.host)
        with staged_files(self._changes(edits), mode=self._mode) as staged:
            tail = self._journal.append(entry, tail)
            with suppress(OSError):
                put_in_place(staged)
                self._journal.mark_applied(tail)

    def _ignore(self) -> None:
        ignore = self._state(".gitignore")
        if not ignore.exists():
            replace_files({ignore: b"*\n"}, mode=self._mode)

    def _finish(self, entry: Entry) -> None:
        """Bring the files to a commit whose writer didn't live to do it."""
        contents = self._files(edit.place for edit in entry.edits)
        undone = [e for e in entry.edits if contents.get(e.place) == e.before]
        replace_files(self._changes(undone), mode=self._mode)
        flush_folders(self._changes(entry.edits))

    def _changes(self, edits: Iterable[Edit]) -> dict[Path, bytes | None]:
        return {self._path(*edit.place): edit.after for edit in edits}

    def _sweep(self) -> None:
        """Remove what a writer that died has left beside the files."""
        with suppress(OSError):
            for path in (
                *self.folder.rglob(f".*{SUFFIX}.*.tmp"),
                *(self.folder / STATE).glob(".*.tmp"),
            ):
                path.unlink(missing_ok=True)

    def _change(self, edit: Edit) -> Change:
        before, after = (
            self._readable(edit.ref, content) for content in (edit.before, edit.after)
        )
        return Change(edit.ref, before, after)

    def _readable(self, ref: Ref, content: bytes | None) -> Content | None:
        if content is None:
            return None
        try:
            record = self._parse(ref.kind, ref.key, content)
        except DamagedDataError:
            return None
        return Content(record.uuid, record.payload)

    def _parse(self, kind: str, key: str, content: bytes) -> Record:
        path = self.folder / f"{kind}s" / f"{key}{SUFFIX}"
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
        payload = {
            name[1:] if _is_like_uuid(name) else name: value
            for name, value in payload.items()
        }
        return Record(ref, uuid, payload, _hash(content), str(path))


def _has_scheme(path: str) -> bool:
    """Tell whether a path would be something else as a URL: RFC 3986, section 4.2.

    Such a one is likely to be that, with a password in it.
    """
    first = path.removeprefix("//").partition("/")[0]
    return ":" in first and not Path(path).drive


def _folder_of(url: str) -> Path:
    if not url.startswith("file:"):
        return Path(url).expanduser()
    # As `Path.as_uri` quotes it, whatever the locale calls the bytes of names.
    path = os.fsdecode(unquote_to_bytes(urlsplit(url).path))
    # A URL writes a Windows path as /C:/folder.
    return Path(path[1:] if path[2:3] == ":" else path)


def _content(put: Put) -> Mapping[str, object]:
    uuid = str(put.uuid)
    payload = {
        f"_{name}" if _is_like_uuid(name) else name: value
        for name, value in put.payload.items()
    }
    return payload if payload.get("uuid") == uuid else {_UUID: uuid, **payload}


def _is_like_uuid(name: str) -> bool:
    # A hand may have written a number there.
    return re.fullmatch(f"_*{_UUID}", str(name)) is not None


def _concerns(check: Check | GuardCheck, edit: Edit) -> bool:
    if isinstance(check, GuardCheck):
        return edit.ref.kind == check.kind
    return edit.ref == check.ref


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _guard(contents: Mapping[Place, bytes]) -> str:
    parts = (
        f"{key} {_hash(content)}\n" for (_, key), content in sorted(contents.items())
    )
    return _hash("".join(parts).encode())
