"""Ask plugins in other processes, so that none harms this one or another plugin."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, cast

from zen.catalog._blame import faulty_plugin, load_error, on_one_line
from zen.catalog._evidence import MINUTE, package_of
from zen.catalog._isolation import TIMEOUT, run_apart
from zen.catalog._plugins import Answer
from zen.catalog._rows import read_answer, row_of_claim

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen.catalog._discovery import Claim
    from zen.catalog._rows import AnswerRow

__all__ = ["ask_apart"]

_FORKS: Final = hasattr(os, "fork")
_TASK: Final = "zen.catalog._asking:report"
# Seconds in which the other process ends a fork that hangs.
_GRACE: Final = 10.0


def ask_apart(
    claims: Sequence[Claim],
    on_delay: Callable[[], None] | None = None,
    *,
    timeout: float = TIMEOUT,
) -> list[tuple[Answer, list[str]]]:
    """Ask plugins what they offer, importing none of them in this process.

    Their commands are imported too, so that help can mark those that can't be.

    Args:
        claims: The plugins.
        on_delay: Called when it takes longer than a second.
        timeout: The seconds after which a plugin, or a command, counts as hanging.

    Returns:
        The answer of each, and the evidence on which that rests.

    Raises:
        OSError: No other process can be started.
    """
    found: dict[int, tuple[Answer, list[str]]] = {}
    while rest := [number for number in range(len(claims)) if number not in found]:
        # Without forks, each has a process of its own.
        asked = rest if _FORKS else rest[:1]
        job = (
            _FORKS,
            timeout,
            [(number, row_of_claim(claims[number])) for number in asked],
        )
        results, ending = run_apart(
            _TASK, job, timeout=timeout + _GRACE, on_delay=on_delay
        )
        if not results:
            message = f"a process that asks plugins can't be started: {ending}"
            raise OSError(message)
        for result in filter(None, results):
            number, row, evidence = cast("tuple[int, AnswerRow, list[str]]", result)
            found[number] = _read(claims[number], row), evidence
        for number in asked:
            if number not in found:
                # It has ended even the process that asks it in a fork.
                found[number] = _fatal(claims[number], ending)
                break
    return [found[number] for number in range(len(claims))]


def _read(claim: Claim, row: AnswerRow) -> Answer:
    try:
        return read_answer(row)
    # A plugin may have put anything into its specs when they had been checked.
    except Exception as error:  # noqa: BLE001
        problem = f"it offers what can't be read: {on_one_line(error)}"
        return Answer(error=faulty_plugin(claim.owner, problem))


def _fatal(claim: Claim, ending: str) -> tuple[Answer, list[str]]:
    told = f"it ends the process that asks it, with {ending}"
    error = load_error(claim.owner, f"module '{claim.module}'", told)
    return Answer(error=error, is_fatal=True), [*package_of(claim.module), MINUTE]
