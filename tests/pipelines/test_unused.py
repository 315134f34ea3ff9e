"""Settings and components that a run doesn't use by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from pydantic import PrivateAttr

from zen.components import BaseAlerter, BaseExperimentTracker, BaseStepOperator
from zen.errors import PipelineInterfaceError
from zen.stack import Stack
from zen_pipelines import pipeline, step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen.components import StackComponent
    from zen.components.deployment import Deployment


class Pager(BaseAlerter):
    """Have no hook of a run."""

    FLAVOR: ClassVar[str] = "pager"

    def post(self, message: str) -> bool:
        """Do nothing."""
        raise NotImplementedError

    def ask(self, question: str) -> bool:
        """Do nothing."""
        raise NotImplementedError


class Tracker(BaseExperimentTracker):
    """Take any runtime configuration."""

    FLAVOR: ClassVar[str] = "tracker"
    _received: dict[str, object] = PrivateAttr(default_factory=dict)

    def prepare_pipeline_deployment(
        self,
        deployment: Deployment,
        stack: Stack,
        runtime_configuration: Mapping[str, object],
    ) -> None:
        """Keep what is handed over."""
        del deployment, stack
        self._received.update(runtime_configuration)

    def log_parameters(self, run_name: str, parameters: Mapping[str, object]) -> None:
        """Do nothing."""
        raise NotImplementedError

    def log_metrics(
        self, run_name: str, metrics: Mapping[str, float], *, step: int = 0
    ) -> None:
        """Do nothing."""
        raise NotImplementedError


class Typed(Tracker):
    """Take some of it."""

    FLAVOR: ClassVar[str] = "typed"
    runtime_parameters = {"gpus": int, "share": float | None}  # noqa: RUF012 - so may users


class Operator(BaseStepOperator):
    """Prepare for steps, which are never run here."""

    FLAVOR: ClassVar[str] = "operator"
    runtime_parameters: ClassVar[dict[str, type]] = {"gpus": str}

    def prepare_step_run(self) -> None:
        """Do nothing."""

    def run_step(self, deployment: Deployment, step: str, stack: Stack) -> None:
        """Do nothing."""
        raise NotImplementedError


@step
def one() -> int:
    return 1


@pipeline
def ones(epochs: int = 1) -> None:
    del epochs
    one()


def run(
    stack: Stack, *components: StackComponent, runtime: dict[str, Any] | None = None
) -> list[str]:
    """Run on a stack with more components; return its notices but the usual ones."""
    parts = {**stack.components, **{each.TYPE: each for each in components}}
    notices: list[str] = []
    made = Stack.from_components("trial", parts)
    ones().run_on(made, runtime=runtime, notify=notices.append)
    return [
        text for text in notices if not text.startswith(("Creating", "Step", "Run"))
    ]


def test_what_no_component_takes_is_named_once(stack: Stack) -> None:
    runtime = {"runtime_param_1": 3, "another_param": "luna", "epochs": 2}
    (told,) = run(stack, runtime=runtime)
    assert told == (
        "No component of stack 'trial' takes the runtime configuration"
        " 'runtime_param_1' and 'another_param'."
    )


def test_a_component_without_a_declaration_takes_all(stack: Stack) -> None:
    tracker = Tracker(name="tracker")
    runtime = {"gpus": "2", "epochs": 2}
    assert run(stack, tracker, runtime=runtime) == []
    assert tracker._received == runtime  # noqa: SLF001


def test_a_component_with_a_declaration_takes_what_it_declares(stack: Stack) -> None:
    tracker = Typed(name="tracker")
    (told,) = run(stack, tracker, runtime={"gpus": "2", "share": 1, "gpu": 3})
    assert told.endswith("the runtime configuration 'gpu'. Did you mean 'gpus'?")
    received = tracker._received  # noqa: SLF001
    assert received == {"gpus": 2, "share": 1.0, "gpu": 3}
    assert isinstance(received["share"], float)


def test_each_component_is_handed_its_own_type(stack: Stack) -> None:
    tracker = Typed(name="tracker")
    run(stack, tracker, Operator(name="pods"), runtime={"gpus": "2"})
    assert tracker._received == {"gpus": 2}  # noqa: SLF001


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        (2, "step operator 'pods'"),
        ("many", "experiment tracker 'tracker'"),
        (True, "step operator 'pods'"),
    ],
)
def test_types_that_no_value_fits_are_explained(
    stack: Stack, value: object, refused: str
) -> None:
    components = Typed(name="tracker"), Operator(name="pods")
    with pytest.raises(PipelineInterfaceError, match=refused) as info:
        run(stack, *components, runtime={"gpus": value})
    takers = (
        "step operator 'pods' takes str, and experiment tracker 'tracker' takes int"
    )
    assert info.value.hint == f"Give a value that fits: {takers}."
    assert stack.metadata_store.list_runs() == []
    assert components[0]._received == {}  # noqa: SLF001


def test_a_bool_is_not_a_number_to_a_component(stack: Stack) -> None:
    with pytest.raises(PipelineInterfaceError, match="a bool isn't a number"):
        run(stack, Typed(name="tracker"), runtime={"gpus": True})


class Wrong(Tracker):
    """Declare what is no type."""

    FLAVOR: ClassVar[str] = "wrong"
    runtime_parameters: ClassVar[dict[str, object]] = {"gpus": 3}


def test_a_declaration_that_is_no_type_is_blamed_on_its_flavor(stack: Stack) -> None:
    with pytest.raises(
        PipelineInterfaceError, match=r"'tracker' .* not a type"
    ) as info:
        run(stack, Wrong(name="tracker"), runtime={"gpus": 1})
    assert "'wrong'" in info.value.hint


def test_components_that_a_run_does_not_use_are_named_once(stack: Stack) -> None:
    (told,) = run(stack, Operator(name="pods"), Pager(name="chat"))
    assert told.startswith(
        "The run itself doesn't call step operator 'pods' or alerter 'chat'. A step can"
    )
    assert run(stack, Tracker(name="tracker")) == []
