"""The contract of experiment trackers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from zen.components.base import StackComponent
from zen.components.optional import optional

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BaseExperimentTracker"]


class BaseExperimentTracker(StackComponent):
    """Track experiments: parameters that went in, metrics that came out.

    A flavor may leave a method out; calling it then raises `NotImplementedError`.
    """

    TYPE: ClassVar[str] = "experiment_tracker"

    @optional
    def log_parameters(self, run_name: str, parameters: Mapping[str, object]) -> None:
        """Record what a run was given."""
        raise NotImplementedError

    @optional
    def log_metrics(
        self, run_name: str, metrics: Mapping[str, float], *, step: int = 0
    ) -> None:
        """Record what a run measured.

        Args:
            run_name: The run.
            metrics: The values, by name.
            step: The position in the course of the training, counted from 0.
        """
        raise NotImplementedError
