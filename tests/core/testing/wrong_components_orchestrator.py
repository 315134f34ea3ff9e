"""Orchestrators of which each has one fault, and the test that finds it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from time import sleep
from typing import TYPE_CHECKING, ClassVar, Final

import pytest

from zen.components import BaseOrchestrator
from zen.errors import PipelineError, StepFailedError
from zen.stack import Stack
from zen.testing.orchestrator import OrchestratorContract

if TYPE_CHECKING:
    from zen.components.deployment import Deployment


class InOrder(BaseOrchestrator):
    """Run one step after another."""

    FLAVOR: ClassVar[str] = "in-order"

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        for step in deployment.steps:
            deployment.run_step(step.name, stack)


class CallsTwice(InOrder):
    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        super().run_pipeline(deployment, stack)
        super().run_pipeline(deployment, stack)


class SkipsTheLast(InOrder):
    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        for step in deployment.steps[:-1]:
            deployment.run_step(step.name, stack)


class SortsByName(InOrder):
    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        for name in sorted(step.name for step in deployment.steps):
            deployment.run_step(name, stack)


class HidesWhichFailed(InOrder):
    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        try:
            super().run_pipeline(deployment, stack)
        except StepFailedError as error:
            raise StepFailedError("?", deployment.run_name) from error


class SwallowsFailures(InOrder):
    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        with suppress(PipelineError):
            super().run_pipeline(deployment, stack)


class GoesOn(InOrder):
    """Run what needs a failed step, and raise at last."""

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        errors = []
        for step in deployment.steps:
            try:
                deployment.run_step(step.name, stack)
            except StepFailedError as error:
                errors.append(error)
        if errors:
            raise errors[0]


class SwallowsInterrupts(InOrder):
    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        with suppress(KeyboardInterrupt):
            super().run_pipeline(deployment, stack)


class RemembersFailures(InOrder):
    """Never run again what failed once."""

    _failed: set[object] = set()  # noqa: RUF012

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        if deployment.run_id in self._failed:
            return
        try:
            super().run_pipeline(deployment, stack)
        except StepFailedError:
            self._failed.add(deployment.run_id)
            raise


class RemembersSteps(InOrder):
    """Keep the names of finished steps from one run to the next."""

    _done: set[str] = set()  # noqa: RUF012

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        for step in deployment.steps:
            if step.name not in self._done:
                deployment.run_step(step.name, stack)
                self._done.add(step.name)


class RunsOne(InOrder):
    """Run the deployment that was given last."""

    _current: dict[str, object] = {}  # noqa: RUF012

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        self._current["deployment"] = deployment
        sleep(0.05)
        for step in deployment.steps:
            if self._current["deployment"] is deployment:
                deployment.run_step(step.name, stack)


class MakesAStack(InOrder):
    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        other = Stack(
            stack.name,
            orchestrator=InOrder(name=self.name),
            artifact_store=stack.artifact_store,
            metadata_store=stack.metadata_store,
        )
        super().run_pipeline(deployment, other)


class KeepsTheFirstStack(InOrder):
    _stacks: list[Stack] = []  # noqa: RUF012

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        self._stacks.append(stack)
        super().run_pipeline(deployment, self._stacks[0])


class DropsTheRuntime(InOrder):
    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        super().run_pipeline(replace(deployment, runtime_configuration={}), stack)


class ChangesTheDeployment(InOrder):
    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        super().run_pipeline(deployment, stack)
        runtime = deployment.runtime_configuration
        assert isinstance(runtime, dict)
        runtime["outputs"] = []


class WorksOnceMade(InOrder):
    """Work only where it was made."""

    _made: bool = False

    def model_post_init(self, _context: object, /) -> None:
        MADE.setdefault(str(self.uuid), id(self))

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        if MADE[str(self.uuid)] == id(self):
            super().run_pipeline(deployment, stack)


MADE: Final[dict[str, int]] = {}

FAULTS: Final[dict[type[BaseOrchestrator], str]] = {
    CallsTwice: "test_each_step_is_run_once",
    SkipsTheLast: "test_each_step_is_run_once",
    SortsByName: "test_a_step_begins_when_all_that_it_needs_is_finished",
    HidesWhichFailed: "test_a_failed_step_is_raised_by_name",
    SwallowsFailures: "test_a_failed_step_is_raised_by_name",
    GoesOn: "test_no_step_that_needs_a_failed_one_runs",
    SwallowsInterrupts: "test_what_keeps_a_step_from_running_is_raised_too",
    RemembersFailures: "test_a_failed_pipeline_can_be_run_again",
    RemembersSteps: "test_pipelines_are_run_one_after_another",
    RunsOne: "test_pipelines_that_run_at_once_do_not_mix",
    MakesAStack: "test_each_step_gets_the_stack",
    KeepsTheFirstStack: "test_another_stack_is_another_stack",
    DropsTheRuntime: "test_each_step_gets_the_deployment",
    ChangesTheDeployment: "test_the_deployment_stays_as_it_is",
    WorksOnceMade: "test_another_of_the_same_configuration_runs_pipelines",
}


def check(cls: type[BaseOrchestrator], found_by: str) -> type[OrchestratorContract]:
    """Return the tests of a class of orchestrators."""

    class Check(OrchestratorContract):
        FOUND_BY: ClassVar[str] = found_by

        @pytest.fixture
        def orchestrator(self) -> BaseOrchestrator:
            return cls(name="orchestrator")

    return Check


TestRight = check(InOrder, "")
globals().update({f"Test{cls.__name__}": check(cls, t) for cls, t in FAULTS.items()})
