"""Pipelines compiled to deployments."""

from __future__ import annotations

import copy
import math
import os
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from zen.components.deployment import CodeLocation, OutputReference
from zen.errors import InvalidNameError, PipelineInterfaceError
from zen_pipelines import pipeline, step
from zen_pipelines._compilation import StepOutputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_pipelines import Pipeline, Step


class Pair(NamedTuple):
    """Two outputs, one of them named like a method of tuples."""

    count: int  # type: ignore[assignment]
    second: int


class Report(NamedTuple):
    """Two outputs, one of them named as a property of their stand-in could be."""

    score: int
    explanation: str


@step
def load() -> int:
    return 1


@step
def pair() -> Pair:
    return Pair(1, 2)


@step
def report() -> Report:
    return Report(1, "good")


@step
def nothing() -> None:
    pass


@step
def use(value: object, factor: float = 2.0, *, shape: tuple[int, ...] = ()) -> int:
    del value, factor, shape
    return 0


@pipeline
def wired(factor: float = 3.0) -> None:
    both = pair()
    assert len(both) == 2
    use(load(), factor)
    use(both.count)
    use(value=both[1], factor=1.5)


def compiled(wire: Callable[[], object]) -> Pipeline:
    return pipeline(wire)()


def test_steps_are_listed_in_the_order_of_their_calls() -> None:
    steps = wired().compile().steps
    assert [each.name for each in steps] == ["pair", "load", "use", "use_2", "use_3"]
    assert [each.outputs for each in steps[:2]] == [("count", "second"), ("output",)]


def test_arguments_are_inputs_or_parameters() -> None:
    deployment = wired(factor=4.0).compile()
    assert deployment.step("use").inputs == {"value": OutputReference("load", "output")}
    assert deployment.step("use").parameters == {"factor": 4.0}
    assert deployment.step("use_3").inputs == {
        "value": OutputReference("pair", "second")
    }
    assert deployment.step("use_3").upstream == {"pair"}


def test_defaults_are_recorded_where_json_can_carry_them() -> None:
    assert wired().compile().step("use_2").parameters == {"factor": 2.0}


def test_steps_say_where_their_code_is() -> None:
    code = wired().compile().step("load").code
    assert code == CodeLocation(__name__, str(Path(__file__)), "load")


def test_outputs_can_be_unpacked() -> None:
    def unpack() -> None:
        first, second = pair()
        use(second)
        use(first)

    steps = compiled(unpack).compile().steps
    assert [each.inputs["value"].output for each in steps[1:]] == ["second", "count"]


def test_outputs_have_the_names_that_they_were_given() -> None:
    def explain() -> None:
        use(report().explanation)

    used = compiled(explain).compile().step("use")
    assert used.inputs == {"value": OutputReference("report", "explanation")}


def test_nothing_public_of_the_stand_in_hides_an_output() -> None:
    public = [name for name in dir(StepOutputs) if not name.startswith("_")]
    assert public == []


def test_parameters_are_copies() -> None:
    sizes = [1]

    def wire() -> None:
        use(sizes)

    deployment = compiled(wire).compile()
    sizes.append(2)
    assert deployment.step("use").parameters["value"] == [1]


def test_a_pipeline_is_wired_anew_each_time() -> None:
    bound = wired()
    first, second = bound.compile(), bound.compile()
    assert first.steps == second.steps
    assert first.run_id != second.run_id


def missing() -> None:
    use()  # type: ignore[call-arg]


def unknown() -> None:
    use(1, facotr=2)  # type: ignore[call-arg]


def listed() -> None:
    use([load()])


def nested() -> None:
    use({"a": (pair().count,)})


def several() -> None:
    use(pair())


def none_at_all() -> None:
    use(nothing())


def unjsonable() -> None:
    use({1, 2})


def misspelt() -> None:
    use(pair().secnod)  # type: ignore[attr-defined]


def beyond() -> None:
    use(pair()[2])  # type: ignore[misc]


def judged() -> None:
    if load():
        use(1)


def looped() -> None:
    for _ in load():  # type: ignore[attr-defined]
        use(1)


def asked() -> None:
    load().real()  # type: ignore[operator]


