"""The program, run in the process of the tests.

To start Python and import everything takes a second. Tests start a process where
that is part of what they show: signals, exit codes, output that can't be written.
"""

from __future__ import annotations

from traceback import format_exception
from typing import TYPE_CHECKING, NamedTuple

import pytest
from click.testing import CliRunner

import zen.catalog
from zen.catalog._loader import ask_all
from zen.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zen.catalog import Answer, Claim

__all__ = ["Done", "ask_plugins_here", "run_here"]


class Done(NamedTuple):
    """What a call of the program came to, by the names that `subprocess` uses."""

    returncode: int
    stdout: str
    stderr: str
    output: str


class _IndexHere(zen.catalog.Index):
    """An index that asks plugins in this process, and remembers nothing."""

    def ask_all(self, claims: Sequence[Claim]) -> list[Answer]:
        """Return what plugins offer."""
        return ask_all(claims)


@pytest.fixture
def ask_plugins_here(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the program ask new plugins in the process that it runs in.

    Each test has a configuration of its own, and thus an index that knows nothing:
    all plugins are new to it, and to ask them in another process takes longer than
    most tests. The marker `apart` leaves everything as users have it.
    """
    if request.node.get_closest_marker("apart") is None:
        monkeypatch.setattr("zen.catalog.Index", _IndexHere)


def run_here(
    *arguments: str, answer: str | None = None, env: Mapping[str, str] | None = None
) -> Done:
    """Run `zen` with arguments in this process.

    Args:
        arguments: What is typed after `zen`.
        answer: What the user types.
        env: Further variables.
    """
    result = CliRunner().invoke(main, arguments, input=answer, env=env, prog_name="zen")
    error = ""
    if result.exception and not isinstance(result.exception, SystemExit):
        error = "".join(format_exception(result.exception))
    return Done(
        result.exit_code, result.stdout, result.stderr + error, result.output + error
    )
