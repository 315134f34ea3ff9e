"""Read and write YAML files that survive crashes and full disks."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import yaml

from zen.errors import DamagedDataError, StoreUnavailableError
from zen.folders import config_folder
from zen.permissions import PRIVATE, create_file, create_folders
from zen.printable import printable
from zen.stores.confinement import check_size, open_regular
from zen.stores.yaml_loader import LARGEST, SAFE_LOADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = [
    "DEEPEST",
    "check_depth",
    "check_end_mark",
    "check_writable",
    "dump_yaml",
    "flush_folders",
    "line_of",
    "located_errors",
    "make_folder",
    "parse_yaml",
    "put_in_place",
    "read_file",
    "replace_files",
    "staged_files",
    "too_deep",
    "too_large",
    "unavailable",
]

_END_MARK: Final = b"..."

# As `SAFE_LOADER`, the faster one where there is one.
_Dumper: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

# The fast loader recurses in C, which ends the process some 20,000 levels down.
DEEPEST: Final = 100
# What opens a level may open one more, as in "- a: 1"; without it, each level needs a
# deeper indentation. After what begins a list, there may be any break of lines.
_OPENING: Final = re.compile(rb"[\[{]|[-?][\s\xc2\xe2]")
_MANY: Final = DEEPEST // 4
_FAR: Final = b" " * (DEEPEST // 2)
_NOT_UTF_8: Final = re.compile(rb"\A(?:\xff\xfe|\xfe\xff)|\0")


def dump_yaml(content: Mapping[str, object], *, end_mark: bool = True) -> bytes:
    """Return `content` as YAML, in its own order, fit for a terminal.

    Args:
        content: A mapping of JSON-able values.
        end_mark: Whether to end with the mark `...`, which shows when a file was cut
            short, at whatever byte.
    """
    text = _dumped(content, end_mark=end_mark, allow_unicode=True)
    if printable(text) != text:
        text = _dumped(content, end_mark=end_mark, allow_unicode=False)
    return text.encode()


def _dumped(
    content: Mapping[str, object], *, end_mark: bool, allow_unicode: bool
) -> str:
    text: str = yaml.dump(
        dict(content),
        Dumper=_Dumper,
        allow_unicode=allow_unicode,
        default_flow_style=False,
        explicit_end=end_mark,
        sort_keys=False,
    )
    return text


def parse_yaml(data: bytes, path: Path, *, end_mark: bool = True) -> dict[str, object]:
    """Return the mapping that `data` holds.

    Args:
        data: A file's content.
        path: The file, for messages.
        end_mark: Whether it must end with the mark `...`.

    Raises:
        DamagedDataError: It isn't YAML, isn't a mapping, or has no end mark.
    """
    with located_errors(data, path):
        _check_encoding(data, path)
        if _FAR in data or len(_OPENING.findall(data)) > _MANY:
            check_depth(data, path)
        content = yaml.load(data, Loader=SAFE_LOADER)  # noqa: S506 - as its name says
        if b"*" in data:
            _check_aliases(content, path)
    if end_mark:
        check_end_mark(data, path)
    if not isinstance(content, dict):
        raise DamagedDataError(path, "a mapping is expected", line=1)
    return content


def _check_encoding(data: bytes, path: Path) -> None:
    """Raise `DamagedDataError` for UTF-16 and UTF-32, in which nothing is found."""
    if found := _NOT_UTF_8.search(data):
        line = data.count(b"\n", 0, found.start()) + 1
        raise DamagedDataError(path, "not valid YAML: it must be UTF-8", line=line)


def check_depth(
    data: bytes, path: Path | str, *, most_events: int | None = None
) -> None:
    """Raise `DamagedDataError` if `data` is nested more than `DEEPEST` levels deep.

    Args:
        data: A file's content.
        path: The file, for messages.
        most_events: How many events of the parser it may be.
    """
    depth = 0
    for number, event in enumerate(yaml.parse(data, Loader=SAFE_LOADER)):
        if number == most_events:
            raise too_large(path)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise too_deep(path, line_of(event))


def line_of(found: yaml.Node | yaml.Event) -> int:
    """Return the line that something begins on."""
    return found.start_mark.line + 1 if found.start_mark else 1


def _check_aliases(content: object, path: Path) -> None:
    """Raise `DamagedDataError` if something holds itself, too much or too deeply."""
    measures: dict[int, tuple[int, int]] = {}

    def measure(value: object) -> tuple[int, int]:
        """Return how many values it is, and on how many levels."""
        if not isinstance(value, dict | list | tuple | set):
            return 1, 0
        if id(value) not in measures:
            measures[id(value)] = LARGEST, 0  # what is looked at meanwhile, if so
            items = value.values() if isinstance(value, dict) else value
            sizes, depths = zip((1, 0), *map(measure, items), strict=True)
            measures[id(value)] = sum(sizes), 1 + max(depths)
        return measures[id(value)]

    size, depth = measure(content)
    if size > LARGEST:
        raise too_large(path)
    if depth > DEEPEST:
        raise too_deep(path)


def too_large(path: Path | str) -> DamagedDataError:
    """Return the error of what holds more than `LARGEST` values, or itself."""
    reason = f"it holds more than {LARGEST} values, aliases included"
    return DamagedDataError(path, reason)


def too_deep(path: Path | str, line: int | None = None) -> DamagedDataError:
    """Return the error of what is nested more than `DEEPEST` levels deep."""
    reason = f"it is nested more than {DEEPEST} levels deep"
    return DamagedDataError(path, reason, line=line)


def check_end_mark(data: bytes, path: Path | str) -> None:
    """Raise `DamagedDataError` if `data` doesn't end with the mark `...`."""
    lines = data.rstrip().splitlines()
    if not lines or lines[-1] != _END_MARK:
        line = max(len(lines), 1)
        if not data.endswith(b"\n"):
            reason = "the end mark '...' is missing, so the file is cut short"
            raise DamagedDataError(path, reason, line=line)
        reason = (
            "the end mark '...' is missing: the file was cut short, or written by hand"
        )
        error = DamagedDataError(path, reason, line=line)
        error.hint = (
            "Where it is whole, add '...' as its last line. Otherwise restore it from a"
            " backup or from git."
        )
        raise error


