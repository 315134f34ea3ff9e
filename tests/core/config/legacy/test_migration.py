"""A repository from before profiles is migrated when it is first used."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.core.config.legacy.conftest import LOCAL
from zen import Repository
from zen.config import LocalSettings
from zen.errors import (
    ConfigurationError,
    DanglingReferenceError,
    InUseError,
    UntrustedError,
)
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import RunPython
    from tests.core.config.legacy.conftest import Legacy
    from tests.core.conftest import Tree


def profile_names() -> list[str]:
    """Return the names of the profiles, without looking at any repository."""
    return [*Repository("/").profiles]


def test_its_stacks_become_those_of_a_new_profile(
    legacy: Legacy, notices: list[str]
) -> None:
    repository = Repository(notify=notices.append)
    profile = repository.active_profile
    assert re.fullmatch(r"legacy-repository-[0-9a-f]{8}", profile.name)
    assert (profile.store_type, profile.store_url, profile.active_stack) == (
        "local",
        legacy.folder.as_uri(),
        "local_stack",
    )
    assert repository.stack_configurations == {
        "local_kubeflow_stack": {
            **LOCAL,
            "orchestrator": "kubeflow_orchestrator",
            "container_registry": "local_registry",
        },
        "local_stack": LOCAL,
    }
    assert repository.active_profile_choice.scope == "repository"
    with pytest.raises(UntrustedError, match="aren't used, since they came with"):
        _ = repository.active_stack
    assert Repository.trust().active_stack.artifact_store.path == "/data"
    assert repository.store.driver.last_sequence() == 1


def test_it_is_announced_once(legacy: Legacy, notices: list[str]) -> None:
    name = Repository(notify=notices.append).active_profile_name
    told = "\n".join(notices)
    assert told.startswith(
        "A legacy Zen repository with locally configured stacks was found at"
        f" '{legacy.folder}'.\n"
    )
    assert f"to a newly created profile: '{name}'.\n" in told
    assert f"\n\n'zen profile delete {name}'\n\n" in told
    assert f"\nInitializing profile `{name}`..." in told
    notices.clear()
    assert Repository(notify=notices.append).active_profile_name == name
    assert notices == []


def test_it_pins_the_profile_and_the_old_files_are_kept(
    legacy: Legacy, tree: Callable[[Path], Tree]
) -> None:
    before = tree(legacy.folder).files()
    config = before.pop("config.yaml")
    name = Repository().active_profile_name
    after = tree(legacy.folder).files()
    assert after["config.yaml"].decode() == (
        f"active_profile_name: {name}\nactive_stack_name: local_stack\n"
    )
    assert after[f"config.{name}.yaml"] == config
    assert {file: after[file] for file in before} == before


def test_nothing_changes_outside(legacy: Legacy, tmp_path: Path) -> None:
    name = Repository(legacy.root).active_profile_name
    assert Repository(tmp_path).active_profile_name == "default"
    assert profile_names() == ["default", name]


def test_a_repository_that_says_what_is_active_is_none(legacy: Legacy) -> None:
    """As one of which the original made a profile, in its own configuration."""
    legacy.change(active_profile_name="default")
    assert Repository().active_profile_name == "default"
    assert profile_names() == ["default"]


@pytest.mark.parametrize("variable", ["ZEN_ACTIVATED_PROFILE", "ZEN_ACTIVATED_STACK"])
def test_what_the_environment_says_is_no_reason_to_wait(
    legacy: Legacy, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "default")
    Repository(legacy.root)
    assert len(profile_names()) == 2


def test_a_profile_that_is_kept_where_old_files_are_can_be_copied(
    legacy: Legacy,
) -> None:
    """The folders of old components are none of records."""
    Repository()
    assert LocalStoreDriver(str(legacy.folder)).kinds() == [
        "component",
        "stack",
        "store",
    ]


def test_the_profile_can_be_deleted_when_another_one_is_active(legacy: Legacy) -> None:
    repository = Repository()
    name = repository.active_profile_name
    with pytest.raises(InUseError):
        repository.delete_profile(name)
    repository.activate_profile("default")
    repository.delete_profile(name)
    assert Repository(legacy.root).active_profile_name == "default"
    assert profile_names() == ["default"]


def test_where_the_repository_comes_from_elsewhere_the_profile_is_taken_up(
    legacy: Legacy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = Repository().active_profile_name
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "other"))
    repository = Repository()
    with pytest.raises(DanglingReferenceError) as caught:
        _ = repository.active_profile
    command = f"zen profile create {name} --url {legacy.folder}"
    assert f"'{command}'" in caught.value.hint
    repository.create_profile(name, url=str(legacy.folder))
    assert Repository().active_stack_name == "local_stack"


def test_a_root_that_is_called_like_a_reference_is_not_expanded(
    legacy: Legacy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A clone's place is data: it leads to no folder that a variable names."""
    monkeypatch.setenv("ELSEWHERE", str(tmp_path / "elsewhere"))
    root = legacy.root / "${ELSEWHERE}"
    root.mkdir()
    legacy.folder.rename(root / ".zen")
    stacks = [stack.name for stack in Repository(root).list_stacks()]
    assert stacks == ["local_kubeflow_stack", "local_stack"]
    assert [stack.name for stack in Repository(root).list_stacks()] == stacks
    assert (root / ".zen" / "stacks" / "local_stack.yaml").is_file()
    assert not (tmp_path / "elsewhere").exists()
    # Another host is told how to take it up, which is as literal.
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "other-host"))
    with pytest.raises(DanglingReferenceError) as caught:
        _ = Repository(root).active_profile
    name, _, url = caught.value.hint.partition("create ")[2].partition(" --url ")
    Repository(root).create_profile(name, url=url.partition("'")[0])
    assert [stack.name for stack in Repository(root).list_stacks()] == stacks


