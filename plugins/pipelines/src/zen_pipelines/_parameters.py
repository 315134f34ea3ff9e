"""Check the parameters of steps and pipelines, and convert them to their types."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from inspect import Parameter
from reprlib import Repr
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Union,
    get_args,
    get_origin,
)

from pydantic import ValidationError

from zen.components.runtime import place_of_flag, runtime_type
from zen.components.unknown_keys import find_unknown_key
from zen.errors import PipelineInterfaceError, did_you_mean
from zen_pipelines._annotations import (
    UNKNOWN,
    describe,
    fits,
    read_signature,
    resolve,
)
from zen_pipelines._compilation import holds_output
from zen_pipelines._json_values import JSON_TYPES, is_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from inspect import BoundArguments

    from pydantic import TypeAdapter

__all__ = ["Converter", "ParameterTypes", "show"]

_SHORT: Final = Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60
# Their own values need no conversion, and most parameters are of these.
_PLAIN: Final = (bool, int, float, str, type(None))


def show(value: object) -> str:
    """Return a value as a message shows it: short, whatever it holds."""
    return _SHORT.repr(value)


class Converter:
    """Turn values into those of an annotated type.

    Args:
        annotation: The type, resolved.
        text: The annotation as its author wrote it.
    """

    def __init__(self, annotation: object, text: str = "") -> None:
        # To pydantic anything may be a type; its own code says what isn't one.
        self.annotation: Any = annotation
        self.text = text or describe(annotation)

    @property
    def is_flag(self) -> bool:
        """Whether the type is bool, or has it as a member."""
        return bool in (self.annotation, *get_args(self.annotation))

    @property
    def takes_anything(self) -> bool:
        """Whether the type says nothing about its values."""
        return self.annotation in (Any, UNKNOWN, object)

    @cached_property
    def members(self) -> tuple[Converter, ...]:
        """The members of a union, in their order; nothing for any other type."""
        annotation = self.annotation
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        if get_origin(annotation) not in (Union, UnionType):
            return ()
        return tuple(map(Converter, get_args(annotation)))

    def convert(self, value: object) -> object:
        """Return a value of the type; what can't be checked stays as it is.

        Raises:
            ValueError: The value is none of the type, and can't be made one. It says
                which element of the value is wrong.
        """
        if type(value) is self.annotation and isinstance(value, _PLAIN):
            return value
        if self._adapter is None:
            return value
        try:
            converted = self._adapter.validate_python(value)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            text = problem["msg"].removeprefix("Value error, ")
            reason = f"{text[:1].lower()}{text[1:]}".rstrip(".")
            is_missing = problem["type"] == "missing"
            shown = "missing" if is_missing else show(problem["input"])
            raise _misfit(reason, problem["loc"], shown) from error
        if place := place_of_flag(value, converted):
            raise _misfit("a bool isn't a number here", place[0], show(place[1]))
        if unknown := find_unknown_key(value, converted):
            raise ValueError(unknown)
        return converted

    def to_json(self, value: object) -> object:
        """Return a converted value as JSON carries it exactly.

        Raises:
            ValueError: JSON can't, or not so that the same value comes back.
        """
        if isinstance(value, _PLAIN) and is_json(value):
            return value
        carried = value
        if self._adapter and not is_json(value):
            # Classes of the user's own may raise anything here.
            with suppress(Exception):
                carried = self._adapter.dump_python(value, mode="json", warnings=False)
        if is_json(carried) and self._is_same(carried, value):
            return carried
        raise ValueError

    def _is_same(self, carried: object, value: object) -> bool:
        try:
            again = self.convert(carried)
            return type(again) is type(value) and bool(again == value)
        # The comparison may be the user's own; arrays have no single answer.
        except Exception:  # noqa: BLE001
            return False

    @cached_property
    def _adapter(self) -> TypeAdapter[object] | None:
        """What pydantic makes of the type, or None where that is nothing."""
        if self.annotation in (UNKNOWN, object) or _is_protocol(self.annotation):
            return None
        with suppress(TypeError):
            return runtime_type(self.annotation)
        return None


def _misfit(reason: str, place: tuple[str | int, ...], shown: str) -> ValueError:
    """Return an error that names the element that doesn't fit, and shows it."""
    if not place:
        return ValueError(reason)
    where = "".join(f"[{key!r}]" for key in place)
    return ValueError(f"element {where} is {shown}: {reason}")


def _is_protocol(annotation: object) -> bool:
    return bool(getattr(annotation, "_is_protocol", False))


