"""A clone that wants to run its code, to reach out, and to write elsewhere."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest
from click.testing import CliRunner

from zen import Repository
from zen.cli.app import App
from zen.cli.main import main
from zen.records import FlavorRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import Tree

# To call them is to trust the repository, or what is named.
CONSENT: Final = {("repo", "trust"), ("run",)}
# What commands are given, by the names of their parameters.
ARGUMENTS: Final[Mapping[str, str]] = {
    "file": "stack.yaml",
    "flavor": "mine",
    "keep": "1",
    "kind": "flavor",
    "left": "tame",
    "new_name": "other",
    "right": "stack.yaml",
    "shell": "bash",
    "source": "tame",
    "source_name": "default",
    "target": "other",
    "target_name": "other",
}
TOKEN: Final = "a-token-of-the-user"  # noqa: S105 - it is none
MODULE: Final = "zen_marker_of_a_clone"
CODE: Final = """\
from pathlib import Path
from zen import BaseArtifactStore

Path(__file__).with_name("imported").touch()

class Mine(BaseArtifactStore):
    FLAVOR = "mine"
    SUPPORTED_SCHEMES = {""}

Mine.__abstractmethods__ = frozenset()
"""
LEGACY: Final = """\
active_stack_name: tame
stacks:
  tame: {artifact_store: tame, metadata_store: wild, orchestrator: tame}
  wild: {artifact_store: wild, metadata_store: tame, orchestrator: tame}
stack_components:
  artifact_store: {tame: local, wild: mine}
  metadata_store: {tame: sqlite, wild: mysql}
  orchestrator: {tame: local}
"""
ATTRIBUTES: Final = {
    "artifact_stores/tame": ", path: OUTSIDE/artifacts",
    "artifact_stores/wild": ", path: OUTSIDE/artifacts",
    "metadata_stores/tame": ", uri: OUTSIDE/metadata.db",
    "metadata_stores/wild": ", host: 127.0.0.1, port: PORT, database: '${TOKEN}'",
    "orchestrators/tame": "",
}
FLAVOR: Final = f"""\
name: mine
type: artifact_store
uuid: 5d2b8fdd-9a4f-4c62-9a53-4b0e6c0f5a09
source: {MODULE}:Mine
summary: ''
...
"""
STACK: Final = f"""\
format_version: 1
name: brought
components:
  artifact_store: {{name: brought, flavor: mine, configuration: {{path: OUTSIDE}}}}
  metadata_store: {{name: default, flavor: sqlite}}
  orchestrator: {{name: default, flavor: local}}
flavors:
  - {{type: artifact_store, name: mine, source: "{MODULE}:Mine"}}
...
"""
LOCK: Final = f"""\
format_version: 1
stack: wild
environments:
  - python: '{sys.version_info.major}.{sys.version_info.minor}'
    platform: PLATFORM
    packages:
      - {{name: zen-no-such-distribution, version: '1.0', hashes: ['sha256:ab']}}
...
"""


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no test see what another one has imported."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    sys.modules.pop(MODULE, None)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """A server that nobody must connect to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)  # noqa: FBT003 - as it is there
        yield listener


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Whatever else is on the host."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "file").write_text("of the user")
    return folder


