"""Read annotations, also those that name what only static checkers import."""

from __future__ import annotations

import builtins
import inspect
import sys
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    Union,
    get_args,
    get_origin,
    is_typeddict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

__all__ = [
    "UNKNOWN",
    "describe",
    "field_annotations",
    "fits",
    "read_signature",
    "resolve",
]

_WRONG: Final = (AttributeError, NameError, SyntaxError, TypeError)


def read_signature(function: Callable[..., object]) -> inspect.Signature:
    """Return a function's signature; annotations may name what isn't imported."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format  # the standard library has it from 3.14 on

        return inspect.signature(function, annotation_format=Format.FORWARDREF)
    return inspect.signature(function)


def resolve(annotation: object, namespace: Mapping[str, object]) -> object:
    """Return what an annotation means; a name that isn't there stands for any type.

    Args:
        annotation: The annotation, or its text.
        namespace: The names of the module that it is written in.

    Raises:
        AttributeError: A module that it names lacks an attribute.
        NameError: It can't be evaluated.
        SyntaxError: It is no expression.
        TypeError: Its parts don't go together.
    """
    text = getattr(annotation, "__forward_arg__", annotation)
    if not isinstance(text, str):
        return annotation
    # It is the code of the module itself, put off by `annotations`.
    return eval(text, {}, _Names(namespace))  # noqa: S307


def field_annotations(cls: type) -> dict[str, object]:
    """Return what the fields of a class are annotated with; `UNKNOWN` if unclear."""
    namespace = vars(sys.modules.get(cls.__module__, builtins))
    resolved: dict[str, object] = {}
    for name, annotation in _raw_annotations(cls).items():
        try:
            resolved[name] = resolve(annotation, namespace)
        except _WRONG:
            resolved[name] = UNKNOWN
    return resolved


def _raw_annotations(cls: type) -> dict[str, Any]:
    if sys.version_info >= (3, 14):
        from annotationlib import Format, get_annotations  # as above

        return get_annotations(cls, format=Format.FORWARDREF)
    return inspect.get_annotations(cls)


class _AbsentType(type):
    """Be a type that was imported for static checkers only, and any part of it."""

    def __getattr__(cls, name: str) -> _AbsentType:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls

    def __getitem__(cls, parameters: object) -> _AbsentType:
        return cls

    def __or__(cls, other: object) -> _AbsentType:
        return cls

    __ror__ = __or__


class _Absent(metaclass=_AbsentType):
    """Stand for what can't be known, and is taken for no tuple."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        from pydantic_core.core_schema import any_schema  # asked by pydantic alone

        del source, handler
        return any_schema()


UNKNOWN: Final[object] = _Absent


class _Names(dict[str, object]):
    """Look names up in a module's and in Python's; stand in for any other."""

    def __missing__(self, name: str) -> object:
        return getattr(builtins, name, _Absent)


def describe(annotation: object) -> str:
    """Return an annotation as its author may have written it."""
    text = getattr(annotation, "__forward_arg__", annotation)
    if isinstance(text, str):
        return text
    if annotation is None or annotation is type(None):
        return "None"
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation.__name__
    return str(annotation).replace("typing.", "")


def fits(value: object, annotation: object) -> bool:
    """Return whether a value may be of a type, by a look at its own class alone.

    What a collection holds isn't looked at, however large it is. Integers do as
    floats, numpy's numbers as Python's, and lists as tuples. An annotation that no
    class stands for is fit by every value.
    """
    annotation = _without_names(annotation)
    origin, members = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        return any(fits(value, member) for member in members)
    if origin is Literal:
        return any(type(value) is type(each) and value == each for each in members)
    if annotation is None:
        return value is None
    cls = origin or annotation
    if not isinstance(cls, type) or cls in {Any, UNKNOWN}:
        return True
    return _is_instance(value, cls)


def _without_names(annotation: object) -> object:
    """Return what an annotation is another name of, or says more about."""
    while not isinstance(annotation, type):
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):  # made by NewType
            annotation = annotation.__supertype__
        elif hasattr(annotation, "__value__"):  # made by the statement `type`
            annotation = annotation.__value__
        else:
            break
    return annotation


def _is_instance(value: object, cls: type) -> bool:
    if getattr(cls, "_is_protocol", False):
        return True
    if cls is tuple:
        return isinstance(value, tuple | list)
    if is_typeddict(cls):
        return isinstance(value, dict)
    if cls in {bool, int, float, complex}:
        return isinstance(value, cls) or _is_number(value, cls)
    try:
        return isinstance(value, cls)
    # A metaclass may refuse the question.
    except TypeError:
        return True


def _is_number(value: object, cls: type) -> bool:
    # Only those who use them pay for loading the towers of numbers.
    import numbers

    if cls is bool:
        kind = type(value)
        return kind.__module__ == "numpy" and kind.__name__ in {"bool", "bool_"}
    towers = {int: numbers.Integral, float: numbers.Real, complex: numbers.Complex}
    return isinstance(value, towers[cls])
