"""Files that a command is given: pipes, devices, and files of any size."""

from __future__ import annotations

import os
from threading import Thread
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen

COMMANDS = {
    ("stack", "import", "{file}"): "it is larger than 8 MiB",
    ("apply", "--plan", "-f", "{file}"): "it is larger than 8 MiB",
    ("secret", "import", "{file}"): "it is larger than 16 MiB",
    ("alerter", "register", "x", "--flavor=f", "--token=@{file}"): "than 8 MiB",
    ("secret", "register", "x", "--pem=@{file}"): "than 8 MiB",
}
EXPORTED = """\
format_version: 1
name: prod
components:
  artifact_store: {name: default, flavor: local}
  metadata_store: {name: default, flavor: sqlite}
  orchestrator: {name: default, flavor: local}
...
"""


@pytest.fixture(autouse=True)
def _secrets(zen: Zen) -> None:
    zen("secrets-manager", "register", "vault", "--flavor", "local")
    zen("stack", "update", "--secrets-manager", "vault")


def call(zen: Zen, command: tuple[str, ...], file: object) -> str:
    code = 2 if "@" in command[-1] else 1
    arguments = (each.format(file=file) for each in command)
    return " ".join(zen(*arguments, code=code).err.split())


@pytest.mark.parametrize(("command", "reason"), COMMANDS.items(), ids=str)
def test_an_endless_file_is_read_up_to_a_limit(
    zen: Zen, here: Path, command: tuple[str, ...], reason: str
) -> None:
    (here / "endless.yaml").symlink_to("/dev/zero")
    assert reason in call(zen, command, "endless.yaml")


@pytest.mark.parametrize(("command", "reason"), COMMANDS.items(), ids=str)
def test_a_file_may_be_of_a_certain_size(
    zen: Zen, here: Path, command: tuple[str, ...], reason: str
) -> None:
    with (here / "large.yaml").open("wb") as file:
        file.truncate(1 << 40)
    assert reason in call(zen, command, "large.yaml")


def test_a_stack_that_is_compared_may_be_of_a_certain_size(
    zen: Zen, here: Path
) -> None:
    with (here / "large.yaml").open("wb") as file:
        file.truncate(1 << 40)
    assert "than 8 MiB" in zen("stack", "diff", "default", "large.yaml", code=1).err


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_a_pipe_that_nothing_writes_to_is_not_waited_for(
    zen: Zen, here: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zen.stores.confinement._PATIENCE", 0.01)
    os.mkfifo(here / "pipe.yaml")
    arguments = (each.format(file="pipe.yaml") for each in command)
    code = 1 if command[:2] == ("secret", "import") else 2
    assert "nothing came from it" in " ".join(zen(*arguments, code=code).err.split())


@pytest.mark.parametrize("command", [("stack", "import"), ("apply", "-y", "-f")])
def test_a_pipe_is_read_to_its_end(
    zen: Zen, here: Path, command: tuple[str, ...]
) -> None:
    pipe = here / "pipe.yaml"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=(EXPORTED,))
    writer.start()
    zen(*command, "pipe.yaml")
    writer.join()
    listed = zen("stack", "list", "-o", "json").json
    assert [each["name"] for each in listed] == ["default", "prod"]


def test_a_pipe_of_a_shell_is_a_file(zen: Zen) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"key: {a: b}\n")
    os.close(writing)
    zen("secret", "import", f"/dev/fd/{reading}")
    os.close(reading)
    assert zen("secret", "get", "key", "-o", "json").json["values"].keys() == {"a"}
