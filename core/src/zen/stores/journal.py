"""Keep the commits of a folder in one file, which is their redo journal as well.

A line of JSON for each commit, the oldest first. A commit is made when its line is in
the file and flushed; the files of the folder follow. Until they have, the line ends
with `"applied":0}`, and whoever reads the folder sees to the rest himself: that
line's changes take the place of what the files hold. Only the last line may be such.

A change takes the place of what a file holds only where that is what it was before
the change. So it doesn't matter how much of it has been done, how often it is done
again, that a hand has edited the file since, or that the journal was copied here from
another folder.
"""

from __future__ import annotations

import io
import os
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from itertools import takewhile
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, TypeAlias

from zen.errors import DamagedDataError
from zen.permissions import mode_like
from zen.records import Ref
from zen.stores.codec import DAMAGE, Head
from zen.stores.confinement import open_regular
from zen.stores.yaml_files import replace_files, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from uuid import UUID

    from zen.stores.history import Author

__all__ = ["Edit", "Entry", "Journal", "Place", "Tail", "overlay"]

# A kind and a key: a file that was made by hand may have a name that no `Ref` has.
Place: TypeAlias = tuple[str, str]

_APPLIED: Final = b'"applied":1}\n'
_PENDING: Final = b'"applied":0}\n'
_BEGINNING: Final = b'{"sequence":'
_FLAG_FROM_END: Final = len(b"0}\n")
# What a line is at least; most are read at once.
_CHUNK: Final = 4096
# Where a transaction's id, and the author of a change, are looked for at first: some
# hundred commits of ordinary size, however long the journal is.
_RECENT: Final = 1 << 17
# How long the ids of transactions are known at least.
_REMEMBERED: Final = timedelta(days=1)


class Edit(NamedTuple):
    """Tell what a commit does to one file.

    Args:
        ref: The record that it holds.
        before: The file's content before; None if there was no file.
        after: Its content afterwards; None if it is removed.
    """

    ref: Ref
    before: bytes | None
    after: bytes | None

    @property
    def place(self) -> Place:
        """Where the record is, as `overlay` names it."""
        return self.ref.kind, self.ref.key


class Entry(NamedTuple):
    """Hold one commit.

    Args:
        sequence: Its number, counted from 1.
        id: The id of the transaction.
        time: The time, in UTC.
        author: Who made it.
        edits: What it does to the files.
    """

    sequence: int
    id: UUID
    time: datetime
    author: Author
    edits: tuple[Edit, ...]

    @property
    def head(self) -> Head:
        """All of it but the edits."""
        author = self.author
        who = author.user, author.host, author.command
        return Head(self.sequence, self.id, self.time, *who)


class Tail(NamedTuple):
    """Say how a journal ends.

    Args:
        start: Where the last line begins.
        end: Where it ends; what follows was cut short, and is no commit.
        size: The size of the file.
        sequence: The number of the last commit; 0 where there is none.
        pending: The last commit, if it may not have been applied.
    """

    start: int = 0
    end: int = 0
    size: int = 0
    sequence: int = 0
    pending: Entry | None = None


