"""Shells complete commands and names, by what `zen completion` prints."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest
from click.testing import CliRunner

from tests.core.cli.test_main import ALL, HEAVY, PLUGINS
from tests.core.config.legacy.conftest import make_legacy
from zen.cli import completers
from zen.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import Tree
    from zen.testing import FakeDistribution

_PARTS: Final = ("-o", "default", "-a", "bucket", "-m", "default")
# What nobody has named yet, or what something else knows.
_UNKNOWN: Final = {
    *("artifact-store register", "profile create", "profile copy", "plugin new"),
    *("stack register", "pipeline runs describe"),
    # A secrets manager may be far away, and the names of its secrets are private.
    *("secret register", "secret get", "secret update", "secret delete"),
}
_GUST: Final = """\
@hookimpl
def zen_store_drivers():
    return [StoreDriverSpec("gust", "gusty.parts:Gust", "Blows.")]
"""
_GUST_PARTS: Final = """\
import time
from zen.stores.local import LocalStoreDriver


class Gust(LocalStoreDriver):
    pause = 0.0

    def scan(self, *arguments, **options):
        time.sleep(self.pause)
        return super().scan(*arguments, **options)
"""


def complete(line: str, shell: str = "bash") -> str:
    """Return what a shell is answered where a line ends."""
    words = line.split(" ")
    environ = {
        "_ZEN_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1),
    }
    result = CliRunner().invoke(main, [], prog_name="zen", env=environ)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout.strip()


def names(line: str) -> list[str]:
    lines = complete(line).splitlines()
    return [each.removeprefix("plain,") for each in lines]


@pytest.fixture
def used(zen: Zen) -> None:
    """A host with two profiles, two stacks, and two artifact stores."""
    zen("profile", "create", "Work")
    zen("artifact-store", "register", "bucket", "-f", "local")
    zen("stack", "register", "prod", *_PARTS)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("zen stack set ", ["default", "prod"]),
        ("zen stack set p", ["prod"]),
        ("zen stack set PR", ["prod"]),
        ("zen stack set x", []),
        ("zen stack update ", ["default", "prod"]),
        ("zen stack rename ", ["default", "prod"]),
        ("zen stack rename prod ", []),
        ("zen profile set ", ["Work", "default"]),
        ("zen profile describe w", ["Work"]),
        ("zen profile delete ", ["Work", "default"]),
        ("zen profile create x -t s", ["sql"]),
        ("zen artifact-store describe ", ["bucket", "default"]),
        ("zen artifact-store update b", ["bucket"]),
        ("zen artifact-store update bucket ", []),
        ("zen artifact-store remove-attribute ", ["bucket", "default"]),
        ("zen orchestrator up ", ["default"]),
        ("zen artifact-store register x --flavor ", ["local"]),
        ("zen artifact-store register x -f l", ["local"]),
        ("zen artifact-store register x --flavor = l", ["local"]),
        ("zen artifact-store register x --flavor=l", ["--flavor=local"]),
        ("zen artifact-store register x --path=/y -f ", ["local"]),
        ("zen artifact-store register ", []),
        ("zen artifact-store flavor describe ", ["local"]),
        ("zen stack register x -a ", ["bucket", "default"]),
        ("zen stack register x -o default --artifact-store b", ["bucket"]),
        ("zen stack register x -al ", []),
        ("zen plugin describe pip", ["pipelines"]),
        ("zen plugin disable sqli", ["sqlite"]),
        ("zen which flavor orch", ["orchestrator/local"]),
        ("zen which store lo", ["local"]),
        ("zen which command pipe", ["pipeline"]),
        ("zen completion ", ["bash", "fish", "zsh"]),
        ("zen comp", ["completion"]),
        ("zen gone ", []),
        ("zen stack gone ", []),
    ],
)
@pytest.mark.usefixtures("used")
def test_names_are_completed(line: str, expected: list[str]) -> None:
    assert names(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "zen stack import pr",
        "zen stack import prod pr",
        "zen stack export prod pr",
        "zen stack diff prod ./pr",
        "zen apply --file pr",
        "zen secret import pr",
        "zen run pr",
    ],
)
@pytest.mark.usefixtures("used")
def test_files_are_left_to_the_shell(line: str) -> None:
    assert complete(line) == f"file,{line.rpartition(' ')[2]}"


def test_every_argument_that_names_something_is_completed() -> None:
    """One that isn't is new, or isn't known to the core."""
    missing = {
        " ".join(path)
        for path, command in ALL.items()
        for argument in command.params
        if isinstance(argument, click.Argument)
        and argument.name in {"name", "source_name"}
        and argument._custom_shell_complete is None  # noqa: SLF001 - nothing tells it
    }
    types = {"artifact-store", *(path[0] for path in ALL if "remove-attribute" in path)}
    expected = {
        text.replace("artifact-store", kind) for text in _UNKNOWN for kind in types
    }
    assert missing <= expected


@pytest.mark.usefixtures("used")
def test_a_flavor_and_a_component_are_described() -> None:
    assert complete("zen stack register x -a b", "zsh").splitlines() == [
        *("plain", "bucket", "local")
    ]
    line = "zen artifact-store register x --flavor=l"
    assert complete(line, "fish").startswith("plain,--flavor=local\tArtifacts in")


def test_nothing_is_made_or_changed(config: Path, tmp_path: Path) -> None:
    for line in ("zen stack set ", "zen profile set ", "zen alerter describe "):
        assert names(line) == []
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert not config.exists() or [name.partition("-")[0] for name in left] == [
        "plugins"
    ]


@pytest.mark.usefixtures("used")
def test_a_profile_is_not_changed(
    config: Path, tree: Callable[[Path], Tree], zen: Zen
) -> None:
    zen("profile", "create", "relational", "-t", "sql")
    zen("profile", "set", "relational")
    before = tree(config).state()
    for line in ("zen stack set ", "zen profile set ", "zen alerter describe "):
        complete(line)
    assert names("zen stack set ") == ["default"]
    assert tree(config).state() == before


BROKEN: Final = {
    "a configuration that is damaged": "printf '[' > $CONFIG/config.yaml",
    "a stack that is damaged": "printf '[' > $CONFIG/profiles/default/stacks/prod.yaml",
    "a repository that is damaged": "mkdir .zen; printf '[' > .zen/config.yaml",
    "legacy files that are damaged": "mkdir .zen; echo stacks: 3 > .zen/config.yaml",
    "a configuration that is gone": "rm -r $CONFIG/config.yaml",
    "a store that is gone": "rm -r $CONFIG/profiles",
}


@pytest.mark.parametrize("damage", BROKEN)
@pytest.mark.usefixtures("used")
def test_what_is_broken_says_nothing(damage: str, config: Path) -> None:
    environ = {**os.environ, "CONFIG": str(config)}
    subprocess.run(["bash", "-ec", BROKEN[damage]], env=environ, check=True)  # noqa: S607
    for line in ("zen stack set ", "zen stack register x -a ", "zen profile set "):
        found = names(line)
        assert not found or set(found) <= {"default", "bucket", "prod", "Work"}
    assert names("zen artifact-store register x -f ") == ["local"]


@pytest.mark.parametrize("variable", ["ACTIVATED_PROFILE", "REPOSITORY_PATH"])
@pytest.mark.usefixtures("used")
def test_a_setting_that_leads_nowhere_says_nothing(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(f"ZEN_{variable}", "gone")
    assert names("zen stack set ") == []
    assert names("zen profile set ") == ["Work", "default"]


@pytest.mark.parametrize("strict", ["", "1"])
def test_a_broken_plugin_says_nothing(
    fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch, strict: str
) -> None:
    fake_distribution("loud", "print('loud')\nraise SystemExit('louder')")
    monkeypatch.setenv("ZEN_PLUGINS_STRICT", strict)
    expected = [] if strict else ["local"]
    assert names("zen artifact-store register x -f ") == expected
    assert names("zen stack se") == ["set"]


def test_a_legacy_repository_is_not_migrated(
    zen: Zen, here: Path, tree: Callable[[Path], Tree]
) -> None:
    zen("profile", "list")
    (here / ".zen").mkdir()
    (here / ".zen" / "config.yaml").write_text(
        "version: '0.6'\nstacks: {}\nstack_components: {}\n"
    )
    before = tree(here).state()
    complete("zen stack set ")
    assert tree(here).state() == before
    assert names("zen profile set ") == ["default"]


def test_a_legacy_repository_that_cannot_be_written_pins_its_profile(
    zen: Zen, here: Path, tree: Callable[[Path], Tree]
) -> None:
    legacy = make_legacy(here)
    content = legacy.config.read_text()
    zen("stack", "list")
    legacy.config.write_text(content)
    before = tree(here).state()
    assert names("zen stack set ") == ["local_kubeflow_stack", "local_stack"]
    assert tree(here).state() == before


def test_a_server_that_does_not_answer_is_not_waited_for(
    zen: Zen, fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_distribution("gusty", _GUST, _GUST_PARTS)
    zen("profile", "create", "far", "-t", "gust", "--url", "far")
    zen("profile", "set", "far")
    assert names("zen stack set ") == ["default"]
    parts: ModuleType = sys.modules["gusty.parts"]
    monkeypatch.setattr(parts.Gust, "pause", 60.0)
    monkeypatch.setattr(completers, "_PATIENCE", 0.2)
    begin = time.monotonic()
    assert names("zen stack set ") == []
    assert time.monotonic() - begin < 30


LINES: Final = ("zen stack set ", "zen stack register x -a ", "zen profile set ")
# What a shell does, and what was loaded for it.
_LOADED: Final = """\
import sys
from zen.cli import completers
from zen.cli.main import main
completers._PATIENCE = 60.0  # which the first look at the plugins may exceed
try:
    main(prog_name="zen")
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("store_type", ["local", "sql"])
@pytest.mark.parametrize("line", LINES)
@pytest.mark.usefixtures("used")
def test_a_completion_loads_little(zen: Zen, line: str, store_type: str) -> None:
    """What it costs is measured by `benchmarks/startup.py`."""
    zen("profile", "create", "mine", "-t", store_type)
    zen("profile", "set", "mine")
    environ = {
        **os.environ,
        "_ZEN_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    command = [sys.executable, "-c", _LOADED]
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=True
    )
    assert "plain,default" in done.stdout
    heavy = HEAVY if "-a" in line or store_type == "sql" else HEAVY | PLUGINS
    assert not set(done.stderr.split()) & heavy


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let shells find `zen`."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", path)


