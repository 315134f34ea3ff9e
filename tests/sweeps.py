"""Sweeps: what a test does at every instant, the gate does at ten of them.

Which ten is random, and begins with a seed that is shown. `tox -e sweep` sets
`ZEN_TEST_SWEEP`, and takes all; properties are then shown with many examples, too,
and the stress tests do more of the same.
"""

from __future__ import annotations

import os
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["IS_SWEEP", "Instants", "instants", "often"]

T = TypeVar("T")

IS_SWEEP: Final = bool(os.environ.get("ZEN_TEST_SWEEP"))
_COUNT: Final = 10

# No test depends on how fast the machine is.
settings.register_profile(
    "zen",
    deadline=None,
    max_examples=1000 if IS_SWEEP else 25,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("zen")


def often(times: int, *, gate: int) -> int:
    """Return how often to do the same: `times` in a sweep, and less in the gate."""
    return times if IS_SWEEP else gate


class Instants(Protocol):
    """Choose ten elements of a sequence, with the first and the last; or take all."""

    def __call__(self, sequence: Sequence[T]) -> list[T]:
        """Return the elements in their order."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `tox -e sweep` does at more instants, or with more examples."""
    for item in items:
        if isinstance(item, pytest.Function) and (
            "instants" in item.fixturenames or hasattr(item.obj, "hypothesis")
        ):
            item.add_marker("sweep")


@pytest.fixture
def instants() -> Instants:
    seed = int(os.environ.get("ZEN_TEST_SEED") or SystemRandom().randrange(1 << 32))
    print(f"ZEN_TEST_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    chance = Random(seed)  # noqa: S311 - nothing is kept secret with it

    def choose(sequence: Sequence[T]) -> list[T]:
        if IS_SWEEP or len(sequence) <= _COUNT:
            return [*sequence]
        inner = chance.sample(range(1, len(sequence) - 1), _COUNT - 2)
        return [sequence[place] for place in (0, *sorted(inner), len(sequence) - 1)]

    return choose
