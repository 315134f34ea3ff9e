"""Run one step of a deployment: all that an orchestrator calls."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Final

from zen.components.runs import RunStatus, StepRecord
from zen.errors import ConflictError, StepFailedError
from zen.notices import Caution
from zen_pipelines._artifacts import read_inputs, write_outputs
from zen_pipelines._durations import format_duration
from zen_pipelines._session import current_session
from zen_pipelines._tracebacks import describe_error
from zen_pipelines.steps import find_step

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from zen.components import StackComponent
    from zen.components.deployment import Deployment, StepDeployment
    from zen.components.runs import ArtifactRecord
    from zen.stack import Stack
    from zen_pipelines.steps import Step

__all__ = ["run_step"]

_TRIES: Final = 20


def run_step(deployment: Deployment, step: str, stack: Stack) -> None:
    """Run one step, in this process, and record how it went.

    A step that was completed before in the same run isn't run again.

    Args:
        deployment: The compiled pipeline.
        step: The step's name.
        stack: The stack that it runs on.

    Raises:
        StepFailedError: The step raised, or what it returned can't be kept; the
            cause is that exception.
    """
    notify = current_session().notify
    _StepRun(deployment, deployment.step(step), stack, notify).run()


class _StepRun:
    """Run an attempt at a step.

    Args:
        deployment: The compiled pipeline.
        step: The step.
        stack: The stack that it runs on.
        notify: Takes each notice for the user.
    """

    def __init__(
        self,
        deployment: Deployment,
        step: StepDeployment,
        stack: Stack,
        notify: Callable[[str], None],
    ) -> None:
        self._deployment = deployment
        self._step = step
        self._stack = stack
        self._notify = notify

    def run(self) -> None:
        record = self._begin()
        if record is None:
            self._notify(
                f"Step '{self._step.name}' of run '{self._deployment.run_name}' was"
                " completed before, and isn't run again."
            )
            return
        self._notify(f"Step '{self._step.name}' has started.")
        try:
            with ExitStack() as cleanups:
                self._prepare(cleanups)
                # First, as values may be of classes that are beside the step.
                step = find_step(self._step.code)
                inputs, record = self._read_inputs(record)
                artifacts = self._write_outputs(record, self._call(step, inputs))
        # A step's own code, which may raise anything; sys.exit() ends the step only.
        except (Exception, SystemExit) as error:
            self._fail(record, error)
            raise StepFailedError(self._step.name, self._deployment.run_name) from error
        except BaseException as error:
            self._fail(record, error)
            raise
        self._end(record, RunStatus.COMPLETED, artifacts=artifacts)

    def _begin(self) -> StepRecord | None:
        """Record a new attempt; return None if an earlier one was completed."""
        for remaining in reversed(range(_TRIES)):
            attempts = self._attempts()
            if any(each.status is RunStatus.COMPLETED for each in attempts):
                return None
            record = StepRecord(
                run_id=self._deployment.run_id,
                name=self._step.name,
                position=self._deployment.steps.index(self._step),
                status=RunStatus.RUNNING,
                started=datetime.now(timezone.utc),
                parameters=self._step.parameters,
                attempt=max((each.attempt for each in attempts), default=0) + 1,
            )
            try:
                self._stack.metadata_store.save_step(record)
            except ConflictError:
                # Another process has begun the attempt of that number meanwhile.
                if not remaining:
                    raise
            else:
                return record
        raise AssertionError  # the last try returns or raises

    def _attempts(self) -> list[StepRecord]:
        return [
            record
            for record in self._stack.metadata_store.list_steps(self._deployment.run_id)
            if record.name == self._step.name and record.status is not RunStatus.PENDING
        ]

    def _prepare(self, cleanups: ExitStack) -> None:
        components = self._stack.components.values()
        # All of them clean up, also those whose turn to prepare never came.
        for component in components:
            cleanups.callback(self._clean_up, component)
        for component in components:
            component.prepare_step_run()

    def _clean_up(self, component: StackComponent) -> None:
        try:
            component.cleanup_step_run()
        # A flavor's own code: it can't undo what the step has done, nor keep the
        # other components from cleaning up.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            text = (
                f"{component.TYPE.replace('_', ' ').capitalize()} '{component.name}'"
                f" couldn't clean up after step '{self._step.name}':"
                f" {describe_error(error)}"
            )
            self._notify(Caution(text))

    def _read_inputs(self, record: StepRecord) -> tuple[dict[str, object], StepRecord]:
        values: dict[str, object] = {}
        ids: dict[str, UUID] = {}
        for argument, (artifact, value) in read_inputs(
            self._deployment, self._step, self._stack
        ).items():
            values[argument] = value
            ids[argument] = artifact.id
        return values, replace(record, inputs=ids)

    def _call(
        self, step: Step[..., object], inputs: dict[str, object]
    ) -> dict[str, object]:
        step.check_inputs(inputs)
        # The step may change its arguments; what was recorded stays as it is.
        arguments = {**step.read_parameters(self._step.parameters), **inputs}
        return step.outputs.split(step.function(**arguments))

    def _write_outputs(
        self, record: StepRecord, outputs: dict[str, object]
    ) -> list[ArtifactRecord]:
        return write_outputs(
            outputs, record, self._deployment, self._stack, notify=self._notify
        )

    def _fail(self, record: StepRecord, error: BaseException) -> None:
        try:
            self._end(record, RunStatus.FAILED, error=describe_error(error))
        # A flavor's own code: what the user is to see is why the step failed.
        except Exception as failure:  # noqa: BLE001
            text = (
                f"Step '{record.name}' of run '{self._deployment.run_name}' has failed,"
                " and metadata store"
                f" '{self._stack.metadata_store.name}' couldn't record that:"
                f" {describe_error(failure)}"
            )
            self._notify(Caution(text))

    def _end(
        self,
        record: StepRecord,
        status: RunStatus,
        *,
        error: str = "",
        artifacts: list[ArtifactRecord] | None = None,
    ) -> None:
        ended = datetime.now(timezone.utc)
        duration = format_duration((ended - (record.started or ended)).total_seconds())
        self._stack.metadata_store.save_step(
            replace(record, status=status, ended=ended, error=error), artifacts or ()
        )
        outcome = "finished in" if status is RunStatus.COMPLETED else "failed after"
        self._notify(f"Step '{record.name}' has {outcome} {duration}.")