def test_two_hosts_make_the_same_of_it(
    legacy: Legacy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """So what they commit to git agrees."""
    shutil.copytree(legacy.root, tmp_path / "clone")
    shared = []
    for number, root in enumerate((legacy.root, tmp_path / "clone")):
        monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / f"host-{number}"))
        Repository(root)
        files = (path for path in root.rglob("*.yaml"))
        shared.append({f.relative_to(root): f.read_bytes() for f in files})
    assert shared[0] == shared[1]


def test_a_copy_on_the_same_host_gets_a_profile_of_its_own(
    legacy: Legacy, tmp_path: Path
) -> None:
    shutil.copytree(legacy.root, tmp_path / "clone")
    names = [
        Repository(root).active_profile_name
        for root in (legacy.root, tmp_path / "clone", legacy.root, tmp_path / "clone")
    ]
    assert names[:2] == names[2:]
    assert len(set(names)) == 2
    assert len(profile_names()) == 3


def test_what_was_changed_since_stays_when_the_old_file_comes_back(
    legacy: Legacy,
) -> None:
    """As by git: the profile is there, and is what it has become."""
    old = legacy.config.read_text()
    repository = Repository()
    name = repository.active_profile_name
    repository.rename_stack("local_kubeflow_stack", "kubeflow")
    legacy.config.write_text(old)
    again = Repository()
    assert again.active_profile_name == name
    assert list(again.stack_configurations) == ["kubeflow", "local_stack"]
    assert len(profile_names()) == 2


def test_what_it_said_is_not_kept_by_way_of_a_link(
    legacy: Legacy, tmp_path: Path
) -> None:
    old = legacy.config.read_text()
    name = Repository().active_profile_name
    precious = tmp_path / "precious"
    precious.write_text("mine")
    kept = legacy.folder / f"config.{name}.yaml"
    kept.unlink()
    kept.symlink_to(precious)
    legacy.config.write_text(old)
    assert Repository().active_profile_name == name
    assert precious.read_text() == "mine"


def test_what_is_in_the_store_already_is_taken_up(legacy: Legacy) -> None:
    """As after a migration that was interrupted, or when its profile was deleted."""
    old = legacy.config.read_text()
    repository = Repository()
    name = repository.active_profile_name
    repository.rename_stack("local_kubeflow_stack", "kubeflow")
    file = legacy.folder / "components" / "artifact_store" / "local_artifact_store.yaml"
    file.write_text(file.read_text().replace("/data", "/elsewhere"))
    repository.activate_profile("default")
    repository.delete_profile(name)
    legacy.config.write_text(old)
    again = Repository()
    assert again.active_profile_name == name
    assert Repository.trust().active_stack.artifact_store.path == "/elsewhere"
    stacks = ["kubeflow", "local_kubeflow_stack", "local_stack"]
    assert list(again.stack_configurations) == stacks


