"""Text of stores, configuration and plugins that would speak to a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import yaml
from click.testing import CliRunner

from zen.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution

# What terminals, and `str.splitlines`, end a line with.
BREAKS = "\n\r\x85\u2028\u2029\v\f"
FORGED = "Error: forged"
LINE = "x\x1b]0;owned\x07\x9b31m\x7f\u202eexe\u2066z"
HOSTILE = LINE + "".join(f"{each}{FORGED}" for each in BREAKS) + f"\r\n{FORGED}"
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
    ["stack", "describe", "worse"],
    ["stack", "describe", "worst"],
    ["stack", "export", "bad", "-"],
    ["stack", "export", "default", "a\nError: forged"],
    ["stack", "import", "hostile.yaml"],
    ["stack", "import", "a\nError: forged"],
    ["stack", "diff", "default", "hostile.yaml"],
    ["apply", "-f", "hostile.yaml"],
    ["apply", "-f", "worse.yaml"],
    ["apply", "-f", "bad.yaml"],
    ["stack", "import", "bad.yaml"],
    ["stack", "rename", "bad", HOSTILE],
    ["stack", "remove-component", "bad", HOSTILE],
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
    ["artifact-store", "flavor", "delete", "mine"],
    ["artifact-store", "flavor", "register", HOSTILE],
    ["artifact-store", "describe", "mine"],
    ["artifact-store", "up", "mine"],
    ["artifact-store", "get"],
    ["orchestrator", "up", "bad"],
    ["orchestrator", "describe", "bad"],
    ["alerter", "list"],
    ["alerter", "describe", "bad"],
    ["secret", "list"],
    ["secret", "get", HOSTILE],
    ["profile", "list"],
    ["profile", "describe"],
    ["profile", "describe", "other"],
    ["profile", "log"],
    ["profile", "set", HOSTILE],
    ["profile", "diff", "1"],
    ["profile", "delete", "other"],
    ["profile", "copy", "default", HOSTILE],
    ["profile", "create", "new", f"--url={HOSTILE}"],
    ["profile", "create", HOSTILE],
    ["repo", "list"],
    ["repo", "trust", HOSTILE],
    ["repo", "distrust", HOSTILE],
    ["init", "--path", HOSTILE],
    ["completion", HOSTILE],
    ["schema", HOSTILE],
    ["flavor", "list"],
    ["plugin", "list"],
    ["plugin", "describe", "hostile"],
    ["plugin", "describe", HOSTILE],
    ["plugin", "disable", HOSTILE],
    ["plugin", "doctor"],
    ["which", "command", "hostile"],
    ["which", "command", HOSTILE],
    ["which", "store", HOSTILE],
    ["hostile"],
    ["hostile", "--fail=click"],
    ["hostile", "--fail=zen"],
    ["--debug", "hostile"],
    ["--debug", "hostile", "--fail=zen"],
    ["--debug", "artifact-store", "up", "bad"],
    ["--debug", "orchestrator", "up", "bad"],
    ["--help"],
    [HOSTILE],
]


@pytest.fixture
def hostile_store(zen: Zen, config: Path, here: Path) -> None:
    """Write what this program wouldn't into each field of a store."""
    zen("stack", "register", "bad", "-o", "default", "-a", "default", "-m", "default")
    zen("artifact-store", "register", "bad", "--flavor=local", "--path=/x")
    profile = config / "profiles" / "default"
    component = profile / "components" / "artifact_store" / "bad.yaml"
    fields = {**_read(component), "flavor": HOSTILE, "path": HOSTILE, LINE: HOSTILE}
    _write(component, fields | {"configuration": {HOSTILE: HOSTILE, "path": HOSTILE}})
    _write(profile / "components" / "alerter" / "bad.yaml", {HOSTILE: HOSTILE})
    stack = profile / "stacks" / "bad.yaml"
    sound = _read(stack)
    parts = {"orchestrator": HOSTILE, HOSTILE: HOSTILE}
    _write(stack, sound | {"components": parts})
    _write(profile / "stacks" / "worse.yaml", {"name": HOSTILE})
    _write(profile / "stacks" / "worst.yaml", sound | {"name": HOSTILE})
    _write(profile / "stacks" / f"a\n{FORGED}.yaml", sound | {"name": HOSTILE})
    orchestrator = profile / "components" / "orchestrator" / "default.yaml"
    gone = {"name": "bad", "uuid": str(uuid4()), "flavor": HOSTILE}
    _write(orchestrator.with_name("bad.yaml"), _read(orchestrator) | gone)
    mine = {"name": "mine", "uuid": str(uuid4()), "flavor": "mine"}
    _write(component.with_name("mine.yaml"), _read(component) | mine)
    exported = zen("stack", "export", "default", "-").out
    content = yaml.safe_load(exported)
    content["components"]["artifact_store"] |= {"name": HOSTILE, "flavor": HOSTILE}
    content["components"][HOSTILE] = {"name": HOSTILE, "flavor": HOSTILE}
    _write(here / "hostile.yaml", content | {HOSTILE: HOSTILE})
    del content["components"][HOSTILE]
    content["components"]["artifact_store"] |= {"name": "s", "configuration": {LINE: 1}}
    _write(here / "bad.yaml", content)
    _write(here / "worse.yaml", {HOSTILE: HOSTILE})
    (here / f"a\n{FORGED}").write_text(exported)
    flavor = {
        "name": "mine",
        "uuid": fields["uuid"],
        "type": "artifact_store",
        "source": "gone:Gone",
        "file": HOSTILE,
    }
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
        assert not _forged(text), (command, text)


@pytest.mark.usefixtures("hostile_store")
def test_debugging_shows_a_traceback_without_it() -> None:
    done = CliRunner().invoke(main, ["--debug", "artifact-store", "up", "bad"])
    assert "Traceback" in done.stderr
    assert not _speaking(done.stderr)
    assert not _forged(done.stderr)


def _change(file: Path, **fields: object) -> None:
    content = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump(content | fields, allow_unicode=True))


def _speaking(text: str) -> list[str]:
    return [each for each in text if not (each.isprintable() or each in "\n\t")]


def _forged(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(FORGED)]