@contextmanager
def located_errors(data: bytes, path: Path | str) -> Iterator[None]:
    """Turn what PyYAML raises for `data` into `DamagedDataError`, with the line."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(part for part in (error.context, error.problem) if part)
        line = mark.line + 1 if mark else None
        raise DamagedDataError(path, f"not valid YAML: {reason}", line=line) from error
    except yaml.reader.ReaderError as error:
        line = data.count(b"\n", 0, error.position) + 1
        reason = "not valid YAML: it contains a character that isn't text"
        raise DamagedDataError(path, reason, line=line) from error
    except RecursionError as error:
        reason = "not valid YAML for Zen: it is nested too deeply"
        raise DamagedDataError(path, reason) from error
    # What PyYAML raises for a value that isn't of the type that its tag says.
    except (yaml.YAMLError, AttributeError, LookupError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DamagedDataError(path, f"not valid YAML: {reason}") from error


def read_file(path: Path, *, largest: int | None = None) -> bytes | None:
    """Return a file's content, or None if there is no such file.

    Args:
        path: The file.
        largest: How many bytes it may have, in whole MiB.

    Raises:
        DamagedDataError: It is larger.
        StoreUnavailableError: It exists and can't be read, or is not a regular file.
    """
    try:
        with os.fdopen(open_regular(path, follow=True), "rb") as file:
            data = file.read(-1 if largest is None else largest + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unavailable("read", path, error) from error
    if largest is not None:
        check_size(data, path, largest)
    return data


def check_writable(path: Path) -> None:
    """Raise `StoreUnavailableError` if a file can't be replaced; change nothing."""
    try:
        _stage(path, b"", PRIVATE).unlink()
    except OSError as error:
        raise unavailable("written", path, error) from error


def replace_files(
    changes: Mapping[Path, bytes | None], *, mode: int | None = PRIVATE
) -> None:
    """Give files new contents, or remove those whose new content is None.

    Everything is written and flushed beside the old files before the first of them
    is replaced, so that a full disk or a read-only folder changes nothing.

    Args:
        changes: The new content of each file, in the order of replacement.
        mode: The permissions of new files, and so of new folders; the umask decides
            if None. Other files keep theirs, as far as these allow.

    Raises:
        StoreUnavailableError: A file can't be written.
    """
    with staged_files(changes, mode=mode) as staged:
        replaced: dict[Path, bytes | None] = {}
        path = None
        try:
            for path, temporary in staged.items():
                before = read_file(path) if path.is_file() else None
                _replace(path, temporary)
                replaced[path] = before
            flush_folders(changes)
        except BaseException as error:  # also when the user interrupts it
            _restore(replaced, mode)
            if isinstance(error, OSError):
                raise unavailable("written", path, error) from error
            raise


