"""A real stack in a temporary folder, and the program `zen`."""

from __future__ import annotations

import os
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
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, under a configuration of its own."""
    for name in [name for name in os.environ if name.startswith("ZEN")]:
        monkeypatch.delenv(name)
    # Set by pytest-xdist; it would cut tables.
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "config"))
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


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
