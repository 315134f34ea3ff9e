"""What an answer rests on: while none of that changes, it holds.

Evidence is a list of texts: the path of a file or folder, `$NAME` for a variable of
the environment, or a span of time.
"""

from __future__ import annotations

import os
import sys
from binascii import crc32
from contextlib import suppress
from importlib.machinery import PathFinder
from time import time, time_ns
from traceback import walk_tb
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["HOUR", "INSTANT", "MINUTE", "Witness", "files_of", "package_of", "state_of"]

# A failure whose cause leaves no trace is believed for so long, one that costs the
# user half a minute for longer.
MINUTE: Final = "a minute"
HOUR: Final = "an hour"
# A failure that is the host's is not believed when it is looked at again.
INSTANT: Final = "an instant"
_SECONDS: Final = {MINUTE: 60, HOUR: 3600}
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def state_of(evidence: str) -> int:
    """Return a number that is another one as soon as the evidence has changed.

    That of a file is the time of its last change, in nanoseconds; 0 if it isn't there.
    """
    if evidence in _SECONDS:
        return int(time()) // _SECONDS[evidence]
    if evidence == INSTANT:
        return time_ns()
    if evidence.startswith("$"):
        value = os.environ.get(evidence[1:])
        return -1 if value is None else crc32(os.fsencode(value))
    try:
        return os.stat(evidence or os.curdir).st_mtime_ns
    except (OSError, ValueError):
        return 0


class Witness:
    """Note what this process imports, opens and looks up from now on.

    It can't be dismissed, so it belongs into a process that soon ends.
    """

    def __init__(self) -> None:
        self._modules = set(sys.modules)
        self._read: set[str] = set()
        self._written: set[str] = set()
        sys.addaudithook(self._note)
        _watch_variables(self._read)

    def evidence(
        self, module: str, error: BaseException | None, *, in_full: bool
    ) -> list[str]:
        """Return what was noted.

        Args:
            module: The module that was imported; the files of its package count.
            error: What came of that; the files that raised count.
            in_full: Whether all else counts that was imported, opened or looked up.
        """
        package = module.partition(".")[0]
        found = {
            _file_of(value)
            for name, value in [*sys.modules.items()]
            if name not in self._modules
            and (in_full or name.partition(".")[0] == package)
        }
        found |= set(_raised_in(error)) | set(files_of(module))
        paths = {path for path in found if os.path.isabs(path)}
        if in_full:
            paths |= self._read - self._written
        if error:
            paths.add(MINUTE)
        return sorted(paths)

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if event != "open":
            return
        path, _, flags = arguments
        # Descriptors are opened too; and the working directory may be gone.
        if isinstance(path, str) and "__pycache__" not in path:
            with suppress(OSError):
                is_written = isinstance(flags, int) and flags & _WRITING
                noted = self._written if is_written else self._read
                noted.add(os.path.abspath(path))


def _watch_variables(names: set[str]) -> None:
    """Add each variable that is looked up from now on to the names."""
    environment: type = type(os.environ)

    class Watched(environment):  # type: ignore[misc]
        def __getitem__(self, key: str) -> str:
            names.add(f"${key}")
            value: str = super().__getitem__(key)
            return value

    os.environ.__class__ = Watched


def package_of(module: str) -> list[str]:
    """Return all files of Python in a module's package: any may be at fault."""
    files = files_of(module)
    if "." not in module or not files:
        return files
    # The outermost package; of a namespace, which many share, only the module's part.
    inits = [file for file in files if os.path.basename(file) == "__init__.py"]
    for parent, _, names in os.walk(os.path.dirname((inits or files)[0])):
        files += [os.path.join(parent, name) for name in names if name.endswith(".py")]
    return sorted(set(files))


def files_of(module: str) -> list[str]:
    """Return a module's file and those of the packages around it, importing none."""
    files: list[str] = []
    path: list[str] | None = None
    name = ""
    # An entry point may hold anything, and anybody may have put a hook on the path.
    with suppress(Exception):
        for part in module.split("."):
            name = f"{name}.{part}" if name else part
            folders = [os.path.join(entry, part) for entry in path or sys.path]
            # A namespace in another one can't be found before that is imported.
            with suppress(KeyError):
                spec = PathFinder.find_spec(name, path)
                if spec is None:
                    # Where it should be is where it may appear.
                    return [*files, *(path or ())]
                if spec.origin:
                    files.append(spec.origin)
                    folders = list(spec.submodule_search_locations or ())
            path = folders
    return files


def _raised_in(error: BaseException | None) -> Iterable[str]:
    """Yield the files that raised an error, and those that it names."""
    while error:
        for frame, _ in walk_tb(error.__traceback__):
            yield frame.f_code.co_filename
        yield str(getattr(error, "filename", ""))
        yield str(getattr(error, "path", ""))
        error = error.__cause__ or error.__context__


def _file_of(module: object) -> str:
    # What stands among the modules may be anything, and answer anything.
    with suppress(Exception):
        return str(vars(module).get("__file__") or "")
    return ""
