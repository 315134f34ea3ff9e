"""Durations in words."""

from __future__ import annotations

import pytest

from zen_pipelines._durations import format_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "less than 0.1 s"),
        (0.44, "0.4 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (192, "3 min 12 s"),
        (7384, "2 h 3 min"),
    ],
)
def test_durations_are_told_in_fitting_units(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text
