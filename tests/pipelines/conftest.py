"""A real stack in a temporary folder, and the program `zen`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.programs import run_here
from zen.stack import Stack
from zen_local.artifact_store import LocalArtifactStore
from zen_local.orchestrator import LocalOrchestrator
from zen_sqlite.metadata_store import SQLiteMetadataStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.programs import Done

    Zen = Callable[..., Done]
    Start = Callable[..., subprocess.CompletedProcess[str]]


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
def zen(ask_plugins_here: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Zen]:
    """Run `zen` in this process, and forget the modules that files have imported."""
    del ask_plugins_here  # what it does is done
    monkeypatch.setenv("COLUMNS", "80")
    before = {*sys.modules}
    yield run_here
    for name in {*sys.modules} - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file and Path(file).is_relative_to(Path.cwd()):
            del sys.modules[name]


@pytest.fixture
def start() -> Start:
    """Start a program beside Python, `zen` or another one, as a process."""

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).parent / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run
