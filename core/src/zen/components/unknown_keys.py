"""Find the keys that pydantic drops when it makes objects of mappings."""

from __future__ import annotations

from dataclasses import dataclass, is_dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

from pydantic import AliasChoices, BaseModel, RootModel

from zen.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["UnknownKey", "find_unknown_key"]


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key of a mapping that no field of the object made of it has.

    Args:
        place: The keys and positions that lead to the mapping.
        key: The key.
        owner: The name of the object's class.
        fields: What the class takes.
    """

    place: tuple[object, ...]
    key: str
    owner: str
    fields: tuple[str, ...]

    def __str__(self) -> str:
        """Say it as the reason why a value doesn't fit."""
        where = "".join(f"[{key!r}]" for key in self.place)
        subject = f"element {where}, of type {self.owner}," if where else self.owner
        return (
            f"{subject} has no field '{self.key}'."
            f"{did_you_mean(self.key, self.fields)} Its fields:"
            f" {', '.join(self.fields) or 'none'}"
        )


def find_unknown_key(given: object, converted: object) -> UnknownKey | None:
    """Return the first key of a value that was lost in its conversion, or None.

    A class whose own configuration says what becomes of such keys, or that has a
    validator which sees them first, is left alone.

    Args:
        given: A value.
        converted: What pydantic has made of it.
    """
    return next(_unknown(given, converted, ()), None)


def _unknown(
    given: object, converted: object, place: tuple[object, ...]
) -> Iterator[UnknownKey]:
    if isinstance(converted, RootModel):
        yield from _unknown(given, converted.root, place)
    elif isinstance(given, dict):
        yield from _unknown_here(given, converted, place)
        for key, item in given.items():
            yield from _unknown(item, _part(converted, key), (*place, key))
    elif isinstance(given, list | tuple | set | frozenset):
        for position, (item, made) in enumerate(_elements(given, converted)):
            yield from _unknown(item, made, (*place, position))


def _unknown_here(
    given: Mapping[Any, object], converted: object, place: tuple[object, ...]
) -> Iterator[UnknownKey]:
    names = _names(type(converted))
    for key in given if names else ():
        if key not in names:
            owner = type(converted).__name__
            yield UnknownKey(place, str(key), owner, tuple(names))


def _names(cls: Any) -> Collection[str]:  # noqa: ANN401 - any class at all
    """Return what a class takes from a mapping; nothing if that is its own affair."""
    is_model = issubclass(cls, BaseModel)
    if not is_model and not is_dataclass(cls):
        return ()
    config = cls.model_config if is_model else getattr(cls, "__pydantic_config__", {})
    if "extra" in config or _has_own_validator(cls):
        return ()
    by_name = config.get("populate_by_name") or config.get("validate_by_name")
    fields = getattr(cls, "__pydantic_fields__", {})
    aliases = {name: [*_aliases(field)] for name, field in fields.items()}
    own = fields if is_model else signature(cls).parameters
    names = [name for name in own if by_name or not aliases.get(name)]
    return dict.fromkeys(
        [*names, *(name for each in aliases.values() for name in each)]
    )


def _has_own_validator(cls: Any) -> bool:  # noqa: ANN401 - as above
    decorators = getattr(cls, "__pydantic_decorators__", None)
    validators = decorators.model_validators.values() if decorators else ()
    return any(each.info.mode != "after" for each in validators)


def _aliases(field: Any) -> Iterator[str]:  # noqa: ANN401 - pydantic has two classes
    for alias in (field.alias, field.validation_alias):
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        for choice in filter(None, choices):
            yield choice if isinstance(choice, str) else str(choice.path[0])


def _part(converted: object, key: Any) -> object:  # noqa: ANN401 - any key at all
    """Return what became of the value of a key."""
    if isinstance(converted, dict):
        return converted.get(key)
    cls: Any = type(converted)
    fields = getattr(cls, "__pydantic_fields__", {})
    for name, field in fields.items():
        if key in _aliases(field):
            return getattr(converted, name, None)
    return getattr(converted, str(key), None)


def _elements(
    given: Collection[object], converted: object
) -> Iterator[tuple[object, object]]:
    if isinstance(converted, list | tuple):
        yield from zip(given, converted, strict=False)
    elif isinstance(converted, set | frozenset) and converted:
        # A set has lost the order; its elements are of one class as a rule.
        some = next(iter(converted))
        yield from ((item, some) for item in given)
