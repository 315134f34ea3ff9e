"""Read the value of an option of `zen run` from its text."""

from __future__ import annotations

import json
from contextlib import suppress
from math import isfinite
from typing import TYPE_CHECKING

import yaml

from zen.errors import PipelineInterfaceError
from zen_pipelines._parameters import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_pipelines._parameters import ParameterTypes

__all__ = ["read_value"]


def read_value(types: ParameterTypes, name: str, text: str) -> object:
    """Return the value of a text; lists and mappings are written as in JSON or YAML.

    Args:
        types: The types of the pipeline's parameters.
        name: The parameter.
        text: The text.

    Raises:
        PipelineInterfaceError: The parameter takes no such value.
        ValueError: The text has a key twice, or a number that isn't finite.
    """
    value = _value(types, name, text)
    if not _is_finite(value):
        # The value of a parameter is kept as JSON, which has no such number.
        message = f"takes finite numbers only, and was given {show(text)}"
        raise ValueError(message)
    return value


def _value(types: ParameterTypes, name: str, text: str) -> object:
    converter = types[name]
    if converter is None or converter.takes_anything:
        return _parsed(text)
    for member in converter.members:
        # The first that takes the text, where pydantic prefers the text as it is.
        for read in (str, _parsed):
            with suppress(ValueError, PipelineInterfaceError):
                value = types.convert(name, member.convert(read(text)))
                if _is_finite(value):
                    return value
    try:
        return types.convert(name, text)
    except PipelineInterfaceError:
        parsed = _parsed(text)
        if isinstance(parsed, list | dict):
            return types.convert(name, parsed)
        with suppress(PipelineInterfaceError):
            return types.convert(name, parsed)
        raise


def _is_finite(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or isfinite(value)


class _RepeatedKeyError(Exception):
    """A mapping has a key twice."""


def _parsed(text: str) -> object:
    try:
        with suppress(ValueError):
            return json.loads(text, object_pairs_hook=_without_repetition)
        if text.startswith(("[", "{")):
            with suppress(yaml.YAMLError):
                return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except _RepeatedKeyError as error:
        message = f"has the key {error.args[0]!r} twice"
        raise ValueError(message) from error
    return text


def _without_repetition(pairs: Iterable[tuple[object, object]]) -> dict[object, object]:
    mapping: dict[object, object] = {}
    for key, value in pairs:
        if key in mapping:
            raise _RepeatedKeyError(key)
        mapping[key] = value
    return mapping


class _Loader(yaml.SafeLoader):
    """Load YAML, and refuse a key that comes twice."""

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - so PyYAML calls it
    ) -> dict[object, object]:
        """Return a mapping."""
        _without_repetition(
            (key.value, value)
            for key, value in node.value
            if isinstance(key, yaml.ScalarNode)
        )
        mapping: dict[object, object] = super().construct_mapping(node, deep)
        return mapping
