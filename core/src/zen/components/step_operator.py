"""The contract of step operators."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from zen.components.base import StackComponent

if TYPE_CHECKING:
    from zen.components.deployment import Deployment
    from zen.stack import Stack

__all__ = ["BaseStepOperator"]


class BaseStepOperator(StackComponent):
    """Run single steps in an environment of their own."""

    TYPE: ClassVar[str] = "step_operator"

    @abstractmethod
    def run_step(self, deployment: Deployment, step: str, stack: Stack) -> None:
        """Run one step elsewhere, by `deployment.run_step(step, stack)` over there.

        Raises:
            StepFailedError: The step's own code raised.
        """
