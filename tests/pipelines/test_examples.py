"""The examples, run as their README says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import CompletedProcess

    Zen = Callable[..., CompletedProcess[str]]

pytest.importorskip("sklearn")

_DIGITS = Path(__file__).parents[2] / "examples" / "digits"


def test_digits_are_recognized(zen: Zen) -> None:
    """It says the same in both ways, and the model can be read back afterwards."""
    done = zen("run", str(_DIGITS / "run.py"))
    assert done.stdout == "Accuracy: 0.9704\n", done.stderr
    again = zen(str(_DIGITS / "run.py"), program="python")
    assert again.stdout == done.stdout, again.stderr
    read = zen(str(_DIGITS / "read.py"), program="python")
    assert read.stdout.endswith("reads image 1234 as 2.\nIt shows 2.\n"), read.stderr
