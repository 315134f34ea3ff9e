"""Compare two stacks, component by component and field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from zen.carrying._plan import fields_of
from zen.records import Ref
from zen.stores import Change, Content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zen.records import ComponentRecord

__all__ = ["Difference", "differences"]

# The one and the other are of one identity here: only what they hold is compared.
_ANY: Final = UUID(int=0)


class Difference(NamedTuple):
    """Tell in what two stacks differ.

    Args:
        type: The component type.
        field: What differs: `name`, `flavor`, or an attribute as in
            `configuration.path`.
        left: What it is in the one; None if it has none.
        right: What it is in the other.
    """

    type: str
    field: str
    left: object
    right: object


def differences(
    left: Mapping[str, ComponentRecord], right: Mapping[str, ComponentRecord]
) -> list[Difference]:
    """Return in what two stacks differ, by type.

    Args:
        left: The one's components, by type.
        right: The other's.
    """
    return [
        difference
        for component_type in sorted({*left, *right})
        for difference in _of_type(
            component_type, left.get(component_type), right.get(component_type)
        )
    ]


def _of_type(
    component_type: str, left: ComponentRecord | None, right: ComponentRecord | None
) -> Iterator[Difference]:
    names = (left.name if left else None, right.name if right else None)
    if names[0] != names[1]:
        yield Difference(component_type, "name", *names)
    change = Change(Ref.to_stack("any"), _content(left), _content(right))
    for field, values in fields_of(change).items():
        yield Difference(component_type, field, *values)


def _content(component: ComponentRecord | None) -> Content | None:
    return Content(_ANY, component.to_payload()) if component else None
