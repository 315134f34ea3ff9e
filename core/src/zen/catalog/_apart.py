"""Ask plugins in other processes, so that none harms this one or another plugin."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, cast

from zen.catalog._asking import GRACE
from zen.catalog._blame import faulty_plugin, load_error, on_one_line
from zen.catalog._evidence import INSTANT, MINUTE, package_of
from zen.catalog._isolation import TIMEOUT, run_apart
from zen.catalog._limits import have_changed, limits_of_askers
from zen.catalog._mark import SUSPECTED, Mark
from zen.catalog._plugins import Answer
from zen.catalog._rows import read_answer, row_of_claim
from zen.errors import PluginLoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen.catalog._discovery import Claim
    from zen.catalog._rows import AnswerRow

__all__ = ["ask_apart", "run_forked_apart"]

_FORKS: Final = hasattr(os, "fork")
# How a process ends that has done its work.
_OF_ITS_OWN: Final = "exit code 0"
_MODULE: Final = "zen.catalog._asking"


def ask_apart(
    claims: Sequence[Claim],
    on_delay: Callable[[], None] | None = None,
    *,
    timeout: float = TIMEOUT,
    mark: Mark | None = None,
) -> list[tuple[Answer, list[str]]]:
    """Ask plugins what they offer, importing none of them in this process.

    Their commands are imported too, so that help can mark those that can't be.
    Where no process can be started, no plugin is to blame, and none is asked.

    Args:
        claims: The plugins.
        on_delay: Called when it takes longer than a second.
        timeout: The seconds after which a plugin, or a command, counts as hanging.
        mark: Says who has been asked when an earlier process was killed.

    Returns:
        The answer of each, and the evidence on which that rests.
    """
    asker = _Asker(claims, on_delay, timeout, mark or Mark())
    for number, claim in enumerate(claims):
        if count := asker.mark.suspects.get(claim):
            asker.ask_suspect(number, count)
    limits = limits_of_askers()
    while rest := asker.unanswered():
        if have_changed(limits):
            # All that this process starts would fail within the new ones.
            asker.skip(rest, "the limits of this process were changed")
            break
        # Without forks, each has a process of its own.
        asked = rest if _FORKS else rest[:1]
        ending = asker.ask(asked)
        left = [number for number in asked if number not in asker.found]
        # Something has ended even the process that asks. That may be an earlier one.
        if left and len(asked) > 1:
            ending = asker.ask(left[:1])
        if left:
            asker.blame(left[0], ending)
    return [asker.found[number] for number in range(len(claims))]


def run_forked_apart(
    task: str, content: object, *, timeout: float = TIMEOUT
) -> tuple[list[object], str]:
    """Run a function in a fork of another process, and survive whatever that does.

    Args:
        task: The import string of a generator function. It takes `content`, and
            yields lists in JSON.
        content: What it is given, JSON-able.
        timeout: The seconds that it may take for each list before it is ended.

    Returns:
        What it yielded, and what it did to its process or those above; "" if nothing.

    Raises:
        OSError: No other process can be started.
    """
    job = (task, content, timeout)
    results, ending = run_apart(
        f"{_MODULE}:report_forked", job, timeout=timeout + GRACE
    )
    if not results:
        raise OSError(ending)
    if isinstance(results[-1], str):
        return results[1:-1], results[-1]
    return results[1:], "" if ending == _OF_ITS_OWN else _ends_asker(ending)


class _Asker:
    """Start the processes that ask plugins, and collect the answers by number."""

    def __init__(
        self,
        claims: Sequence[Claim],
        on_delay: Callable[[], None] | None,
        timeout: float,
        mark: Mark,
    ) -> None:
        self._claims = claims
        self._on_delay = on_delay
        self._timeout = timeout
        self.mark = mark
        self.found: dict[int, tuple[Answer, list[str]]] = {}

    def unanswered(self) -> list[int]:
        """Return the plugins that have no answer yet."""
        return [n for n in range(len(self._claims)) if n not in self.found]

    def ask(self, numbers: Sequence[int], *, count: int = 1) -> str:
        """Ask plugins in one process; return how it ended."""
        rows = [(number, row_of_claim(self._claims[number])) for number in numbers]
        job = (_FORKS, self._timeout, self.mark.path, count, rows)
        task, timeout = "report", self._timeout + GRACE
        if count > 1:
            # It says nothing before all is done.
            task, timeout = "report_from_afar", 3 * timeout
        try:
            results, ending = run_apart(
                f"{_MODULE}:{task}", job, timeout=timeout, on_delay=self._on_delay
            )
        except OSError as error:
            results, ending = [], on_one_line(error)
        if not results:
            self.skip(numbers, ending)
        for result in filter(None, results):
            number, row, evidence = cast("tuple[int, AnswerRow, list[str]]", result)
            self.found[number] = _read(self._claims[number], row), evidence
        return ending

    def skip(self, numbers: Sequence[int], reason: str) -> None:
        """Say that plugins couldn't be asked, which is no fault of theirs."""
        self.found |= {n: _unasked(self._claims[n], reason) for n in numbers}

    def ask_suspect(self, number: int, count: int) -> None:
        """Ask a plugin that may have ended the process in which Zen ran."""
        if count >= SUSPECTED:
            self._blame(number, "it ends or limits the process in which Zen runs")
            return
        ending = self.ask([number], count=count + 1)
        if ending != _OF_ITS_OWN:
            self.blame(number, ending)

    def blame(self, number: int, ending: str) -> None:
        """Say that a plugin ends the process that asks it."""
        self._blame(number, _ends_asker(ending))

    def _blame(self, number: int, did: str) -> None:
        if number not in self.found:
            self.found[number] = _fatal(self._claims[number], did)


def _ends_asker(ending: str) -> str:
    return f"it ends the process that asks it, with {ending}"


def _unasked(claim: Claim, ending: str) -> tuple[Answer, list[str]]:
    owner = claim.owner
    error = PluginLoadError(
        f"{owner} can't be asked what it offers: no process can be started ({ending}).",
        plugin=owner.plugin,
        distribution=str(owner),
        hint="End other programs, or raise the limits for processes and memory.",
    )
    return Answer(error=error), [INSTANT]


def _read(claim: Claim, row: AnswerRow) -> Answer:
    try:
        return read_answer(row)
    # A plugin may have put anything into its specs when they had been checked.
    except Exception as error:  # noqa: BLE001
        problem = f"its specs can't be read: {on_one_line(error)}"
        return Answer(error=faulty_plugin(claim.owner, problem))


def _fatal(claim: Claim, did: str) -> tuple[Answer, list[str]]:
    error = load_error(claim.owner, f"module '{claim.module}'", did)
    return Answer(error=error, is_fatal=True), [*package_of(claim.module), MINUTE]
