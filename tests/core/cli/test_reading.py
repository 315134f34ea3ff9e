"""How often a command reads what it needs."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from zen.stores import yaml_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.cli.conftest import Zen

DEFAULTS = ("-o", "default", "-a", "default", "-m", "default")
READING = [
    "status",
    "stack list",
    "stack describe",
    "profile list",
    "profile describe",
    "orchestrator list",
    "orchestrator flavor list",
    "flavor list",
    "plugin list",
    "stack diff default default",
]


class Opens:
    """Count what is opened, as Python tells of it."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.is_counting = False
        sys.addaudithook(self._note)

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        self.paths.clear()
        self.is_counting = True
        yield self.paths
        self.is_counting = False

    def _note(self, event: str, details: tuple[object, ...]) -> None:
        if self.is_counting and event == "open":
            self.paths.append(str(details[0]))


OPENS = Opens()


@pytest.fixture(params=["", "plugins:\n  deny: []\n"], ids=["plain", "plugins"])
def configured(request: pytest.FixtureRequest, zen: Zen, config: Path) -> Path:
    """The configuration, which may say something of plugins."""
    zen("stack", "list")
    path = config / "config.yaml"
    path.write_text(path.read_text().removesuffix("...\n") + request.param + "...\n")
    return path


@pytest.mark.parametrize("command", READING)
def test_the_configuration_is_read_once(
    zen: Zen, configured: Path, command: str
) -> None:
    with OPENS.counting() as opened:
        zen(*command.split())
    assert opened.count(str(configured)) == 1


@pytest.mark.parametrize(
    ("command", "opens"),
    [
        (" ".join(["stack", "register", "s", *DEFAULTS]), 1),
        ("stack set default", 2),
        # Where it is replaced, it is opened for what to put back should that fail.
        ("profile create p", 3),
    ],
)
def test_it_is_read_again_under_the_lock_of_a_write(
    zen: Zen, configured: Path, command: str, opens: int
) -> None:
    with OPENS.counting() as opened:
        zen(*command.split())
    assert opened.count(str(configured)) == opens


def test_it_is_parsed_once(
    zen: Zen, configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    parse = yaml_files.parse_yaml

    def counted(data: bytes, path: Path, **options: bool) -> dict[str, object]:
        reads.append(str(path))
        return parse(data, path, **options)

    monkeypatch.setattr(yaml_files, "parse_yaml", counted)
    zen("stack", "list")
    assert reads.count(str(configured)) == 1


@pytest.mark.parametrize(
    "command",
    [
        "stack list",
        "stack describe",
        "stack describe default",
        "stack get",
        "stack up",
        "stack down",
        "orchestrator list",
        "orchestrator get",
        "orchestrator describe",
        "orchestrator describe default",
        "status",
    ],
)
def test_a_record_is_read_once(zen: Zen, config: Path, command: str) -> None:
    zen("stack", "list")
    folder = config / "profiles" / "default"
    with OPENS.counting() as opened:
        zen(*command.split())
    records = [path for path in opened if path.startswith(str(folder))]
    records = [path for path in records if path.endswith(".yaml")]
    assert records
    assert sorted(records) == sorted({*records})
