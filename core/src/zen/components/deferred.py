"""Components whose fields refer to environment variables.

A field's `${NAME}` is kept as it was given, and replaced when the component is used:
the host that registers a component needn't have the variables of the one that uses it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_type_hints
from uuid import uuid4

import yaml
from pydantic import BaseModel, SecretBytes, SecretStr, TypeAdapter, ValidationError

from zen.catalog import on_one_line
from zen.components.blame import title_of
from zen.errors import ComponentConfigurationError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from re import Match

    from zen.components.base import StackComponent

__all__ = ["Kept", "defer", "explain", "in_use", "referring_fields", "unset_variables"]

ComponentT = TypeVar("ComponentT", bound="StackComponent")

_IDENTITY: Final = {"name", "uuid"}
# `${NAME}`, or `$${NAME}` for that text itself.
_REFERENCE: Final = re.compile(r"(\$?)\$\{(\w+)\}")


@dataclass(frozen=True)
class Kept:
    """What a store keeps of a component whose fields refer to variables.

    Args:
        configuration: The attributes, JSON-able, with their references.
        values: What each field became when the references were replaced; a field that
            has another value since is kept with that.
    """

    configuration: Mapping[str, object]
    values: Mapping[str, object] = field(default_factory=dict)


def referring_fields(
    cls: type[StackComponent], content: Mapping[str, object]
) -> set[str]:
    """Return the fields in which the core replaces references.

    A field that holds secrets isn't among them: `reveal` replaces those.
    """
    own = {*cls.unexpanded_fields, *_IDENTITY}
    return {
        key
        for key, value in content.items()
        if key in cls.model_fields and key not in own
        if any(True for _ in _references(value)) and not _holds_secrets(cls, key)
    }


def defer(
    cls: type[ComponentT],
    content: Mapping[str, object],
    referring: Collection[str],
    checked: ComponentT | None,
) -> ComponentT:
    """Return a component that replaces references when one of its fields is read.

    Args:
        cls: Its class.
        content: Its name, uuid and configuration.
        referring: The fields that refer to variables.
        checked: The component without those fields, if they all have defaults.
    """
    given = {key: content[key] for key in content if key not in referring}
    if checked is not None:
        values = {key: getattr(checked, key) for key in {*given, *_IDENTITY}}
    else:
        values = {"uuid": uuid4(), **dict(_converted(cls, given))}
    rest = {key: content[key] for key in content if key not in values}
    # As pydantic's `model_construct` does, but without defaults, and without what a
    # flavor makes of them: those may depend on what isn't known yet.
    component = cls.__new__(cls)
    private: dict[str, object] | None = {} if cls.__private_attributes__ else None
    for name, value in {
        "__dict__": {**values, "_kept": Kept(rest)},
        "__pydantic_fields_set__": set(values),
        "__pydantic_extra__": None,
        "__pydantic_private__": private,
    }.items():
        object.__setattr__(component, name, value)
    return component


def in_use(component: ComponentT) -> ComponentT:
    """Return a component with the values of the variables that it refers to.

    Raises:
        ConfigurationError: One of them isn't set.
        ComponentConfigurationError: The flavor doesn't accept the values.
    """
    kept: Kept | None = component.__dict__.get("_kept")
    if kept is None or kept.values:
        return component
    values = {
        key: _expanded(component, key, v) for key, v in kept.configuration.items()
    }
    made = _validated(component, {**values, **dict(iter(component))}, values)
    made.__dict__["_kept"] = Kept(
        component.model_dump(mode="json", exclude=_IDENTITY),
        {key: value for key, value in made if key not in _IDENTITY},
    )
    if manager := component.__dict__.get("_secrets_manager"):
        made.bind_secrets(manager)
    return made


def unset_variables(component: StackComponent) -> dict[str, list[str]]:
    """Return the variables that fields refer to and that aren't set, by field."""
    kept: Kept = component.__dict__.get("_kept") or Kept({})
    missing = {
        key: [name for name in _references(value) if name and name not in os.environ]
        for key, value in kept.configuration.items()
    }
    return {key: names for key, names in missing.items() if names}


