"""A pipeline compiled to what an orchestrator needs to run it, anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from zen.stack import Stack

    StepEntrypoint: TypeAlias = Callable[["Deployment", str, Stack], None]

__all__ = ["CodeLocation", "Deployment", "OutputReference", "StepDeployment"]


@dataclass(frozen=True, slots=True)
class CodeLocation:
    """Say where a step's function is, so that another process finds it.

    Args:
        module: The module's name; `__main__` for a script.
        file: The absolute path of the module's file, or "" where it has none.
        name: The step's name in the module.
    """

    module: str
    file: str
    name: str


@dataclass(frozen=True, slots=True)
class OutputReference:
    """Point at an output of a step of the same pipeline.

    Args:
        step: The step's name.
        output: The output's name.
    """

    step: str
    output: str


@dataclass(frozen=True, slots=True)
class StepDeployment:
    """Hold one step of a compiled pipeline.

    Args:
        name: The step's name, unique in its pipeline.
        code: Where its function is.
        inputs: The outputs that it takes, by the names of the arguments.
        parameters: JSON-able arguments, by name.
        outputs: The names of what it returns, in their order.
    """

    name: str
    code: CodeLocation
    inputs: Mapping[str, OutputReference] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()

    @property
    def upstream(self) -> frozenset[str]:
        """The names of the steps that must be finished before this one begins."""
        return frozenset(reference.step for reference in self.inputs.values())


@dataclass(frozen=True, slots=True)
class Deployment:
    """Hold a pipeline that is ready to run.

    Args:
        pipeline: The pipeline's name.
        run_name: The run's name, unique in the metadata store.
        steps: The steps, each after those that it needs.
        entrypoint: The import string of the function that runs one step; it takes
            the deployment, the step's name and the stack.
        runtime_configuration: What the user passed to `pipeline.run(…)`.
        run_id: The run's identity.
    """

    pipeline: str
    run_name: str
    steps: tuple[StepDeployment, ...]
    entrypoint: str
    runtime_configuration: Mapping[str, object] = field(default_factory=dict)
    run_id: UUID = field(default_factory=uuid4)

    def step(self, name: str) -> StepDeployment:
        """Return the step of that name, or raise `KeyError`."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def run_step(self, name: str, stack: Stack) -> None:
        """Run one step, in this process, on `stack`.

        All data goes through the stack's artifact store, and what happened is in its
        metadata store when this returns or raises. A step that failed can be run
        again; one that was completed in this run isn't, and this returns at once.

        Raises:
            StepFailedError: The step's own code raised.
        """
        module, _, attribute = self.entrypoint.partition(":")
        entrypoint: StepEntrypoint = getattr(import_module(module), attribute)
        entrypoint(self, name, stack)