@contextmanager
def staged_files(
    changes: Mapping[Path, bytes | None], *, mode: int | None = PRIVATE
) -> Iterator[Mapping[Path, Path | None]]:
    """Write and flush new contents beside files, and yield where they are.

    Those that are still there in the end are removed.

    Args:
        changes: The new content of each file; None for one that is to go.
        mode: The permissions of new files, and so of new folders; the umask decides
            if None. Other files keep theirs, as far as these allow.

    Raises:
        StoreUnavailableError: One can't be written.
    """
    staged: dict[Path, Path | None] = {}
    path = None
    try:
        for path, content in changes.items():
            if content is None:
                _check_removable(path)
            staged[path] = None if content is None else _stage(path, content, mode)
    except OSError as error:
        _unstage(staged)
        raise unavailable("written", path, error) from error
    except BaseException:  # also when the user interrupts it
        _unstage(staged)
        raise
    try:
        yield staged
    finally:
        _unstage(staged)


def put_in_place(staged: Mapping[Path, Path | None]) -> None:
    """Replace files by those that `staged_files` has written, and flush the folders.

    Raises:
        OSError: One can't be replaced; those before it have been.
    """
    for path, temporary in staged.items():
        _replace(path, temporary)
    flush_folders(staged)


def flush_folders(paths: Iterable[Path]) -> None:
    """Make what was renamed or removed in the folders of files outlast a power cut."""
    for folder in dict.fromkeys(_target(path).parent for path in paths):
        _flush_folder(folder)


def _unstage(staged: Mapping[Path, Path | None]) -> None:
    for temporary in filter(None, staged.values()):
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _check_removable(path: Path) -> None:
    if path.exists() and not os.access(path.parent, os.W_OK | os.X_OK):
        reason = os.strerror(errno.EACCES)
        raise PermissionError(errno.EACCES, reason, str(path.parent))


def _restore(contents: Mapping[Path, bytes | None], mode: int | None) -> None:
    for path, content in contents.items():
        with suppress(OSError):
            _replace(path, None if content is None else _stage(path, content, mode))


def _replace(path: Path, temporary: Path | None) -> None:
    if temporary is not None:
        temporary.replace(_target(path))
        return
    with suppress(FileNotFoundError, NotADirectoryError):
        path.unlink()


def _target(path: Path) -> Path:
    """Return the file itself where `path` is a link to it."""
    return path / os.path.realpath(path) if path.is_symlink() else path


def _stage(path: Path, content: bytes, mode: int | None) -> Path:
    path = _target(path)
    make_folder(path.parent, mode)
    if path.exists():
        present = stat.S_IMODE(path.stat().st_mode)
        mode = present if mode is None else mode & present
    # Other threads, and other hosts, may be writing the same file.
    temporary = path.with_name(f".{path.name}.{uuid4().int}.tmp")
    try:
        with os.fdopen(create_file(temporary, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def make_folder(folder: Path, mode: int | None = PRIVATE) -> None:
    """Make a folder and those above it, so that they outlast a power failure.

    Args:
        folder: The folder.
        mode: The permissions of the files that it is for, as in `replace_files`.
    """
    for made in create_folders(folder, mode):
        _flush_folder((folder / made).parent)


def _flush_folder(folder: Path) -> None:
    # Windows can't open a folder; and there is none where nothing was removed.
    if os.name == "nt" or not folder.is_dir():
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unavailable(verb: str, path: Path | None, error: OSError) -> StoreUnavailableError:
    """Return the error for a file that can't be `read`, `written` or `removed`."""
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        from pathlib import Path  # every call imports this module, and few fail

        place = Path(error.filename or path or "")
        file = next((each for each in (place, *place.parents) if each.is_file()), place)
        return StoreUnavailableError(
            f"{path} can't be {verb}: {file} is a file, and a folder is needed.",
            hint="Move the file, or choose another folder; nothing was changed.",
        )
    hint = "Check its permissions and the free space, and repeat the command;"
    if path and path.is_relative_to(config_folder()):
        hint = hint[:-1] + ", or choose another folder with ZEN_CONFIG_PATH;"
    return StoreUnavailableError(
        f"{path} can't be {verb}: {error.strerror or error}.",
        hint=f"{hint} nothing was changed.",
    )
