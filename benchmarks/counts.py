"""Count what commands read and send, which no noisy machine can change.

Run `python benchmarks/counts.py` where Zen and its plugins are installed. Commands run
in this process, in a configuration folder of their own.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from click.testing import CliRunner
from sqlalchemy import Engine, event

from zen.cli.main import main as zen

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS: Final = (
    "status",
    "stack list",
    "stack describe",
    "profile list",
    "orchestrator list",
    "flavor list",
)
REGISTER: Final = "stack register {} -o default -a default -m default"
AIM: Final = {"transactions": 3, "statements": 16}


def count_opens(command: str, config: Path) -> int:
    """Return how often a command opens `config.yaml`."""
    before = _COUNTS[str(config / "config.yaml")]
    _run(command)
    return _COUNTS[str(config / "config.yaml")] - before


def count_registration() -> dict[str, int]:
    """Return what the registration of a stack sends to a SQLite file."""
    _run("profile create counted -t sql")
    _run("profile set counted")
    _run(REGISTER.format("first"))
    before = {name: _COUNTS[name] for name in AIM}
    _run(REGISTER.format("second"))
    return {name: _COUNTS[name] - before[name] for name in AIM}


_COUNTS: Final = Counter[str]()


def _watch() -> None:
    def note(name: str, details: tuple[object, ...]) -> None:
        if name == "open":
            _COUNTS[str(details[0])] += 1

    def count(name: str) -> Callable[..., None]:
        def listen(*_: object) -> None:
            _COUNTS[name] += 1

        return listen

    sys.addaudithook(note)
    event.listen(Engine, "begin", count("transactions"))
    event.listen(Engine, "before_cursor_execute", count("statements"))


def _run(command: str) -> None:
    result = CliRunner().invoke(zen, command.split())
    if result.exit_code:
        sys.exit(f"'zen {command}' failed:\n{result.output}")


def main() -> None:
    """Count, and print the counts."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ZEN_CONFIG_PATH"] = folder
        _watch()
        _run("stack list")
        print("opens of config.yaml, aim 1")
        for command in COMMANDS:
            print(f"{count_opens(command, Path(folder)):4}  {command}")
        print("a stack's registration in a SQLite file")
        for name, number in count_registration().items():
            print(f"{number:4}  {name}, aim {AIM[name]}")


if __name__ == "__main__":
    main()
