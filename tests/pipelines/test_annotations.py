"""Which values may be of which annotated type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from fractions import Fraction
from typing import (  # noqa: UP035 - older code has List
    Annotated,
    Any,
    List,
    Literal,
    NamedTuple,
    NewType,
    Optional,
    Protocol,
    TypedDict,
    TypeVar,
    Union,
)

import numpy as np
import pytest

from zen_pipelines._annotations import (
    UNKNOWN,
    describe,
    field_annotations,
    fits,
    resolve,
)

T = TypeVar("T")
Name = NewType("Name", str)


class Color(Enum):
    RED = 1


class Sized(Protocol):
    size: int


class Options(TypedDict):
    depth: int


class Point(NamedTuple):
    x: float
    label: Absent  # type: ignore[name-defined]  # noqa: F821


class Untouchable(list[int]):
    """Be a collection that fails whoever looks inside."""

    def __iter__(self) -> Any:  # noqa: ANN401
        raise AssertionError


class Refusing(type):
    def __instancecheck__(cls, instance: object) -> bool:
        raise TypeError


class Opaque(metaclass=Refusing):
    pass


@pytest.mark.parametrize(
    ("value", "annotation"),
    [
        (1, int),
        (True, int),
        (np.int64(1), int),
        (1, float),
        (np.float32(1), float),
        (Fraction(1, 2), float),
        (1.0, complex),
        (np.bool_(1), bool),
        ((1,), tuple[int, ...]),
        ([1, "a"], tuple[int, str]),
        (None, None),
        (None, Optional[int]),  # noqa: UP045
        (1, Union[str, int]),  # noqa: UP007
        ("a", int | str),
        ("a", Literal["a", "b"]),
        ("a", Annotated[str, "name"]),
        ("a", Name),
        (Color.RED, Color),
        (Untouchable([1]), list[str]),
        ([1], List[int]),  # noqa: UP006
        ({"depth": 1}, Options),
        ({}, Mapping[str, int]),
        ("abc", Sequence[str]),
        (iter("abc"), Iterable[str]),
        (len, Callable[[str], int]),
        (int, type[int]),
        (np.zeros(2), np.ndarray),
        (np.zeros(2), np.ndarray[Any, np.dtype[np.float64]]),
        ("anything", Any),
        ("anything", object),
        ("anything", T),
        ("anything", UNKNOWN),
        ("anything", list[int] | UNKNOWN),
        ("anything", Sized),
        ("anything", Opaque),
        ("anything", "not resolved"),
    ],
)
def test_these_values_fit(value: object, annotation: object) -> None:
    assert fits(value, annotation)


@pytest.mark.parametrize(
    ("value", "annotation"),
    [
        ("1", int),
        (1.0, int),
        (1, bool),
        ("1.0", float),
        (1, str),
        (None, int),
        (1, None),
        ((1,), list[int]),
        ("ab", tuple[str, ...]),
        (np.zeros(2), tuple[float, float]),
        (1.5, Union[str, int]),  # noqa: UP007
        ("c", Literal["a", "b"]),
        (True, Literal[1]),
        (1, Annotated[str, "name"]),
        (1, Name),
        ([], Options),
        ([1], np.ndarray),
        (1, Callable[[str], int]),
    ],
)
def test_these_values_do_not_fit(value: object, annotation: object) -> None:
    assert not fits(value, annotation)


def test_fields_that_can_not_be_resolved_are_of_any_type() -> None:
    assert field_annotations(Point) == {"x": float, "label": UNKNOWN}


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (int, "int"),
        (None, "None"),
        (list[int], "list[int]"),
        (Optional[int], "Optional[int]"),  # noqa: UP045
        ("Path | None", "Path | None"),
    ],
)
def test_annotations_are_shown_as_they_are_written(
    annotation: object, text: str
) -> None:
    assert describe(annotation).replace("int | None", "Optional[int]") == text


def test_a_name_that_is_not_there_stands_for_any_type() -> None:
    assert resolve("Absent", {}) is UNKNOWN
    assert resolve("Absent | None", {}) is UNKNOWN
    assert resolve("list[int]", {}) == list[int]
