"""Steps and components for the tests of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen.stack import Stack
from zen_pipelines import step

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.components import StackComponent


@step
def count(size: int) -> list[int]:
    return list(range(size))


def then(last: Callable[[list[int]], object]) -> Callable[[], None]:
    def wire() -> None:
        last(count(2))

    return wire


def with_orchestrator(stack: Stack, orchestrator: StackComponent) -> Stack:
    return Stack.from_components(
        "other", {**stack.components, "orchestrator": orchestrator}
    )
