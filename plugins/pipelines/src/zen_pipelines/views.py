"""Look at pipelines after they ran: their runs, steps and artifacts."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Final

from zen.errors import (
    PipelineError,
    PipelineInterfaceError,
    PipelineNotFoundError,
    RunNotFoundError,
    StepNotFoundError,
)
from zen_pipelines._artifacts import read_artifact
from zen_pipelines._runs import latest_attempts
from zen_pipelines._session import current_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from zen.components.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord
    from zen.repository import Repository
    from zen.stack import Stack

__all__ = [
    "ArtifactView",
    "PipelineRunView",
    "PipelineView",
    "StepView",
    "find_run",
    "get_pipeline",
    "get_pipelines",
]

_PAGE: Final = 100
_LARGE_PAGE: Final = 10_000
_SHOWN: Final = 5


class ArtifactView:
    """Show an output of a step.

    Args:
        record: What was recorded of it.
        stack: The stack whose artifact store holds it.
    """

    def __init__(self, record: ArtifactRecord, stack: Stack) -> None:
        self._record = record
        self._stack = stack

    def __repr__(self) -> str:
        return f"<ArtifactView {self.uri}>"

    @property
    def id(self) -> UUID:
        """The artifact's identity."""
        return self._record.id

    @property
    def uri(self) -> str:
        """The folder in the artifact store that holds it."""
        return self._record.uri

    @property
    def data_type(self) -> str:
        """The type of the value, as `module.Name`."""
        return self._record.data_type

    def read(self) -> object:
        """Return the value.

        Raises:
            PipelineError: It is in another artifact store, or gone.
        """
        return read_artifact(self._record, self._stack.artifact_store)


class StepView:
    """Show the latest attempt at a step of a run.

    Args:
        record: What was recorded of it.
        artifacts: What the whole run produced.
        stack: The stack whose artifact store holds that.
    """

    def __init__(
        self, record: StepRecord, artifacts: Mapping[UUID, ArtifactRecord], stack: Stack
    ) -> None:
        self._record = record
        self._artifacts = artifacts
        self._stack = stack

    def __repr__(self) -> str:
        return f"<StepView '{self.name}' {self.status.value}>"

    @property
    def name(self) -> str:
        """The step's name in its pipeline."""
        return self._record.name

    @property
    def status(self) -> RunStatus:
        """How far it has come."""
        return self._record.status

    @property
    def started(self) -> datetime | None:
        """When it began, in UTC; None while it is pending."""
        return self._record.started

    @property
    def ended(self) -> datetime | None:
        """When it ended, in UTC; None before that."""
        return self._record.ended

    @property
    def parameters(self) -> dict[str, object]:
        """The arguments that were given as values."""
        return dict(self._record.parameters)

    @property
    def error(self) -> str:
        """The type and text of what it raised, or ""."""
        return self._record.error

    @property
    def inputs(self) -> dict[str, ArtifactView]:
        """The outputs of other steps that it took, by argument."""
        return {
            argument: ArtifactView(self._artifacts[artifact_id], self._stack)
            for argument, artifact_id in self._record.inputs.items()
        }

    @property
    def outputs(self) -> dict[str, ArtifactView]:
        """What it produced, by the names of the outputs."""
        return {
            artifact.output: ArtifactView(artifact, self._stack)
            for artifact in self._artifacts.values()
            if (artifact.step, artifact.attempt) == (self.name, self._record.attempt)
        }

    @property
    def output(self) -> ArtifactView:
        """The one thing that it produced.

        Raises:
            PipelineError: It produced nothing, or several things.
        """
        outputs = self.outputs
        if len(outputs) == 1:
            return next(iter(outputs.values()))
        raise PipelineError(
            f"Step '{self.name}', which is {self.status.value}, has"
            f" {len(outputs) or 'no'} outputs, and 'output' stands for exactly one.",
            hint=f"Use outputs[name]; names: {', '.join(sorted(outputs))}."
            if outputs
            else "See 'zen pipeline runs list', and 'zen pipeline runs describe NAME'.",
        )


class PipelineRunView:
    """Show a run of a pipeline, as it was when the view was made.

    Args:
        record: What was recorded of it.
        stack: The stack whose stores tell more.
    """

    def __init__(self, record: RunRecord, stack: Stack) -> None:
        self._record = record
        self._stack = stack

    def __repr__(self) -> str:
        return f"<PipelineRunView '{self.name}' {self.status.value}>"

    @property
    def id(self) -> UUID:
        """The run's identity."""
        return self._record.id

    @property
    def name(self) -> str:
        """The run's name."""
        return self._record.name

    @property
    def pipeline(self) -> str:
        """The pipeline's name."""
        return self._record.pipeline

    @property
    def stack(self) -> str:
        """The name of the stack that it ran on."""
        return self._record.stack

    @property
    def status(self) -> RunStatus:
        """How far it has come."""
        return self._record.status

    @property
    def started(self) -> datetime:
        """When it began, in UTC."""
        return self._record.started

    @property
    def ended(self) -> datetime | None:
        """When it ended, in UTC; None while it runs."""
        return self._record.ended

    @property
    def error(self) -> str:
        """The type and text of what made it fail, or ""."""
        return self._record.error

    @property
    def runtime_configuration(self) -> dict[str, object]:
        """What was passed to `pipeline.run(…)`."""
        return dict(self._record.runtime_configuration)

    @cached_property
    def steps(self) -> dict[str, StepView]:
        """The steps by name, in the pipeline's order."""
        store = self._stack.metadata_store
        artifacts = {record.id: record for record in store.list_artifacts(self.id)}
        return {
            name: StepView(record, artifacts, self._stack)
            for name, record in latest_attempts(store, self.id).items()
        }

    def get_step(self, name: str) -> StepView:
        """Return the step of that name.

        Raises:
            StepNotFoundError: There is none.
        """
        if name not in self.steps:
            raise StepNotFoundError(
                name,
                self.steps,
                of=f"in run '{self.name}'",
                hint=f"See 'zen pipeline runs describe {self.name}'.",
            )
        return self.steps[name]


