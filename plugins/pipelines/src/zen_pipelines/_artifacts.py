"""Move values between steps: from and to the stack's artifact store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zen.components.runs import ArtifactRecord
from zen.errors import PipelineError, ZenError
from zen_pipelines._tracebacks import describe_error
from zen_pipelines.materializers import (
    PickleMaterializer,
    choose_materializer,
    import_string,
    load_materializer,
    reporting_failures,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zen.components import BaseArtifactStore
    from zen.components.deployment import (
        Deployment,
        OutputReference,
        StepDeployment,
    )
    from zen.components.runs import StepRecord
    from zen.stack import Stack

__all__ = ["find_artifact", "read_artifact", "read_inputs", "write_outputs"]


def read_inputs(
    deployment: Deployment, step: StepDeployment, stack: Stack
) -> dict[str, tuple[ArtifactRecord, object]]:
    """Return a step's inputs, by argument: what was recorded, and the value.

    Raises:
        PipelineError: An input wasn't produced in this run, or is gone.
    """
    if not step.inputs:
        return {}
    records = stack.metadata_store.list_artifacts(deployment.run_id)
    inputs: dict[str, tuple[ArtifactRecord, object]] = {}
    for argument, reference in step.inputs.items():
        record = find_artifact(records, reference)
        if record is None:
            raise PipelineError(
                f"Argument '{argument}' of step '{step.name}' is output"
                f" '{reference.output}' of step '{reference.step}', which run"
                f" '{deployment.run_name}' hasn't produced.",
                hint=f"Run step '{reference.step}' first.",
            )
        inputs[argument] = record, read_artifact(record, stack.artifact_store)
    return inputs


def find_artifact(
    records: Iterable[ArtifactRecord], reference: OutputReference
) -> ArtifactRecord | None:
    """Return what the latest attempt produced, or None if there is nothing."""
    candidates = [
        record
        for record in records
        if (record.step, record.output) == (reference.step, reference.output)
    ]
    return max(candidates, key=lambda record: record.attempt, default=None)


def read_artifact(record: ArtifactRecord, store: BaseArtifactStore) -> object:
    """Return the value of an artifact.

    Raises:
        PipelineError: It is in another artifact store, or gone, or recorded to be kept
            in a way that isn't known.
    """
    title = _title(record)
    if not f"{record.uri}/".startswith(f"{_root(store)}/"):
        raise PipelineError(
            f"{title} is kept at '{record.uri}', which isn't in artifact store"
            f" '{store.name}' at '{store.path}'.",
            hint="Activate the stack that the run was made on: 'zen stack set NAME'.",
        )
    try:
        materializer = load_materializer(record.materializer, title=title)
        return materializer.read(record.uri, store)
    except FileNotFoundError as error:
        raise PipelineError(
            f"{title} is gone: there is nothing to read at '{record.uri}' in artifact"
            f" store '{store.name}'.",
            hint="Restore the artifact store, or run the pipeline again with"
            " 'zen run FILE'.",
        ) from error


def write_outputs(
    outputs: Mapping[str, object],
    step: StepRecord,
    deployment: Deployment,
    stack: Stack,
    *,
    notify: Callable[[str], None],
) -> list[ArtifactRecord]:
    """Write a step's outputs and return what is to be recorded of them.

    Args:
        outputs: The values, by name.
        step: The attempt that returned them.
        deployment: The pipeline that the step is part of.
        stack: The stack that it runs on.
        notify: Is told which of them had to be pickled.

    Raises:
        PipelineError: A value can't be kept, or the artifact store fails.
    """
    store = stack.artifact_store
    # An attempt never writes over what an earlier one has left.
    place = f"{deployment.pipeline}/{step.run_id}/{step.name}/{step.attempt}"
    records = [
        _write(
            value,
            ArtifactRecord(
                run_id=step.run_id,
                step=step.name,
                output=output,
                uri=f"{_root(store)}/{place}/{output}",
                materializer=import_string(choose_materializer(value)),
                data_type=f"{type(value).__module__}.{type(value).__qualname__}",
                attempt=step.attempt,
            ),
            store,
        )
        for output, value in outputs.items()
    ]
    _warn_of_pickles(step.name, records, notify)
    return records


def _write(
    value: object, record: ArtifactRecord, store: BaseArtifactStore
) -> ArtifactRecord:
    with reporting_failures(store, record.uri):
        store.makedirs(record.uri)
    materializer = load_materializer(record.materializer, title=_title(record))
    try:
        materializer.write(value, record.uri, store)
    except ZenError:
        raise
    # To pickle a value calls the code of its class, which may raise anything.
    except Exception as error:
        raise _unkept(value, record, error) from error
    return record


def _unkept(value: object, record: ArtifactRecord, error: Exception) -> PipelineError:
    kind = type(value).__name__
    article = "an" if kind[0].lower() in "aeiou" else "a"
    if isinstance(value, Iterator):
        hint = "Return a list of what it yields, or let the step that needs it make it."
    else:
        hint = (
            "Return data, such as numbers, text, lists and dicts, without locks, open"
            " files and connections, or let the step that needs it make it."
        )
    return PipelineError(
        f"{_title(record)} is {article} {kind}, which can't be kept:"
        f" {describe_error(error)}.",
        hint=hint,
    )


def _warn_of_pickles(
    step: str, records: Iterable[ArtifactRecord], notify: Callable[[str], None]
) -> None:
    pickled = [
        f"'{record.output}' ({record.data_type})"
        for record in records
        if record.materializer == import_string(PickleMaterializer)
    ]
    if pickled:
        notify(
            f"Step '{step}' keeps {', '.join(pickled)} as pickle, which is fragile:"
            " it needs the same versions of Python and of the libraries to be read."
        )


def _title(record: ArtifactRecord) -> str:
    return f"Output '{record.output}' of step '{record.step}'"


def _root(store: BaseArtifactStore) -> str:
    return store.path.rstrip("/")
