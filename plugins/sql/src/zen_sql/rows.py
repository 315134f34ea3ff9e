"""Turn runs, steps and artifacts into rows and back."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING
from uuid import UUID

from zen.components.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord
from zen.errors import DamagedDataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import RowMapping

__all__ = [
    "artifact_from_row",
    "artifact_row",
    "in_utc",
    "run_from_row",
    "run_row",
    "step_from_row",
    "step_row",
]


def run_row(run: RunRecord) -> dict[str, object]:
    """Return a run's row."""
    return {
        "id": str(run.id),
        "name": run.name,
        "pipeline": run.pipeline,
        "stack": run.stack,
        "status": run.status.value,
        "started": _text(run.started),
        "ended": run.ended and _text(run.ended),
        "runtime_configuration": json.dumps(dict(run.runtime_configuration)),
        "error": run.error,
    }


def run_from_row(row: RowMapping, place: str) -> RunRecord:
    """Read a run, or raise `DamagedDataError`; `place` is the database's."""
    with _damage_located(f"zen_runs {row['name']} in {place}"):
        return RunRecord(
            name=row["name"],
            pipeline=row["pipeline"],
            stack=row["stack"],
            status=RunStatus(row["status"]),
            started=in_utc(datetime.fromisoformat(row["started"])),
            ended=_time(row["ended"]),
            runtime_configuration=_mapping(row["runtime_configuration"]),
            error=row["error"],
            id=UUID(row["id"]),
        )


def step_row(step: StepRecord) -> dict[str, object]:
    """Return the row of an attempt at a step."""
    return {
        "run_id": str(step.run_id),
        "name": step.name,
        "attempt": step.attempt,
        "position": step.position,
        "status": step.status.value,
        "started": step.started and _text(step.started),
        "ended": step.ended and _text(step.ended),
        "parameters": json.dumps(dict(step.parameters)),
        "inputs": json.dumps({name: str(id_) for name, id_ in step.inputs.items()}),
        "error": step.error,
    }


def step_from_row(row: RowMapping, place: str) -> StepRecord:
    """Read an attempt at a step, or raise `DamagedDataError`."""
    with _damage_located(f"zen_steps {row['run_id']}/{row['name']} in {place}"):
        inputs = _mapping(row["inputs"])
        return StepRecord(
            run_id=UUID(row["run_id"]),
            name=row["name"],
            position=row["position"],
            status=RunStatus(row["status"]),
            started=_time(row["started"]),
            ended=_time(row["ended"]),
            parameters=_mapping(row["parameters"]),
            inputs={name: UUID(str(id_)) for name, id_ in inputs.items()},
            error=row["error"],
            attempt=row["attempt"],
        )


def artifact_row(artifact: ArtifactRecord) -> dict[str, object]:
    """Return an artifact's row."""
    return {
        "id": str(artifact.id),
        "run_id": str(artifact.run_id),
        "step": artifact.step,
        "attempt": artifact.attempt,
        "output": artifact.output,
        "uri": artifact.uri,
        "materializer": artifact.materializer,
        "data_type": artifact.data_type,
    }


def artifact_from_row(row: RowMapping, place: str) -> ArtifactRecord:
    """Read an artifact, or raise `DamagedDataError`."""
    with _damage_located(f"zen_artifacts {row['id']} in {place}"):
        return ArtifactRecord(
            run_id=UUID(row["run_id"]),
            step=row["step"],
            output=row["output"],
            uri=row["uri"],
            materializer=row["materializer"],
            data_type=row["data_type"],
            attempt=row["attempt"],
            id=UUID(row["id"]),
        )


@contextmanager
def _damage_located(where: str) -> Iterator[None]:
    try:
        yield
    except (RecursionError, ValueError) as error:
        raise DamagedDataError(where, str(error)) from error


def in_utc(time: datetime) -> datetime:
    """Return a time as it is read again."""
    known = time if time.tzinfo else time.replace(tzinfo=timezone.utc)
    return known.astimezone(timezone.utc)


def _text(time: datetime) -> str:
    return in_utc(time).isoformat(timespec="microseconds")


def _time(text: str | None) -> datetime | None:
    return in_utc(datetime.fromisoformat(text)) if text else None


def _mapping(text: str) -> dict[str, object]:
    content = json.loads(text)
    if not isinstance(content, dict):
        message = f"a JSON object is expected, not {text[:40]}"
        raise ValueError(message)  # noqa: TRY004 - one sort for all that is damaged
    return content