DAMAGE: dict[str, dict[str, object]] = {
    "'stacks' must be a mapping": {"stacks": ["local_stack"]},
    "'stack_components' must be a mapping": {"stack_components": None},
    "stack 'local_stack' has orchestrator 'gone', which isn't there": {
        "stacks": {"local_stack": {**LOCAL, "orchestrator": "gone"}}
    },
    "stack 'local_stack' has no orchestrator": {
        "stacks": {"local_stack": {**LOCAL, "orchestrator": None}}
    },
    "'stacks: local_stack: orchestrator' must be text": {
        "stacks": {"local_stack": {**LOCAL, "orchestrator": 3}}
    },
    "'active_stack_name' must be text": {"active_stack_name": ["local_stack"]},
    "'stack_components: alerter: x' must be text": {
        "stack_components": {"alerter": {"x": 3}}
    },
    "'alerter' must be a mapping": {"stack_components": {"alerter": ["x"]}},
    "'Big' is not a component type": {"stack_components": {"Big": {"x": "y"}}},
    "alerter '../../x' would be kept elsewhere": {
        "stacks": {},
        "stack_components": {"alerter": {"../../x": "y"}},
    },
}


@pytest.mark.parametrize("reason", DAMAGE)
def test_a_damaged_configuration_is_named_and_nothing_is_done(
    legacy: Legacy, reason: str, notices: list[str], tree: Callable[[Path], Tree]
) -> None:
    legacy.change(**DAMAGE[reason])
    before = tree(legacy.root).state()
    repository = Repository(notify=notices.append)
    with pytest.raises(ConfigurationError) as caught:
        _ = repository.active_profile
    assert f"{legacy.config}: {reason}" in str(caught.value)
    assert "zen profile set" in caught.value.hint
    assert (notices, profile_names()) == ([], ["default"])
    assert tree(legacy.root).state() == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "the file is missing"),
        (b"name: [", "not valid YAML"),
        (b"just a text", "a mapping is expected"),
        (b"name: x\nuuid: seven\n", "'uuid' must be a UUID"),
        (b"name: x\n", "'uuid' must be a UUID"),
        (b"", "a mapping is expected"),
    ],
)
def test_a_damaged_component_is_named_and_nothing_is_done(
    legacy: Legacy, content: bytes | None, reason: str, tree: Callable[[Path], Tree]
) -> None:
    file = legacy.file("metadata_store", "local_metadata_store")
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    before = tree(legacy.root).state()
    repository = Repository()
    with pytest.raises(ConfigurationError) as caught:
        _ = repository.active_profile
    assert str(file) in str(caught.value)
    assert reason in str(caught.value)
    assert profile_names() == ["default"]
    assert tree(legacy.root).state() == before


def test_what_is_mended_is_migrated(legacy: Legacy) -> None:
    file = legacy.file("metadata_store", "local_metadata_store")
    content = file.read_bytes()
    file.unlink()
    Repository()
    file.write_bytes(content)
    assert Repository().active_stack_name == "local_stack"


def test_another_profile_may_be_chosen_instead(legacy: Legacy) -> None:
    legacy.change(stacks=None)
    repository = Repository()
    repository.activate_profile("default")
    assert repository.active_profile_name == "default"
    assert Repository().active_profile_name == "default"
    assert "stack_components" in yaml.safe_load(legacy.config.read_text())


READ_ONLY = """
    import json, os, sys
    from zen import Repository

    os.environ["ZEN_CONFIG_PATH"], root = sys.argv[1:]
    told = []
    repository = Repository(root, notify=told.append)
    profile = repository.active_profile
    names = [stack.name for stack in repository.list_stacks()]
    active = repository.active_stack_choice
    print(json.dumps([profile.name, profile.store_url, names, active, told]))
"""


def test_a_folder_that_cannot_be_written_is_used_all_the_same(
    legacy: Legacy, run_python: RunPython, config: Path, tree: Callable[[Path], Tree]
) -> None:
    folders = [p for p in (legacy.folder, *legacy.folder.rglob("*")) if p.is_dir()]
    before = tree(legacy.root).state()
    for folder in folders:
        folder.chmod(0o555)

    def use() -> list[object]:
        output = run_python(READ_ONLY, config, legacy.root, unprivileged=True)
        found: list[object] = json.loads(output)
        return found

    name, url, stacks, active, told = use()
    assert url is None
    assert stacks == ["local_kubeflow_stack", "local_stack"]
    assert active == ["local_stack", "repository", str(legacy.config)]
    assert f"{legacy.config} can't be written" in str(told)
    # It is the same when it is used again, and says no more of it.
    assert use() == [name, url, stacks, active, []]
    assert tree(legacy.root).state() == before
    for folder in folders:
        folder.chmod(0o755)
    assert Repository().active_profile_name == name
    assert (
        yaml.safe_load(legacy.config.read_text())
        == LocalSettings(str(name), "local_stack")._asdict()
    )


