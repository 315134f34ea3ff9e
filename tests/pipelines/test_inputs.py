"""What a step returns must be what the next one takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zen.errors import PipelineInterfaceError, StepFailedError
from zen_pipelines import get_pipeline, pipeline, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.stack import Stack
    from zen_pipelines import Pipeline

CALLS: list[object] = []


@step
def count() -> int:
    return 3


@step
def listed() -> list[int]:
    return [3]


@step
def take_text(value: str) -> None:
    CALLS.append(value)


@step
def take_mapping(value: dict[str, int]) -> None:
    CALLS.append(value)


@step
def take_number(value: float | None) -> None:
    CALLS.append(value)


@step
def take_tuple(value: tuple[int, ...]) -> None:
    CALLS.append(value)


@step
def take_anything(value: Any) -> None:  # noqa: ANN401 - that is the case
    CALLS.append(value)


@pytest.fixture(autouse=True)
def forget() -> None:
    CALLS.clear()


def connect(first: Callable[[], object], second: Callable[..., None]) -> Pipeline:
    def wire() -> None:
        second(first())

    return pipeline(wire)()


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (count, take_text, "'value' of step 'take_text' takes str, and .* 'int'"),
        (
            listed,
            take_mapping,
            "'take_mapping' takes dict.*returned a value of .*'list'",
        ),
    ],
)
def test_an_output_of_another_type_is_refused(
    stack: Stack,
    first: Callable[[], object],
    second: Callable[..., None],
    message: str,
) -> None:
    with pytest.raises(StepFailedError) as caught:
        connect(first, second).run_on(stack, notify=print)
    assert isinstance(caught.value.__cause__, PipelineInterfaceError)
    with pytest.raises(PipelineInterfaceError, match=message):
        raise caught.value.__cause__
    assert CALLS == []


@pytest.mark.parametrize(
    ("first", "second"),
    [(count, take_number), (listed, take_tuple), (count, take_anything)],
)
def test_an_output_that_does_is_taken(
    stack: Stack, first: Callable[[], object], second: Callable[..., None]
) -> None:
    connect(first, second).run_on(stack, notify=print)
    assert len(CALLS) == 1


def test_a_pipeline_is_found_by_its_name(stack: Stack) -> None:
    del stack
    with pytest.raises(PipelineInterfaceError, match="by its name"):
        get_pipeline(connect(count, take_number))  # type: ignore[arg-type]
