"""Which values count as JSON."""

from __future__ import annotations

import json
from enum import IntEnum
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_pipelines._json_values import is_json

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Level(IntEnum):
    """An integer of a class of its own."""

    LOW = 1


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


@given(_JSON)
def test_what_is_json_survives_it(value: object) -> None:
    assert is_json(value)
    assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        [1, (2,)],
        {1: "one"},
        {"a": {2, 3}},
        Level.LOW,
        Text("text"),
        b"bytes",
        nan,
        -inf,
        10**5000,
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_comes_back_as_something_else_is_not(value: object) -> None:
    assert not is_json(value)


def test_seeds_of_128_bits_are() -> None:
    assert is_json(2**127 + 1)


def test_what_contains_itself_is_not() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert not is_json(endless)
