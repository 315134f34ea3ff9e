"""Ask plugins in another process, so that one that hangs or crashes harms nobody."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.machinery import PathFinder
from traceback import walk_tb
from typing import TYPE_CHECKING, cast

from zen.catalog._blame import faulty_plugin, load_error, on_one_line
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
    from collections.abc import Callable, Iterator, Sequence

    from zen.catalog._discovery import Claim
    from zen.catalog._rows import AnswerRow, ClaimRow

__all__ = ["ask_apart"]


def ask_apart(
    claims: Sequence[Claim], on_delay: Callable[[], None] | None = None
) -> list[tuple[Answer, list[str]]]:
    """Ask plugins what they offer, importing none of them in this process.

    Their commands are imported too, so that help can mark those that can't be. Where
    the process ends in one of either, another one goes on with the next.

    Args:
        claims: The plugins.
        on_delay: Called when it takes longer than a second.

    Returns:
        The answer of each, and the files on which that depends.

    Raises:
        OSError: No other process can be started.
    """
    found: list[tuple[Answer, list[str]]] = []
    commands: list[tuple[int, str]] = []
    while len(found) < len(claims) or commands:
        rest = claims[len(found) :]
        requests = [(row_of_claim(claims[place]), source) for place, source in commands]
        job = ([row_of_claim(claim) for claim in rest], requests)
        told, ending = _run(job, on_delay)
        for row, files in told[: len(rest)]:
            answer = _read(claims[len(found)], row)
            commands += [(len(found), source) for source in _sources(answer)]
            found.append((answer, files))
        if len(told) < len(rest):
            found.append(_fatal_answer(claims[len(found)], ending))
            continue
        tried = told[len(rest) :]
        for (place, source), (row, files) in zip(commands, tried, strict=False):
            error = read_error(cast("Sequence[str]", row)) if row else None
            found[place] = _with_command(found[place], source, error, files)
        commands = commands[len(tried) :]
        if commands:
            place, source = commands.pop(0)
            broken = _fatal_command(found[place], claims[place], source, ending)
            found[place] = broken
    return found


def report(job: tuple[list[ClaimRow], list[tuple[ClaimRow, str]]]) -> Iterator[object]:
    """Ask plugins and import commands in this process, which they may bring down.

    Args:
        job: The plugins to ask, and the commands to import beside theirs.

    Yields:
        None to begin with; for each plugin its answer as a row, then for each command
        the error as a row, or None; and with each the files on which it depends.
    """
    yield None
    rows, commands = job
    for row in rows:
        claim, before = read_claim(row), set(sys.modules)
        answer = ask(claim)
        commands += [(row, source) for source in _sources(answer)]
        yield row_of(answer), _files_behind(claim.module, answer.error, before)
    for row, source in commands:
        before = set(sys.modules)
        error: PluginError | None = None
        try:
            resolve(source, read_claim(row).owner)
        except PluginError as raised:
            error = raised
        module = source.partition(":")[0]
        yield error and row_of_error(error), _files_behind(module, error, before)


def _run(
    job: object, on_delay: Callable[[], None] | None
) -> tuple[list[tuple[object, list[str]]], str]:
    results, ending = run_apart(f"{__name__}:report", job, on_delay=on_delay)
    if not results:
        message = f"a process that asks plugins can't be started: {ending}"
        raise OSError(message)
    # The first result says that it has begun.
    return cast("list[tuple[object, list[str]]]", results[1:]), ending


def _read(claim: Claim, row: object) -> Answer:
    try:
        return read_answer(cast("AnswerRow", row))
    # A plugin may have put anything into its specs when they had been checked.
    except Exception as error:  # noqa: BLE001
        problem = f"it offers what can't be read: {on_one_line(error)}"
        return Answer(error=faulty_plugin(claim.owner, problem))


def _sources(answer: Answer) -> list[str]:
    """Return the import strings of a plugin's commands."""
    return [spec.source for spec in answer.specs if isinstance(spec, CommandSpec)]


def _fatal_answer(claim: Claim, ending: str) -> tuple[Answer, list[str]]:
    error = load_error(claim.owner, f"module '{claim.module}'", _in_words(ending))
    return Answer(error=error, is_fatal=True), _package_of(claim.module)


def _with_command(
    known: tuple[Answer, list[str]],
    source: str,
    error: PluginError | None,
    files: list[str],
    *,
    is_fatal: bool = False,
) -> tuple[Answer, list[str]]:
    answer, others = known
    if error:
        broken = {**answer.broken, source: Breakage(error, is_fatal)}
        answer = answer._replace(broken=broken)
    return answer, [*others, *files]


def _fatal_command(
    known: tuple[Answer, list[str]], claim: Claim, source: str, ending: str
) -> tuple[Answer, list[str]]:
    error = load_error(claim.owner, f"'{source}'", _in_words(ending))
    files = _package_of(source.partition(":")[0])
    return _with_command(known, source, error, files, is_fatal=True)


def _in_words(ending: str) -> str:
    if ending.startswith("no end"):
        return f"it hangs: {ending}"
    return f"it ends the whole process, with {ending}"


def _files_behind(
    module: str, error: BaseException | None, before: set[str]
) -> list[str]:
    """Return the files of a package that were imported, and those that raised."""
    package = module.partition(".")[0]
    imported = [
        value
        for name, value in [*sys.modules.items()]
        if name not in before and name.partition(".")[0] == package
    ]
    files = set(map(_file_of, imported))
    while error:
        files |= {frame.f_code.co_filename for frame, _ in walk_tb(error.__traceback__)}
        files |= {str(getattr(error, "filename", "")), str(getattr(error, "path", ""))}
        error = error.__cause__ or error.__context__
    files.update(_files_of(module))
    return sorted(file for file in files if os.path.isabs(file))


def _file_of(module: object) -> str:
    # What stands among the modules may be anything, and answer anything.
    with suppress(Exception):
        return str(vars(module).get("__file__") or "")
    return ""


def _package_of(module: str) -> list[str]:
    """Return all files of Python in a module's package: any may be at fault."""
    files = _files_of(module)
    if "." not in module or not files:
        return files
    # The outermost package; of a namespace, which many share, only the module's part.
    inits = [file for file in files if os.path.basename(file) == "__init__.py"]
    for parent, _, names in os.walk(os.path.dirname((inits or files)[0])):
        files += [os.path.join(parent, name) for name in names if name.endswith(".py")]
    return sorted(set(files))


def _files_of(module: str) -> list[str]:
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
