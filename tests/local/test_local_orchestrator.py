"""The local orchestrator runs steps in order, and stops at the first failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from zen.components.deployment import (
    CodeLocation,
    Deployment,
    OutputReference,
    StepDeployment,
)
from zen.errors import PipelineInterfaceError
from zen.testing.orchestrator import OrchestratorContract
from zen_local import LocalOrchestrator

if TYPE_CHECKING:
    from zen.stack import Stack


class TestLocalOrchestrator(OrchestratorContract):
    @pytest.fixture
    def orchestrator(self) -> LocalOrchestrator:
        return LocalOrchestrator(name="local")


STACK = cast("Stack", object())


class RecordingDeployment(Deployment):
    """Remember which steps ran on which stack, and fail at one of them."""

    __slots__ = ("fails_at", "ran")

    ran: list[tuple[str, Stack]]
    fails_at: str

    def run_step(self, name: str, stack: Stack) -> None:
        """Run nothing."""
        self.ran.append((name, stack))
        if name == self.fails_at:
            raise ZeroDivisionError(name)


def deploy(*, fails_at: str = "", **steps: str) -> RecordingDeployment:
    """Make a deployment of steps that are given with the names of what they need."""
    deployment = RecordingDeployment(
        pipeline="training",
        run_name="run",
        steps=tuple(
            StepDeployment(
                name,
                CodeLocation("module", "", name),
                {step: OutputReference(step, "output") for step in needs.split()},
            )
            for name, needs in steps.items()
        ),
        entrypoint="module:run",
    )
    object.__setattr__(deployment, "ran", [])
    object.__setattr__(deployment, "fails_at", fails_at)
    return deployment


def run(deployment: RecordingDeployment) -> list[str]:
    LocalOrchestrator(name="local").run_pipeline(deployment, STACK)
    return [name for name, _ in deployment.ran]


def test_steps_that_need_nothing_run_in_the_pipelines_order() -> None:
    assert run(deploy(c="", a="", b="")) == ["c", "a", "b"]


def test_a_step_runs_after_all_that_it_needs() -> None:
    deployment = deploy(evaluate="train load", train="load", load="", report="evaluate")
    assert run(deployment) == ["load", "train", "evaluate", "report"]


def test_the_pipelines_order_decides_between_steps_that_could_both_be_next() -> None:
    assert run(deploy(a="", z="a", b="", y="a")) == ["a", "z", "b", "y"]


def test_a_failure_is_raised_and_nothing_after_it_runs() -> None:
    deployment = deploy(a="", b="a", c="", fails_at="b")
    with pytest.raises(ZeroDivisionError, match="b"):
        run(deployment)
    assert [name for name, _ in deployment.ran] == ["a", "b"]


def test_a_circle_is_refused_before_anything_runs() -> None:
    deployment = deploy(first="", a="b", b="a")
    with pytest.raises(PipelineInterfaceError, match=r"in a circle: '[ab]' -> '[ab]'"):
        run(deployment)
    assert deployment.ran == []


def test_a_need_for_an_unknown_step_is_refused_before_anything_runs() -> None:
    deployment = deploy(a="", b="lost")
    with pytest.raises(PipelineInterfaceError, match=r"Step 'b' .* needs 'lost'"):
        run(deployment)
    assert deployment.ran == []
