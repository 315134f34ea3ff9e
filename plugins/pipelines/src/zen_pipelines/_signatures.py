"""Read a step's arguments and outputs from the annotations of its function."""

from __future__ import annotations

import builtins
import inspect
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, get_args, get_origin

from zen.errors import PipelineInterfaceError
from zen.names import check_name

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OutputSignature", "check_function", "read_outputs", "read_signature"]

_UNNAMED: Final = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}


@dataclass(frozen=True, slots=True)
class OutputSignature:
    """Describe what a step returns.

    Args:
        names: The names of its outputs, in their order.
        is_tuple: Whether the function returns a tuple with one item for each.
    """

    names: tuple[str, ...]
    is_tuple: bool = False

    def split(self, value: object) -> dict[str, object]:
        """Return the outputs that a returned value holds, by name.

        Raises:
            PipelineInterfaceError: It isn't what the annotation promises.
        """
        title = f"a value of type '{type(value).__name__}'"
        if self.is_tuple:
            if isinstance(value, tuple) and len(value) == len(self.names):
                return dict(zip(self.names, value, strict=True))
            if isinstance(value, tuple):
                title = f"a tuple of {len(value)}"
            raise PipelineInterfaceError(
                f"It returned {title}, and its annotation promises a tuple of"
                f" {len(self.names)}: {', '.join(self.names)}."
            )
        if self.names:
            return {self.names[0]: value}
        if value is not None:
            message = f"It returned {title}, and its annotation promises None."
            raise PipelineInterfaceError(message)
        return {}


def read_signature(function: Callable[..., object]) -> inspect.Signature:
    """Return a function's signature; annotations may name what isn't imported."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format  # the standard library has it from 3.14 on

        return inspect.signature(function, annotation_format=Format.FORWARDREF)
    return inspect.signature(function)


def check_function(name: str, function: Callable[..., object]) -> None:
    """Raise `PipelineInterfaceError` if a function can't be a step."""
    if not inspect.isfunction(function):
        message = f"A step is made from a function, and {function!r} is none."
        raise PipelineInterfaceError(message)
    if function.__qualname__ != function.__name__:
        raise PipelineInterfaceError(
            f"Step '{name}' is defined inside of"
            f" '{function.__qualname__.rpartition('.')[0]}'.",
            hint="Move it to the top level of its module: orchestrators import steps"
            " by their name.",
        )
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        message = f"Step '{name}' must be a plain function that returns its outputs."
        raise PipelineInterfaceError(message)
    _check_arguments(name, read_signature(function))


def _check_arguments(name: str, signature: inspect.Signature) -> None:
    for parameter in signature.parameters.values():
        if parameter.kind in _UNNAMED:
            raise PipelineInterfaceError(
                f"Step '{name}' takes '{_UNNAMED[parameter.kind]}{parameter.name}'.",
                hint="Give each argument a name of its own.",
            )
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            raise PipelineInterfaceError(
                f"Argument '{parameter.name}' of step '{name}' is positional-only.",
                hint="Remove the '/' from its signature: arguments are given by name.",
            )
        if parameter.annotation is inspect.Parameter.empty:
            raise PipelineInterfaceError(
                f"Argument '{parameter.name}' of step '{name}' has no type annotation.",
                hint=f"Write '{parameter.name}: int', or whatever its type is.",
            )
    if signature.return_annotation is inspect.Signature.empty:
        raise PipelineInterfaceError(
            f"Step '{name}' has no return annotation.",
            hint="Write '-> int', or whatever it returns; '-> None' if nothing.",
        )


def read_outputs(name: str, function: Callable[..., object]) -> OutputSignature:
    """Return what a step's return annotation says about its outputs.

    Raises:
        PipelineInterfaceError: It is wrong, or gives two outputs one name.
        InvalidNameError: An output's name breaks the rule for names.
    """
    annotation = _resolve(name, function)
    if annotation is None or annotation is type(None):
        return OutputSignature(())
    names = _member_names(annotation)
    if names is None:
        return OutputSignature((_name_of(annotation) or "output",))
    if len(set(names)) < len(names):
        message = f"Step '{name}' gives two outputs one name: {', '.join(names)}."
        raise PipelineInterfaceError(message)
    return OutputSignature(names, is_tuple=True)


def _resolve(name: str, function: Callable[..., object]) -> object:
    annotation = read_signature(function).return_annotation
    text = getattr(annotation, "__forward_arg__", annotation)
    if not isinstance(text, str):
        return annotation
    try:
        # It is the code of the function's own module, put off by `annotations`.
        return eval(text, {}, _Names(getattr(function, "__globals__", {})))  # noqa: S307
    except (AttributeError, SyntaxError, TypeError) as error:
        message = f"The return annotation '{text}' of step '{name}' is wrong: {error}."
        raise PipelineInterfaceError(message) from error


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


class _Names(dict[str, object]):
    """Look names up in a module's and in Python's; stand in for any other."""

    def __missing__(self, name: str) -> object:
        return getattr(builtins, name, _Absent)


def _member_names(annotation: object) -> tuple[str, ...] | None:
    """Return the names of a tuple's members, or None if it is no such tuple."""
    origin = get_origin(annotation) or annotation
    if not isinstance(origin, type) or not issubclass(origin, tuple):
        return None
    if fields := getattr(origin, "_fields", None):
        return tuple(check_name(field, "output") for field in fields)
    members = get_args(annotation)
    if not members or Ellipsis in members:
        return None
    return tuple(
        _name_of(member) or f"output_{position}"
        for position, member in enumerate(members)
    )


def _name_of(annotation: object) -> str:
    """Return the name that `Annotated[…, "name"]` gives, or ""."""
    if get_origin(annotation) is not Annotated:
        return ""
    for extra in get_args(annotation)[1:]:
        if isinstance(extra, str):
            return check_name(extra, "output")
    return ""
