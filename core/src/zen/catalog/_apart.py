"""Ask plugins in another process, so that one that hangs or crashes harms nobody."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.machinery import PathFinder
from traceback import walk_tb
from typing import TYPE_CHECKING, NamedTuple, cast

from zen.catalog._blame import load_error
from zen.catalog._imports import resolve
from zen.catalog._isolation import run_apart
from zen.catalog._loader import ask
from zen.catalog._plugins import Answer, Breakage
from zen.catalog._rows import (
    read_answer,
    read_claim,
    read_error,
    row_of,
    row_of_claim,
    row_of_error,
)
from zen.errors import PluginError
from zen.plugin import CommandSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zen.catalog._discovery import Claim
    from zen.catalog._rows import AnswerRow, ClaimRow

__all__ = ["ask_apart"]


class _Told(NamedTuple):
    """Hold what another process said of one plugin or command.

    Args:
        row: What it said.
        files: The files on which that depends.
        ending: How the process ended instead of saying anything, or "".
    """

    row: object
    files: list[str]
    ending: str = ""


def ask_apart(
    claims: Sequence[Claim], on_delay: Callable[[], None] | None = None
) -> list[tuple[Answer, list[str]]]:
    """Ask plugins what they offer, importing none of them in this process.

    Their commands are imported too, so that help can mark those that can't be.

    Args:
        claims: The plugins.
        on_delay: Called when it takes longer than a second.

    Returns:
        The answer of each, and the files on which that depends.

    Raises:
        OSError: No other process can be started.
    """
    found = [
        _answer(claim, told)
        for claim, told in zip(claims, _ask(claims, on_delay), strict=True)
    ]
    commands = [
        (claim, spec.source)
        for claim, (answer, _) in zip(claims, found, strict=True)
        for spec in answer.specs
        if isinstance(spec, CommandSpec)
    ]
    for (claim, source), told in zip(commands, _try(commands, on_delay), strict=True):
        place = claims.index(claim)
        found[place] = _with_command(claim, *found[place], source, told)
    return found


def answers(rows: Iterable[ClaimRow]) -> Iterator[object]:
    """Ask plugins in this process, which they may bring down.

    Yields:
        None to begin with; then the answer of each plugin as a row, and the files on
        which that depends.
    """
    yield None
    for claim in map(read_claim, rows):
        before = set(sys.modules)
        answer = ask(claim)
        yield row_of(answer), _files_behind(claim.module, answer.error, before)


def breakages(rows: Iterable[tuple[ClaimRow, str]]) -> Iterator[object]:
    """Import commands in this process, which they may bring down.

    Yields:
        None to begin with; then for each command the error as a row, or None, and
        the files on which that depends.
    """
    yield None
    for row, source in rows:
        before = set(sys.modules)
        error: PluginError | None = None
        try:
            resolve(source, read_claim(row).owner)
        except PluginError as raised:
            error = raised
        module = source.partition(":")[0]
        yield error and row_of_error(error), _files_behind(module, error, before)


def _ask(
    claims: Sequence[Claim], on_delay: Callable[[], None] | None
) -> Iterator[_Told]:
    return _each("answers", [row_of_claim(claim) for claim in claims], on_delay)


def _try(
    commands: Sequence[tuple[Claim, str]], on_delay: Callable[[], None] | None
) -> Iterator[_Told]:
    rows = [(row_of_claim(claim), source) for claim, source in commands]
    return _each("breakages", rows, on_delay)


def _each(
    task: str, rows: Sequence[object], on_delay: Callable[[], None] | None
) -> Iterator[_Told]:
    """Run a task apart; where the process ends in one row, go on with the next."""
    done = 0
    while done < len(rows):
        results, ending = run_apart(
            f"{__name__}:{task}", rows[done:], on_delay=on_delay
        )
        if not results:
            message = f"a process that asks plugins can't be started: {ending}"
            raise OSError(message)
        # The first result says that it has begun.
        for row, files in cast("list[tuple[object, list[str]]]", results[1:]):
            yield _Told(row, files)
        done += len(results) - 1
        if done < len(rows):
            yield _Told(None, [], ending)
            done += 1


def _answer(claim: Claim, told: _Told) -> tuple[Answer, list[str]]:
    if not told.ending:
        return read_answer(cast("AnswerRow", told.row)), told.files
    error = load_error(claim.owner, f"module '{claim.module}'", _in_words(told.ending))
    return Answer(error=error, is_fatal=True), _package_of(claim.module)


def _with_command(
    claim: Claim, answer: Answer, files: list[str], source: str, told: _Told
) -> tuple[Answer, list[str]]:
    if told.ending:
        error = load_error(claim.owner, f"'{source}'", _in_words(told.ending))
        breakage = Breakage(error, is_fatal=True)
        files = [*files, *_package_of(source.partition(":")[0])]
    elif told.row:
        breakage = Breakage(read_error(cast("Sequence[str]", told.row)))
        files = [*files, *told.files]
    else:
        return answer, [*files, *told.files]
    return answer._replace(broken={**answer.broken, source: breakage}), files


def _in_words(ending: str) -> str:
    if ending.startswith("no end"):
        return f"it hangs: {ending}"
    return f"it ends the whole process, with {ending}"


def _files_behind(
    module: str, error: BaseException | None, before: set[str]
) -> list[str]:
    """Return the files of a package that were imported, and those that raised."""
    package = module.partition(".")[0]
    imported = (
        value
        for name, value in sys.modules.items()
        if name not in before and name.partition(".")[0] == package
    )
    files = {str(getattr(value, "__file__", None) or "") for value in imported}
    while error:
        files |= {frame.f_code.co_filename for frame, _ in walk_tb(error.__traceback__)}
        files |= {str(getattr(error, "filename", "")), str(getattr(error, "path", ""))}
        error = error.__cause__ or error.__context__
    files.update(_files_of(module))
    return sorted(file for file in files if os.path.isabs(file))


def _package_of(module: str) -> list[str]:
    """Return all files of Python in a module's package: any may be at fault."""
    package = module.partition(".")[0]
    files = _files_of(module)
    for place in [path for path in files if os.path.basename(path) == "__init__.py"]:
        folder = os.path.dirname(place)
        if os.path.basename(folder) == package:
            for parent, _, names in os.walk(folder):
                files += [
                    os.path.join(parent, name) for name in names if name.endswith(".py")
                ]
    return sorted(set(files))


def _files_of(module: str) -> list[str]:
    """Return a module's file and those of the packages around it, importing none."""
    files: list[str] = []
    path: Sequence[str] | None = None
    parts = module.split(".")
    # An entry point may hold anything.
    with suppress(Exception):
        for end in range(1, len(parts) + 1):
            spec = PathFinder.find_spec(".".join(parts[:end]), path)
            if spec is None:
                # Where it should be is where it may appear.
                return [*files, *(path or ())]
            files += [spec.origin] if spec.origin else []
            path = spec.submodule_search_locations
    return files
