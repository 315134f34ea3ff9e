"""Writers are killed at random instants, and each commit is whole or isn't there."""

from __future__ import annotations

import signal
import time
from collections import defaultdict
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.stress.histories import History
from tests.stress.workers import KINDS, a_change, write_until_killed
from tests.sweeps import IS_SWEEP, often
from zen.stores import Content, Transaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from tests.stress.conftest import NewPlace, Report, Start
    from zen.stores import Commit

pytestmark = pytest.mark.stress

KILLS = often(300, gate=75)
WRITERS = 3
# Some are killed while the store is made, and most in what others have left behind.
TRIALS_IN_A_STORE = 5
# How many commits a writer has the time for, before it is killed at the latest.
LIFE = 8


class Deaths:
    """Kill writers, and hold each store to its promises after each trial.

    Args:
        new_place: Makes a place for a store.
        start: Starts a process.
        random: Says when to kill.
    """

    def __init__(self, new_place: NewPlace, start: Start, random: Random) -> None:
        self._new_place = new_place
        self._start = start
        self._random = random
        self._lived = 0.2  # for so many seconds, all together
        self.killed = self.acknowledged = self.unheard = 0

    def begin(self) -> None:
        """Go on with a store that isn't there yet."""
        self._place = self._new_place()
        self._history = History()

    def trial(self) -> None:
        """Let writers begin together, kill each at an instant of its own, and look."""
        numbers = range(self.killed, self.killed + WRITERS)
        self.killed += WRITERS
        heard = dict(zip(numbers, self._kill(numbers), strict=True))
        committed: dict[int, list[UUID]] = defaultdict(list)
        for commit in self._look():
            if commit.command:
                worker, number = map(int, commit.command.split("."))
                assert len(committed[worker]) == number, "a commit is missing"
                assert_whole(commit, a_change(worker, number))
                committed[worker].append(commit.id)
        for worker, ids in heard.items():
            assert ids == committed[worker][: len(ids)]
            self.acknowledged += len(ids)
            self.unheard += len(committed[worker]) - len(ids)
            # Only the very last can be there without anybody having heard of it.
            assert len(committed.pop(worker)) - len(ids) in {0, 1}
        assert not committed, "a dead process goes on writing"

    def _kill(self, numbers: Iterable[int]) -> list[list[object]]:
        """Return what was acknowledged to each writer before it died."""
        workers = [self._start(write_until_killed, self._place, n) for n in numbers]
        for worker in workers:
            assert worker.hear() == "ready"
        pace = self._lived / (self.acknowledged + 10)
        delays = sorted(self._random.uniform(0, LIFE * pace) for _ in workers)
        started = time.monotonic()
        for worker in workers:
            worker.tell("go")
        for delay, worker in zip(
            delays, self._random.sample(workers, WRITERS), strict=True
        ):
            time.sleep(max(0, started + delay - time.monotonic()))
            worker.kill()
            self._lived += delay
        heard = [worker.hear_all() for worker in workers]
        assert [worker.end() for worker in workers] == [-signal.SIGKILL] * WRITERS
        for worker in workers:
            worker.close()
        return heard

    def _look(self) -> list[Commit]:
        """Return the new commits; the log leads to what is there, and goes on."""
        with closing(self._place.open()) as driver:
            commits = self._history.check(driver, KINDS)
            # A server may still be busy with what a dead writer has sent; whoever
            # commits next has waited for that.
            driver.commit(Transaction())
            return commits + self._history.check(driver, KINDS)


def assert_whole(commit: Commit, wanted: Transaction) -> None:
    """Demand that a commit did all that a transaction asked for."""
    changed = {change.ref: change.after for change in commit.changes}
    deleted = {delete.ref: None for delete in wanted.deletes}
    written = {put.ref: Content(put.uuid, put.payload) for put in wanted.puts}
    assert changed == deleted | written


def test_a_killed_writer_leaves_each_commit_whole_or_undone(
    new_place: NewPlace, start: Start, rounds: range, seed: int, report: Report
) -> None:
    deaths = Deaths(new_place, start, Random(seed))  # noqa: S311 - no secret
    for number in range(len(rounds) * KILLS // WRITERS):
        if number % TRIALS_IN_A_STORE == 0:
            deaths.begin()
        deaths.trial()
    # Of many, some died between the commit and its acknowledgement.
    assert deaths.unheard > 0 or not IS_SWEEP
    report(
        kills=deaths.killed,
        acknowledged=deaths.acknowledged,
        unheard=deaths.unheard,
        seed=seed,
    )
