"""Metadata stores of which each has one fault, and the test that finds it."""

from __future__ import annotations

import pickle
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID, uuid4

import pytest

from zen.components.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord
from zen.errors import ConflictError, RunExistsError, RunNotFoundError
from zen.testing._folder_stores import FolderMetadataStore, _put, _Tables
from zen.testing.metadata_store import MetadataStoreContract

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen.components import BaseMetadataStore


class FailsWhenEmpty(FolderMetadataStore):
    def list_steps(self, run_id: UUID) -> list[StepRecord]:
        if not self.list_runs():
            raise RunNotFoundError(str(run_id), [])
        return super().list_steps(run_id)


class CutsErrors(FolderMetadataStore):
    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        super().create_run(replace(run, error=run.error[:65_535]), steps)


class LosesMicroseconds(FolderMetadataStore):
    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        started = run.started.replace(microsecond=0)
        super().create_run(replace(run, started=started), steps)


class EndsWhatRuns(FolderMetadataStore):
    def get_run(self, name: str) -> RunRecord:
        run = super().get_run(name)
        return replace(run, ended=run.ended or run.started)


class LosesTimeZones(FolderMetadataStore):
    def get_run(self, name: str) -> RunRecord:
        run = super().get_run(name)
        return replace(run, started=run.started.replace(tzinfo=None))


class SwallowsDuplicates(FolderMetadataStore):
    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        with suppress(RunExistsError):
            super().create_run(run, steps)


class LeavesStepsOfRefusedRuns(FolderMetadataStore):
    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        with self._writing() as tables:
            for step in steps:
                tables.put(step)
        super().create_run(run, steps)


class IgnoresCase(FolderMetadataStore):
    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        super().create_run(replace(run, name=run.name.lower()), steps)

    def get_run(self, name: str) -> RunRecord:
        return super().get_run(name.lower())


class FindsByPrefix(FolderMetadataStore):
    def get_run(self, name: str) -> RunRecord:
        for run in self._read().runs.values():
            if run.name.startswith(name):
                return run
        return super().get_run(name)


class UpdatesOnce(FolderMetadataStore):
    def update_run(self, run: RunRecord) -> None:
        if self.get_run(run.name).status is RunStatus.RUNNING:
            super().update_run(run)


class UpdatesAll(FolderMetadataStore):
    def update_run(self, run: RunRecord) -> None:
        for other in self.list_runs():
            super().update_run(replace(run, id=other.id, name=other.name))


class IgnoresUnknownRuns(FolderMetadataStore):
    def update_run(self, run: RunRecord) -> None:
        with suppress(RunNotFoundError):
            super().update_run(run)


class SavesOrphans(FolderMetadataStore):
    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        del artifacts
        with self._writing() as tables:
            tables.put(step)


class LosesInputs(FolderMetadataStore):
    def list_steps(self, run_id: UUID) -> list[StepRecord]:
        return [replace(step, inputs={}) for step in super().list_steps(run_id)]


class KeepsFirstParameters(FolderMetadataStore):
    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        for known in self.list_steps(step.run_id):
            if (known.name, known.attempt) == (step.name, step.attempt):
                super().save_step(replace(step, parameters=known.parameters), artifacts)
                return
        super().save_step(step, artifacts)


class OrdersSteps(FolderMetadataStore):
    """Sort positions as texts: 10 before 2."""

    def list_steps(self, run_id: UUID) -> list[StepRecord]:
        steps = super().list_steps(run_id)
        return sorted(steps, key=lambda step: str(step.position))


class LosesEarlierAttempts(FolderMetadataStore):
    def list_steps(self, run_id: UUID) -> list[StepRecord]:
        return [*{step.name: step for step in super().list_steps(run_id)}.values()]


class RepeatsArtifacts(FolderMetadataStore):
    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        super().save_step(step, [replace(each, id=uuid4()) for each in artifacts])


class CutsUris(FolderMetadataStore):
    def list_artifacts(self, run_id: UUID) -> list[ArtifactRecord]:
        artifacts = super().list_artifacts(run_id)
        return [replace(artifact, uri=artifact.uri[:255]) for artifact in artifacts]


class DropsArtifactsOfRetries(FolderMetadataStore):
    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        super().save_step(step, artifacts if step.attempt == 1 else ())


class ListsOldestFirst(FolderMetadataStore):
    def list_runs(
        self, pipeline: str = "", *, after: str = "", limit: int = 100
    ) -> list[RunRecord]:
        return super().list_runs(pipeline, after=after, limit=limit)[::-1]


class SkipsEqualTimes(FolderMetadataStore):
    def list_runs(
        self, pipeline: str = "", *, after: str = "", limit: int = 100
    ) -> list[RunRecord]:
        runs = super().list_runs(pipeline, limit=10_000)
        if after:
            bound = self.get_run(after).started
            runs = [run for run in runs if run.started < bound]
        return runs[:limit]


class FiltersAfterTheLimit(FolderMetadataStore):
    def list_runs(
        self, pipeline: str = "", *, after: str = "", limit: int = 100
    ) -> list[RunRecord]:
        runs = super().list_runs(after=after, limit=limit)
        return [run for run in runs if pipeline in {"", run.pipeline}]


class CountsPages(FolderMetadataStore):
    """Take `after` for so many runs that are to be left out."""

    _seen: dict[str, int] = {}  # noqa: RUF012

    def list_runs(
        self, pipeline: str = "", *, after: str = "", limit: int = 100
    ) -> list[RunRecord]:
        skipped = self._seen.get(after, 0) if after else 0
        page = super().list_runs(pipeline, limit=10_000)[skipped : skipped + limit]
        self._seen.update({r.name: skipped + n for n, r in enumerate(page, 1)})
        return page