def test_a_configuration_that_cannot_be_written_is_explained(
    legacy: Legacy, config: Path, run_python: RunPython
) -> None:
    script = """
        import os, sys
        from zen import Repository

        os.environ["ZEN_CONFIG_PATH"], root = sys.argv[1:]
        try:
            Repository(root).active_profile
        except Exception as error:
            print(type(error).__name__, error)
    """
    config.chmod(0o555)
    output = run_python(script, config, legacy.root, unprivileged=True)
    config.chmod(0o755)
    assert output.startswith("ConfigurationError The stacks of the legacy repository")
    assert f"{config}" in output
    assert "stack_components" in legacy.config.read_text()


USE = """\
import json, os, sys
from zen import Repository
from zen.catalog import Catalog

def use(place):
    os.environ["ZEN_CONFIG_PATH"] = f"{place}/config"
    told = []
    nothing = Catalog(find=list)
    repository = Repository(f"{place}/here", catalog=nothing, notify=told.append)
    repository.active_stack_record
    return told
"""
# In each copy, forks a process that dies at the next step, and then uses it again.
DIE_AT_EACH_STEP = """
import itertools, shutil, signal
import filelock, zen.config.legacy._records, zen.stores.local  # not among the steps

EVENTS = {"fsync", "open", "os.mkdir", "os.remove", "os.rename", "fcntl.flock"}

def die_at(step):
    steps = itertools.count(1)
    def pass_step(event="fsync", details=()):
        if event == "open" and not details[2] & (os.O_WRONLY | os.O_RDWR):
            return  # who only reads leaves nothing behind
        if event in EVENTS and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)
    fsync = os.fsync
    os.fsync = lambda descriptor: (fsync(descriptor), pass_step())
    sys.addaudithook(pass_step)

def in_child(act):
    child = os.fork()
    if not child:
        act()
        os._exit(0)
    return os.waitpid(child, 0)[1]

use(sys.argv[1])  # whatever is imported on the way
for step in itertools.count(1):
    copy = f"{sys.argv[3]}/{step}"
    shutil.copytree(sys.argv[2], copy)
    died = os.WIFSIGNALED(in_child(lambda: (die_at(step), use(copy))))
    assert in_child(lambda: use(copy)) == 0, step
    if not died:
        print(step)
        break
"""


@pytest.mark.slow
def test_one_that_is_killed_at_any_step_is_made_by_the_next(
    legacy: Legacy, config: Path, tmp_path: Path, run_python: RunPython
) -> None:
    template = tmp_path / "template"
    shutil.copytree(config, template / "config")
    shutil.copytree(legacy.root, template / "here")
    shutil.copytree(template, tmp_path / "first")
    copies = tmp_path / "copies"
    steps = int(
        run_python(USE + DIE_AT_EACH_STEP, tmp_path / "first", template, copies)
    )
    assert steps > 40
    for step in range(1, steps + 1):
        outcome = outcome_of(copies / str(step))
        assert outcome == outcome_of(tmp_path / "first"), step


def outcome_of(place: Path) -> tuple[object, ...]:
    """Return what a migration has come to: profiles, pins, and the stacks."""
    settings = yaml.safe_load((place / "config" / "config.yaml").read_text())
    zen = place / "here" / ".zen"
    files = {
        path.relative_to(zen): path.read_bytes()
        for path in zen.rglob("*.yaml")
        if ".state" not in path.parts
    }
    return [*settings["profiles"]], settings["active_profile_name"], files


def test_two_processes_at_once_make_one_profile(
    legacy: Legacy, config: Path, tmp_path: Path
) -> None:
    script = dedent(USE) + "print(json.dumps(use(sys.argv[1])))"
    shutil.copytree(config, tmp_path / "place" / "config")
    shutil.copytree(legacy.root, tmp_path / "place" / "here")
    command = [sys.executable, "-c", script, str(tmp_path / "place")]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    told = [json.loads(process.communicate(timeout=300)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0] * 6
    assert sum(1 for notices in told if notices) == 1
    profiles, active, _ = outcome_of(tmp_path / "place")
    assert isinstance(profiles, list)
    assert (len(profiles), active) == (2, "default")