def empty() -> None:
    pass


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (missing, "Step 'use' of pipeline 'missing'.*argument: 'value'"),
        (unknown, "Step 'use' .*'facotr'"),
        (listed, "Argument 'value' of step 'use' holds .* inside a list"),
        (nested, "Argument 'value' of step 'use' holds .* inside a dict"),
        (several, "Argument 'value' of step 'use' .*several outputs"),
        (none_at_all, "Argument 'value' of step 'use' .*no output"),
        (unjsonable, "Argument 'value' of step 'use' .*type 'set'"),
        (misspelt, "'pair' has no output 'secnod'. Did you mean 'second'"),
        (beyond, "Step 'pair' has no output at 2"),
        (judged, "Output 'output' of step 'load' has no value yet"),
        (looped, "Output 'output' of step 'load' has no value yet"),
        (asked, "Output 'output' of step 'load' has no value yet"),
        (empty, "Pipeline 'empty' has no steps"),
    ],
)
def test_wrong_wiring_is_refused(function: Callable[[], None], message: str) -> None:
    with pytest.raises(PipelineInterfaceError, match=message) as info:
        pipeline(function)().compile()
    assert info.value.hint


def test_outputs_of_another_pipeline_are_refused() -> None:
    leaked: list[int] = []

    def leak() -> None:
        leaked.append(load())

    def take() -> None:
        use(leaked[0])

    compiled(leak).compile()
    with pytest.raises(PipelineInterfaceError, match=r"'load' of another .*'leak'"):
        compiled(take).compile()


@pytest.mark.parametrize(
    "ask",
    [
        lambda output: f"value={output}",
        lambda output: f"value={output:>3}",
        lambda output: "value=%s" % output,  # noqa: UP031
        str,
        bytes,
        bool,
        int,
        float,
        complex,
        round,
        math.floor,
        math.ceil,
        math.trunc,
        abs,
        next,
        os.fspath,
        lambda output: output == 1,
        lambda output: output != 1,
        lambda output: output == output,  # noqa: PLR0124
        lambda output: output in [1, 2],
        lambda output: 1 in output,
        lambda output: output > 3,
        lambda output: 3 > output,  # noqa: SIM300
        lambda output: output <= 3,
        lambda output: output + 1,
        lambda output: 1 + output,
        lambda output: output * output,
        lambda output: 2**output,
        lambda output: -output,
        lambda output: ~output,
        lambda output: [10, 20][output],
        range,
        lambda output: output(1, key=2),
        lambda output: output["key"],
        lambda output: output.__setitem__("key", 1),
        lambda output: output.__enter__(),
    ],
)
@pytest.mark.parametrize("called", [load, pair, nothing])
def test_outputs_are_no_values(
    ask: Callable[[object], object], called: Step[[], object]
) -> None:
    def wire() -> None:
        ask(called())

    with pytest.raises(PipelineInterfaceError, match=f"'{called.name}' .*") as info:
        compiled(wire).compile()
    assert info.value.hint


@pytest.mark.parametrize("ask", [len, list, reversed, lambda output: output[0]])
def test_one_output_is_no_sequence(ask: Callable[[object], object]) -> None:
    def wire() -> None:
        ask(load())

    with pytest.raises(PipelineInterfaceError, match="'load' has no value yet"):
        compiled(wire).compile()


def test_outputs_have_an_identity() -> None:
    seen: list[object] = []

    def wire() -> None:
        one, both = load(), pair()
        assert len({one, both, one}) == 2
        assert copy.copy(one) is not one
        assert [one].index(one) == 0
        seen.extend([repr(one), repr(both), repr(nothing())])

    compiled(wire).compile()
    assert seen == [
        "<StepOutput 'output' of 'load'>",
        "<StepOutputs of 'pair': count, second>",
        "<StepOutputs of 'nothing': none>",
    ]


def plain() -> None:
    pass


other_name = step(plain)


def test_steps_that_cannot_be_imported_are_refused() -> None:
    def wire() -> None:
        other_name()

    with pytest.raises(PipelineInterfaceError, match="'plain' isn't what module"):
        compiled(wire).compile()


def test_after_a_failure_steps_are_functions_again() -> None:
    with pytest.raises(PipelineInterfaceError):
        pipeline(missing)().compile()
    assert load() == 1


def test_the_arguments_of_a_pipeline_are_checked_when_it_is_called() -> None:
    with pytest.raises(PipelineInterfaceError, match=r"'wired'.*'facotr'") as info:
        wired(facotr=1.0)  # type: ignore[call-arg]
    assert info.value.hint == "Its arguments: factor."


def test_pipelines_are_made_from_functions_with_valid_names() -> None:
    assert pipeline(name="other")(plain)().name == "other"
    with pytest.raises(InvalidNameError, match="'Größe' is not a valid pipeline name"):
        pipeline(name="Größe")(plain)
    with pytest.raises(PipelineInterfaceError, match="isn't one"):
        pipeline(Pair)


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Move to a place whose time isn't UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("tokyo")
def test_a_run_has_a_text_for_a_name() -> None:
    message = "of pipeline 'wired' can't be named 7"
    with pytest.raises(PipelineInterfaceError, match=message) as info:
        wired.run(7)  # type: ignore[arg-type]
    assert "by name" in info.value.hint


