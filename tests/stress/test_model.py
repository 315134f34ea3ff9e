"""Whatever is done to a store, it behaves as a dictionary would."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from tests.core.testing.memory_driver import MemoryDriver
from tests.core.testing.wrong_drivers import wrong_drivers
from tests.stress.machine import StoreMachine
from tests.stress.places import Place
from tests.sweeps import often

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stress.conftest import NewPlace, Report
    from zen.errors import ConflictError
    from zen.stores import Check, GuardCheck

pytestmark = pytest.mark.stress

STEPS = 5000
STEPS_ON_EACH_DRIVER = often(STEPS, gate=1000)
# What it must catch can be anything but what takes threads, long texts or patience,
# isn't the store's own, or shows only where a store is destroyed, broken or far away.
BEYOND_THE_MODEL = {
    "AlwaysUpgrades",
    "CutsLongTexts",
    "DestroysNoCommits",
    "DestroysNoGuards",
    "DestroysOnce",
    "DoesNotLock",
    "DoesNotNormaliseItsDefault",
    "DoesNotSayWhere",
    "FailsAtDamage",
    "ForgetsByItself",
    "HidesBehindDamage",
    "KeepsDamageToItself",
    "LetsErrorsThrough",
    "MissesItself",
    "PrunesWhatIsNew",
    "ReadsPastDamage",
    "SeesNothingFromAfar",
    "SharesWhatIsRead",
    "SharesWhatIsWritten",
    "TakesAnyUrl",
}
WRONG_DRIVERS = [
    driver for name, driver in wrong_drivers().items() if name not in BEYOND_THE_MODEL
]


def take_steps(
    make: Callable[[], StoreMachine],
    number: int,
    *,
    at_least: int,
    phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink),
) -> int:
    """Take random steps, each few in a new store, and return how many those were.

    Args:
        make: Makes a machine for a store that isn't there yet.
        number: The seed of what is random.
        at_least: How many steps to take.
        phases: What Hypothesis does.
    """
    machines: list[StoreMachine] = []

    def make_one() -> StoreMachine:
        machines.append(make())
        return machines[-1]

    options = settings(
        # After ten of them, Hypothesis turns to variations of what it has had.
        max_examples=9,
        stateful_step_count=60,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    for batch in itertools.count():
        # It takes anything that makes machines.
        factory = cast("type[StoreMachine]", seeded(f"{number} {batch}")(make_one))
        run_state_machine_as_test(factory, settings=options)
        if (steps := sum(machine.steps for machine in machines)) >= at_least:
            return steps
    raise AssertionError


def test_a_store_does_what_a_dictionary_would(
    new_place: NewPlace, rounds: range, seed: int, report: Report
) -> None:
    # What fails in CI must fail anywhere else as well, and again.
    number = 0 if os.environ.get("CI") and "ZEN_TEST_SEED" not in os.environ else seed
    at_least = STEPS_ON_EACH_DRIVER * len(rounds)
    steps = take_steps(lambda: StoreMachine(new_place()), number, at_least=at_least)
    report(steps=steps, seed=number)


class MemoryMachine(StoreMachine):
    """Use drivers that don't know who has changed what."""

    def check_blame(self, check: Check | GuardCheck, error: ConflictError) -> None:
        assert error.check == check


def in_memory(driver: type[MemoryDriver]) -> Callable[[], MemoryMachine]:
    """Return what makes machines for stores in this process's memory."""
    return lambda: MemoryMachine(Place(driver, f"memory:{next(NUMBERS)}"))


NUMBERS = itertools.count()


def test_the_model_agrees_with_a_driver_that_is_right() -> None:
    assert take_steps(in_memory(MemoryDriver), 0, at_least=STEPS)


@pytest.mark.parametrize("driver", WRONG_DRIVERS)
def test_the_model_catches_a_driver_that_is_wrong(driver: type[MemoryDriver]) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is that it finds
        take_steps(in_memory(driver), 0, at_least=STEPS, phases=(Phase.generate,))
