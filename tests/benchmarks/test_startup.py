"""The arithmetic of the start-up benchmark; what it measures is not tested here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture
def startup(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(Path(__file__).parents[2])
    return import_module("benchmarks.startup")


def test_ratios_are_medians_within_pairs(startup: ModuleType) -> None:
    """A machine that is slow for a round slows both, and shifts no ratio."""
    figures = [(30.0, 20.0), (300.0, 200.0), (40.0, 10.0)]
    pairs = [
        startup.Pair(
            startup.Usage(cpu=cpu, wall=2 * cpu, memory=cpu),
            startup.Usage(cpu=floor, wall=floor, memory=1.0),
        )
        for cpu, floor in figures
    ]
    row = startup.row_of(startup.Command("--help", "click", "≤ 1.5"), 20, pairs)
    assert row == startup.Row(
        "--help",
        20,
        cpu=40.0,
        wall=80.0,
        memory=40.0,
        cpu_ratio=1.5,
        wall_ratio=3.0,
        floor="click",
        aim="≤ 1.5",
    )


def test_the_slope_is_the_median_over_the_rounds(startup: ModuleType) -> None:
    floor = startup.Usage(1.0, 1.0, 1.0)
    few, many = (
        [startup.Pair(startup.Usage(cpu, 2 * cpu, 1.0), floor) for cpu in figures]
        for figures in ([10.0, 50.0, 12.0], [30.0, 60.0, 132.0])
    )
    slope = startup.slope_of("--help", few, many, plugins=200)
    assert (slope.cpu, slope.wall) == (0.1, 0.2)


def test_a_slope_needs_the_same_rounds(startup: ModuleType) -> None:
    pair = startup.Pair(*2 * [startup.Usage(1.0, 1.0, 1.0)])
    with pytest.raises(ValueError, match="shorter"):
        startup.slope_of("--help", [pair, pair], [pair], plugins=200)


def test_numbers_stand_to_the_right(startup: ModuleType) -> None:
    rows = [["--help", 1, 2.345, "a, b"], ["stack list", 200, 10.0, ""]]
    assert startup.table(["command", "n", "cpu", "floor"], rows).splitlines() == [
        "command     n    cpu    floor",
        "--help        1   2.35  a, b",
        "stack list  200  10.00",
    ]