class PipelineView:
    """Show a pipeline that has run.

    Args:
        name: The pipeline's name.
        stack: The stack whose metadata store knows its runs.
    """

    def __init__(self, name: str, stack: Stack) -> None:
        self._name = name
        self._stack = stack

    def __repr__(self) -> str:
        return f"<PipelineView '{self.name}'>"

    @property
    def name(self) -> str:
        """The pipeline's name."""
        return self._name

    @property
    def runs(self) -> list[PipelineRunView]:
        """All runs, oldest first: `runs[-1]` is the latest."""
        views = [PipelineRunView(record, self._stack) for record in self._records()]
        return views[::-1]

    def get_run(self, name: str) -> PipelineRunView:
        """Return the run of that name.

        Raises:
            RunNotFoundError: This pipeline has none.
        """
        return find_run(name, self._stack, pipeline=self.name)

    def _records(self) -> Iterator[RunRecord]:
        store = self._stack.metadata_store
        page = store.list_runs(self.name, limit=_PAGE)
        # Until there is nothing more: a store may give less than it is asked for.
        while page:
            yield from page
            page = store.list_runs(self.name, after=page[-1].name, limit=_PAGE)


def get_pipeline(name: str, repository: Repository | None = None) -> PipelineView:
    """Return a pipeline that has run on the active stack.

    Args:
        name: The pipeline's name.
        repository: The repository whose active stack is meant; the one that you are
            in, if it isn't given.

    Raises:
        PipelineNotFoundError: The stack's metadata store knows no run of it.
        PipelineInterfaceError: The name isn't a text.
    """
    if not isinstance(name, str):
        raise PipelineInterfaceError(
            f"A pipeline is found by its name, and {name!r} isn't a text.",
            hint="Give its name, as in 'get_pipeline(training.name)'.",
        )
    stack = _active_stack(repository)
    store = stack.metadata_store
    if not store.list_runs(name, limit=1):
        known = {record.pipeline for record in store.list_runs()}
        raise PipelineNotFoundError(
            name,
            known,
            of=f"in metadata store '{store.name}' of stack '{stack.name}'",
            hint="See 'zen pipeline runs list'."
            if known
            else "Run one first: 'zen run FILE'.",
        )
    return PipelineView(name, stack)


def get_pipelines(repository: Repository | None = None) -> list[PipelineView]:
    """Return the pipelines that have run on the active stack, sorted by name.

    Args:
        repository: The repository whose active stack is meant; the one that you are
            in, if it isn't given.
    """
    stack = _active_stack(repository)
    names: set[str] = set()
    page = stack.metadata_store.list_runs(limit=_LARGE_PAGE)
    while page:
        names.update(record.pipeline for record in page)
        page = stack.metadata_store.list_runs(after=page[-1].name, limit=_LARGE_PAGE)
    return [PipelineView(name, stack) for name in sorted(names)]


def _active_stack(repository: Repository | None) -> Stack:
    repository = repository or current_session().repository
    if repository is None:
        from zen.repository import Repository  # only where it isn't handed in

        repository = Repository(notify=current_session().notify)
    return repository.active_stack


def find_run(name: str, stack: Stack, *, pipeline: str = "") -> PipelineRunView:
    """Return a run, of one pipeline or of any.

    Raises:
        RunNotFoundError: There is none; the names nearest to it are named.
    """
    store = stack.metadata_store
    try:
        record = store.get_run(name)
        if pipeline in {"", record.pipeline}:
            return PipelineRunView(record, stack)
    except RunNotFoundError:
        pass
    names = [record.name for record in store.list_runs(pipeline)]
    shown = get_close_matches(name, names, n=_SHOWN) or names[:_SHOWN]
    hint = "See 'zen pipeline runs list'."
    if len(shown) < len(names):
        hint = "There are more runs: see 'zen pipeline runs list'."
    raise RunNotFoundError(
        name,
        shown,
        of=f"among the runs of pipeline '{pipeline}'" if pipeline else "",
        hint=hint if names else "Run a pipeline first: 'zen run FILE'.",
    )
