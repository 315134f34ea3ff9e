"""Load YAML that somebody else may have written, in bounded time and memory."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LARGEST", "SAFE_LOADER"]

# Aliases of aliases make a few bytes mean gigabytes.
LARGEST: Final = 100_000
# What Python reads and writes as a decimal. `1:1:…` is a number to the base of 60, and
# the time to read one grows with the square of its length.
_LONGEST_NUMBER: Final = 4300
_NUMBERS: Final = ("int", "float", "timestamp")
_TAG: Final = "tag:yaml.org,2002:"


class _Constructor(SafeConstructor):
    """Make values of nodes, within limits."""

    _merged = 0

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Replace merge keys by what they stand for, which aliases may multiply."""
        before = len(node.value)
        super().flatten_mapping(node)
        self._merged += max(0, len(node.value) - before)
        if self._merged > LARGEST:
            reason = f"merge keys stand for more than {LARGEST} values"
            raise ConstructorError(problem=reason, problem_mark=node.start_mark)


def _scalar(
    construct: Callable[[Any, yaml.ScalarNode], object],
    loader: _Constructor,
    node: yaml.ScalarNode,
) -> object:
    """Return the number or the time that a scalar holds, or say where it holds none."""
    if len(node.value) > _LONGEST_NUMBER:
        reason = f"a number has more than {_LONGEST_NUMBER} characters"
        raise ConstructorError(problem=reason, problem_mark=node.start_mark)
    try:
        value = construct(loader, node)
        str(value)  # Python reads hexadecimal numbers that are too long to write
    # What PyYAML raises for a value that isn't of the type that its tag says.
    except (ArithmeticError, AttributeError, LookupError, ValueError) as error:
        reason = f"this is no {node.tag.removeprefix(_TAG)} that Zen can read"
        raise ConstructorError(problem=reason, problem_mark=node.start_mark) from error
    return value


for _tag in (f"{_TAG}{name}" for name in _NUMBERS):
    _Constructor.add_constructor(
        _tag, partial(_scalar, SafeConstructor.yaml_constructors[_tag])
    )

# Six to twelve times as fast as the pure one, where PyYAML was built with libyaml.
_Fastest: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SAFE_LOADER: Final = type("SafeLoader", (_Constructor, _Fastest), {})