class ListsHundred(FolderMetadataStore):
    """Page through the newest hundred only."""

    def list_runs(
        self, pipeline: str = "", *, after: str = "", limit: int = 100
    ) -> list[RunRecord]:
        newest = super().list_runs(pipeline)
        names = [run.name for run in newest]
        return newest[names.index(after) + 1 if after else 0 :][:limit]


class CreatesInParts(FolderMetadataStore):
    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        super().create_run(run, [])
        for step in steps:
            self.save_step(step)


class SavesInParts(FolderMetadataStore):
    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        super().save_step(step)
        super().save_step(step, artifacts)


class HandsOutItsOwn(FolderMetadataStore):
    _runs: dict[str, RunRecord] = {}  # noqa: RUF012

    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        super().create_run(run, steps)
        self._runs[run.name] = run

    def get_run(self, name: str) -> RunRecord:
        return self._runs.get(name) or super().get_run(name)


class ForgetsItsPlace(FolderMetadataStore):
    @property
    def _file(self) -> Path:
        return Path(self.path, str(id(self)))


class WritesUnlocked(FolderMetadataStore):
    @contextmanager
    def _writing(self) -> Iterator[_Tables]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        tables = self._read()
        yield tables
        sleep(0.001)
        _put(self._file, pickle.dumps(tables))


class ChecksUnlocked(FolderMetadataStore):
    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        if run.name in self._read().runs:
            raise RunExistsError(run.name)
        sleep(0.5)
        with self._writing() as tables:
            tables.runs[run.name] = run
            for step in steps:
                tables.put(step)


class BeginsAgain(FolderMetadataStore):
    """Take what begins for what goes on."""

    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        for known in self.list_steps(step.run_id):
            if step.is_rival_of(known) and step.attempt == known.attempt:
                super().save_step(replace(step, started=known.started), artifacts)
                return
        super().save_step(step, artifacts)


class BeginsUnlocked(FolderMetadataStore):
    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        if any(map(step.is_rival_of, self.list_steps(step.run_id))):
            raise ConflictError(step.name)
        sleep(0.5)
        with self._writing() as tables:
            tables.put(step)
            tables.artifacts.update({each.id: each for each in artifacts})


FAULTS: Final[dict[type[BaseMetadataStore], str]] = {
    FailsWhenEmpty: "test_before_the_first_run_there_is_nothing",
    CutsErrors: "test_a_run_is_read_as_it_was_written",
    LosesMicroseconds: "test_a_run_is_read_as_it_was_written",
    EndsWhatRuns: "test_a_run_that_has_not_ended_has_no_end",
    LosesTimeZones: "test_times_are_given_back_in_utc",
    SwallowsDuplicates: "test_a_runs_name_is_taken_once",
    LeavesStepsOfRefusedRuns: "test_a_run_that_is_refused_leaves_no_steps",
    IgnoresCase: "test_names_that_differ_in_case_are_two",
    FindsByPrefix: "test_a_run_that_is_not_there_is_not_found",
    UpdatesOnce: "test_how_far_a_run_has_come_is_recorded",
    UpdatesAll: "test_other_runs_are_left_alone",
    IgnoresUnknownRuns: "test_a_run_that_is_not_there_is_not_updated",
    SavesOrphans: "test_a_step_of_a_run_that_is_not_there_is_refused",
    LosesInputs: "test_a_step_is_read_as_it_was_written",
    KeepsFirstParameters: "test_a_step_is_saved_as_it_was_written",
    OrdersSteps: "test_steps_are_listed_in_the_pipelines_order",
    LosesEarlierAttempts: "test_every_attempt_is_kept",
    RepeatsArtifacts: "test_an_attempt_is_saved_over_itself",
    CutsUris: "test_artifacts_are_read_as_they_were_written",
    DropsArtifactsOfRetries: "test_the_artifacts_of_every_attempt_are_kept",
    ListsOldestFirst: "test_runs_are_listed_newest_first",
    SkipsEqualTimes: "test_pages_hold_every_run_once",
    FiltersAfterTheLimit: "test_a_page_holds_the_runs_of_one_pipeline",
    CountsPages: "test_runs_that_begin_meanwhile_move_no_page",
    ListsHundred: "test_many_runs_are_listed_page_by_page",
    CreatesInParts: "test_a_run_is_recorded_whole_or_not_at_all",
    SavesInParts: "test_an_attempt_is_recorded_whole_or_not_at_all",
    HandsOutItsOwn: "test_what_was_recorded_stays_as_it_was",
    ForgetsItsPlace: "test_another_store_of_the_same_configuration_sees_the_same",
    WritesUnlocked: "test_threads_that_write_at_once_lose_nothing",
    ChecksUnlocked: "test_of_threads_that_take_one_name_one_gets_it",
    BeginsAgain: "test_an_attempt_is_begun_once",
    BeginsUnlocked: "test_of_threads_that_begin_an_attempt_one_does",
}


def check(cls: type[BaseMetadataStore], found_by: str) -> type[MetadataStoreContract]:
    """Return the tests of a class of stores."""

    class Check(MetadataStoreContract):
        FOUND_BY: ClassVar[str] = found_by

        @pytest.fixture
        def metadata_store(self, tmp_path: Path) -> BaseMetadataStore:
            return cls.model_validate({"name": "store", "path": str(tmp_path / "runs")})

    return Check


TestRight = check(FolderMetadataStore, "")
globals().update({f"Test{cls.__name__}": check(cls, t) for cls, t in FAULTS.items()})