@pytest.fixture
def clone(
    here: Path, outside: Path, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A repository of before there were profiles, made to do harm."""
    import platform

    Repository("/")
    root = here / "clone"
    zen = root / ".zen"
    files = {
        root / f"{MODULE}.py": CODE,
        root / "stack.yaml": STACK,
        root / "zen.lock": LOCK.replace(
            "PLATFORM", f"{sys.platform}-{platform.machine()}"
        ),
        zen / "config.yaml": LEGACY,
    }
    for number, (place, text) in enumerate(ATTRIBUTES.items()):
        name = place.partition("/")[2]
        uuid = f"5d2b8fdd-9a4f-4c62-9a53-4b0e6c0f5a{number:02}"
        files[zen / f"{place}.yaml"] = f"{{name: {name}, uuid: {uuid}{text}}}\n"
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        port = str(server.getsockname()[1])
        path.write_text(text.replace("OUTSIDE", str(outside)).replace("PORT", port))
    monkeypatch.setenv("TOKEN", TOKEN)
    monkeypatch.chdir(root)
    return root


def leaves(
    command: click.Command, context: click.Context, *names: str
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield all commands that are no groups, with their names."""
    if not isinstance(command, click.Group):
        yield names, command
        return
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child
        below = click.Context(child, parent=context, info_name=name, obj=context.obj)
        yield from leaves(child, below, *names, name)


def calls() -> list[list[str]]:
    """Return a call of each command that isn't consent, with what it must be given."""
    settings = main.context_settings
    context = click.Context(main, info_name="zen", obj=App(), **settings)
    found = []
    for names, command in leaves(main, context):
        if names in CONSENT:
            continue
        given = [*names]
        for parameter in command.params:
            if parameter.required:
                value = ARGUMENTS.get(parameter.name or "", "wild")
                is_option = isinstance(parameter, click.Option)
                given += [parameter.opts[0], value] if is_option else [value]
        found.append(given)
    return found


def is_of_interest(call: list[str]) -> bool:
    """Tell whether a call isn't the same as that of another component type."""
    others = {"alerter", "container-registry", "experiment-tracker", "feature-store"}
    others |= {"model-deployer", "secrets-manager", "step-operator", "orchestrator"}
    return call[0] not in others and call[:2] != ["plugin", "doctor"]


def add_flavor(clone: Path) -> None:
    folder = clone / ".zen" / "flavors" / "artifact_store"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(FLAVOR)


def sweep(clone: Path, config: Path, commands: list[list[str]]) -> Iterator[str]:
    """Call commands one by one, each in the clone as it was, and yield all they say."""
    CliRunner().invoke(main, ["profile", "list"])  # it is migrated
    add_flavor(clone)  # and then pulled
    states = clone.parent.parent / "states"
    for name, folder in (("clone", clone), ("config", config)):
        shutil.copytree(folder, states / name, symlinks=True)
    for command in commands:
        result = CliRunner().invoke(main, command)
        assert isinstance(result.exception, SystemExit | None), (command, result)
        yield result.output
        for name, folder in (("clone", clone), ("config", config)):
            shutil.copytree(states / name, folder, symlinks=True, dirs_exist_ok=True)


def check_harmless(clone: Path, server: socket.socket, said: str) -> None:
    assert not (clone / "imported").exists()
    assert MODULE not in sys.modules
    assert str(clone) not in sys.path
    assert TOKEN not in said
    with suppress(BlockingIOError):
        server.accept()
        pytest.fail("a connection was made")


@pytest.mark.parametrize(
    "chosen",
    [is_of_interest, pytest.param(lambda _: True, marks=pytest.mark.slow)],
    ids=["", "all"],
)
def test_no_command_runs_it_reaches_out_or_writes_elsewhere(
    clone: Path,
    config: Path,
    outside: Path,
    server: socket.socket,
    tree: Callable[[Path], Tree],
    chosen: Callable[[list[str]], bool],
) -> None:
    before = tree(outside).state()
    commands = [call for call in calls() if chosen(call)]
    assert len(commands) > 60
    for said in sweep(clone, config, commands):
        check_harmless(clone, server, said)
        assert tree(outside).state() == before


@pytest.mark.slow
def test_the_installed_program_does_no_harm_either(
    clone: Path, config: Path, outside: Path, tree: Callable[[Path], Tree]
) -> None:
    program = Path(sys.executable).with_name("zen")
    before = tree(outside).state()
    for call in [call for call in calls() if is_of_interest(call)][::3]:
        done = subprocess.run(
            [program, *call], capture_output=True, check=False, input="", text=True
        )
        assert "Traceback" not in done.stderr, call
        assert TOKEN not in done.stdout + done.stderr, call
        assert not (clone / "imported").exists(), call
    assert tree(outside).state() == before
    assert config.exists()


def test_what_it_calls_a_flavor_is_not_taken_over(zen: Zen, clone: Path) -> None:
    add_flavor(clone)
    flavors = zen("artifact-store", "flavor", "list", "-o", "json").json
    assert [flavor["name"] for flavor in flavors] == ["local"]
    profile = zen("profile", "describe", "-o", "json").json
    assert profile["store_url"].endswith(profile["name"])


def test_status_says_what_is_not_trusted(zen: Zen, clone: Path) -> None:
    found = zen("status", "-o", "json").json
    assert {part["state"] for part in found["components"]} == {"untrusted"}
    (trouble,) = found["troubles"]
    assert f"the repository {clone}, which isn't trusted" in trouble["error"]
    assert f"'zen repo trust {clone}'" in trouble["remedy"]


def test_to_install_what_it_names_is_asked_for(zen: Zen, clone: Path) -> None:
    for command in ("sync", "lock"):
        outcome = zen("stack", command, answer="n\n", code=1)
        assert f"The repository {clone} isn't trusted. " in outcome.err
    shown = zen("stack", "sync", "--dry-run").out
    assert "zen-no-such-distribution" in shown


def test_a_stack_file_is_imported_without_its_flavor(zen: Zen, clone: Path) -> None:
    """`stack.yaml` names a module that lies beside it."""
    outcome = zen("stack", "import", "stack.yaml")
    assert "Stack 'brought' successfully imported." in outcome.out
    assert "mine" in outcome.err
    assert "trust" in outcome.err
    assert MODULE not in sys.modules
    del clone


def test_once_it_is_trusted_it_is_used(zen: Zen, clone: Path, outside: Path) -> None:
    zen("profile", "list")
    assert zen("repo", "trust").out == f"Trusted the repository at '{clone}'.\n"
    found = zen("status", "-o", "json").json
    states = {part["type"]: part["state"] for part in found["components"]}
    assert states["orchestrator"] == "running"
    zen("repo", "distrust")
    assert "untrusted" in zen("status").out
    del outside


def test_a_flavor_of_another_repository_is_not_looked_for_here(
    zen: Zen, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, other = here / "home", here / "other"
    for root in (home, other):
        root.mkdir()
        (root / f"{MODULE}.py").write_text(CODE)
        zen("init", str(root))
    monkeypatch.chdir(home)
    zen("artifact-store", "flavor", "register", f"{MODULE}.Mine")
    zen("artifact-store", "register", "mine", "--flavor=mine", "--path=x")
    others = ("--orchestrator=default", "--metadata-store=default")
    zen("stack", "register", "with-mine", "--artifact-store=mine", *others)
    del sys.modules[MODULE]
    monkeypatch.chdir(other)
    zen("stack", "set", "with-mine")
    for command in USERS:
        result = CliRunner().invoke(main, command.split())
        assert isinstance(result.exception, SystemExit | None), command
        assert not (other / "imported").exists(), command
    told = zen("status").out
    assert f"may not be imported from the repository {other}, only from {home}." in told
    assert f"'zen repo trust {other}'" in told
    zen("repo", "trust")
    zen("status")
    assert (other / "imported").exists()


USERS: Final = (
    "artifact-store describe mine",
    "artifact-store flavor list",
    "artifact-store flavor describe mine",
    "artifact-store up mine",
    "stack describe",
    "stack diff default with-mine",
    "stack up",
    "pipeline runs list",
)


def test_what_only_reads_writes_nothing(
    zen: Zen, here: Path, config: Path, tree: Callable[[Path], Tree]
) -> None:
    zen("init")
    zen("status")
    before = [tree(folder).state() for folder in (here, config)]
    for command in READERS:
        zen(*command.split())
    assert [tree(folder).state() for folder in (here, config)] == before


READERS: Final = (
    "status",
    "stack list",
    "stack describe",
    "stack get",
    "profile list",
    "profile describe",
    "profile log",
    "artifact-store list",
    "artifact-store describe",
    "artifact-store flavor list",
    "flavor list",
    "plugin list",
    "repo list",
    "stack sync --check",
    "schema",
    "version",
)


def test_a_flavor_record_of_nobodys_is_not_imported(
    zen: Zen, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As somebody who shares the profile may write it."""
    zen("init")
    record = FlavorRecord("artifact_store", "mine", f"{MODULE}:Mine", file="x.py")
    Repository().store.save(flavors=[record])
    (here / f"{MODULE}.py").write_text(CODE)
    outcome = zen("artifact-store", "flavor", "describe", "mine", code=1)
    assert "may not be imported from the repository" in outcome.err
    monkeypatch.syspath_prepend(here)
    zen("artifact-store", "flavor", "describe", "mine", code=1)
    assert not (here / "imported").exists()
