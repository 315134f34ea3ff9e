"""Pipelines that are compiled to what an orchestrator needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import pytest

from zen.components.deployment import (
    CodeLocation,
    Deployment,
    OutputReference,
    StepDeployment,
)

if TYPE_CHECKING:
    from pathlib import Path

    from zen.stack import Stack

LOAD = StepDeployment("load", CodeLocation("m", "m.py", "load"), outputs=("x", "y"))
TRAIN = StepDeployment(
    "train",
    CodeLocation("m", "m.py", "train"),
    inputs={"x": OutputReference("load", "x"), "y": OutputReference("load", "y")},
)


@pytest.fixture
def deployment() -> Deployment:
    return Deployment("pipe", "run-1", (LOAD, TRAIN), "runner:run")


def test_a_step_knows_what_it_waits_for() -> None:
    assert LOAD.upstream == frozenset()
    assert TRAIN.upstream == {"load"}


def test_a_step_is_found_by_name(deployment: Deployment) -> None:
    assert deployment.step("train") is TRAIN


def test_a_step_that_is_not_there_is_a_key_error(deployment: Deployment) -> None:
    with pytest.raises(KeyError, match="test"):
        deployment.step("test")


def test_each_run_has_an_identity() -> None:
    one, two = (Deployment("p", "r", (), "a:b") for _ in range(2))
    assert one.run_id != two.run_id


def test_a_step_is_run_by_the_entry_point(
    deployment: Deployment, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "runner.py").write_text("def run(*given):\n    given[2].append(given)")
    monkeypatch.syspath_prepend(here)
    seen: list[tuple[object, ...]] = []
    deployment.run_step("train", cast("Stack", seen))
    del sys.modules["runner"]
    assert seen[0][:2] == (deployment, "train")
