"""Run the program in process, in a configuration folder of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.programs import run_here

if TYPE_CHECKING:
    from tests.programs import Done


class Zen(Protocol):
    """Run `zen` with arguments."""

    def __call__(
        self, *arguments: str, code: int = 0, answer: str | None = None
    ) -> Outcome:
        """Run, and demand an exit code."""


@dataclass
class Outcome:
    """Hold what a call of the program printed."""

    result: Done

    @property
    def out(self) -> str:
        """What went to standard output."""
        return self.result.stdout

    @property
    def err(self) -> str:
        """What went to standard error."""
        return self.result.stderr

    @property
    def json(self) -> Any:  # noqa: ANN401 - what JSON may be
        """The result, read as JSON."""
        return json.loads(self.out)


@pytest.fixture
def zen(monkeypatch: pytest.MonkeyPatch, ask_plugins_here: None) -> Zen:
    del ask_plugins_here  # what it does is done
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str, code: int = 0, answer: str | None = None) -> Outcome:
        result = run_here(*arguments, answer=answer)
        assert result.returncode == code, result.output
        return Outcome(result)

    return run