def explain(error: ValidationError, ignored: Collection[str] = ()) -> str:
    """Return what is wrong with a configuration, on one line.

    Args:
        error: What pydantic says.
        ignored: The fields that were left out; without them, what is said of the
            component as a whole means nothing either.
    """
    problems = [
        problem
        for problem in error.errors()
        if not ignored
        or problem["type"] == "unknown_attribute"
        or (problem["loc"] and problem["loc"][0] not in ignored)
    ]
    return "; ".join(
        f"{'.'.join(map(str, problem['loc']))}: {_message(problem)}"
        if problem["loc"]
        else _message(problem)
        for problem in problems
    )


def _message(problem: Mapping[str, object]) -> str:
    return str(problem["msg"]).removeprefix("Value error, ")


def _references(value: object) -> Iterator[str]:
    """Yield the variables that a value refers to; "" for an escaped reference."""
    if isinstance(value, str):
        for escape, name in _REFERENCE.findall(value):
            yield "" if escape else name
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _references(item)


def _holds_secrets(cls: type, key: str) -> bool:
    return key in _secret_places(cls, frozenset())


def _secret_places(cls: type, seen: frozenset[type]) -> set[str]:
    """Return the fields of a class that may hold secrets, however deep."""
    hints: dict[str, Any]
    if issubclass(cls, BaseModel):
        hints = {key: f.annotation for key, f in cls.model_fields.items()}
    else:
        try:
            hints = get_type_hints(cls)
        except NameError:  # only its author knows what it may hold
            hints = dict.fromkeys(cls.__annotations__, SecretStr)
    return {key for key, hint in hints.items() if _is_secret(hint, seen | {cls})}


def _is_secret(hint: object, seen: frozenset[type]) -> bool:
    if parts := get_args(hint):
        return any(_is_secret(part, seen) for part in parts)
    if not isinstance(hint, type) or hint in seen:
        return False
    if issubclass(hint, SecretStr | SecretBytes):
        return True
    has_fields = issubclass(hint, BaseModel) or hasattr(hint, "__annotations__")
    return has_fields and bool(_secret_places(hint, seen))


def _converted(
    cls: type[StackComponent], given: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """Yield values as their fields' types; the class checks them when it is used."""
    for key, value in given.items():
        try:
            annotation: Any = cls.model_fields[key].annotation
            yield key, TypeAdapter(annotation).validate_python(value)
        # A flavor's own types, which may raise anything. A secret mustn't get lost
        # among what is kept as it was given.
        except Exception:
            if _holds_secrets(cls, key):
                raise


def _expanded(component: StackComponent, key: str, value: object) -> object:
    if isinstance(value, dict):
        return {k: _expanded(component, key, item) for k, item in value.items()}
    if isinstance(value, list | tuple):
        return [_expanded(component, key, item) for item in value]
    if not isinstance(value, str):
        return value
    return _REFERENCE.sub(_replacement(component, key), value)


def _replacement(component: StackComponent, key: str) -> Callable[[Match[str]], str]:
    def replacement(match: Match[str]) -> str:
        name = match[2]
        if match[1]:
            return f"${{{name}}}"
        if name in os.environ:
            return os.environ[name]
        raise ConfigurationError(
            f"The environment variable '{name}' isn't set, and '{key}' of"
            f" {title_of(component)} refers to it as ${{{name}}}.",
            hint=f"Set it, as with 'export {name}=…', and repeat the command.",
        )

    return replacement


def _validated(
    component: ComponentT, content: Mapping[str, object], expanded: Mapping[str, object]
) -> ComponentT:
    """Make a component; a text that a field doesn't take is read as YAML."""
    cls = type(component)
    try:
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            refused = {
                problem["loc"][0] for problem in error.errors() if problem["loc"]
            }
            texts = {k: v for k, v in expanded.items() if isinstance(v, str)}
            read = {k: yaml.safe_load(texts[k]) for k in texts if k in refused}
            return cls.model_validate({**content, **read})
    except ValidationError as error:
        problem = explain(error)
    except (KeyboardInterrupt, ConfigurationError):
        raise
    # A flavor's own validators, which may raise anything, as YAML does.
    except BaseException as error:  # noqa: BLE001
        problem = on_one_line(error)
    raise ComponentConfigurationError(
        f"The configuration of {title_of(component)} doesn't fit flavor"
        f" '{component.FLAVOR}', once its references are replaced: {problem}",
        hint="Look at the environment variables that"
        f" 'zen {component.TYPE.replace('_', '-')} describe {component.name}' shows.",
    )
