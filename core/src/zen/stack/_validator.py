"""What a component asks of the stack that it is part of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zen.errors import StackValidationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.stack._stack import Stack

__all__ = ["StackValidator"]


@dataclass(frozen=True)
class StackValidator:
    """Hold what a component asks of its stack; returned by `validator`.

    Args:
        required_components: The component types that the stack must have.
        custom_validation_function: Takes the stack, and returns whether it fits and,
            if it doesn't, why.
    """

    required_components: frozenset[str] = frozenset()
    custom_validation_function: Callable[[Stack], tuple[bool, str]] | None = None

    def validate(self, stack: Stack) -> None:
        """Raise `StackValidationError` if `stack` doesn't fit."""
        missing = sorted(set(self.required_components) - set(stack.components))
        if missing:
            raise StackValidationError(
                f"Stack '{stack.name}' lacks what its components need:"
                f" {', '.join(missing)}.",
                hint="Name a component of each of these types, as with"
                f" '--{missing[0].replace('_', '-')} NAME'.",
            )
        if self.custom_validation_function:
            fits, reason = self.custom_validation_function(stack)
            if not fits:
                message = f"Stack '{stack.name}' is not valid: {reason}"
                raise StackValidationError(message)
