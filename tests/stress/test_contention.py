"""Many processes write to one store at once, and nothing is lost or done twice."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from tests.stress.histories import History
from tests.stress.workers import (
    PARTS,
    SHARED,
    count_up,
    delete_components,
    register_stacks,
    save_components,
)
from tests.sweeps import often
from zen.errors import InUseError, StackComponentNotFoundError
from zen.records import COMPONENT, STACK, ComponentRecord
from zen.stores import Store

if TYPE_CHECKING:
    from tests.stress.conftest import NewPlace, Report, Start
    from tests.stress.workers import Worker

pytestmark = pytest.mark.stress

PROCESSES = 8
COMMITS = often(50, gate=20)
RACES = 200


def let_go(workers: list[Worker]) -> None:
    """Let processes begin when all are ready."""
    for worker in workers:
        assert worker.hear() == "ready"
    for worker in workers:
        worker.tell("go")


def test_what_was_acknowledged_to_many_is_there(
    new_place: NewPlace, start: Start, rounds: range, report: Report
) -> None:
    """The store isn't there at first: the making of it is contended for, too."""
    for _ in rounds:
        place = new_place()
        workers = [start(save_components, place, n, COMMITS) for n in range(PROCESSES)]
        let_go(workers)
        acknowledged = [name for worker in workers for name in worker.hear_all()]
        assert [worker.end() for worker in workers] == [0] * PROCESSES
        assert len(acknowledged) == PROCESSES * COMMITS
        with closing(place.open()) as driver:
            components, damaged = Store(driver).components("alerter")
            commits = History().check(driver, [COMPONENT])
        assert sorted(c.name for c in components) == sorted(map(str, acknowledged))
        assert damaged == []
        assert len(commits) == len(acknowledged)
    report(rounds=len(rounds), commits=len(rounds) * len(commits))


def test_each_acknowledged_change_of_one_record_is_applied_once(
    new_place: NewPlace, start: Start, rounds: range, report: Report
) -> None:
    commits = conflicts = 0
    for _ in rounds:
        place = new_place()
        workers = [start(count_up, place, COMMITS) for _ in range(PROCESSES)]
        let_go(workers)
        heard = [message for worker in workers for message in worker.hear_all()]
        assert [worker.end() for worker in workers] == [0] * PROCESSES
        acknowledged = [message for message in heard if isinstance(message, UUID)]
        commits += len(acknowledged)
        conflicts += sum(message for message in heard if isinstance(message, int))
        with closing(place.open()) as driver:
            history = History()
            history.check(driver, [SHARED.kind])
        assert history.state[SHARED].payload["number"] == PROCESSES * COMMITS
        assert Counter(acknowledged) == Counter(list(history.commits))
    assert conflicts > 0
    report(rounds=len(rounds), commits=commits, conflicts=conflicts)


def test_of_a_deletion_and_a_use_exactly_one_succeeds(
    new_place: NewPlace, start: Start, rounds: range, seed: int, report: Report
) -> None:
    """Which one does is left to chance, and each does now and then."""
    random = Random(seed)  # noqa: S311 - no secret
    outcomes: Counter[object] = Counter()
    for _ in rounds:
        place = new_place()
        with closing(place.open()) as driver:
            store = Store(driver)
            names = [*PARTS.items(), *(("orchestrator", f"o{n}") for n in range(RACES))]
            store.save(components=[ComponentRecord(*name, "x") for name in names])
            workers = [
                start(task, place) for task in (delete_components, register_stacks)
            ]
            assert [worker.hear() for worker in workers] == ["ready", "ready"]
            for number in range(RACES):
                now = time.monotonic()
                for worker in workers:
                    worker.tell((number, now + random.uniform(0.001, 0.006)))
                outcomes[tuple(worker.hear() for worker in workers)] += 1
            History().check(driver, [COMPONENT, STACK])
            for stack in store.stacks()[0]:
                assert store.components_of(stack)
    deletions = outcomes[None, StackComponentNotFoundError]
    uses = outcomes[InUseError, None]
    assert deletions + uses == RACES * len(rounds), outcomes
    assert min(deletions, uses) > 0
    report(rounds=deletions + uses, deletions=deletions, uses=uses)
