"""The contract of metadata stores: what ran, when, with what and to what end."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from zen.components.base import StackComponent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from zen.components.runs import ArtifactRecord, RunRecord, StepRecord

__all__ = ["BaseMetadataStore"]


class BaseMetadataStore(StackComponent):
    """Track runs, their steps and their artifacts.

    Each call that writes is one transaction, and durable when it returns.
    """

    TYPE: ClassVar[str] = "metadata_store"

    @abstractmethod
    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        """Record a run that is about to begin, with its steps.

        Raises:
            RunExistsError: A run of that name exists.
        """

    @abstractmethod
    def update_run(self, run: RunRecord) -> None:
        """Record how far a run has come.

        Raises:
            RunNotFoundError: There is no such run.
        """

    @abstractmethod
    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        """Record how far an attempt at a step has come, and what it produced.

        An attempt is begun once: of several processes that begin one at a time, each
        needs a number of its own.

        Raises:
            RunNotFoundError: There is no such run.
            ConflictError: It is to begin, and `StepRecord.is_rival_of` what is
                recorded of it; nothing was changed.
        """

    @abstractmethod
    def get_run(self, name: str) -> RunRecord:
        """Return the run of that name.

        Raises:
            RunNotFoundError: There is no such run.
        """

    @abstractmethod
    def list_runs(
        self, pipeline: str = "", *, after: str = "", limit: int = 100
    ) -> list[RunRecord]:
        """Return a page of runs, newest first; of equal times, sorted by name.

        Args:
            pipeline: Only the runs of this pipeline; of all if it is "".
            after: The name of the last run of the page before; "" for the first page.
            limit: How many runs to return at most.

        Raises:
            RunNotFoundError: There is no run named `after`.
        """

    @abstractmethod
    def list_steps(self, run_id: UUID) -> list[StepRecord]:
        """Return all attempts at a run's steps, in the pipeline's order."""

    @abstractmethod
    def list_artifacts(self, run_id: UUID) -> list[ArtifactRecord]:
        """Return what a run's steps produced."""

    def upgrade(self) -> str | None:
        """Bring the store's layout to this version's, if an older one made it.

        Returns:
            What was done, as a sentence for the user; None if there was nothing to do.

        Raises:
            ZenError: It can't be done; the store is as it was.
        """
        return None
