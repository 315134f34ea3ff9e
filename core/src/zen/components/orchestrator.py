"""The contract of orchestrators: they own the graph of a run."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from zen.components.base import StackComponent

if TYPE_CHECKING:
    from zen.components.deployment import Deployment
    from zen.stack import Stack

__all__ = ["BaseOrchestrator"]


class BaseOrchestrator(StackComponent):
    """Run pipelines.

    An orchestrator decides when and where each step runs, and calls
    `deployment.run_step(name, stack)` there. No data passes through it.
    """

    TYPE: ClassVar[str] = "orchestrator"

    @abstractmethod
    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        """Run all steps, each after those that it needs.

        Args:
            deployment: The compiled pipeline.
            stack: The stack that it runs on.

        Raises:
            StepFailedError: A step's own code raised; no step that needs it ran.
        """
