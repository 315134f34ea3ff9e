"""The real program, in a project folder of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from zen.testing._processes import run_python

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Outcome", "ZenProject", "zen_project"]

# Wide enough that no table is cut.
_COLUMNS: Final = "240"


@dataclass(frozen=True)
class Outcome:
    """Hold what a call of the program came to.

    Args:
        command: The words of the command, `zen` being the first.
        exit_code: How it ended.
        out: What it printed to standard output: results.
        err: What it printed to standard error: notices and errors.
    """

    command: tuple[str, ...]
    exit_code: int
    out: str
    err: str

    def __repr__(self) -> str:
        return (
            f"$ {' '.join(self.command)}\nexit code: {self.exit_code}\n"
            f"out:\n{self.out}\nerr:\n{self.err}"
        )

    def assert_success(self) -> Outcome:
        """Demand the exit code 0, and return the outcome itself."""
        return self._assert_exit_code(0)

    def assert_failed(self, exit_code: int = 1) -> Outcome:
        """Demand an exit code: 1 for what failed, 2 for what can't be asked."""
        return self._assert_exit_code(exit_code)

    def json(self) -> object:
        """Return what it printed with `--output json`."""
        try:
            return json.loads(self.out)
        except ValueError as error:
            pytest.fail(f"no JSON ({error}):\n{self!r}")

    def _assert_exit_code(self, expected: int) -> Outcome:
        if self.exit_code != expected:
            pytest.fail(f"exit code {expected} was expected of\n{self!r}")
        return self


@dataclass(frozen=True)
class ZenProject:
    """Run the program in a project, with a configuration of its own.

    Each call is a process of this interpreter. It sees what the test sees, fake
    distributions too, but none of the variables `ZEN_…` and `ZENML_…`.

    Args:
        path: The project's folder, in which the program runs.
        config: The configuration folder, not there before the first command that
            needs it.
    """

    path: Path
    config: Path

    def run(
        self,
        *args: str,
        input: str = "",  # noqa: A002 - as subprocess calls it
        env: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run `zen` with arguments.

        Args:
            args: The arguments.
            input: What the user types.
            env: Further variables, such as `ZEN_ACTIVATED_STACK`.
        """
        settings = {"ZEN_CONFIG_PATH": str(self.config), "COLUMNS": _COLUMNS}
        done = run_python(
            *("-m", "zen", *args),
            folder=self.path,
            env={**settings, **(env or {})},
            text=input,
        )
        return Outcome(("zen", *args), done.returncode, done.stdout, done.stderr)


@pytest.fixture
def zen_project(tmp_path: Path) -> ZenProject:
    """Run the program in an empty project; see `ZenProject`."""
    project = ZenProject(tmp_path / "zen-project", tmp_path / "zen-config")
    project.path.mkdir()
    return project
