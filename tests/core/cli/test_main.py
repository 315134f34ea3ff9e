"""The program as a whole: help, errors, and what it costs."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from zen.builtin import zen_commands
from zen.cli.main import main
from zen.testing._processes import run_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution
    from zen.plugin import CommandSpec

HEAVY = {"pydantic", "rich", "sqlalchemy"}
PLUGINS = {
    *("importlib.metadata", "importlib_metadata", "packaging"),
    *("zen_local", "zen_pipelines", "zen_sql", "zen_sqlite"),
}


def commands(
    command: click.Command, context: click.Context, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command below `command` with its full name."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child, name
        inner = click.Context(child, parent=context, info_name=name)
        yield from commands(child, inner, (*path, name))


PROGRAM = click.Context(main, info_name="zen", **main.context_settings)
ALL = dict(commands(main, PROGRAM))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_explains_itself_with_an_example(
    zen: Zen, path: tuple[str, ...]
) -> None:
    help_text = zen(*path, "--help").out
    assert "For example" in help_text
    assert f"zen {path[0]}" in help_text
    assert not re.search(r"\{[a-z_]+\}", help_text)


@pytest.mark.parametrize("spec", zen_commands(), ids=lambda spec: spec.name)
def test_the_summary_of_a_command_is_its_first_line(spec: CommandSpec) -> None:
    command = main.get_command(PROGRAM, spec.name)
    assert command
    assert (command.help or "").splitlines()[0] == spec.summary


def test_help_lists_all_sorts_of_commands(zen: Zen) -> None:
    out = zen("--help").out
    for expected in ("profile ", "artifact-store ", "Stack components:", "run "):
        assert expected in out


def test_version_is_told_in_two_ways(zen: Zen) -> None:
    assert zen("--version").out == "zen, version 1.0.0\n"
    assert zen("version").out == "zen 1.0.0\n"
    assert zen("version", "-o", "json").json == {"version": "1.0.0"}


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (["profil", "list"], "Did you mean 'profile'?"),
        (["artifact-stor", "list"], "Did you mean 'artifact-store'?"),
        (["profile", "lst"], "Did you mean 'list'?"),
    ],
)
def test_an_unknown_command_suggests_the_nearest(
    zen: Zen, arguments: list[str], suggestion: str
) -> None:
    assert suggestion in zen(*arguments, code=2).err


def test_an_unknown_output_format_is_a_usage_error(zen: Zen) -> None:
    assert "'xml'" in zen("profile", "list", "-o", "xml", code=2).err


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ("-o json stack list", "'zen stack list -o json'"),
        ("stack --output json list", "'zen stack list --output json'"),
        ("--ouput json stack list", "'zen stack list --output json'"),
        ("stack list --no-plugin", "'zen --no-plugins stack list'"),
        ("stack list -q", "'zen -q stack list'"),
    ],
)
def test_an_option_in_the_wrong_place_is_told_its_place(
    zen: Zen, arguments: str, place: str
) -> None:
    assert place in zen(*arguments.split(), code=2).err


def test_an_option_that_is_nowhere_gets_no_place(zen: Zen) -> None:
    for arguments in (["--frob"], ["stack", "list", "--frob"]):
        last = zen(*arguments, code=2).err.splitlines()[-1]
        assert last.startswith("Error: No such option")


def test_an_unexpected_error_shows_no_traceback(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        message = "out of cheese"
        raise RuntimeError(message)

    monkeypatch.setattr("zen.repository.Repository.__init__", fail)
    outcome = zen("profile", "list", code=1)
    assert "Unexpected RuntimeError: out of cheese" in outcome.err
    assert "--debug" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.usefixtures("zen")
def test_debug_shows_the_traceback() -> None:
    arguments = [sys.executable, "-m", "zen", "--debug", "profile", "set", "gone"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ProfileNotFoundError" in done.stderr


@pytest.mark.parametrize(
    ("debug", "end", "code", "told"),
    [((), "raise SystemExit(3)", 3, ""), (("--debug",), "1 / 0", 1, "ZeroDivision")],
)
def test_a_command_ends_whatever_threads_a_plugin_has_left(
    fake_distribution: FakeDistribution,
    config: Path,
    here: Path,
    debug: tuple[str, ...],
    end: str,
    code: int,
    told: str,
) -> None:
    offer = "return [CommandSpec('toil', 'threads.parts:toil')]"
    parts = f"""\
        import atexit, click, threading
        threading.Thread(target=threading.Event().wait).start()
        atexit.register(print, "bye")
        @click.command()
        def toil():
            print("done")
            {end}
    """
    fake_distribution("threads", f"@hookimpl\ndef zen_commands():\n    {offer}", parts)
    done = run_python(
        *("-m", "zen", *debug, "toil"),
        folder=here,
        env={"ZEN_CONFIG_PATH": str(config), "ZEN_PLUGINS": "threads"},
    )
    assert (done.returncode, done.stdout) == (code, "done\nbye\n")
    assert told in done.stderr


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        # See also test_dist.py.
        (["--help"], HEAVY | {"yaml"}),
        (["--version"], HEAVY | PLUGINS | {"yaml"}),
        (["stack", "list"], HEAVY | PLUGINS),
        (["artifact-store", "list"], HEAVY | PLUGINS),
        (["profile", "list"], HEAVY | PLUGINS),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_loads_only_what_it_needs(
    zen: Zen, arguments: list[str], unwanted: set[str]
) -> None:
    zen("profile", "list")
    script = (
        "import sys; from zen.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: print('loaded', *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.split("loaded", 1)[1].split())
    assert not loaded & unwanted
    assert "zen.cli.main" in loaded


def test_a_missing_command_may_be_that_of_a_broken_plugin(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("sweeper", "1 / 0", version="2.0")
    err = zen("sweep", code=2).err
    assert "No such command 'sweep'." in err
    assert "Module 'sweeper.plugin' of sweeper 2.0 can't be loaded" in err
    assert "pip uninstall sweeper" in err
    assert len(err.splitlines()) <= 10
    assert "sweeper" in zen("plugin", "list").out


@pytest.mark.usefixtures("zen")
@pytest.mark.parametrize("arguments", [["stack", "list"], ["--help"], ["--version"]])
def test_a_full_disk_at_the_other_end_shows_no_traceback(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-m", "zen", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    # 120 is what Python makes of it when it can't flush at the end.
    assert done.returncode in {1, 120}
    assert os.strerror(errno.ENOSPC) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_gone_is_named(zen: Zen, here: Path) -> None:
    zen("profile", "list")
    script = "import os, runpy, sys; os.rmdir(os.getcwd()); runpy.run_module('zen')"
    done = subprocess.run(
        [sys.executable, "-c", script, "stack", "list"],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "The folder that you are in can't be read" in done.stderr


def test_a_command_that_a_plugin_of_ours_has_says_which(zen: Zen) -> None:
    refused = zen("--no-plugins", "run", "x.py", code=2).err
    assert "It comes with zen-plugin-pipelines" in refused


def test_a_full_disk_is_said(zen: Zen) -> None:
    zen("profile", "list")
    command = "import sys; from zen.cli.main import main; main(['stack', 'list'])"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert (
        f"Error: The output can't be written: {os.strerror(errno.ENOSPC)}."
        in done.stderr
    )


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("help", "zen --help"),
        ("stack help", "zen stack --help"),
        ("stack ls", "list"),
        ("stack rm", "delete"),
        ("stack create", "register"),
        ("profile register", "create"),
        ("pipeline list", "runs list"),
        ("stack lisst", "list"),
        ("clean", "zen repo clean"),
        ("pipeline run", "zen run"),
    ],
)
def test_the_usual_words_for_commands_are_understood(
    zen: Zen, words: str, meant: str
) -> None:
    assert f"Did you mean '{meant}'?" in zen(*words.split(), code=2).err


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        ("stack list -o json -o json", "--output"),
        (
            "stack update default -a default --artifact-store=default",
            "--artifact-store",
        ),
        ("artifact-store register x -f local --flavor local", "--flavor"),
        ("artifact-store flavor list -ojson -o yaml", "--output"),
        ("profile log -n 1 --limit 2", "--limit"),
    ],
)
def test_an_option_that_takes_one_value_is_given_once(
    zen: Zen, arguments: str, option: str
) -> None:
    err = zen(*arguments.split(), code=2).err
    assert f"Error: Option '{option}' is given twice." in err


def test_what_may_be_given_twice_is(zen: Zen) -> None:
    zen("-q", "-q", "stack", "sync", "--check", "--check", "--find-links", "a")
    zen("secret", "export", "s.yaml", "-n", "a", "-n", "b", code=1)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("clean", "Did you mean 'zen repo clean'?"),
        ("login", "Profiles are shared through git or a database"),
        ("up", "Did you mean 'zen stack up'?"),
    ],
)
def test_a_command_of_the_originals_says_what_to_type(
    zen: Zen, name: str, advice: str
) -> None:
    assert f"No such command '{name}'. {advice}" in zen(name, code=2).err
    assert "'zen stack --help'" in zen("stack", "explain", code=2).err


def test_a_configuration_folder_that_cannot_be_made_can_be_another(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_CONFIG_PATH", "/proc/nowhere/zen")
    assert "ZEN_CONFIG_PATH" in zen("stack", "list", code=1).err


@pytest.mark.parametrize("name", ["GeneratorExit", "Odd"])
def test_a_command_may_raise_anything_and_shows_no_traceback(
    zen: Zen, fake_distribution: FakeDistribution, name: str
) -> None:
    offer = "return [CommandSpec('toil', 'odd.parts:toil')]"
    parts = f"""\
        import click
        class Odd(BaseException): pass
        @click.command()
        def toil():
            raise {name}("so")
    """
    fake_distribution("odd", f"@hookimpl\ndef zen_commands():\n    {offer}", parts)
    err = zen("toil", code=1).err
    assert f"Error: Unexpected {name}: so" in err
    assert "Traceback" not in err
    assert "Traceback" in zen("--debug", "toil", code=1).err
