"""Attempts at a step: which one counts, and what each keeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.pipelines.parts import then, with_orchestrator
from zen.components.runs import RunStatus
from zen.errors import (
    StepFailedError,
)
from zen.stack import Stack
from zen_local.orchestrator import LocalOrchestrator
from zen_pipelines import pipeline, step
from zen_pipelines.views import find_run
from zen_sqlite.metadata_store import SQLiteMetadataStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen.components.deployment import Deployment
    from zen.components.runs import ArtifactRecord, StepRecord


class Unfinished(NamedTuple):
    """Two outputs."""

    good: str
    bad: object


class Unwritable:
    """Be what no materializer can write."""

    def __reduce__(self) -> str:
        message = "no pickle"
        raise TypeError(message)


@step
def succeed_once() -> int:
    Path("succeeded").touch(exist_ok=False)
    return 1


@step
def fail_once(numbers: list[int]) -> list[int]:
    if not Path("failed").exists():
        Path("failed").touch()
        message = "not yet"
        raise ValueError(message)
    return numbers


@step
def break_halfway() -> Unfinished:
    """Return an output that is written, and one that is the first time not."""
    if Path("halfway").exists():
        return Unfinished("second", "second")
    Path("halfway").touch()
    return Unfinished("first", Unwritable())


class Retrying(LocalOrchestrator):
    """Run steps in the order of their names here; go on when one fails."""

    order: tuple[str, ...]

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        """Run the steps."""
        for name in self.order:
            with suppress(StepFailedError):
                deployment.run_step(name, stack)


def test_each_attempt_is_recorded(stack: Stack, notices: list[str]) -> None:
    """An orchestrator may call a failed step again."""
    retrying = Retrying(name="retrying", order=("count", "fail_once", "fail_once"))
    run = pipeline(then(fail_once))().run_on(
        with_orchestrator(stack, retrying), notify=notices.append
    )
    records = stack.metadata_store.list_steps(run.id)
    assert [(each.name, each.attempt, each.status.value) for each in records] == [
        ("count", 1, "completed"),
        ("fail_once", 1, "failed"),
        ("fail_once", 2, "completed"),
    ]
    view = run.get_step("fail_once")
    assert (view.status, view.output.read()) == (RunStatus.COMPLETED, [0, 1])


class Overtaken(SQLiteMetadataStore):
    """Another process begins each step just before this one does."""

    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        if step.status is RunStatus.RUNNING and step.attempt == 1:
            super().save_step(replace(step, started=datetime.now(timezone.utc)))
        super().save_step(step, artifacts)


def test_of_two_that_begin_a_step_at_once_each_makes_its_own_attempt(
    stack: Stack, notices: list[str], tmp_path: Path
) -> None:
    overtaken = Overtaken(name="overtaken", uri=str(tmp_path / "metadata.db"))
    racing = Stack.from_components(
        "racing", {**stack.components, "metadata_store": overtaken}
    )
    run = pipeline(succeed_alone)().run_on(racing, notify=notices.append)
    records = overtaken.list_steps(run.id)
    assert [(each.attempt, each.status.value) for each in records] == [
        (1, "running"),
        (2, "completed"),
    ]
    assert Path(run.get_step("succeed_once").output.uri).parent.name == "2"


_FIRST_BEGUN, _SECOND_FAILED = Event(), Event()


@step
def take_turns() -> int:
    """Let another attempt begin, and fail, before the first one completes."""
    if _FIRST_BEGUN.is_set():
        message = "not twice"
        raise ValueError(message)
    _FIRST_BEGUN.set()
    assert _SECOND_FAILED.wait(timeout=120)
    return 1


class Overlapping(LocalOrchestrator):
    """Begin a second attempt while the first one goes on."""

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        """Run the step twice."""
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(deployment.run_step, "take_turns", stack)
            assert _FIRST_BEGUN.wait(timeout=120)
            with suppress(StepFailedError):
                deployment.run_step("take_turns", stack)
            _SECOND_FAILED.set()
            first.result()


def test_a_completed_attempt_counts_more_than_a_later_one_that_failed(
    stack: Stack, notices: list[str]
) -> None:
    def wire() -> None:
        take_turns()

    overlapping = with_orchestrator(stack, Overlapping(name="overlapping"))
    run = pipeline(wire)().run_on(overlapping, notify=notices.append)
    records = stack.metadata_store.list_steps(run.id)
    assert [(each.attempt, each.status.value) for each in records] == [
        (1, "completed"),
        (2, "failed"),
    ]
    assert run.status is RunStatus.COMPLETED
    view = run.get_step("take_turns")
    assert (view.status, view.output.read()) == (RunStatus.COMPLETED, 1)


def succeed_alone() -> None:
    succeed_once()


def test_an_attempt_keeps_what_an_earlier_one_wrote(
    stack: Stack, notices: list[str]
) -> None:
    def wire() -> None:
        break_halfway()

    retrying = Retrying(name="retrying", order=("break_halfway",) * 2)
    run = pipeline(wire)().run_on(
        with_orchestrator(stack, retrying), notify=notices.append
    )
    second = Path(run.get_step("break_halfway").outputs["good"].uri)
    first = second.parent.parent / "1" / "good"
    assert (second.parent.name, second.name) == ("2", "good")
    assert (first / "data.json").read_text() == '"first"'
    assert (second / "data.json").read_text() == '"second"'


def test_a_completed_step_is_not_run_again(stack: Stack, notices: list[str]) -> None:
    def wire() -> None:
        succeed_once()

    repeating = with_orchestrator(
        stack, Retrying(name="repeating", order=("succeed_once",) * 2)
    )
    pipeline(wire)().run_on(repeating, "twice", notify=notices.append)
    view = find_run("twice", stack)
    (record,) = stack.metadata_store.list_steps(view.id)
    assert (record.attempt, record.status) == (1, RunStatus.COMPLETED)
    assert view.get_step("succeed_once").output.read() == 1
    again = "Step 'succeed_once' of run 'twice' was completed before, and isn't run"
    assert [notice for notice in notices if notice.startswith(again)]
    # What another run has completed is no reason not to run it.
    with pytest.raises(StepFailedError):
        pipeline(wire)().run_on(stack, "thrice", notify=notices.append)
