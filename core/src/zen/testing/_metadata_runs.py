"""Metadata stores keep runs as they were written, and list them page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest

from zen.components.runs import RunRecord, RunStatus
from zen.errors import RunExistsError, RunNotFoundError
from zen.testing._demands import brief, demand_error
from zen.testing._metadata_base import (
    LONG_ERROR,
    MOMENT,
    NESTED,
    NOON,
    TEXT,
    MetadataContract,
    a_run,
    a_step,
    an_artifact,
    check_artifacts,
    check_run,
    check_runs,
    check_steps,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen.components import BaseMetadataStore
    from zen.components.runs import StepRecord

__all__ = ["MetadataRunsContract"]

TOKYO: Final = timezone(timedelta(hours=9))


class MetadataRunsContract(MetadataContract):
    """Check what is kept of runs."""

    def test_before_the_first_run_there_is_nothing(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Reading an empty store finds nothing, and is no error."""
        when = "Before the first run"
        check_runs(metadata_store, [], when)
        check_steps(metadata_store, uuid4(), [], when)
        check_artifacts(metadata_store, uuid4(), [], when)

    @pytest.mark.parametrize("status", RunStatus)
    def test_a_run_is_read_as_it_was_written(
        self, metadata_store: BaseMetadataStore, status: RunStatus
    ) -> None:
        """In every field: to the microsecond, and to the last letter."""
        run = RunRecord(
            *("run", TEXT, "default", status, NOON, NOON + MOMENT, NESTED, LONG_ERROR)
        )
        metadata_store.create_run(run, [])
        check_run(metadata_store, run, "After it was created")
        check_runs(metadata_store, [run], "After one run was created")

    def test_a_run_that_has_not_ended_has_no_end(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """None stays None."""
        run = a_run()
        metadata_store.create_run(run, [])
        check_run(metadata_store, run, "After a run that hasn't ended was created")

    def test_times_are_given_back_in_utc(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """In whatever zone they were given."""
        there = NOON.astimezone(TOKYO)
        run = replace(a_run(), started=there, ended=there)
        step = replace(a_step(run.id), started=there, ended=there)
        metadata_store.create_run(run, [step])
        check_in_utc("get_run", metadata_store.get_run("run"))
        check_in_utc("list_steps", *metadata_store.list_steps(run.id))

    def test_a_runs_name_is_taken_once(self, metadata_store: BaseMetadataStore) -> None:
        """By the same run, or by another that would be called the same."""
        run = a_run()
        metadata_store.create_run(run, [])
        doing = "create_run with a name that is taken"
        for other in (run, replace(run, id=uuid4(), pipeline="other")):
            create = partial(metadata_store.create_run, other, [])
            demand_error(RunExistsError, doing, create)
        check_runs(metadata_store, [run], f"After {doing}")

    def test_a_run_that_is_refused_leaves_no_steps(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """And changes none of the one that is there."""
        run, other = a_run(), a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        doing = "create_run with a name that is taken"
        create = partial(metadata_store.create_run, other, [a_step(other.id)])
        demand_error(RunExistsError, doing, create)
        check_steps(metadata_store, other.id, [], f"For the run that {doing} refused")
        check_steps(metadata_store, run.id, [a_step(run.id)], f"After {doing}")

    def test_names_that_differ_in_case_are_two(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """A run's name is compared exactly."""
        runs = [a_run("run"), a_run("Run")]
        for run in runs:
            metadata_store.create_run(run, [])
        for run in runs:
            check_run(metadata_store, run, "After 'run' and 'Run' were created")

    def test_a_run_that_is_not_there_is_not_found(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """In an empty store, and beside others."""
        for known in ([], [a_run("run-10")]):
            for run in known:
                metadata_store.create_run(run, [])
            get = partial(metadata_store.get_run, "run-1")
            demand_error(RunNotFoundError, "get_run of one that isn't there", get)
            turn = partial(metadata_store.list_runs, after="run-1")
            demand_error(RunNotFoundError, "list_runs after one that isn't there", turn)

    def test_how_far_a_run_has_come_is_recorded(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Again and again, and its steps stay."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        for status in (RunStatus.FAILED, RunStatus.COMPLETED):
            ended, error = NOON + MOMENT, "" if status is RunStatus.COMPLETED else TEXT
            run = replace(run, status=status, ended=ended, error=error)
            metadata_store.update_run(run)
            check_run(metadata_store, run, "After update_run")
        check_steps(metadata_store, run.id, [a_step(run.id)], "After update_run")

    def test_other_runs_are_left_alone(self, metadata_store: BaseMetadataStore) -> None:
        """Whatever becomes of one."""
        run, other = a_run("run"), a_run("other")
        for each in (run, other):
            metadata_store.create_run(each, [a_step(each.id)])
        metadata_store.update_run(replace(run, status=RunStatus.FAILED))
        metadata_store.save_step(
            a_step(run.id, status=RunStatus.FAILED), [an_artifact(run.id)]
        )
        when = "After another run has failed"
        check_run(metadata_store, other, when)
        check_steps(metadata_store, other.id, [a_step(other.id)], when)
        check_artifacts(metadata_store, other.id, [], when)

    def test_a_run_that_is_not_there_is_not_updated(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """It goes by its identity: another of the same name is another run."""
        run = a_run()
        metadata_store.create_run(run, [])
        for unknown, doing in (
            (a_run("unknown"), "update_run of a run that isn't there"),
            (a_run(), "update_run of another run with the same name"),
        ):
            failed = replace(unknown, status=RunStatus.FAILED)
            update = partial(metadata_store.update_run, failed)
            demand_error(RunNotFoundError, doing, update)
            check_runs(metadata_store, [run], f"After {doing}")

    def test_runs_are_listed_newest_first(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """To the microsecond, and of equal times by name."""
        for name, moments in {"b": 1, "D": 1, "z": 0, "a": 1, "e": 2, "c": 1}.items():
            metadata_store.create_run(a_run(name, started=NOON + moments * MOMENT), [])
        names = ["e", "D", "a", "b", "c", "z"]
        when = "Newest first, to the microsecond, and of equal times by name"
        check_names(metadata_store.list_runs(), names, when)

    @pytest.mark.parametrize("limit", [1, 2, 3, 7])
    def test_pages_hold_every_run_once(
        self, metadata_store: BaseMetadataStore, limit: int
    ) -> None:
        """Also where a page ends between equal times."""
        for name, moments in {"b": 1, "D": 1, "a": 1, "c": 1, "z": 0, "e": 2}.items():
            metadata_store.create_run(a_run(name, started=NOON + moments * MOMENT), [])
        check_pages(metadata_store, ["e", "D", "a", "b", "c", "z"], limit=limit)

    def test_a_page_holds_the_runs_of_one_pipeline(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Full pages, also after a run of another."""
        for number in range(4):
            for name, pipeline in {"t": "training", "s": "serving"}.items():
                started = NOON + number * MOMENT
                run = a_run(f"{name}{number}", pipeline=pipeline, started=started)
                metadata_store.create_run(run, [])
        names = ["s3", "s2", "s1", "s0"]
        check_pages(metadata_store, names, pipeline="serving", limit=3)
        between = metadata_store.list_runs("serving", after="t2")
        check_names(between, ["s1", "s0"], "Of 'serving', after a run of 'training'")
        check_names(metadata_store.list_runs("serv"), [], "Of a pipeline 'serv'")

    def test_runs_that_begin_meanwhile_move_no_page(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """A page begins after a run, not at a number."""
        for number in range(3):
            run = a_run(f"r{number}", started=NOON + number * MOMENT)
            metadata_store.create_run(run, [])
        newest = metadata_store.list_runs(limit=1)
        check_names(newest, ["r2"], "As the first page of one run")
        metadata_store.create_run(a_run("later", started=NOON + 9 * MOMENT), [])
        rest = metadata_store.list_runs(after="r2")
        check_names(rest, ["r1", "r0"], "After 'r2', and a run that began meanwhile")

    def test_many_runs_are_listed_page_by_page(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """And by default, a hundred of them."""
        names = [f"run-{number}" for number in range(250)]
        for number, name in enumerate(names):
            run = a_run(name, started=NOON - number * MOMENT)
            metadata_store.create_run(run, [])
        check_pages(metadata_store, names, limit=100)
        count = len(metadata_store.list_runs())
        assert count == 100, (
            f"Without a limit, list_runs returns {count} runs, not 100."
        )


def check_in_utc(method: str, *records: RunRecord | StepRecord) -> None:
    """Demand records that begin and end at noon, in UTC."""
    times = [
        time and time.isoformat()
        for record in records
        for time in (record.started, record.ended)
    ]
    assert times == [NOON.isoformat()] * 2, (
        f"{NOON.astimezone(TOKYO).isoformat()} was given for the start and the end, and"
        f" {method} returns {times}; it must be the same time in UTC."
    )


def check_names(runs: Sequence[RunRecord], names: Sequence[str], when: str) -> None:
    """Demand the names of runs, in order."""
    found = [run.name for run in runs]
    assert found == names, (
        f"{when}, list_runs returns {found}, and must return {names}."
    )


def check_pages(
    store: BaseMetadataStore, names: Sequence[str], *, pipeline: str = "", limit: int
) -> None:
    """Demand that all pages are full, but for the last, and hold each run once."""
    pages: list[list[str]] = []
    after = ""
    while page := store.list_runs(pipeline, after=after, limit=limit):
        pages.append([run.name for run in page])
        after = page[-1].name
        assert len(pages) <= len(names), (
            f"Pages of {limit} never end: list_runs(after={after!r}) goes back."
        )
    found = [*chain.from_iterable(pages)]
    assert found == names, (
        f"Page by page, {limit} at a time, list_runs returns {brief(found)}, and must"
        f" return {brief(names)}."
    )
    sizes = [len(page) for page in pages[:-1]]
    assert sizes == [limit] * len(sizes), (
        f"The pages before the last hold {sizes} runs, and must hold {limit} each."
    )