class ParameterTypes:
    """Know the types of a function's parameters.

    Args:
        title: What the function is, as a message names it: `step 'train'`.
        function: The function.
    """

    def __init__(self, title: str, function: Callable[..., object]) -> None:
        self._title = title
        self.signature = read_signature(function)
        self._namespace: Mapping[str, object] = getattr(function, "__globals__", {})
        self._converters: dict[str, Converter | None] = {}

    def __getitem__(self, name: str) -> Converter | None:
        """Return what converts a parameter, or None where nothing is known of it."""
        if name not in self._converters:
            self._converters[name] = self._converter(name)
        return self._converters[name]

    def bind(
        self, args: tuple[object, ...], kwargs: Mapping[str, object], *, place: str = ""
    ) -> BoundArguments:
        """Return the arguments of a call, by parameter.

        Args:
            args: The arguments that are given by position.
            kwargs: Those that are given by name.
            place: Where the function is called, as in " of pipeline 'training'".

        Raises:
            PipelineInterfaceError: The function can't be called with them.
        """
        parameters = self.signature.parameters
        title = f"{self._title[:1].upper()}{self._title[1:]}{place}"
        hint = f"Its arguments: {', '.join(parameters) or 'none'}."
        kinds = {parameter.kind for parameter in parameters.values()}
        # Before what is missing, for that may be what was misspelt.
        for name in kwargs:
            if name not in parameters and Parameter.VAR_KEYWORD not in kinds:
                problem = f"{title} has no argument '{name}'."
                raise PipelineInterfaceError(
                    f"{problem}{did_you_mean(name, parameters)}", hint=hint
                )
        try:
            return self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise PipelineInterfaceError(
                f"{title} can't be called like this: {error}.", hint=hint
            ) from error

    def check_input(self, name: str, value: object) -> None:
        """Refuse an output of another step that a parameter doesn't take.

        Values of Python's own classes are checked, and by their class alone: another
        class may be a second copy here, if its module was imported under two names.

        Raises:
            PipelineInterfaceError: It isn't what the annotation says.
        """
        parameter = self.signature.parameters.get(name)
        if parameter is None or value is parameter.default:
            return
        if type(value).__module__ != "builtins":
            return
        converter = self[name]
        if converter is None or fits(value, converter.annotation):
            return
        raise PipelineInterfaceError(
            f"Argument '{name}' of {self._title} takes {converter.text}, and the step"
            f" before it returned a value of type '{type(value).__name__}'.",
            hint=f"Correct the annotation of '{name}', or return such a value.",
        )

    def is_flag(self, name: str) -> bool:
        """Return whether a parameter is there, and may be true or false."""
        parameter = self.signature.parameters.get(name)
        if parameter is None:
            return False
        if converter := self[name]:
            return converter.is_flag
        return isinstance(parameter.default, bool)

    def convert(self, name: str, value: object) -> object:
        """Return a parameter's value, converted; its default is taken as it is.

        Raises:
            PipelineInterfaceError: The value can't be converted.
        """
        parameter = self.signature.parameters[name]
        if parameter.kind is Parameter.VAR_POSITIONAL and isinstance(value, tuple):
            return tuple(self._convert(name, each) for each in value)
        if parameter.kind is Parameter.VAR_KEYWORD and isinstance(value, dict):
            return {
                key: self._convert(name, each, shown=f"{name}.{key}")
                for key, each in value.items()
            }
        return value if value is parameter.default else self._convert(name, value)

    def _convert(self, name: str, value: object, *, shown: str = "") -> object:
        converter = self[name]
        if converter is None or holds_output(value):
            return value
        try:
            return converter.convert(value)
        except ValueError as error:
            shown = shown or name
            raise PipelineInterfaceError(
                f"Argument '{shown}' of {self._title} takes {converter.text}, and was"
                f" given {show(value)}: {error}.",
                hint=f"Give '{shown}' a value of type {converter.text}.",
            ) from error

    def to_json(self, name: str, value: object) -> object:
        """Return a converted value as JSON carries it.

        Raises:
            PipelineInterfaceError: JSON can't carry it exactly.
        """
        if _is_default(self.signature.parameters[name], value):
            return value
        converter = self[name] or Converter(object)
        try:
            return converter.to_json(value)
        except ValueError as error:
            raise PipelineInterfaceError(
                f"Argument '{name}' of {self._title} is a value of type"
                f" '{type(value).__name__}' that JSON can't carry exactly.",
                hint=f"A parameter is one of: {JSON_TYPES}; or of an annotated type"
                " that pydantic turns into these and back. Let a step make anything"
                " else.",
            ) from error

    def to_runtime(self, name: str, value: object) -> object:
        """Return a converted value as components are handed it: JSON.

        Where the annotation says nothing, the value's own class tells how.

        Raises:
            PipelineInterfaceError: JSON can't carry it exactly.
        """
        converter = self[name]
        if converter is None or converter.takes_anything:
            with suppress(ValueError):
                return Converter(type(value)).to_json(value)
        return self.to_json(name, value)

    def from_json(self, name: str, carried: object) -> object:
        """Return the value that `to_json` made JSON of.

        A default that isn't of its annotated type stays what it is.
        """
        converter = self[name] if name in self.signature.parameters else None
        if converter is None or _is_default(self.signature.parameters[name], carried):
            return carried
        with suppress(ValueError):
            return converter.convert(carried)
        return carried

    def _converter(self, name: str) -> Converter | None:
        annotation = self.signature.parameters[name].annotation
        if annotation is Parameter.empty:
            return None
        try:
            resolved = resolve(annotation, self._namespace)
        # An annotation that can't be evaluated is a comment, as it is to Python.
        except (AttributeError, NameError, SyntaxError, TypeError):
            return None
        return Converter(resolved, describe(annotation))


def _is_default(parameter: Parameter, value: object) -> bool:
    default = parameter.default
    return is_json(default) and type(default) is type(value) and default == value
