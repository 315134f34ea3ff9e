"""Ask plugins in another process, so that one that hangs or crashes harms nobody."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from traceback import walk_tb
from typing import TYPE_CHECKING, cast

from zen.catalog._blame import load_error
from zen.catalog._imports import resolve
from zen.catalog._isolation import run_apart
from zen.catalog._loader import ask
from zen.catalog._plugins import Answer
from zen.catalog._rows import read_answer, read_claim, row_of, row_of_claim
from zen.errors import PluginError
from zen.plugin import CommandSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zen.catalog._discovery import Claim
    from zen.catalog._rows import AnswerRow, ClaimRow

__all__ = ["ask_apart"]


def ask_apart(
    claims: Sequence[Claim], on_delay: Callable[[], None] | None = None
) -> list[tuple[Answer, list[str]]]:
    """Ask plugins what they offer, importing none of them in this process.

    Args:
        claims: The plugins.
        on_delay: Called when it takes longer than a second.

    Returns:
        The answer of each, and the files on which that depends.

    Raises:
        OSError: No other process can be started.
    """
    found: list[tuple[Answer, list[str]]] = []
    while len(found) < len(claims):
        rest = claims[len(found) :]
        rows = [row_of_claim(claim) for claim in rest]
        results, ending = run_apart(f"{__name__}:answers_to", rows, on_delay=on_delay)
        if not results:
            message = f"a process that asks plugins can't be started: {ending}"
            raise OSError(message)
        # The first result says that asking has begun.
        for row, files in cast("list[tuple[AnswerRow, list[str]]]", results[1:]):
            found.append((read_answer(row), files))
        if len(found) < len(claims) and len(results) <= len(rest):
            found.append(_blame(claims[len(found)], ending))
    return found


def answers_to(
    rows: Iterable[ClaimRow],
) -> Iterator[tuple[AnswerRow, list[str]] | None]:
    """Ask plugins in this process, which they may bring down.

    Yields:
        None to begin with, then the answer of each plugin as a row, and the files on
        which that depends.
    """
    yield None
    for claim in map(read_claim, rows):
        before = set(sys.modules)
        answer = _with_commands(ask(claim), claim)
        yield row_of(answer), sorted(_files_behind(answer, claim, before))


def _with_commands(answer: Answer, claim: Claim) -> Answer:
    """Find the commands that can't be imported, so that help can mark them."""
    broken: dict[str, str] = {}
    for spec in answer.specs:
        if isinstance(spec, CommandSpec):
            try:
                resolve(spec.source, claim.owner)
            except PluginError as error:
                broken[spec.source] = error.message
    return Answer(answer.specs, answer.hooks, answer.error, broken)


def _blame(claim: Claim, ending: str) -> tuple[Answer, list[str]]:
    cause = f"it ends the whole process, with {ending}"
    if ending.startswith("no end"):
        cause = f"it hangs: {ending}"
    error = load_error(claim.owner, f"module '{claim.module}'", cause)
    return Answer(error=error), _files_of(claim.module)


def _files_behind(answer: Answer, claim: Claim, before: set[str]) -> set[str]:
    """Return the files of the plugin that were imported, and those that raised."""
    package = claim.module.partition(".")[0]
    imported = (
        module
        for name, module in sys.modules.items()
        if name not in before and name.partition(".")[0] == package
    )
    files = {str(getattr(module, "__file__", None) or "") for module in imported}
    cause: BaseException | None = answer.error
    while cause:
        files |= {frame.f_code.co_filename for frame, _ in walk_tb(cause.__traceback__)}
        files |= {str(getattr(cause, "filename", "")), str(getattr(cause, "path", ""))}
        cause = cause.__cause__ or cause.__context__
    files.update(_files_of(claim.module))
    return {file for file in files if os.path.isabs(file)}


def _files_of(module: str) -> list[str]:
    """Return a module's file and those of the packages around it, importing none."""
    files: list[str] = []
    path: Sequence[str] | None = None
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:end]), path)
        if spec is None:
            # Where it should be is where it may appear.
            return [*files, *(path or ())]
        files += [spec.origin] if spec.origin else []
        path = spec.submodule_search_locations
    return files