def returns_a_value() -> object:
    load()
    return {"accuracy": 0.5}


def returns_something() -> None:
    return use(load())  # type: ignore[return-value]


def returns_nothing() -> int:  # type: ignore[return]
    load()


def forgets_to_return() -> tuple[int, int]:  # type: ignore[return]
    pair()


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (returns_a_value, "returns a value of type 'float', which would be lost"),
        (returns_something, "returned something, and its annotation promises None"),
        (returns_nothing, "returned nothing, and its annotation promises int"),
        (forgets_to_return, r"returned nothing, .* promises tuple\[int, int\]"),
    ],
)
def test_what_a_pipeline_returns_is_checked(
    function: Callable[[], object], message: str
) -> None:
    with pytest.raises(PipelineInterfaceError, match=message) as info:
        pipeline(function)().compile()
    assert function.__name__ in info.value.message


def test_a_pipeline_may_return_outputs_of_its_steps() -> None:
    def several() -> dict[str, object]:
        return {"loaded": load(), "both": [*pair()]}

    def one_or_none() -> int | None:
        return use(load())

    assert len(compiled(several).compile().steps) == 2
    assert len(compiled(one_or_none).compile().steps) == 2


def test_runs_are_named_after_the_pipeline_and_the_time() -> None:
    before = datetime.now(timezone.utc)
    name = wired().compile().run_name
    moment = datetime.strptime(f"{name}+0000", "wired-%Y_%m_%d-%H_%M_%S_%f%z")
    assert before <= moment <= datetime.now(timezone.utc)


def test_default_run_names_of_long_pipelines_are_valid() -> None:
    long = pipeline(name="x" * 100)(wired.__wrapped__)  # type: ignore[attr-defined]
    assert len(long().compile().run_name) == 100


@pytest.mark.parametrize("name", ["", "a/b", ".hidden"])
def test_run_names_are_checked(name: str) -> None:
    with pytest.raises(InvalidNameError):
        wired().compile(name)


def test_runtime_configuration_is_json() -> None:
    runtime = {"epochs": [1]}
    deployment = wired().compile(runtime=runtime)
    runtime["epochs"].append(2)
    assert deployment.runtime_configuration == {"epochs": [1]}
    with pytest.raises(PipelineInterfaceError, match=r"'shape' .*type 'tuple'"):
        wired().compile(runtime={"shape": (1, 2)})


@pipeline
def loading(factor: float = 1.0) -> int:
    loaded = load()
    return use(loaded, factor)


def test_a_pipeline_that_is_called_in_another_is_a_part_of_it() -> None:
    """And what it returns can be handed to steps, and outputs to it."""

    @pipeline
    def inner(value: int) -> None:
        use(value)

    def outer() -> None:
        loaded = load()
        use(loading(factor="3"), 4.0)  # type: ignore[arg-type]
        inner(loaded)

    deployment = compiled(outer).compile()
    names = [each.name for each in deployment.steps]
    assert names == ["load", "load_2", "use", "use_2", "use_3"]
    assert deployment.step("use").inputs["value"].step == "load_2"
    assert deployment.step("use").parameters["factor"] == 3.0
    assert deployment.step("use_2").inputs["value"].step == "use"
    assert deployment.step("use_3").inputs["value"].step == "load"


def twice() -> None:
    loading()
    loading()


def used_without_output() -> None:
    use(wired())


@pipeline
def endless() -> None:
    endless()


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (twice, "Pipeline 'loading' is already a part of pipeline 'twice'"),
        (used_without_output, "Argument 'value' of step 'use_4' .* returns no output"),
        (
            endless.__wrapped__,  # type: ignore[attr-defined]
            "Pipeline 'endless' is already a part of pipeline 'endless'",
        ),
    ],
)
def test_wrong_nesting_is_refused(function: Callable[[], None], message: str) -> None:
    with pytest.raises(PipelineInterfaceError, match=message) as info:
        pipeline(function)().compile()
    assert info.value.hint


def test_a_pipeline_cannot_run_inside_another() -> None:
    def outer() -> None:
        wired().run()

    with pytest.raises(PipelineInterfaceError, match=r"'wired' can't be .*'outer'"):
        compiled(outer).compile()


def test_reprs_name_the_step_and_the_pipeline() -> None:
    made: Step[[], int] = load
    assert repr(made) == "<Step 'load'>"
    assert [repr(wired), repr(wired())] == [
        "<PipelineDefinition 'wired'>",
        "<Pipeline 'wired'>",
    ]
