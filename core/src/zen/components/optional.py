"""Methods that a flavor may leave out."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["is_left_out", "optional"]

MethodT = TypeVar("MethodT", bound="Callable[..., object]")

_MARK: Final = "_zen_left_out"


def optional(method: MethodT) -> MethodT:
    """Let subclasses leave a method out; calling it says then that they did.

    The method's own body is never run.
    """

    @wraps(method)
    def left_out(self: object, *arguments: object, **options: object) -> NoReturn:
        del arguments, options
        name = type(self).__name__
        raise NotImplementedError(
            f"{name} has no method '{method.__name__}'. Write it in that class, or use"
            " a component of another flavor."
        )

    setattr(left_out, _MARK, True)
    return cast("MethodT", left_out)


def is_left_out(cls: type, method: str) -> bool:
    """Tell whether a class has left out a method that it may leave out."""
    return hasattr(getattr(cls, method, None), _MARK)
