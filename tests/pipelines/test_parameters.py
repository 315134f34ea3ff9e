"""Parameters of steps and pipelines, checked and converted by their annotations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, SecretStr

from zen.errors import PipelineInterfaceError
from zen_pipelines import pipeline, step

if TYPE_CHECKING:
    from decimal import Decimal

    from zen.stack import Stack


class Color(Enum):
    RED = "red"


class Config(BaseModel):
    depth: int = 3
    color: Color = Color.RED


@dataclass
class Limits:
    low: float
    high: float


class Strange:
    """Be a class that pydantic knows nothing of."""


@step
def take(
    epochs: int = 1,
    rate: float = 0.1,
    name: str = "",
    flag: bool = False,  # noqa: FBT001, FBT002
    shape: tuple[int, ...] = (),
    path: Path = Path(),
    day: date = date.min,
    config: Config = Config(),  # noqa: B008
    limits: Limits = Limits(0, 1),  # noqa: B008
    color: Color = Color.RED,
    choice: Literal["a", "b"] = "a",
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5,
    absent: Decimal | None = None,
    either: int | str = 0,
    mixed: list[bool | int] = [],  # noqa: B006
    counts: dict[str, int] = {},  # noqa: B006
    numbers: set[int] = set(),  # noqa: B006
    anything: Any = None,  # noqa: ANN401
    missing: int = None,  # type: ignore[assignment]  # noqa: RUF013
    strange: Strange = None,  # type: ignore[assignment]
    secret: SecretStr = SecretStr("never"),  # noqa: B008
) -> dict[str, str]:
    return {key: repr(value) for key, value in locals().items()}


@pipeline
def taking(**arguments: Any) -> None:  # noqa: ANN401
    take(**arguments)


@pipeline
def typed(epochs: int, rate: float = 0.1, sizes: list[int] | None = None) -> None:
    take(epochs, rate)
    take(anything=[sizes])


@pytest.mark.parametrize(
    ("argument", "given", "taken"),
    [
        ("epochs", "3", 3),
        ("epochs", 3.0, 3),
        ("rate", 1, 1.0),
        ("rate", "1e-3", 0.001),
        ("flag", "true", True),
        ("shape", [1, 2], (1, 2)),
        ("shape", (1, 2), (1, 2)),
        ("path", "a/b", Path("a/b")),
        ("path", Path("a/b"), Path("a/b")),
        ("day", "2026-01-31", date(2026, 1, 31)),
        ("config", {"depth": "4"}, Config(depth=4)),
        ("config", Config(depth=4), Config(depth=4)),
        ("limits", {"low": "1", "high": 2}, Limits(1.0, 2.0)),
        ("limits", Limits(1.0, 2.0), Limits(1.0, 2.0)),
        ("color", "red", Color.RED),
        ("color", Color.RED, Color.RED),
        ("choice", "b", "b"),
        ("share", 0.25, 0.25),
        ("absent", "anything", "anything"),
        ("either", "3", "3"),
        ("mixed", [True, 1], [True, 1]),
        ("anything", {"a": [1]}, {"a": [1]}),
        ("missing", None, None),
    ],
)
def test_parameters_are_converted(argument: str, given: object, taken: object) -> None:
    """On their way they are JSON, and the step gets what its annotation says."""
    deployment = taking(**{argument: given}).compile()
    carried = json.loads(json.dumps(deployment.step("take").parameters))
    received = take.read_parameters(carried)[argument]
    assert (type(received), received) == (type(taken), taken)


def test_a_step_gets_the_converted_values(stack: Stack, notices: list[str]) -> None:
    run = taking(shape=[1], config={"depth": "4"}).run_on(stack, notify=notices.append)
    received = run.get_step("take").output.read()
    assert isinstance(received, dict)
    assert received["shape"] == "(1,)"
    assert received["config"] == repr(Config(depth=4))


@pytest.mark.parametrize(
    ("argument", "given", "wanted"),
    [
        ("epochs", "abc", "int"),
        ("epochs", 1.5, "int"),
        ("epochs", None, "int"),
        ("epochs", True, "int"),
        ("rate", False, "float"),
        ("shape", [1, True], "tuple[int, ...]"),
        ("limits", {"high": 2, "low": True}, "Limits"),
        ("counts", {"a": True}, "dict[str, int]"),
        ("numbers", [True], "set[int]"),
        ("rate", "fast", "float"),
        ("name", 3, "str"),
        ("flag", "perhaps", "bool"),
        ("shape", ["a"], "tuple[int, ...]"),
        ("day", "someday", "date"),
        ("config", {"depth": "deep"}, "Config"),
        ("color", "blue", "Color"),
        ("choice", "c", "Literal['a', 'b']"),
        ("share", 2, "Annotated[float, Field(gt=0, lt=1)]"),
        ("strange", 1, "Strange"),
    ],
)
def test_what_can_not_be_converted_is_refused(
    argument: str, given: object, wanted: str
) -> None:
    """It says which one, what was given, and what is wanted."""
    with pytest.raises(PipelineInterfaceError) as info:
        taking(**{argument: given}).compile()
    told = f"Argument '{argument}' of step 'take' takes {wanted}, and was given"
    assert info.value.message.startswith(f"{told} {given!r}: ")


@pytest.mark.parametrize(
    ("argument", "given"),
    [
        ("anything", {1}),
        ("anything", (1,)),
        ("anything", float("nan")),
        ("strange", Strange()),
        ("secret", SecretStr("hidden")),
    ],
)
def test_what_json_would_change_is_refused(argument: str, given: object) -> None:
    message = f"Argument '{argument}' of step 'take' .* JSON can't carry exactly"
    with pytest.raises(PipelineInterfaceError, match=message) as info:
        taking(**{argument: given}).compile()
    assert "hidden" not in f"{info.value} {info.value.hint}"


def test_long_values_are_shown_short() -> None:
    with pytest.raises(PipelineInterfaceError) as info:
        taking(epochs=["x" * 1000] * 1000).compile()
    assert len(info.value.message) < 600


def test_parameters_of_pipelines_are_converted() -> None:
    first, second = typed("3", rate=1).compile().steps  # type: ignore[arg-type]
    assert (first.parameters["epochs"], first.parameters["rate"]) == (3, 1.0)
    assert second.parameters["anything"] == [None]
    with pytest.raises(PipelineInterfaceError) as info:
        typed(1, sizes=["a"])  # type: ignore[list-item]
    assert info.value.message.startswith(
        "Argument 'sizes' of pipeline 'typed' takes list[int] | None, and was given"
        " ['a']: element [0] is 'a': "
    )


def test_the_wrong_element_is_named() -> None:
    with pytest.raises(PipelineInterfaceError, match=r"element \['a'\] is 'x': "):
        taking(counts={"a": "x", "b": 1}).compile()
    with pytest.raises(PipelineInterfaceError, match=r"element \['high'\] is missing"):
        taking(limits={"low": 1}).compile()


@pipeline
def starred(*sizes: int, **rates: float) -> None:
    take(shape=list(sizes))  # type: ignore[arg-type]
    take(anything=rates)


def test_each_of_any_number_of_arguments_is_converted() -> None:
    first, second = starred("1", 2, fast="0.5").compile().steps  # type: ignore[arg-type]
    assert first.parameters["shape"] == [1, 2]
    assert second.parameters["anything"] == {"fast": 0.5}
    with pytest.raises(PipelineInterfaceError, match=r"'rates\.fast' of pipeline"):
        starred(fast="quick")  # type: ignore[arg-type]


@pipeline
def chosen(  # type: ignore[no-untyped-def]
    shape: tuple[int, ...] = (),
    path: Path = Path(),
    day: date = date.min,
    config: Config = Config(),  # noqa: B008
    limits: Limits = Limits(0, 1),  # noqa: B008
    color: Color = Color.RED,
    anything: Any = None,  # noqa: ANN401
    bare=None,  # noqa: ANN001
) -> None:
    assert anything is None or isinstance(anything, tuple)
    assert bare is None or isinstance(bare, Limits)
    take(shape=shape, path=path, day=day, config=config, limits=limits, color=color)


@pytest.mark.parametrize(
    ("argument", "given", "carried"),
    [
        ("shape", (1, 2), [1, 2]),
        ("shape", ["1", 2], [1, 2]),
        ("path", Path("a/b"), "a/b"),
        ("day", date(2026, 1, 31), "2026-01-31"),
        ("config", Config(depth=4), {"depth": 4, "color": "red"}),
        ("config", {"depth": 4}, {"depth": 4, "color": "red"}),
        ("limits", Limits(1.0, 2.0), {"low": 1.0, "high": 2.0}),
        ("color", Color.RED, "red"),
        ("anything", (1, 2), [1, 2]),
        ("bare", Limits(1.0, 2.0), {"low": 1.0, "high": 2.0}),
    ],
)
def test_a_keyword_of_a_run_sets_a_parameter_of_any_type(
    argument: str, given: object, carried: object
) -> None:
    """The pipeline's function gets it as it is, and the components as JSON."""
    deployment = chosen().compile(runtime={argument: given})
    assert deployment.runtime_configuration == {argument: carried}


def test_a_keyword_that_json_can_not_carry_goes_to_the_pipeline_itself() -> None:
    with pytest.raises(PipelineInterfaceError, match="JSON can't carry") as info:
        chosen().compile(runtime={"bare": Strange()})
    assert "'pipeline(bare=…).run()'" in info.value.hint


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"config": {"dept": 4}}, "Config has no field 'dept'. Did you mean 'depth'?"),
        ({"limits": {"low": 0, "high": 1, "mid": 2}}, "Limits has no field 'mid'."),
    ],
)
def test_an_unknown_field_of_a_parameter_is_named(
    given: dict[str, Any], reason: str
) -> None:
    for wrong in (
        lambda: taking(**given).compile(),
        lambda: chosen(**given),
        lambda: chosen().compile(runtime=given),
    ):
        with pytest.raises(PipelineInterfaceError) as info:
            wrong()
        assert reason in info.value.message
