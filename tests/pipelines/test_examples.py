"""The examples, run as their README says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.pipelines.conftest import Start

pytest.importorskip("sklearn")

_DIGITS = Path(__file__).parents[2] / "examples" / "digits"


def test_digits_are_recognized(start: Start) -> None:
    """It says the same in both ways, and the model can be read back afterwards."""
    done = start("zen", "run", str(_DIGITS / "run.py"))
    assert done.stdout == "Accuracy: 0.9704\n", done.stderr
    again = start("python", str(_DIGITS / "run.py"))
    assert again.stdout == done.stdout, again.stderr
    read = start("python", str(_DIGITS / "read.py"))
    assert read.stdout.endswith("reads image 1234 as 2.\nIt shows 2.\n"), read.stderr
