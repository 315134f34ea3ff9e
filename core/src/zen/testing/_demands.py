"""What the contracts share to say how a class under test has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["brief", "demand_error"]

ErrorT = TypeVar("ErrorT", bound=BaseException)

_LENGTH: Final = 200


def brief(value: object) -> str:
    """Return a value as a sentence can show it: whole, or how it begins."""
    text = repr(value)
    if len(text) <= _LENGTH:
        return text
    return f"{text[:_LENGTH]}… (the first of {len(text)} characters)"


def demand_error(
    expected: type[ErrorT] | tuple[type[ErrorT], ...],
    doing: str,
    action: Callable[[], object],
) -> ErrorT:
    """Call what must fail, and return its error.

    Args:
        expected: The class of the error, or several of which one will do.
        doing: What is done, as the subject of a sentence.
        action: What does it.
    """
    classes = expected if isinstance(expected, tuple) else (expected,)
    wanted = " or ".join(cls.__name__ for cls in classes)
    try:
        result = action()
    except expected as error:
        caught = error
    except Exception as error:  # noqa: BLE001 - that is the fault
        pytest.fail(f"{doing} raised {error!r}, and must raise {wanted}.")
    else:
        pytest.fail(f"{doing} returned {brief(result)}, and must raise {wanted}.")
    is_silent = isinstance(caught, Exception) and not str(caught).strip()
    assert not is_silent, f"{doing} raised {caught!r}, which says nothing."
    return caught
