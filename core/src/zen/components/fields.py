"""Describe the attributes that a flavor takes, for people."""

from __future__ import annotations

import inspect
import re
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic_core import to_jsonable_python

from zen.components.secrets import with_references

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from zen.components.base import StackComponent

__all__ = ["FieldDescription", "as_shown", "describe_fields"]

# What every component has, and nobody configures.
_IDENTITY: Final = {"name", "uuid"}
_MODULE: Final = re.compile(r"\b(?:\w+\.)+(?=\w)")


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """Describe one attribute of a flavor.

    Args:
        name: The attribute.
        type: What it holds, as Python writes it.
        required: Whether it must be given.
        default: What it is otherwise, JSON-able; None if that can't be told.
        meaning: What it is for, as the flavor's author says.
    """

    name: str
    type: str
    required: bool
    default: object
    meaning: str


def describe_fields(flavor: type[StackComponent]) -> list[FieldDescription]:
    """Return the attributes that a flavor takes, in the order of its class.

    What an attribute means is said by its `Field(description=…)`, or else by the
    section `Args:` of a docstring, that of the class or of one that it is derived
    from.
    """
    meanings = _meanings(flavor)
    return [
        FieldDescription(
            name=name,
            type=_type(field),
            required=field.is_required(),
            default=None if field.is_required() else _default(field),
            meaning=" ".join((field.description or meanings.get(name, "")).split()),
        )
        for name, field in flavor.model_fields.items()
        if name not in _IDENTITY
    ]


def as_shown(value: object) -> object:
    """Return the value of an attribute, JSON-able, and without secrets.

    It is the value itself, whatever a flavor would have a store keep of it.
    """
    return with_references(value, to_jsonable_python(value, fallback=str))


def _type(field: FieldInfo) -> str:
    annotation = field.annotation
    is_plain = isinstance(annotation, type) and not typing.get_args(annotation)
    text = annotation.__name__ if is_plain else str(annotation)  # type: ignore[union-attr]
    return _MODULE.sub("", text)


def _default(field: FieldInfo) -> object:
    try:
        value = field.get_default(call_default_factory=True, validated_data={})
        return as_shown(value)
    # It may depend on other attributes, and is known when those are; and the code is
    # a flavor's own, which may raise anything.
    except (Exception, SystemExit):  # noqa: BLE001
        return None


def _meanings(flavor: type) -> dict[str, str]:
    meanings: dict[str, str] = {}
    for cls in reversed(flavor.__mro__):
        # Its own, for `inspect.getdoc` would return what it inherits.
        doc = inspect.cleandoc(vars(cls).get("__doc__") or "")
        _, _, section = doc.partition("Args:\n")
        entries = re.findall(r"^    (\w+): (.*(?:\n     +.*)*)", section, re.MULTILINE)
        meanings.update(entries)
    return meanings
