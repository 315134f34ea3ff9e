"""Tell which values survive JSON exactly."""

from __future__ import annotations

from math import isfinite
from typing import Final

__all__ = ["JSON_TYPES", "is_json"]

JSON_TYPES: Final = "None, bool, int, float, str, and lists and dicts of these"

# Python refuses to read integers of more than 4300 digits back.
_LONGEST_INTEGER: Final = 14_000


def is_json(value: object) -> bool:
    """Return whether `value` is the same after a round trip through JSON.

    Types must be exact: a tuple comes back as a list, and an enum's member as a
    number. NaN and the infinities aren't JSON.
    """
    try:
        return _is_json(value)
    except RecursionError:
        return False


def _is_json(value: object) -> bool:
    kind = type(value)
    if isinstance(value, list) and kind is list:
        return all(_is_json(item) for item in value)
    if isinstance(value, dict) and kind is dict:
        return all(type(key) is str and _is_json(value[key]) for key in value)
    if isinstance(value, float) and kind is float:
        return isfinite(value)
    if isinstance(value, int) and kind is int:
        return value.bit_length() <= _LONGEST_INTEGER
    return kind in {type(None), bool, str}
