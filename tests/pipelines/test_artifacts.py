"""Outputs of steps that can't be kept, and artifact stores that fail."""

from __future__ import annotations

import errno
import os
import re
from dataclasses import replace
from errno import ENOSPC
from os import strerror
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, NamedTuple

import pytest

from zen.errors import PipelineError, StepFailedError
from zen.stack import Stack
from zen_local.artifact_store import LocalArtifactStore
from zen_pipelines import pipeline, step
from zen_pipelines._artifacts import read_artifact

if TYPE_CHECKING:
    from zen_pipelines import Step


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
def count() -> list[int]:
    return [1, 2]


@step
def total(numbers: list[int]) -> int:
    return sum(numbers)


@step
def return_generator() -> object:
    return (number for number in range(3))


@step
def return_lock() -> dict[str, object]:
    return {"lock": Lock()}


@step
def return_unwritable() -> Unfinished:
    return Unfinished("", Unwritable())


@pytest.mark.parametrize(
    ("last", "message", "remedy"),
    [
        (return_generator, "'output' .* is a generator, .*: TypeError: .*", "a list"),
        (return_lock, "'output' .* is a dict, .*: TypeError: .*", "without lock"),
        (
            return_unwritable,
            "'bad' .* is an Unwritable, .*: no pickle.",
            "let the step",
        ),
    ],
)
def test_what_can_not_be_kept_is_named(
    stack: Stack,
    notices: list[str],
    *,
    last: Step[[], object],
    message: str,
    remedy: str,
) -> None:
    def wire() -> None:
        last()

    with pytest.raises(StepFailedError) as info:
        pipeline(wire)().run_on(stack, "bad", notify=notices.append)
    cause = info.value.__cause__
    assert isinstance(cause, PipelineError)
    assert re.match(f"Output {message}", cause.message)
    assert f"of step '{last.name}'" in cause.message
    assert remedy in cause.hint
    assert isinstance(cause.__cause__, TypeError)


class Full(LocalArtifactStore):
    """Fail to read, lose what is there, or break altogether."""

    fails: str

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        """Open a file, or fail as is asked."""
        if self.fails == "loses":
            Path(path).unlink(missing_ok=True)
            return super().open(path)
        if self.fails == "breaks":
            message = "no such key"
            raise KeyError(message)
        if mode == "wb":
            return super().open(path, mode)
        raise OSError(ENOSPC, strerror(ENOSPC))


@pytest.mark.parametrize(
    ("fails", "message"),
    [
        ("loses", f"'full' failed at .*data.json': {os.strerror(errno.ENOENT)}."),
        ("breaks", "'full' failed at .*data.json': KeyError: 'no such key'."),
        ("reads", f"'full' failed at .*data.json': {os.strerror(errno.ENOSPC)}."),
    ],
)
def test_failures_of_the_artifact_store_are_reported_as_such(
    stack: Stack, notices: list[str], *, fails: str, message: str
) -> None:
    full = Full(name="full", path=stack.artifact_store.path, fails=fails)
    with_full = Stack.from_components(
        "full", {**stack.components, "artifact_store": full}
    )

    def wire() -> None:
        total(count())

    with pytest.raises(StepFailedError) as info:
        pipeline(wire)().run_on(with_full, "bad", notify=notices.append)
    cause = info.value.__cause__
    assert isinstance(cause, PipelineError)
    assert re.search(message, cause.message)
    assert "zen artifact-store describe full" in cause.hint
    assert cause.__cause__


def test_what_is_recorded_to_be_kept_otherwise_is_not_read(
    stack: Stack, notices: list[str]
) -> None:
    def wire() -> None:
        count()

    run = pipeline(wire)().run_on(stack, notify=notices.append)
    (record,) = stack.metadata_store.list_artifacts(run.id)
    other = replace(record, materializer="pathlib:Path")
    with pytest.raises(PipelineError, match=r"'output' of step 'count' .*Path'"):
        read_artifact(other, stack.artifact_store)
