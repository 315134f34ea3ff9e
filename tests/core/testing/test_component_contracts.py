"""The contracts of components hold for right ones, and find every fault."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TypeAlias

import pytest

from zen.testing import (
    ArtifactStoreContract,
    MetadataStoreContract,
    OrchestratorContract,
    SecretsManagerContract,
)
from zen.testing.component import ComponentContract

Outcomes: TypeAlias = dict[str, dict[str, bool]]

CONTRACTS: dict[str, type[ComponentContract]] = {
    "artifact_store": ArtifactStoreContract,
    "metadata_store": MetadataStoreContract,
    "orchestrator": OrchestratorContract,
    "secrets_manager": SecretsManagerContract,
}


def names_of_tests(contract: type[ComponentContract]) -> set[str]:
    # What is declared is another contract's subject.
    unwanted = {"test_capabilities_are_known"}
    return {name for name in dir(contract) if name.startswith("test_")} - unwanted


@pytest.fixture(scope="module", params=CONTRACTS)
def component_type(request: pytest.FixtureRequest) -> str:
    """Each type that has a contract."""
    return str(request.param)


@pytest.fixture(scope="module")
def outcomes(component_type: str) -> Outcomes:
    """Which tests of which implementation failed."""
    program = Path(__file__).with_name("wrong_components.py")
    command = [sys.executable, str(program), component_type]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    outcomes: Outcomes = json.loads(done.stdout)
    return outcomes


def test_a_right_one_passes_every_test(component_type: str, outcomes: Outcomes) -> None:
    assert outcomes["Right"].keys() > names_of_tests(CONTRACTS[component_type])
    assert [test for test, failed in outcomes["Right"].items() if failed] == []


def test_every_fault_is_found(outcomes: Outcomes) -> None:
    """By the one test that is about it."""
    wrong = {cls: tests for cls, tests in outcomes.items() if cls != "Right"}
    assert [cls for cls, tests in wrong.items() if [*tests.values()] != [True]] == []


def test_every_test_can_fail(component_type: str, outcomes: Outcomes) -> None:
    wrong = [tests for cls, tests in outcomes.items() if cls != "Right"]
    expected = names_of_tests(CONTRACTS[component_type])
    if component_type != "artifact_store":  # which are wrong in what all share, too
        expected -= names_of_tests(ComponentContract)
    assert expected - set().union(*wrong) == set()
