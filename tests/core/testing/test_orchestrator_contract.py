"""The contract of orchestrators holds for a right one, and finds every fault."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TypeAlias

import pytest

from zen.testing.component import ComponentContract
from zen.testing.orchestrator import OrchestratorContract

Outcomes: TypeAlias = dict[str, dict[str, bool]]

TESTS = {
    name
    for name in dir(OrchestratorContract)
    # What is declared is another contract's subject.
    if name.startswith("test_") and name != "test_capabilities_are_known"
}
# Their faults are those of wrong artifact stores.
COMMON = set(dir(ComponentContract))


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """Which tests of which orchestrator failed."""
    program = Path(__file__).with_name("wrong_components.py")
    command = [sys.executable, str(program), "orchestrator"]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    outcomes: Outcomes = json.loads(done.stdout)
    return outcomes


def test_a_right_one_passes_every_test(outcomes: Outcomes) -> None:
    assert outcomes["Right"].keys() > TESTS
    assert [test for test, failed in outcomes["Right"].items() if failed] == []


def test_every_fault_is_found(outcomes: Outcomes) -> None:
    """By the one test that is about it."""
    wrong = {cls: tests for cls, tests in outcomes.items() if cls != "Right"}
    assert [cls for cls, tests in wrong.items() if [*tests.values()] != [True]] == []


def test_every_test_can_fail(outcomes: Outcomes) -> None:
    wrong = [tests for cls, tests in outcomes.items() if cls != "Right"]
    assert TESTS - COMMON - set().union(*wrong) == set()