def find_shell(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name} here")
    return path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('zen stack set "p"', "prod"),
        ('zen artifact-store register x --flavor = "l"', "local"),
        ('zen sta""', "stack status"),
    ],
)
@pytest.mark.usefixtures("used", "programs")
def test_bash_completes(words: str, expected: str) -> None:
    script = f"""
        eval "$(zen completion bash)"
        complete -p zen >&2
        COMP_WORDS=({words})
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _zen_completion zen
        echo "${{COMPREPLY[@]}}"
    """
    command = [find_shell("bash"), "--norc", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("zen stack set p", "prod"),
        ("zen artifact-store register x --flavor=l", "--flavor=local"),
        ("zen artifact-store register x --flavor l", "local"),
    ],
)
@pytest.mark.usefixtures("used", "programs")
def test_fish_completes(line: str, expected: str) -> None:
    script = f"zen completion fish | source; complete --do-complete '{line}'"
    command = [find_shell("fish"), "--no-config", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [each.partition("\t")[0] for each in done.stdout.split("\n")] == [
        *(expected, "")
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("zen stack set p", "zen stack set prod "),
        (
            "zen artifact-store register x --flavor=l",
            "zen artifact-store register x --flavor=local ",
        ),
        ("zen profile set W", "zen profile set Work "),
    ],
)
@pytest.mark.usefixtures("used", "programs")
def test_zsh_completes(line: str, expected: str) -> None:
    """As when it is typed, for only then has zsh anything to complete."""
    path = find_shell("zsh")
    child, terminal = pty.fork()
    if not child:
        os.execv(path, [path, "-f", "-i"])  # noqa: S606 - a terminal of its own
    try:
        for command in (
            "PS1='ready> '",
            "autoload -Uz compinit; compinit -u -D",
            'eval "$(zen completion zsh)"',
            'show() { print -r -- "[$BUFFER]"; zle send-break }',
            "zle -N show; bindkey '^X' show; print set up",
        ):
            os.write(terminal, f"{command}\n".encode())
        read_until(terminal, "\nset up")
        os.write(terminal, f"{line}\t\x18".encode())
        assert f"[{expected}]" in read_until(terminal, "]")
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def read_until(terminal: int, text: str) -> str:
    """Return what a terminal shows until there is some text in it."""
    shown = b""
    while text.encode() not in shown.replace(b"\r", b""):
        ready, _, _ = select.select([terminal], [], [], 20)
        assert ready, shown
        shown += os.read(terminal, 4096)
    return shown.decode(errors="replace")
