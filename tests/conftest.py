"""What all tests share: they touch nothing of the user's, and run processes."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import Protocol

import pytest

# Where the wheels are tested (tox -e dist), nothing of ours is installed.
pytest_plugins = (
    ["zen.testing", "tests.programs", "tests.servers", "tests.sweeps"]
    if find_spec("zen")
    else []
)

# What makes root as powerless as everybody else: CAP_DAC_OVERRIDE,
# CAP_DAC_READ_SEARCH and CAP_FOWNER leave the bounding set (PR_CAPBSET_DROP), and
# with the next program the process itself.
_DROP_PRIVILEGES = """\
import ctypes, os, sys
if os.geteuid() == 0:
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2, 3):
        assert libc.prctl(24, capability, 0, 0, 0) == 0, ctypes.get_errno()
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


# The fixtures that start database servers.
_SERVERS = {"mysql_url", "postgres_url"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what needs a database server."""
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        params = item.callspec.params if hasattr(item, "callspec") else {}
        named = [value for value in params.values() if isinstance(value, str)]
        if _SERVERS & {*item.fixturenames, *named}:
            item.add_marker("slow")


class RunPython(Protocol):
    """Run a script in a process of its own, and return what it prints.

    The script must end well. An unprivileged one is refused what the permissions of
    files refuse, also where the tests are run by root.
    """

    def __call__(
        self, script: str, *arguments: object, unprivileged: bool = False
    ) -> str:
        """Run `script` with `arguments` in `sys.argv`."""


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration folder, not there yet; nothing leaks in from outside."""
    for name in os.environ:
        if name.startswith("ZEN_TEST_"):
            continue
        # pytest-xdist sets COLUMNS, which would cut tables.
        if name == "COLUMNS" or name.startswith(("ZEN_", "ZENML_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "config"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "config"


@pytest.fixture
def here() -> Path:
    """The working directory."""
    return Path.cwd()


@pytest.fixture
def run_python() -> RunPython:
    def run(script: str, *arguments: object, unprivileged: bool = False) -> str:
        command = ["-c", dedent(script), *map(str, arguments)]
        if unprivileged:
            command = ["-c", _DROP_PRIVILEGES, *command]
        done = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            check=False,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
