"""Processes of this interpreter that see what the test sees."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["run_python"]

_TIMEOUT: Final = 120


def run_python(
    *arguments: str, folder: Path, env: Mapping[str, str] | None = None, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run this interpreter with all that is on `sys.path`, and nothing of Zen's.

    Args:
        arguments: The interpreter's arguments.
        folder: The working directory.
        env: Variables beside the test's own, of which none of Zen's is handed on.
        text: What it reads.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ZEN_", "ZENML_"))
    }
    path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path if entry)
    return subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, *arguments],
        cwd=folder,
        env={**inherited, "PYTHONPATH": path, "PYTHONUTF8": "1", **(env or {})},
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=_TIMEOUT,
        check=False,
    )
