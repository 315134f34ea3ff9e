"""Hand the runtime configuration of a run to the components that take it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from warnings import catch_warnings, simplefilter

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from zen.components.base import StackComponent
from zen.errors import PipelineInterfaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["declared_keys", "fit_runtime", "runtime_type", "takes_runtime"]

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
    message = f"{kind!r} is no type that can be checked"
    raise TypeError(message)


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
        raise PipelineInterfaceError(
            f"{_title(component)[:1].upper()}{_title(component)[1:]} declares a type"
            f" for runtime parameter '{key}', and {error}.",
            hint=f"Its flavor is '{component.FLAVOR}'; tell its author.",
        ) from error
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"]
        reason = f"{problem[:1].lower()}{problem[1:]}"
        takers = [
            f"{_title(each)} takes {_type_name(each.runtime_parameters[key])}"
            for each in components
            if each.runtime_parameters and key in each.runtime_parameters
        ]
        raise PipelineInterfaceError(
            f"Runtime parameter '{key}' doesn't fit {_title(component)}: {reason}.",
            hint=f"Give a value that fits: {', and '.join(takers)}.",
        ) from error


def _title(component: StackComponent) -> str:
    return f"{component.TYPE.replace('_', ' ')} '{component.name}'"


def _type_name(kind: object) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)
