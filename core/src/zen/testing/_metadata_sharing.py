"""Metadata stores record all or nothing, whoever else writes at the same time."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar, overload

from zen.components.runs import RunStatus, StepRecord
from zen.errors import ConflictError, RunExistsError, ZenError
from zen.testing._demands import demand_error
from zen.testing._metadata_base import (
    MOMENT,
    NOON,
    MetadataContract,
    a_run,
    a_step,
    an_artifact,
    check_artifacts,
    check_run,
    check_runs,
    check_steps,
)
from zen.testing.component import recreate

if TYPE_CHECKING:
    from zen.components import BaseMetadataStore
    from zen.components.runs import RunRecord

__all__ = ["MetadataSharingContract"]

RecordT = TypeVar("RecordT")

# A store lets the error through, or puts it into words of its own.
STOPPED: Final[tuple[type[Exception], ...]] = (ZeroDivisionError, ZenError)


class MetadataSharingContract(MetadataContract):
    """Check what fails midway, and what others do at the same time."""

    def test_a_run_is_recorded_whole_or_not_at_all(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """What fails midway leaves nothing in the way."""
        run = a_run()
        create = partial(metadata_store.create_run, run, Failing([a_step(run.id)]))
        demand_error(STOPPED, "create_run whose second step can't be read", create)
        when = "After create_run whose second step couldn't be read"
        check_runs(metadata_store, [], when)
        check_steps(metadata_store, run.id, [], when)
        metadata_store.create_run(run, [])

    def test_an_attempt_is_recorded_whole_or_not_at_all(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """What fails midway changes nothing."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        done = a_step(run.id, status=RunStatus.COMPLETED)
        artifacts = Failing([an_artifact(run.id)])
        save = partial(metadata_store.save_step, done, artifacts)
        demand_error(STOPPED, "save_step whose second artifact can't be read", save)
        when = "After save_step whose second artifact couldn't be read"
        check_steps(metadata_store, run.id, [a_step(run.id)], when)
        check_artifacts(metadata_store, run.id, [], when)

    def test_what_was_recorded_stays_as_it_was(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Whatever its writer or its reader does to the mapping later."""
        given: dict[str, object] = {"seed": 1}
        run = replace(a_run(), runtime_configuration=given)
        metadata_store.create_run(run, [])
        given["seed"] = 2
        expected = replace(run, runtime_configuration={"seed": 1})
        when = "After its writer changed the mapping that it had given"
        check_run(metadata_store, expected, when)
        read = metadata_store.get_run("run").runtime_configuration
        if isinstance(read, dict):
            read["seed"] = 3
        when = "After its reader changed the mapping that it had got"
        check_run(metadata_store, expected, when)

    def test_another_store_of_the_same_configuration_sees_the_same(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Made anew from what is stored, or sent to another process."""
        run = a_run()
        step, artifact = a_step(run.id), an_artifact(run.id)
        metadata_store.create_run(run, [step])
        metadata_store.save_step(step, [artifact])
        sent = pickle.loads(pickle.dumps(metadata_store))  # noqa: S301 - made here
        for how, other, status in (
            (
                "made of what a profile keeps",
                recreate(metadata_store),
                RunStatus.FAILED,
            ),
            ("sent as a pickle", sent, RunStatus.COMPLETED),
        ):
            check_runs(other, [run], f"In a store {how}")
            check_steps(other, run.id, [step], f"In a store {how}")
            check_artifacts(other, run.id, [artifact], f"In a store {how}")
            run = replace(run, status=status)
            other.update_run(run)
            check_run(metadata_store, run, f"After update_run in a store {how}")

    def test_threads_that_write_at_once_lose_nothing(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Neither runs, steps nor artifacts."""
        run = a_run()
        steps = [
            StepRecord(run.id, f"step-{number:02}", number) for number in range(24)
        ]
        artifacts = [an_artifact(run.id, f"out-{step.position:02}") for step in steps]
        metadata_store.create_run(run, [])

        def write(number: int) -> None:
            other = a_run(f"run-{number}")
            metadata_store.create_run(other, [a_step(other.id)])
            metadata_store.save_step(steps[number], [artifacts[number]])

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(24)))
        when = "After threads wrote at once"
        check_artifacts(metadata_store, run.id, artifacts, when)
        check_steps(metadata_store, run.id, steps, when)
        count = len(metadata_store.list_runs())
        assert count == 25, f"{when}, {count} of 25 runs are there."

    def test_of_threads_that_take_one_name_one_gets_it(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """The others are told, and leave nothing."""

        def create(run: RunRecord) -> bool:
            try:
                metadata_store.create_run(run, [a_step(run.id)])
            except RunExistsError:
                return False
            return True

        runs = [a_run() for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            created = list(pool.map(create, runs))
        assert created.count(True) == 1, (
            f"Of 8 threads that created runs of one name, {created.count(True)}"
            " succeeded. Create a run under one lock, or in one transaction."
        )
        when = "After threads created runs of one name"
        winner = runs[created.index(True)]
        check_runs(metadata_store, [winner], when)
        check_steps(metadata_store, winner.id, [a_step(winner.id)], when)

    def test_of_threads_that_begin_an_attempt_one_does(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """The others are told."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        running = a_step(run.id, status=RunStatus.RUNNING)
        begun = [replace(running, started=NOON + n * MOMENT) for n in range(8)]

        def begin(step: StepRecord) -> bool:
            try:
                metadata_store.save_step(step)
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(begin, begun))
        assert told.count(True) == 1, (
            f"Of 8 threads that began one attempt, {told.count(True)} were told that"
            " they had. Compare and write under one lock, or in one transaction."
        )
        winner = begun[told.index(True)]
        when = "After threads began one attempt"
        check_steps(metadata_store, run.id, [winner], when)


class Failing(Sequence[RecordT]):
    """Hold records, and raise where the next one would be."""

    def __init__(self, records: Sequence[RecordT]) -> None:
        self._records = records

    def __len__(self) -> int:
        return len(self._records) + 1

    @overload
    def __getitem__(self, index: int) -> RecordT: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[RecordT]: ...

    def __getitem__(self, index: int | slice) -> RecordT | Sequence[RecordT]:
        if isinstance(index, slice) or index >= len(self._records):
            raise ZeroDivisionError("the next record can't be read")
        return self._records[index]
