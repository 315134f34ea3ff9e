"""Hand the runtime configuration of a run to the components that take it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from warnings import catch_warnings, simplefilter

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from zen.components.base import StackComponent
from zen.components.blame import title_of
from zen.components.unknown_keys import find_unknown_key
from zen.errors import PipelineInterfaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "declared_keys",
    "fit_runtime",
    "place_of_flag",
    "runtime_type",
    "takes_runtime",
]

# A model has a configuration of its own, and takes no other.
_CONFIGS: Final = (ConfigDict(arbitrary_types_allowed=True), None)
_NO_TYPE: Final = (
    UserWarning,
    NameError,
    PydanticUserError,
    SchemaError,
    TypeError,
)


def declared_keys(components: Iterable[StackComponent]) -> set[str]:
    """Return the runtime parameters that components say they take."""
    return {
        key for component in components for key in component.runtime_parameters or ()
    }


def takes_runtime(component: StackComponent, key: str) -> bool:
    """Return whether a component can take a runtime parameter.

    One that declares its parameters takes those. Any other may take all that it is
    handed, if it has a method that is handed anything.
    """
    if component.runtime_parameters is not None:
        return key in component.runtime_parameters
    own = type(component).prepare_pipeline_deployment
    return own is not StackComponent.prepare_pipeline_deployment


def fit_runtime(
    components: Iterable[StackComponent], configuration: Mapping[str, object]
) -> list[dict[str, object]]:
    """Return what each component is handed: all, with its own parameters converted.

    Raises:
        PipelineInterfaceError: A value isn't of the type that a component declares.
    """
    components = [*components]
    return [
        {
            key: _converted(component, key, value, components)
            if key in (component.runtime_parameters or ())
            else value
            for key, value in configuration.items()
        }
        for component in components
    ]


def runtime_type(kind: Any) -> TypeAdapter[object]:  # noqa: ANN401 - pydantic decides
    """Return what checks and converts the values of a declared type.

    Raises:
        TypeError: It is no type that pydantic can check.
    """
    # A text would be looked up when the first value is there.
    for config in () if isinstance(kind, str) else _CONFIGS:
        with suppress(*_NO_TYPE), catch_warnings():
            # Pydantic's own class of it is younger than the lowest version.
            simplefilter("error", UserWarning)
            return TypeAdapter(kind, config=config)
    message = f"{kind!r} is not a type that can be checked"
    raise TypeError(message)


def place_of_flag(
    given: object, converted: object
) -> tuple[tuple[str | int, ...], bool] | None:
    """Return where a bool has become a number, and the bool; None if nowhere.

    To Python and pydantic True is 1; to a user who writes `--epochs true` it isn't.

    Args:
        given: A value.
        converted: The value that pydantic has made of it.
    """
    if isinstance(given, bool):
        is_number = isinstance(converted, int | float)
        return ((), given) if is_number and not isinstance(converted, bool) else None
    for key, item, made in _pairs(given, converted):
        if found := place_of_flag(item, made):
            place, flag = found
            return (key, *place), flag
    return None


def _pairs(
    given: object, converted: object
) -> Iterator[tuple[str | int, object, object]]:
    """Yield the key of each element, the element, and what it was converted to."""
    if isinstance(given, list | tuple) and isinstance(converted, list | tuple):
        for position, (item, made) in enumerate(zip(given, converted, strict=False)):
            yield position, item, made
    elif isinstance(given, list | tuple) and isinstance(converted, set | frozenset):
        made_of = {item: item for item in converted}
        for position, item in enumerate(given):
            if isinstance(item, bool):
                yield position, item, made_of.get(item)
    elif isinstance(given, dict):
        fields = converted if isinstance(converted, dict) else None
        for key, item in given.items():
            made = (
                getattr(converted, str(key), None)
                if fields is None
                else fields.get(key)
            )
            yield key, item, made


def _converted(
    component: StackComponent,
    key: str,
    value: object,
    components: Iterable[StackComponent],
) -> object:
    kind = (component.runtime_parameters or {})[key]
    try:
        adapter = runtime_type(kind)
    except TypeError as error:
        title = title_of(component)
        raise PipelineInterfaceError(
            f"{title[:1].upper()}{title[1:]} declares a type"
            f" for runtime parameter '{key}', and {error}.",
            hint=f"Its flavor is '{component.FLAVOR}'; tell its author.",
        ) from error
    try:
        return _validated(adapter, value)
    except ValueError as error:
        reason = _reason(error)
        takers = [
            f"{title_of(each)} takes {_type_name(each.runtime_parameters[key])}"
            for each in components
            if each.runtime_parameters and key in each.runtime_parameters
        ]
        raise PipelineInterfaceError(
            f"Runtime parameter '{key}' doesn't fit {title_of(component)}: {reason}.",
            hint=f"Give a value that fits: {', and '.join(takers)}.",
        ) from error


def _validated(adapter: TypeAdapter[object], value: object) -> object:
    converted = adapter.validate_python(value)
    if place_of_flag(value, converted):
        message = "a bool isn't a number here"
        raise ValueError(message)
    if unknown := find_unknown_key(value, converted):
        raise ValueError(unknown)
    return converted


def _reason(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    problem = error.errors(include_url=False)[0]["msg"]
    return f"{problem[:1].lower()}{problem[1:]}"


def _type_name(kind: object) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)
