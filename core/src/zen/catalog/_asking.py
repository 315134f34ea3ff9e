"""The process that asks plugins, each in a fork of its own.

It has imported what every plugin needs and none of the plugins, and it stays so:
whatever a plugin does to its interpreter is gone with its fork.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from zen.catalog._blame import load_error
from zen.catalog._evidence import HOUR, MINUTE, Witness, package_of
from zen.catalog._fork import Ended, run_forked
from zen.catalog._imports import import_object, resolve
from zen.catalog._isolation import run_apart
from zen.catalog._limits import have_changed, limits_of_askers, restore
from zen.catalog._loader import ask
from zen.catalog._mark import PROVEN, note
from zen.catalog._plugins import Answer
from zen.catalog._rows import read_claim, row_of, row_of_error
from zen.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from zen.catalog._discovery import Claim
    from zen.catalog._rows import AnswerRow

    # Whether there are forks here; the seconds that each step may take; the file that
    # says who is asked, and how often they may have ended a process; the plugins, each
    # with its number.
    Job: TypeAlias = tuple[
        bool, float, str, int, Sequence[tuple[int, Sequence[object]]]
    ]

__all__ = ["GRACE", "report", "report_forked", "report_from_afar"]

# Seconds in which a process ends a fork that hangs.
GRACE: Final = 10.0
_CHANGES_LIMITS: Final = "it changes the limits of the process that asks it"


def report(job: Job) -> Iterator[object]:
    """Ask plugins what they offer, and try to import their commands.

    Yields:
        None for each step that is done; for each plugin its number, its answer as a
        row, and the evidence on which that rests. A plugin that changes the limits of
        the processes that ask it is the last.
    """
    _end_forks_first()
    # As in the program, where no plugin can put another one in its place.
    import_module("click")
    has_forks, timeout, path, count, plugins = job
    run = partial(run_forked, timeout=timeout) if has_forks else iter
    parent, limits = os.getppid(), limits_of_askers()
    yield None
    for number, row in plugins:
        claim = read_claim(row)
        note(path, claim, count)
        try:
            answer, evidence = _only_answer(run(_asked(claim)))
        except Ended as ending:
            answer, evidence = _fatal(claim, ending)
        for command, broken, more in _tried(claim, _commands_of(answer), run):
            yield None
            evidence += more
            if broken:
                answer["broken"][command] = broken
        if os.getppid() != parent:
            return  # the note stays for the next process
        if is_over := have_changed(limits):
            note(path, claim, PROVEN)
            restore(limits)
            answer, evidence = _fatal(claim, Ended(_CHANGES_LIMITS))
        yield [number, answer, sorted(set(evidence))]
        # A limit that could not be raised again would be the next plugin's trouble.
        if is_over and has_forks:
            return


def report_forked(job: tuple[str, object, float]) -> Iterator[object]:
    """Run a generator function in a fork of this process.

    Args:
        job: The function's import string, what it takes, and the seconds that each
            step may take.

    Yields:
        None at first; what it yields, which is a list in JSON; and at last, if it
        harms its process or those above, a text that says how.
    """
    task, content, timeout = job
    function = cast("Callable[[object], Iterator[object]]", import_object(task))
    _end_forks_first()
    parent, limits = os.getppid(), limits_of_askers()
    yield None
    run = partial(run_forked, timeout=timeout) if hasattr(os, "fork") else iter
    try:
        for result in run(function(content)):
            if have_changed(limits):
                yield _CHANGES_LIMITS
                return
            if os.getppid() != parent:
                return
            yield result
    except Ended as ending:
        yield ending.in_words


def report_from_afar(job: Job) -> Iterator[object]:
    """Ask plugins as `report` does, in another process that this one starts.

    So a plugin that ends the process above the one that asks it ends this one.
    """
    yield None
    with suppress(OSError):  # no further process can be started
        results, _ = run_apart(f"{__name__}:report", job, timeout=job[1] + GRACE)
        yield from results


def _end_forks_first() -> None:
    """Let the process that ends this one end the fork with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def _asked(claim: Claim) -> Iterator[tuple[AnswerRow, list[str]]]:
    """Yield the answer of a plugin, and the evidence."""
    witness = Witness()
    answer = ask(claim)
    in_full = claim.editable or answer.error is not None
    yield (
        row_of(answer),
        witness.evidence(claim.module, answer.error, in_full=in_full),
    )


def _only_answer(steps: Iterator[object]) -> tuple[AnswerRow, list[str]]:
    answer, *more = steps
    if more:
        raise Ended("it answers several times")
    return cast("tuple[AnswerRow, list[str]]", answer)


def _tried(
    claim: Claim, commands: list[str], run: Callable[..., Iterator[object]]
) -> Iterator[tuple[str, tuple[list[str], bool] | None, list[str]]]:
    """Yield each command, why it can't be imported and whether it ends the process."""
    left = [*commands]
    while left:
        try:
            for step in run(_imported(claim, [*left])):
                error, evidence = cast("tuple[list[str] | None, list[str]]", step)
                yield left.pop(0), (error, False) if error else None, evidence
        except Ended as ending:
            if left:
                yield _fatal_command(claim, left.pop(0), ending)


def _imported(
    claim: Claim, commands: Iterable[str]
) -> Iterator[tuple[list[str] | None, list[str]]]:
    """Yield for each command why it can't be imported, and the evidence."""
    witness = Witness()
    for command in commands:
        error: PluginError | None = None
        try:
            resolve(command, claim.owner)
        except PluginError as raised:
            error = raised
        module = command.partition(":")[0]
        in_full = claim.editable or error is not None
        evidence = witness.evidence(module, error, in_full=in_full)
        yield row_of_error(error) if error else None, evidence


def _commands_of(answer: AnswerRow) -> list[str]:
    """Return the import strings of the commands in an answer."""
    return [str(spec[2]) for spec in answer["specs"] if spec[0] == "CommandSpec"]


def _fatal(claim: Claim, ending: Ended) -> tuple[AnswerRow, list[str]]:
    error = load_error(claim.owner, f"module '{claim.module}'", ending.in_words)
    answer = row_of(Answer(error=error, is_fatal=True))
    return answer, _suspects(claim.module, ending)


def _fatal_command(
    claim: Claim, command: str, ending: Ended
) -> tuple[str, tuple[list[str], bool], list[str]]:
    error = load_error(claim.owner, f"'{command}'", ending.in_words)
    evidence = _suspects(command.partition(":")[0], ending)
    return command, (row_of_error(error), True), evidence


def _suspects(module: str, ending: Ended) -> list[str]:
    return [*package_of(module), HOUR if ending.is_late else MINUTE]
