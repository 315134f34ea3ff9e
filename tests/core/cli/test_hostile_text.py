"""Text of stores, configuration and plugins that would speak to a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from zen.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution

HOSTILE = "x\x1b]0;owned\x07\x9b31m\x7f\u202eexe\u2066\r\nz"
LINE = HOSTILE.replace("\r\n", "")
PLUGIN = f"""
@hookimpl
def zen_flavors():
    return [FlavorSpec("artifact_store", "hostile", "hostile.parts:Store")]

@hookimpl
def zen_commands():
    return [CommandSpec("hostile", "hostile.parts:command")]

@hookimpl
def zen_before_lifecycle(event):
    from zen.errors import VetoError

    raise VetoError({HOSTILE!r}, hint={HOSTILE!r})
"""
PARTS = f"""
import click

@click.command()
@click.option("--fail", type=click.Choice(["click", "zen", "any"]), default="any")
def command(fail):
    if fail == "click":
        raise click.UsageError({HOSTILE!r})
    if fail == "zen":
        from zen.errors import ZenError

        raise ZenError({HOSTILE!r}, hint={HOSTILE!r})
    raise ValueError({HOSTILE!r})
"""
COMMANDS = [
    ["status"],
    ["stack", "list"],
    ["stack", "describe"],
    ["stack", "up"],
    ["stack", "down"],
    ["stack", "diff", "default", "bad"],
    ["stack", "export", "bad", "-"],
    ["stack", "copy", "bad", "gone"],
    ["stack", "delete", "bad"],
    ["stack", "set", HOSTILE],
    ["artifact-store", "list"],
    ["artifact-store", "describe", "bad"],
    ["artifact-store", "up", "bad"],
    ["artifact-store", "delete", "bad"],
    ["artifact-store", "register", HOSTILE, f"--flavor={HOSTILE}"],
    ["artifact-store", "update", "bad", f"--{HOSTILE}={HOSTILE}"],
    ["artifact-store", "flavor", "list"],
    ["artifact-store", "flavor", "describe", "mine"],
    ["profile", "list"],
    ["profile", "describe"],
    ["profile", "describe", "other"],
    ["profile", "log"],
    ["profile", "set", HOSTILE],
    ["profile", "diff", "1"],
    ["flavor", "list"],
    ["plugin", "list"],
    ["plugin", "describe", "hostile"],
    ["which", "command", "hostile"],
    ["hostile"],
    ["hostile", "--fail=click"],
    ["hostile", "--fail=zen"],
    ["--debug", "hostile"],
    ["--help"],
    [HOSTILE],
]


@pytest.fixture
def hostile_store(zen: Zen, config: Path) -> None:
    """Write what this program wouldn't into each field of a store."""
    zen("stack", "register", "bad", "-o", "default", "-a", "default", "-m", "default")
    zen("artifact-store", "register", "bad", "--flavor=local", "--path=/x")
    profile = config / "profiles" / "default"
    component = profile / "components" / "artifact_store" / "bad.yaml"
    fields = {**_read(component), "flavor": HOSTILE, "path": HOSTILE, LINE: HOSTILE}
    _write(component, fields | {"configuration": {HOSTILE: HOSTILE, "path": HOSTILE}})
    _write(profile / "components" / "alerter" / "bad.yaml", {HOSTILE: HOSTILE})
    stack = profile / "stacks" / "bad.yaml"
    parts = {"orchestrator": HOSTILE, HOSTILE: HOSTILE}
    _write(stack, _read(stack) | {"components": parts})
    _write(profile / "stacks" / "worse.yaml", {"name": HOSTILE})
    flavor = {"name": "mine", "type": "artifact_store", "source": HOSTILE}
    _write(profile / "flavors" / "artifact_store" / "mine.yaml", flavor)
    log = profile / ".state" / "log.jsonl"
    log.write_text(log.read_text().replace("zen stack register", "\\u001b]0;x\\u009b"))
    settings = _read(config / "config.yaml")
    settings["profiles"]["other"] = {"store_type": HOSTILE, "store_url": HOSTILE}
    _write(config / "config.yaml", settings)


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text())
    return content


def _write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(content, explicit_end=True))


@pytest.mark.usefixtures("hostile_store")
@pytest.mark.parametrize("output", ["table", "json"])
def test_no_command_lets_text_speak_to_the_terminal(
    fake_distribution: FakeDistribution, output: str
) -> None:
    fake_distribution("hostile", PLUGIN, PARTS)
    fake_distribution("broken", f"raise ValueError({HOSTILE!r})")
    for command in COMMANDS:
        form = ["-o", output] if {"status", "list", "describe"} & {*command} else []
        done = CliRunner().invoke(main, [*command, *form], input="n\n")
        text = done.stdout + done.stderr
        assert text.strip(), command
        assert not _speaking(text), (command, text)


@pytest.mark.usefixtures("hostile_store")
def test_debugging_shows_a_traceback_without_it() -> None:
    done = CliRunner().invoke(main, ["--debug", "artifact-store", "up", "bad"])
    assert "Traceback" in done.stderr
    assert not _speaking(done.stderr)


def _change(file: Path, **fields: object) -> None:
    content = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump(content | fields, allow_unicode=True))


def _speaking(text: str) -> list[str]:
    return [each for each in text if not (each.isprintable() or each in "\n\t")]