class Journal:
    """Read and write a journal; only those who hold the folder's lock may write.

    Args:
        path: The file. It need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def watching(self) -> Iterator[Callable[[], list[Entry] | None]]:
        """Yield what returns the commits that files, read meanwhile, may lack.

        Those are what was committed since, and the commit before if it may not have
        been applied by then. None stands for a journal that was replaced meanwhile: it
        may lack some of them.
        """
        with self._reading() as file:
            start = _start(file)

            def since() -> list[Entry] | None:
                with self._reading() as present:
                    if not _is_same(file, present):
                        return None
                    present.seek(start)
                    return [entry for line in present if (entry := _parsed(line))]

            yield since

    def tail(self) -> Tail:
        """Return how the journal ends.

        Raises:
            DamagedDataError: The file is something else, and to write would destroy it.
        """
        with self._reading() as file:
            tail = _tail(file)
            file.seek(0)
            if not (tail.sequence or _may_be_torn(file.read(len(_BEGINNING)))):
                reason = "this is not the log of a profile"
                error = DamagedDataError(self.path, reason, line=1)
                error.hint = "Move the file away: the profile then begins a new log."
                raise error
        return tail

    def knows(self, transaction_id: UUID, tail: Tail) -> bool:
        """Tell whether a commit, of the last day at least, has a transaction's id."""
        # Within a text, JSON puts a backslash before each quotation mark.
        wanted, length = f'"id":"{transaction_id}"'.encode(), _RECENT
        while True:
            recent = self._recent(tail, length)
            if wanted in recent or len(recent) < length:
                return wanted in recent
            lines = recent.splitlines(keepends=True)[1:]  # the first one isn't whole
            oldest = next(filter(None, map(_parsed, lines)), None)
            if oldest and oldest.time < datetime.now(timezone.utc) - _REMEMBERED:
                return False
            length *= 4

    def recent(self, tail: Tail) -> Iterator[Entry]:
        """Yield the last commits, the newest first."""
        for line in reversed(self._recent(tail).splitlines(keepends=True)):
            if entry := _parsed(line):
                yield entry

    def entries(self, after: int, limit: int) -> list[Entry]:
        """Return commits by their number, from the one that follows `after`.

        Raises:
            DamagedDataError: A line that others follow is no commit.
        """
        found: list[Entry] = []
        with self._reading() as file:
            end = _tail(file).end
            file.seek(0)
            for number, line in enumerate(file, start=1):
                if len(found) == limit or file.tell() > end:
                    break
                entry = _parsed(line)
                if entry is None:
                    raise DamagedDataError(
                        self.path, "this is not a commit", line=number
                    )
                if entry.sequence > after:
                    found.append(entry)
        return found

    def append(self, entry: Entry, tail: Tail) -> Tail:
        """Make a commit: it lasts when this returns, and isn't when this raises.

        Args:
            entry: The commit.
            tail: How the journal ends.

        Raises:
            StoreUnavailableError: It can't be written.
        """
        line = _line(entry)
        try:
            if not os.path.lexists(self.path):
                self._replace(b"")
            with self._writing() as file:
                try:
                    _write(file, line, tail.end)
                except BaseException:  # also when the user interrupts it
                    with suppress(OSError):
                        file.truncate(tail.end)
                        os.fsync(file.fileno())
                    raise
        except OSError as error:
            raise unavailable("written", self.path, error) from error
        end = tail.end + len(line)
        return Tail(tail.end, end, end, entry.sequence, entry)

    def prune(self, keep: int, tail: Tail, before: datetime | None) -> int:
        """Forget all commits but the last ones, and return how many those were.

        Args:
            keep: How many to keep.
            tail: How the journal ends; its last commit has been applied.
            before: Keep those that were made at this time or later, too.

        Raises:
            StoreUnavailableError: It can't be written; it is unchanged.
        """
        with self._reading() as file:
            lines = file.read(tail.end).splitlines(keepends=True)
        forgotten = max(0, len(lines) - keep)
        if before:
            entries = map(_parsed, lines[:forgotten])
            older = takewhile(lambda entry: not entry or entry.time < before, entries)
            forgotten = sum(1 for _ in older)
        if not forgotten:
            return 0
        self._replace(b"".join(lines[forgotten:]))
        return forgotten

    def mark_applied(self, tail: Tail) -> None:
        """Note that the files that the last commit changed are as it wants them.

        If the note is lost, what has been done is found to be done.
        """
        with suppress(OSError), self._writing() as file:
            file.seek(tail.end - _FLAG_FROM_END)
            file.write(b"1")

    @contextmanager
    def _reading(self) -> Iterator[BinaryIO]:
        try:
            with os.fdopen(open_regular(self.path), "rb") as file:
                yield file
        except FileNotFoundError:
            yield io.BytesIO()
        except OSError as error:
            raise unavailable("read", self.path, error) from error

    def _writing(self) -> io.FileIO:
        if os.path.lexists(self.path) and os.lstat(self.path).st_nlink > 1:
            # A hard link: its other names, such as a backup's, keep what they have.
            with self._reading() as file:
                self._replace(file.read())
        return io.FileIO(open_regular(self.path, os.O_RDWR), "r+b")

    def _replace(self, content: bytes) -> None:
        replace_files({self.path: content}, mode=mode_like(self.path.parent))

    def _recent(self, tail: Tail, length: int = _RECENT) -> bytes:
        start = min(tail.start, max(0, tail.end - length))
        with self._reading() as file:
            file.seek(start)
            return file.read(tail.end - start)


