"""The benchmark of stores runs; what it measures is not tested here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "stores.py"


def test_every_store_is_measured_beside_its_floor(tmp_path: Path) -> None:
    sizes = ("--commits", "2", "--components", "9", "--stacks", "2")
    done = subprocess.run(
        [sys.executable, SCRIPT, *sizes, "--folder", tmp_path],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = re.findall(r"^(YAML|SQLite) +(\S.*?)  ", done.stdout, re.MULTILINE)
    tasks = {task for store, task in rows if store == "YAML"}
    assert {"list 2 stacks", "describe one stack", "register a stack"} < tasks
    assert len(rows) == 2 * 6
