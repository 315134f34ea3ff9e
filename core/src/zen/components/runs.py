"""What a metadata store keeps: runs, their steps, and the artifacts of those."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["ArtifactRecord", "RunRecord", "RunStatus", "StepRecord"]


class RunStatus(str, Enum):
    """Say how far a run or a step has come."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Describe a run of a pipeline.

    Args:
        name: The run's name, unique in its metadata store.
        pipeline: The pipeline's name.
        stack: The name of the stack that it ran on.
        status: How far it has come.
        started: When it began, in UTC.
        ended: When it ended, in UTC; None while it runs.
        runtime_configuration: What the user passed to `pipeline.run(…)`, JSON-able.
        error: Why the run failed, or "".
        id: The run's identity.
    """

    name: str
    pipeline: str
    stack: str
    status: RunStatus
    started: datetime
    ended: datetime | None = None
    runtime_configuration: Mapping[str, object] = field(default_factory=dict)
    error: str = ""
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class StepRecord:
    """Describe one attempt at a step of a run.

    Args:
        run_id: The run.
        name: The step's name in its pipeline.
        position: The step's place in its pipeline, counted from 0.
        status: How far it has come.
        started: When it began, in UTC; None while it is pending.
        ended: When it ended, in UTC; None before that.
        parameters: The arguments that were given as values, JSON-able.
        inputs: The ids of the artifacts that were the other arguments.
        error: The type and text of what it raised, or "".
        attempt: Which attempt this is, counted from 1.
    """

    run_id: UUID
    name: str
    position: int
    status: RunStatus = RunStatus.PENDING
    started: datetime | None = None
    ended: datetime | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, UUID] = field(default_factory=dict)
    error: str = ""
    attempt: int = 1

    def is_rival_of(self, recorded: StepRecord) -> bool:
        """Tell whether this begins an attempt that somebody else has begun.

        Args:
            recorded: What is known of the attempt.
        """
        return (
            self.status is RunStatus.RUNNING
            and recorded.status is not RunStatus.PENDING
            and self.started != recorded.started
        )


@dataclass(frozen=True, slots=True)
class ArtifactRecord:
    """Describe an output of a step.

    Args:
        run_id: The run that made it.
        step: The step that made it.
        output: The output's name.
        uri: The folder in the artifact store that holds it.
        materializer: The import string of what wrote it, and reads it back.
        data_type: The type of the value, as `module.Name`.
        attempt: The attempt at the step that made it.
        id: The artifact's identity.
    """

    run_id: UUID
    step: str
    output: str
    uri: str
    materializer: str
    data_type: str
    attempt: int = 1
    id: UUID = field(default_factory=uuid4)
