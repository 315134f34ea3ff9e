"""Steps made from functions."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, NamedTuple

import pytest

from zen.errors import InvalidNameError, PipelineInterfaceError
from zen_pipelines import step

if TYPE_CHECKING:
    import fractions
    from decimal import Decimal

    from zen_pipelines import Step


class Split(NamedTuple):
    """Two named outputs."""

    train: list[int]
    test: list[int]


@step
def add(left: int, right: int = 1) -> int:
    """Add two numbers."""
    return left + right


@step()
def in_parentheses() -> None:
    """Do nothing."""


@step(name="renamed")
def with_name() -> None:
    """Do nothing."""


@step
def divide(numbers: list[int]) -> Split:
    return Split(numbers[:1], numbers[1:])


@step
def annotate() -> tuple[Annotated[int, "count"], str, Annotated[str, "label"]]:
    return 1, "", ""


@step
def name_one() -> Annotated[float, 0.5, "accuracy"]:
    return 0.5


@step
def return_any_length() -> tuple[int, ...]:
    return (1,)


@step
def return_absent() -> Decimal:
    raise NotImplementedError


@step
def return_absent_parts() -> tuple[Annotated[Decimal | None, "price"], list[Decimal]]:
    raise NotImplementedError


@step
def return_attribute_of_absent() -> fractions.Fraction | None:
    raise NotImplementedError


@step
def return_nothing_known() -> inspect.Signatur:  # type: ignore[name-defined]
    raise NotImplementedError


@step
def repeat() -> tuple[Annotated[int, "a"], Annotated[int, "a"]]:
    return 1, 2


def test_outside_of_a_pipeline_a_step_is_its_function() -> None:
    assert add(1) == 2
    assert add(left=1, right=2) == 3
    assert divide([1, 2]).test == [2]


def test_a_call_without_inputs_says_where_steps_are_called() -> None:
    with pytest.raises(PipelineInterfaceError, match="outside of a pipeline") as info:
        add()  # type: ignore[call-arg]
    assert "'add', not 'add()'" in str(info.value.hint)


def test_it_looks_like_its_function() -> None:
    assert add.__doc__ == "Add two numbers."
    assert list(inspect.signature(add).parameters) == ["left", "right"]


def test_static_checkers_know_its_signature() -> None:
    """Mypy fails on this file if it doesn't miss these errors (unused ignores)."""
    with pytest.raises(TypeError):
        add("1")  # type: ignore[arg-type]
    with pytest.raises(PipelineInterfaceError):
        add(middle=1)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        divide([1]).tset  # type: ignore[attr-defined]  # noqa: B018


def test_its_name_is_that_of_the_function_or_given() -> None:
    assert [add.name, in_parentheses.name, with_name.name] == [
        "add",
        "in_parentheses",
        "renamed",
    ]


@pytest.mark.parametrize(
    ("made", "names", "is_tuple"),
    [
        (add, ("output",), False),
        (in_parentheses, (), False),
        (divide, ("train", "test"), True),
        (annotate, ("count", "output_1", "label"), True),
        (name_one, ("accuracy",), False),
        (return_any_length, ("output",), False),
        (return_absent, ("output",), False),
        (return_attribute_of_absent, ("output",), False),
        (return_absent_parts, ("price", "output_1"), True),
    ],
)
def test_outputs_are_named_by_the_annotation(
    made: Step[..., object],
    names: tuple[str, ...],
    is_tuple: bool,  # noqa: FBT001
) -> None:
    assert (made.outputs.names, made.outputs.is_tuple) == (names, is_tuple)


def test_two_outputs_of_one_name_are_refused() -> None:
    with pytest.raises(PipelineInterfaceError, match=r"'repeat'.*one name: a, a"):
        _ = repeat.outputs


def test_a_wrong_annotation_is_named() -> None:
    with pytest.raises(PipelineInterfaceError, match="'return_nothing_known' is wrong"):
        _ = return_nothing_known.outputs


# Ruff and mypy are right about these, and so is Zen.
def no_annotation(value):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    return value


def no_return(value: int):  # type: ignore[no-untyped-def]  # noqa: ANN201
    return value


def many(*values: int) -> int:
    return sum(values)


def keywords(**values: int) -> int:
    return sum(values.values())


def positional(value: int, /) -> int:
    return value


async def coroutine() -> None:
    pass


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (no_annotation, "'value' of step 'no_annotation' has no type annotation"),
        (no_return, "'no_return' has no return annotation"),
        (many, r"'many' takes '\*values'"),
        (keywords, r"'keywords' takes '\*\*values'"),
        (positional, "'value' of step 'positional' is positional-only"),
        (coroutine, "'coroutine' must be a plain function"),
        (Split, "isn't one"),
    ],
)
def test_other_functions_are_refused(function: object, message: str) -> None:
    with pytest.raises(PipelineInterfaceError, match=message):
        step(function)  # type: ignore[call-overload]


def test_functions_inside_of_functions_are_refused() -> None:
    def local() -> None:
        pass

    with pytest.raises(PipelineInterfaceError, match="inside of 'test_func") as info:
        step(local)
    assert "top level" in info.value.hint


def _hidden() -> None:
    pass


def test_names_follow_the_rule() -> None:
    with pytest.raises(InvalidNameError, match="'_hidden' is not a valid step name"):
        step(_hidden)
    with pytest.raises(InvalidNameError):
        step(name="")(add.function)
