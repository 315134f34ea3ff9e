"""Read a step's arguments and outputs from the annotations of its function."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, get_args, get_origin

from zen.errors import PipelineInterfaceError
from zen.names import check_name
from zen_pipelines._annotations import (
    UNKNOWN,
    describe,
    field_annotations,
    fits,
    read_signature,
    resolve,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["OutputSignature", "check_function", "read_outputs"]

_UNNAMED: Final = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}


@dataclass(frozen=True, slots=True)
class OutputSignature:
    """Describe what a step returns.

    Args:
        step: The step's name.
        types: The annotation of each output, by the output's name, in their order.
        is_tuple: Whether the function returns a tuple with one item for each.
    """

    step: str
    types: Mapping[str, object]
    is_tuple: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the outputs, in their order."""
        return tuple(self.types)

    def split(self, value: object) -> dict[str, object]:
        """Return the outputs that a returned value holds, by name.

        Of each output the class is checked; what is inside of it is never looked at.

        Raises:
            PipelineInterfaceError: It isn't what the annotation promises.
        """
        if self.is_tuple:
            outputs = self._members(value)
        elif self.names:
            outputs = {self.names[0]: value}
        elif value is None:
            return {}
        else:
            raise self._broken_promise(_title(value), "None")
        for name, output in outputs.items():
            if not fits(output, self.types[name]):
                promised = describe(self.types[name])
                place = f" as '{name}'" if self.is_tuple else ""
                raise self._broken_promise(f"{_title(output)}{place}", promised)
        return outputs

    def _members(self, value: object) -> dict[str, object]:
        promised = f"a tuple of {len(self.names)}: {', '.join(self.names)}"
        if not isinstance(value, tuple | list):
            raise self._broken_promise(_title(value), promised)
        if len(value) != len(self.names):
            title = f"a {'tuple' if isinstance(value, tuple) else 'list'}"
            raise self._broken_promise(f"{title} of {len(value)}", promised)
        return dict(zip(self.names, value, strict=True))

    def _broken_promise(self, returned: str, promised: str) -> PipelineInterfaceError:
        return PipelineInterfaceError(
            f"Step '{self.step}' returned {returned}, and its annotation promises"
            f" {promised}.",
            hint="Return what the annotation says, or correct the annotation.",
        )


def _title(value: object) -> str:
    return f"a value of type '{type(value).__name__}'"


def check_function(name: str, function: Callable[..., object]) -> None:
    """Raise `PipelineInterfaceError` if a function can't be a step."""
    if not inspect.isfunction(function):
        raise PipelineInterfaceError(
            f"A step is made from a function, and {function!r} isn't one.",
            hint="Write '@step', or '@step(name=…)', above a function.",
        )
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
        return OutputSignature(name, {})
    members = _members(annotation)
    if members is None:
        output = _name_of(annotation) or "output"
        return OutputSignature(name, {output: annotation})
    names = [member for member, _ in members]
    if len(set(names)) < len(names):
        message = f"Step '{name}' gives two outputs one name: {', '.join(names)}."
        raise PipelineInterfaceError(message)
    return OutputSignature(name, dict(members), is_tuple=True)


def _resolve(name: str, function: Callable[..., object]) -> object:
    annotation = read_signature(function).return_annotation
    try:
        return resolve(annotation, getattr(function, "__globals__", {}))
    except (AttributeError, SyntaxError, TypeError) as error:
        raise PipelineInterfaceError(
            f"The return annotation '{describe(annotation)}' of step '{name}' is"
            f" wrong: {error}."
        ) from error


def _members(annotation: object) -> list[tuple[str, object]] | None:
    """Return the name and type of a tuple's members, or None if it is no such tuple."""
    origin = get_origin(annotation) or annotation
    if not isinstance(origin, type) or not issubclass(origin, tuple):
        return None
    if fields := getattr(origin, "_fields", None):
        types = field_annotations(origin)
        return [
            (check_name(field, "output"), types.get(field, UNKNOWN)) for field in fields
        ]
    members = get_args(annotation)
    if not members or Ellipsis in members:
        return None
    return [
        (_name_of(member) or f"output_{position}", member)
        for position, member in enumerate(members)
    ]


def _name_of(annotation: object) -> str:
    """Return the name that `Annotated[…, "name"]` gives, or ""."""
    if get_origin(annotation) is not Annotated:
        return ""
    for extra in get_args(annotation)[1:]:
        if isinstance(extra, str):
            return check_name(extra, "output")
    return ""
