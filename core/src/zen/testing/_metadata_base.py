"""What the parts of the metadata stores' contract share."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias, TypeVar

import pytest

from zen.components import BaseMetadataStore
from zen.components.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord
from zen.testing._demands import brief
from zen.testing.component import ComponentContract

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from zen.components import StackComponent

__all__ = [
    "LONG_ERROR",
    "MOMENT",
    "NESTED",
    "NOON",
    "TEXT",
    "MetadataContract",
    "a_run",
    "a_step",
    "an_artifact",
    "check_artifacts",
    "check_run",
    "check_runs",
    "check_steps",
]

AnyRecord: TypeAlias = RunRecord | StepRecord | ArtifactRecord
RecordT = TypeVar("RecordT", RunRecord, StepRecord, ArtifactRecord)

NOON: Final = datetime(2024, 2, 29, 12, 0, 0, 123_456, tzinfo=timezone.utc)
MOMENT: Final = timedelta(microseconds=1)
TEXT: Final = "é 日本語 🦆 'one' \"two\" \\ \n%s {x}"
NESTED: Final[dict[str, object]] = {
    "seed": 1,
    "rate": 0.1,
    "big": 2**53 + 1,
    "none": None,
    "flags": [True, False, []],
    "deep": {TEXT: {"": [{"x": "y"}]}},
}
LONG_ERROR: Final = "ValueError: é\n" + "x" * 100_000


class MetadataContract(ComponentContract):
    """Hold the fixtures of the metadata stores' contract."""

    BASE: ClassVar[type[StackComponent]] = BaseMetadataStore

    @pytest.fixture
    def metadata_store(self) -> BaseMetadataStore:
        """The metadata store under test, without a run; the subclass returns it."""
        raise NotImplementedError

    @pytest.fixture
    def component(self, metadata_store: BaseMetadataStore) -> StackComponent:
        """The metadata store."""
        return metadata_store


def a_run(
    name: str = "run", *, pipeline: str = "training", started: datetime = NOON
) -> RunRecord:
    """Return a run that has begun, with an identity of its own."""
    return RunRecord(name, pipeline, "default", RunStatus.RUNNING, started)


def a_step(run_id: UUID, *, status: RunStatus = RunStatus.PENDING) -> StepRecord:
    """Return the first attempt at a run's first step."""
    return StepRecord(run_id, "train", 0, status)


def an_artifact(
    run_id: UUID, output: str = "model", *, attempt: int = 1
) -> ArtifactRecord:
    """Return an output of a run's first step, with an identity of its own."""
    uri = f"/artifacts/{output}"
    return ArtifactRecord(run_id, "train", output, uri, "m:M", "float", attempt)


def check_run(store: BaseMetadataStore, run: RunRecord, when: str) -> None:
    """Demand that a run is read by its name as it was written."""
    _check("get_run", [store.get_run(run.name)], [run], when)


def check_runs(store: BaseMetadataStore, runs: Sequence[RunRecord], when: str) -> None:
    """Demand the runs that there are, the newest first."""
    _check("list_runs", store.list_runs(), runs, when)


def check_steps(
    store: BaseMetadataStore, run_id: UUID, steps: Sequence[StepRecord], when: str
) -> None:
    """Demand a run's steps, in order."""
    _check("list_steps", store.list_steps(run_id), steps, when)


def check_artifacts(
    store: BaseMetadataStore,
    run_id: UUID,
    artifacts: Sequence[ArtifactRecord],
    when: str,
) -> None:
    """Demand a run's artifacts, in any order."""
    found = in_order(store.list_artifacts(run_id))
    _check("list_artifacts", found, in_order(artifacts), when)


def in_order(artifacts: Sequence[ArtifactRecord]) -> list[ArtifactRecord]:
    """Sort artifacts, which a store may list in any order."""
    return sorted(artifacts, key=lambda artifact: artifact.id)


def _check(
    method: str, found: Sequence[RecordT], expected: Sequence[RecordT], when: str
) -> None:
    assert found == expected, (
        f"{when}, {method} returns {_differences(found, expected)}."
    )


def _differences(found: Sequence[RecordT], expected: Sequence[RecordT]) -> str:
    """Tell in what records differ: which they are, or their fields."""
    names, wanted = ([_name(each) for each in them] for them in (found, expected))
    if names != wanted:
        return f"{brief(names)}, and must return {brief(wanted)}"
    if type(found) is not type(expected):
        return f"a {type(found).__name__}, and must return a {type(expected).__name__}"
    different = [
        f"{field.name} {brief(getattr(one, field.name))}, which must be"
        f" {brief(getattr(other, field.name))}"
        for one, other in zip(found, expected, strict=True)
        for field in fields(one)
        if getattr(one, field.name) != getattr(other, field.name)
    ]
    return f"{brief(names)} with " + ", and ".join(different)


def _name(record: AnyRecord) -> str:
    if isinstance(record, RunRecord):
        return f"run '{record.name}'"
    if isinstance(record, StepRecord):
        return f"attempt {record.attempt} at step {brief(record.name)}"
    return f"artifact '{record.output}' of attempt {record.attempt}"
