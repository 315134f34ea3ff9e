"""Run a deployment on a stack, and record how it went."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from zen.components.blame import blaming
from zen.components.runs import RunRecord, RunStatus, StepRecord
from zen.components.runtime import fit_runtime
from zen.errors import PipelineError, StackValidationError
from zen.notices import Caution
from zen_pipelines._durations import format_duration
from zen_pipelines._session import current_session
from zen_pipelines._termination import Termination
from zen_pipelines._tracebacks import describe_error
from zen_pipelines._unused import unused_notices

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from zen.components import BaseMetadataStore
    from zen.components.deployment import Deployment
    from zen.stack import Stack

__all__ = ["latest_attempts", "run_deployment"]


def run_deployment(
    deployment: Deployment, stack: Stack, *, parameters: Collection[str] = ()
) -> RunRecord:
    """Run all steps of a deployment and return the record of the run.

    Args:
        deployment: The compiled pipeline.
        stack: The stack to run on.
        parameters: The names of the pipeline's own parameters.

    Raises:
        StackValidationError: The stack isn't valid, refers to what isn't there, or
            doesn't run.
        PipelineInterfaceError: A component takes a key of the runtime configuration
            with another type.
        RunExistsError: A run of that name exists.
        StepFailedError: A step failed.
        PipelineError: The orchestrator left steps undone.

    A signal that ends the process does so when the run's failure is recorded.
    """
    stack.check_references()
    stack.validate()
    _check_running(stack)
    runtime = deployment.runtime_configuration
    fit_runtime(stack.components.values(), runtime)
    session = current_session()
    session.run_names.append(deployment.run_name)
    session.notify(
        f"Creating run '{deployment.run_name}' for pipeline '{deployment.pipeline}'"
        f" on stack '{stack.name}'."
    )
    for notice in unused_notices(stack, runtime, parameters):
        session.notify(notice)
    stack.prepare_pipeline_deployment(deployment)
    with Termination() as termination:
        run = _create(deployment, stack)
        try:
            with termination.raised():
                stack.orchestrator.run_pipeline(deployment, stack)
                _check_finished(deployment, stack)
        # Also when the user interrupts it: a run that nobody runs must not look alive.
        except BaseException as error:
            _fail(run, error, stack)
            raise
        return _end(replace(run, status=RunStatus.COMPLETED), stack)


def latest_attempts(store: BaseMetadataStore, run_id: UUID) -> dict[str, StepRecord]:
    """Return the attempt at each step of a run that counts, in the pipeline's order.

    That is the latest of those that were completed, or else the latest of all: one
    that fails beside another, slower one undoes nothing.
    """
    latest: dict[str, StepRecord] = {}
    for record in store.list_steps(run_id):
        known = latest.get(record.name)
        if known is None or _weight(known) < _weight(record):
            latest[record.name] = record
    return latest


def _weight(record: StepRecord) -> tuple[bool, int]:
    return record.status is RunStatus.COMPLETED, record.attempt


def _check_running(stack: Stack) -> None:
    idle = []
    for component in stack.components.values():
        with blaming(component, "can't tell its state"):
            if not component.is_running:
                idle.append(f"{component.TYPE.replace('_', ' ')} '{component.name}'")
    if idle:
        raise StackValidationError(
            f"Stack '{stack.name}' isn't running: {', '.join(idle)}.",
            hint=f"Run 'zen stack up {stack.name}'.",
        )


def _create(deployment: Deployment, stack: Stack) -> RunRecord:
    run = RunRecord(
        name=deployment.run_name,
        pipeline=deployment.pipeline,
        stack=stack.name,
        status=RunStatus.RUNNING,
        started=datetime.now(timezone.utc),
        runtime_configuration=deployment.runtime_configuration,
        id=deployment.run_id,
    )
    steps = [
        StepRecord(run.id, step.name, position, parameters=step.parameters)
        for position, step in enumerate(deployment.steps)
    ]
    stack.metadata_store.create_run(run, steps)
    return run


def _check_finished(deployment: Deployment, stack: Stack) -> None:
    """Believe what is recorded rather than that the orchestrator has returned."""
    attempts = latest_attempts(stack.metadata_store, deployment.run_id)
    undone = [
        step.name
        for step in deployment.steps
        if step.name not in attempts
        or attempts[step.name].status is not RunStatus.COMPLETED
    ]
    if undone:
        raise PipelineError(
            f"Orchestrator '{stack.orchestrator.name}' returned before these steps of"
            f" run '{deployment.run_name}' were completed: {', '.join(undone)}.",
            hint=f"See 'zen pipeline runs describe {deployment.run_name}'. The"
            f" orchestrator's flavor is '{stack.orchestrator.FLAVOR}'; tell its"
            " author.",
        )


def _fail(run: RunRecord, error: BaseException, stack: Stack) -> None:
    failed = replace(run, status=RunStatus.FAILED, error=describe_error(error))
    try:
        _end(failed, stack)
    # A flavor's own code: what the user is to see is why the run failed.
    except Exception as failure:  # noqa: BLE001
        text = (
            f"Run '{run.name}' has failed, and metadata store"
            f" '{stack.metadata_store.name}' couldn't record that:"
            f" {describe_error(failure)}"
        )
        current_session().notify(Caution(text))


def _end(run: RunRecord, stack: Stack) -> RunRecord:
    ended = datetime.now(timezone.utc)
    run = replace(run, ended=ended)
    stack.metadata_store.update_run(run)
    outcome = "finished in" if run.status is RunStatus.COMPLETED else "failed after"
    duration = format_duration((ended - run.started).total_seconds())
    current_session().notify(f"Run '{run.name}' has {outcome} {duration}.")
    return run
