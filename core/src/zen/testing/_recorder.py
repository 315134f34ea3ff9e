"""Pipelines that tell how an orchestrator has run them.

Each call of a step leaves a file, so that it counts in whatever process it was made.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from zen.components.deployment import (
    CodeLocation,
    Deployment,
    OutputReference,
    StepDeployment,
)
from zen.components.runs import RunRecord, RunStatus, StepRecord
from zen.errors import PipelineError, StepFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen.stack import Stack

__all__ = ["Call", "Pipelines", "record_step"]

ENTRYPOINT: Final = f"{__name__}:record_step"


@dataclass(frozen=True, slots=True)
class Call:
    """Describe a call of a step.

    Args:
        step: The step's name.
        deployment: The identity of the deployment that was given, and its steps.
        runtime_configuration: That of the deployment.
        stack: The name of the stack that was given.
        components: The identities of the stack's components.
        finished: The steps that were finished before.
    """

    step: str
    deployment: list[str]
    runtime_configuration: dict[str, object]
    stack: str
    components: list[str]
    finished: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pipelines:
    """Make pipelines for a stack, and tell what became of them.

    Args:
        folder: Where the calls are recorded; every process that runs a step sees it.
        stack: The stack.
    """

    folder: Path
    stack: Stack

    def deploy(
        self,
        graph: Mapping[str, str],
        run_name: str = "run",
        *,
        faults: Mapping[str, str] | None = None,
        runtime: Mapping[str, object] | None = None,
    ) -> Deployment:
        """Return a pipeline that is ready to run, the run being recorded.

        Args:
            graph: The names of the steps, each with those that it needs.
            run_name: The run's name.
            faults: What goes wrong in which step: `fails`, `fails once`, `interrupts`
                or `breaks`.
            runtime: What the user passed to `pipeline.run(…)`.
        """
        steps = tuple(
            self._step(name, needs, run_name, (faults or {}).get(name, ""))
            for name, needs in graph.items()
        )
        deployment = Deployment("trial", run_name, steps, ENTRYPOINT, runtime or {})
        now = datetime.now(timezone.utc)
        run = RunRecord(
            *(run_name, "trial", self.stack.name, RunStatus.RUNNING, now),
            id=deployment.run_id,
        )
        self.stack.validate()
        self.stack.prepare_pipeline_deployment(deployment)
        self.stack.metadata_store.create_run(
            run, [_pending(deployment, step) for step in steps]
        )
        return deployment

    def calls(self, deployment: Deployment) -> list[Call]:
        """Return the calls of a deployment's steps, in no order."""
        files = (self.folder / deployment.run_name).glob("*.json")
        return [Call(**json.loads(file.read_text("utf-8"))) for file in files]

    def called(self, deployment: Deployment) -> list[str]:
        """Return the sorted names of the steps that were called, once per call."""
        return sorted(call.step for call in self.calls(deployment))

    def attempts(self, deployment: Deployment) -> dict[str, int]:
        """Return how often each step that began did begin."""
        records = self.stack.metadata_store.list_steps(deployment.run_id)
        begun = [r.name for r in records if r.status is not RunStatus.PENDING]
        return {name: begun.count(name) for name in begun}

    def run(self, deployment: Deployment) -> None:
        """Let the stack's orchestrator run a pipeline."""
        self.stack.orchestrator.run_pipeline(deployment, self.stack)

    def _step(self, name: str, needs: str, run: str, fault: str) -> StepDeployment:
        return StepDeployment(
            name,
            CodeLocation(__name__, __file__, name),
            {step: OutputReference(step, "output") for step in needs.split()},
            {"folder": str(self.folder / run), "fault": fault},
            ("output",),
        )


def record_step(deployment: Deployment, name: str, stack: Stack) -> None:
    """Record that a step was called; do what its fault is; be finished then.

    A step that was completed before is recorded as called, and that is all.

    Raises:
        StepFailedError: It was to fail.
        KeyboardInterrupt: It was to be interrupted.
        PipelineError: It was to break before the step's own code.
    """
    step = deployment.step(name)
    known = stack.metadata_store.list_steps(deployment.run_id)
    finished = sorted(r.name for r in known if r.status is RunStatus.COMPLETED)
    _leave(
        Path(str(step.parameters["folder"])), _call(deployment, name, stack, finished)
    )
    if name in finished:
        return
    begun = [r for r in known if r.name == name and r.status is not RunStatus.PENDING]
    record = replace(
        _pending(deployment, step),
        status=RunStatus.RUNNING,
        started=datetime.now(timezone.utc),
        attempt=len(begun) + 1,
    )
    stack.metadata_store.save_step(record)
    error = _error(str(step.parameters["fault"]), deployment, record)
    stack.metadata_store.save_step(
        replace(
            record,
            status=RunStatus.FAILED if error else RunStatus.COMPLETED,
            ended=datetime.now(timezone.utc),
        )
    )
    if error:
        raise error


def _pending(deployment: Deployment, step: StepDeployment) -> StepRecord:
    return StepRecord(deployment.run_id, step.name, deployment.steps.index(step))


def _call(deployment: Deployment, name: str, stack: Stack, finished: list[str]) -> Call:
    return Call(
        step=name,
        deployment=[str(deployment.run_id), *(step.name for step in deployment.steps)],
        runtime_configuration=dict(deployment.runtime_configuration),
        stack=stack.name,
        components=[str(part.uuid) for part in stack.components.values()],
        finished=finished,
    )


def _leave(folder: Path, call: Call) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / uuid4().hex
    temporary.write_text(json.dumps(asdict(call)), encoding="utf-8")
    temporary.rename(temporary.with_suffix(".json"))


def _error(
    fault: str, deployment: Deployment, record: StepRecord
) -> BaseException | None:
    if fault == "interrupts":
        return KeyboardInterrupt()
    if fault == "breaks":
        return PipelineError(f"Step '{record.name}' can't be run at all.")
    if fault == "fails" or (fault == "fails once" and record.attempt == 1):
        return StepFailedError(record.name, deployment.run_name)
    return None
