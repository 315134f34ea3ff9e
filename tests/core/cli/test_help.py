"""What `--help` shows of every command, and in what order."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import click
import pytest

from zen.cli.main import main
from zen.plugin import CommandSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution

ONE_LINE = 45


def commands(
    command: click.Command, context: click.Context
) -> Iterator[tuple[str, click.Command]]:
    """Return the command and all below it, each with the words that call it."""
    yield context.command_path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below
            yield from commands(below, click.Context(below, context, name))


def test_every_command_says_what_it_does_in_one_line_and_gives_an_example() -> None:
    found = dict(
        commands(main, click.Context(main, info_name="zen", **main.context_settings))
    )
    assert len(found) > 200
    for words, command in found.items():
        assert 0 < len(command.get_short_help_str(sys.maxsize)) <= ONE_LINE, words
        assert "For example" in (command.help or ""), words


def test_no_help_cuts_a_line_of_its_own(zen: Zen) -> None:
    groups = ("", "stack", "profile", "pipeline", "pipeline runs", "secret", "plugin")
    for words in (*groups, "container-registry", "container-registry flavor"):
        out = zen(*words.split(), "--help").out
        assert "…" not in out, words
        assert "..." not in re.sub(r"^Usage: .*", "", out), words
        assert max(map(len, out.splitlines())) <= 80, words


def test_running_pipelines_comes_first(zen: Zen) -> None:
    listed = zen("--help").out.partition("Pipelines:")[2]
    names = re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE)
    assert names[:4] == ["run", "pipeline", "stack", "profile"]
    assert names.index("version") < names.index("orchestrator")


def test_a_plugins_command_stands_where_it_says_and_shows_its_whole_line(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    long = "It does a lot of things, one after another, and tells of each " * 2
    fake_distribution(
        "acme",
        f"""
        @hookimpl
        def zen_commands():
            return [
                CommandSpec("far", "acme.parts:far", "Go far."),
                CommandSpec("ready", "acme.parts:far", {long!r}, section="setup"),
            ]
        """,
        f"""
        import click
        from zen.cli.group import Group

        far = Group("far", help="Go far.")
        far.add_command(click.Command("on", help={long!r}))
        """,
    )
    out = zen("--help").out
    setup, _, rest = out.partition("Setup:")[2].partition("Stack components:")
    assert "  ready " in setup
    assert "  far  Go far." in rest.partition("Commands from plugins:")[2]
    for text in (setup, zen("far", "--help").out):
        assert long.strip() in " ".join(text.split())


def test_a_section_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="section='elsewhere'"):
        CommandSpec("far", "acme.parts:far", section="elsewhere")
