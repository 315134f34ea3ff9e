"""Check what the function of a pipeline returns."""

from __future__ import annotations

from inspect import Signature
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args

from zen.errors import PipelineInterfaceError
from zen_pipelines._annotations import UNKNOWN, describe, read_signature, resolve
from zen_pipelines._compilation import Inlined, StepOutput, StepOutputs

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["refuse_values", "refuse_wrong_return"]


def refuse_wrong_return(
    name: str, function: Callable[..., object], returned: object
) -> None:
    """Refuse a pipeline that returns something against its annotation, or nothing.

    The outputs of steps have no type before the steps have run, so that is all that
    can be told.

    Raises:
        PipelineInterfaceError: The annotation promises something else.
    """
    annotation = _annotation(function)
    if annotation is UNKNOWN:
        return
    promises_nothing = annotation in (None, NoneType)
    if promises_nothing == _is_nothing(returned):
        return
    if not promises_nothing and (annotation in (Any, object) or _has_none(annotation)):
        return
    result = "nothing" if _is_nothing(returned) else "something"
    raise PipelineInterfaceError(
        f"Pipeline '{name}' returned {result}, and its annotation promises"
        f" {'None' if promises_nothing else describe(annotation)}.",
        hint="Return what the annotation says, or correct the annotation.",
    )


def refuse_values(name: str, returned: object) -> None:
    """Refuse a pipeline that returns what is no output of a step.

    Such a value would be lost: a run is what its steps have done.

    Raises:
        PipelineInterfaceError: It returns such a value.
    """
    if returned is None or isinstance(returned, StepOutput | StepOutputs | Inlined):
        return
    if isinstance(returned, dict):
        returned = [*returned.values()]
    if isinstance(returned, list | tuple):
        for each in returned:
            refuse_values(name, each)
        return
    raise PipelineInterfaceError(
        f"Pipeline '{name}' returns a value of type '{type(returned).__name__}', which"
        " would be lost: a run keeps the outputs of steps only.",
        hint="Let a step make the value, and return the step's output.",
    )


def _annotation(function: Callable[..., object]) -> object:
    annotation = read_signature(function).return_annotation
    if annotation is Signature.empty:
        return UNKNOWN
    try:
        return resolve(annotation, getattr(function, "__globals__", {}))
    # An annotation that can't be evaluated is a comment, as it is to Python.
    except (AttributeError, NameError, SyntaxError, TypeError):
        return UNKNOWN


def _has_none(annotation: object) -> bool:
    return NoneType in get_args(annotation)


def _is_nothing(returned: object) -> bool:
    """Return whether it is what a function returns that returns nothing."""
    if isinstance(returned, StepOutputs):
        return not len(returned)
    return returned is None or isinstance(returned, Inlined)
