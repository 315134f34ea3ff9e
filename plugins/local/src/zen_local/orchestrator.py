"""Run the steps of a pipeline one after another, in this process."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import TYPE_CHECKING, ClassVar

from zen.components import BaseOrchestrator
from zen.errors import PipelineInterfaceError

if TYPE_CHECKING:
    from zen.components.deployment import Deployment
    from zen.stack import Stack

__all__ = ["LocalOrchestrator"]


class LocalOrchestrator(BaseOrchestrator):
    """Run steps one after another, in the process that starts the pipeline."""

    FLAVOR: ClassVar[str] = "local"

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        """Run all steps, each after those that it needs, else in their given order.

        Args:
            deployment: The compiled pipeline.
            stack: The stack that it runs on.

        Raises:
            StepFailedError: A step's own code raised; no step after it ran.
            PipelineInterfaceError: Steps need each other in a circle, or one needs a
                step that isn't there; no step ran.
        """
        for name in _ordered(deployment):
            deployment.run_step(name, stack)


def _ordered(deployment: Deployment) -> list[str]:
    """Sort the steps; of those that could be next, the first in the pipeline is."""
    names = [step.name for step in deployment.steps]
    position = {name: index for index, name in enumerate(names)}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for step in deployment.steps:
        if missing := sorted(step.upstream - position.keys()):
            raise PipelineInterfaceError(
                f"Step '{step.name}' of pipeline '{deployment.pipeline}' needs"
                f" '{missing[0]}', which isn't one of its steps."
            )
        sorter.add(step.name, *step.upstream)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(f"'{name}'" for name in error.args[1])
        raise PipelineInterfaceError(
            f"Steps of pipeline '{deployment.pipeline}' depend on each other in a"
            " circle:"
            f" {circle}."
        ) from error
    ready: list[int] = []
    ordered: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, position[name])
        ordered.append(names[heappop(ready)])
        sorter.done(ordered[-1])
    return ordered