def overlay(contents: dict[Place, bytes], entries: Iterable[Entry]) -> None:
    """Bring what was read from the files to where commits have led.

    Args:
        contents: What there is; is changed.
        entries: The commits since the reading began, and the one before if it may
            not have been applied by then.
    """
    for entry in entries:
        for edit in entry.edits:
            if contents.get(edit.place) != edit.before:
                continue
            if edit.after is None:
                contents.pop(edit.place, None)
            else:
                contents[edit.place] = edit.after


def _write(file: io.FileIO, line: bytes, at: int) -> None:
    if file.seek(0, os.SEEK_END) != at:
        file.truncate(at)  # what follows was cut short
        file.seek(at)
    while line:
        line = line[file.write(line) :]
    os.fsync(file.fileno())


def _start(file: BinaryIO) -> int:
    """Return where those commits begin that may not have been applied yet."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - len(_APPLIED)))
    if file.read() == _APPLIED:
        return size
    tail = _tail(file)
    return tail.start if tail.pending else tail.end


def _is_same(file: BinaryIO, other: BinaryIO) -> bool:
    """Tell whether two streams are of one file, or of none both."""
    absent = [isinstance(each, io.BytesIO) for each in (file, other)]
    if any(absent):
        return all(absent)
    return os.path.samestat(os.fstat(file.fileno()), os.fstat(other.fileno()))


def _tail(file: BinaryIO) -> Tail:
    size = end = file.seek(0, os.SEEK_END)
    while end:
        start, line = _line_before(file, end)
        entry = _parsed(line)
        if entry:
            pending = None if line.endswith(_APPLIED) else entry
            return Tail(start, end, size, entry.sequence, pending)
        end = start
    return Tail(size=size)


def _may_be_torn(beginning: bytes) -> bool:
    """Tell whether a file without a commit may hold part of one.

    Where the power failed, zeros may take the place of what was written.
    """
    is_part = beginning.startswith(_BEGINNING) or _BEGINNING.startswith(beginning)
    return is_part or beginning.startswith(b"\0")


def _line_before(file: BinaryIO, end: int) -> tuple[int, bytes]:
    """Return the line that ends at `end`, whole or cut short, and where it begins."""
    start, data = end, b""
    while start and b"\n" not in data[:-1]:
        step = min(start, max(_CHUNK, len(data)))
        start -= step
        file.seek(start)
        data = file.read(end - start)
    begin = data.rfind(b"\n", 0, -1) + 1
    return start + begin, data[begin:]


def _line(entry: Entry) -> bytes:
    # Listing a folder reads no commit, unless somebody was interrupted.
    import json

    content = {
        **entry.head.to_json(),
        "changes": [
            {
                "kind": edit.ref.kind,
                "key": edit.ref.key,
                "before": _text(edit.before),
                "after": _text(edit.after),
            }
            for edit in entry.edits
        ],
        "applied": 0,
    }
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def _parsed(line: bytes) -> Entry | None:
    """Return the commit that a line holds, None if it isn't whole."""
    if not line.endswith((_APPLIED, _PENDING)):
        return None
    import json

    try:
        content = json.loads(line)
        head = Head.from_json(content)
        edits = tuple(map(_edit, content["changes"]))
        return Entry(head.sequence, head.id, head.time, head.author, edits)
    except DAMAGE:
        return None


def _edit(content: Mapping[str, str]) -> Edit:
    # The reference is checked: no line leads to a file outside of the folder.
    ref = Ref(content["kind"], content["key"])
    return Edit(ref, _bytes(content["before"]), _bytes(content["after"]))


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="surrogateescape")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode(errors="surrogateescape")
