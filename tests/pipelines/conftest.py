"""A real stack in a temporary folder, and the program `zen`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zen.stack import Stack
from zen_local.artifact_store import LocalArtifactStore
from zen_local.orchestrator import LocalOrchestrator
from zen_sqlite.metadata_store import SQLiteMetadataStore

if TYPE_CHECKING:
    from collections.abc import Callable

    Zen = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def project(here: Path) -> Path:
    """Work in an empty folder."""
    return here


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(
        "testing",
        orchestrator=LocalOrchestrator(name="here"),
        artifact_store=LocalArtifactStore(
            name="folder", path=str(tmp_path / "artifacts")
        ),
        metadata_store=SQLiteMetadataStore(
            name="file", uri=str(tmp_path / "metadata.db")
        ),
    )


@pytest.fixture
def notices() -> list[str]:
    """Take the notices of a run: `run_on(…, notify=notices.append)`."""
    return []


@pytest.fixture
def zen() -> Zen:
    """Run the program `zen`, or, with `program=…`, another one beside it."""

    def run(*arguments: str, program: str = "zen") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).parent / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run
