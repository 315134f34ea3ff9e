"""Metadata stores keep every attempt at a step, and what it produced."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from zen.components.runs import ArtifactRecord, RunStatus, StepRecord
from zen.errors import ConflictError, RunNotFoundError
from zen.testing._demands import demand_error
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
    check_steps,
)

if TYPE_CHECKING:
    from zen.components import BaseMetadataStore

__all__ = ["MetadataStepsContract"]


class MetadataStepsContract(MetadataContract):
    """Check what is kept of steps, their attempts and artifacts."""

    def test_a_step_of_a_run_that_is_not_there_is_refused(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """And nothing of it is kept."""
        metadata_store.create_run(a_run(), [])
        unknown = uuid4()
        doing = "save_step of a run that isn't there"
        step, artifacts = a_step(unknown), [an_artifact(unknown)]
        save = partial(metadata_store.save_step, step, artifacts)
        demand_error(RunNotFoundError, doing, save)
        check_steps(metadata_store, unknown, [], f"After {doing}")
        check_artifacts(metadata_store, unknown, [], f"After {doing}")

    @pytest.mark.parametrize("status", RunStatus)
    def test_a_step_is_read_as_it_was_written(
        self, metadata_store: BaseMetadataStore, status: RunStatus
    ) -> None:
        """In every field, when it comes with its run."""
        run, inputs = a_run(), {"data": uuid4(), TEXT: uuid4()}
        step = StepRecord(
            *(run.id, TEXT, 7, status, NOON, NOON + MOMENT, NESTED, inputs, LONG_ERROR),
            attempt=3,
        )
        metadata_store.create_run(run, [step])
        check_steps(metadata_store, run.id, [step], "After create_run with one step")

    def test_a_step_is_saved_as_it_was_written(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """In every field, in place of what was pending."""
        run, inputs = a_run(), {"data": uuid4()}
        metadata_store.create_run(run, [a_step(run.id)])
        failed = (RunStatus.FAILED, NOON, NOON + MOMENT, NESTED, inputs, LONG_ERROR)
        step = StepRecord(run.id, "train", 0, *failed)
        metadata_store.save_step(step)
        when = "After save_step of one that was pending"
        check_steps(metadata_store, run.id, [step], when)

    def test_steps_are_listed_in_the_pipelines_order(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """By position, as a number, in whatever order they are given."""
        run = a_run()
        steps = [StepRecord(run.id, f"step-{12 - n}", n) for n in range(12)]
        metadata_store.create_run(run, steps[::-1])
        metadata_store.save_step(steps[0])
        check_steps(metadata_store, run.id, steps, "In the order of their positions")

    def test_every_attempt_is_kept(self, metadata_store: BaseMetadataStore) -> None:
        """A later one doesn't replace those before."""
        run = a_run()
        first = a_step(run.id, status=RunStatus.FAILED)
        later = StepRecord(run.id, "evaluate", 1)
        attempts = [first, *(replace(first, attempt=number) for number in (2, 3))]
        metadata_store.create_run(run, [a_step(run.id), later])
        for attempt in attempts:
            metadata_store.save_step(attempt)
        when = "After three attempts at the first of two steps"
        check_steps(metadata_store, run.id, [*attempts, later], when)

    def test_an_attempt_is_saved_over_itself(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """It is one attempt, with one set of artifacts."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        artifact = an_artifact(run.id)
        for status in (RunStatus.RUNNING, RunStatus.COMPLETED, RunStatus.COMPLETED):
            step = a_step(run.id, status=status)
            metadata_store.save_step(step, [artifact])
            when = f"After one attempt was saved again, as {status.value}"
            check_steps(metadata_store, run.id, [step], when)
            check_artifacts(metadata_store, run.id, [artifact], when)

    def test_an_attempt_is_begun_once(self, metadata_store: BaseMetadataStore) -> None:
        """Whoever begins it later is told, and changes nothing."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        begun = replace(a_step(run.id, status=RunStatus.RUNNING), started=NOON)
        ended = replace(begun, status=RunStatus.COMPLETED, ended=NOON + MOMENT)
        rival = replace(begun, started=NOON + MOMENT)
        doing = "save_step that begins an attempt which another one has begun"
        save = partial(metadata_store.save_step, rival, [an_artifact(run.id)])
        for known in (begun, begun, ended):
            metadata_store.save_step(known)
            demand_error(ConflictError, doing, save)
            check_steps(metadata_store, run.id, [known], f"After {doing}")
        check_artifacts(metadata_store, run.id, [], f"After {doing}")
        metadata_store.save_step(replace(rival, attempt=2))

    def test_artifacts_are_read_as_they_were_written(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """In every field, in any order."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        model = ArtifactRecord(
            *(run.id, "train", TEXT, f"s3://b/{'x' * 1000}", "m:M", "numpy.ndarray"),
            attempt=1,
        )
        artifacts = [model, an_artifact(run.id, "loss")]
        metadata_store.save_step(a_step(run.id), artifacts)
        when = "After save_step with two artifacts"
        check_artifacts(metadata_store, run.id, artifacts, when)

    def test_the_artifacts_of_every_attempt_are_kept(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Also when a step is saved once more without any."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        artifacts = [an_artifact(run.id, attempt=number) for number in (1, 2)]
        for artifact in artifacts:
            step = replace(a_step(run.id), attempt=artifact.attempt)
            metadata_store.save_step(step, [artifact])
            metadata_store.save_step(replace(step, status=RunStatus.COMPLETED))
        when = "After two attempts with an artifact each, saved again without any"
        check_artifacts(metadata_store, run.id, artifacts, when)
