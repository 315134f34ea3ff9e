"""Where custom flavors are imported from, and what a process consents to."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.core.config.legacy.conftest import make_legacy
from zen import Repository
from zen.carrying import LockFile
from zen.config.trust import Binding, Trust
from zen.errors import UntrustedError, ZenError
from zen.records import ComponentRecord, FlavorRecord, Provider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULE = "zen_module_of_a_repository"
CODE = """\
from zen import BaseAlerter

class Horn(BaseAlerter):
    FLAVOR = "horn"

    def post(self, message):
        return __file__

    def ask(self, question):
        return True
"""
SCRIPT = """\
from zen import Repository
print(Repository().get_stack_component("alerter", "loud").post(""))
"""


@pytest.fixture(autouse=True)
def forget(only_fakes: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no test see what another one has imported; no plugin is needed."""
    del only_fakes
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    sys.modules.pop(MODULE, None)


@pytest.fixture
def home(here: Path) -> Path:
    """A repository with a flavor of its own, and a component that has it."""
    root = here / "home"
    root.mkdir()
    (root / f"{MODULE}.py").write_text(CODE)
    (root / "run.py").write_text(SCRIPT)
    repository = Repository.initialize(root)
    record = FlavorRecord("alerter", "horn", f"{MODULE}:Horn", file=f"{MODULE}.py")
    component = ComponentRecord("alerter", "loud", "horn")
    repository.store.save(flavors=[record], components=[component])
    Trust().add(root, [Binding("alerter", "horn", f"{MODULE}:Horn")])
    return root


def clone_of(home: Path, name: str) -> Path:
    """Return a clone of a repository, without what git ignores."""
    ignored = shutil.ignore_patterns(".state", "__pycache__")
    return shutil.copytree(home, home.with_name(name), ignore=ignored)


def post(root: Path) -> str:
    """Return the file that the component's class is in."""
    sys.modules.pop(MODULE, None)
    sys.path[:] = [
        place for place in sys.path if not place.startswith(str(root.parent))
    ]
    component = Repository(root).get_stack_component("alerter", "loud")
    return str(component.post(""))  # type: ignore[attr-defined]  # it is a horn


def test_each_repository_has_its_own_file(home: Path) -> None:
    worktree = clone_of(home, "worktree")
    assert post(home) == str(home / f"{MODULE}.py")
    with pytest.raises(
        UntrustedError, match="which isn't trusted: you haven't trusted it"
    ):
        post(worktree)
    Repository.trust(worktree)
    assert post(worktree) == str(worktree / f"{MODULE}.py")
    assert post(home) == str(home / f"{MODULE}.py")


def test_a_trusted_repository_may_have_another_file_of_that_name(home: Path) -> None:
    other = clone_of(home, "other")
    shutil.rmtree(other / ".zen")
    Repository.initialize(other)
    with pytest.raises(UntrustedError) as raised:
        post(other)
    assert f"may not be imported from the repository {other}, only from {home}" in str(
        raised.value
    )
    assert (
        raised.value.hint == f"If its class is here too, run 'zen repo trust {other}'."
    )


def test_to_register_it_again_binds_it(home: Path) -> None:
    worktree = clone_of(home, "worktree")
    Repository(worktree).custom_flavors.register(f"{MODULE}.Horn", "alerter")
    assert post(worktree) == str(worktree / f"{MODULE}.py")
    assert [*Trust().roots()] == [home, worktree]


def test_a_folder_that_was_moved_needs_one_command(home: Path) -> None:
    moved = home.rename(home.with_name("moved"))
    with pytest.raises(
        UntrustedError, match=f"it was trusted at {home}, and was moved"
    ):
        post(moved)
    Repository.trust(moved)
    assert post(moved) == str(moved / f"{MODULE}.py")


def test_in_one_process_a_module_is_of_one_repository(home: Path) -> None:
    worktree = clone_of(home, "worktree")
    Repository.trust(worktree)
    post(home)
    with pytest.raises(ZenError, match="in this process, but"):
        Repository(worktree).get_stack_component("alerter", "loud")


@pytest.mark.parametrize(
    "program",
    [[sys.executable, "run.py"], ["zen", "run", "run.py"], ["zen", "run", "-m", "run"]],
    ids=" ".join,
)
def test_to_run_a_script_is_consent(
    home: Path, program: list[str], config: Path
) -> None:
    """On a host where nobody has registered the flavor."""
    clone = clone_of(home, "clone")
    (config / "trust.yaml").unlink()
    if program[0] == "zen":
        program = [sys.executable, "-m", *program]
        (clone / "run.py").write_text(f"{SCRIPT}\nraise SystemExit(0)\n")
    done = subprocess.run(
        program, cwd=clone, capture_output=True, check=False, text=True
    )
    assert done.stdout == f"{clone / f'{MODULE}.py'}\n", done.stderr


def test_a_script_of_another_folder_is_none(home: Path, config: Path) -> None:
    clone = clone_of(home, "clone")
    (config / "trust.yaml").unlink()
    script = home.parent / "elsewhere.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, script], cwd=clone, capture_output=True, check=False, text=True
    )
    assert "UntrustedError" in done.stderr


def test_one_variable_is_enough(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = clone_of(home, "clone")
    monkeypatch.setenv("ZEN_TRUSTED_REPOSITORIES", str(clone))
    assert post(clone) == str(clone / f"{MODULE}.py")


def test_outside_of_any_repository_the_file_is_what_counts(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        (here / name).mkdir()
        (here / name / f"{MODULE}.py").write_text(CODE)
    monkeypatch.syspath_prepend(here / "first")
    repository = Repository()
    repository.custom_flavors.register(f"{MODULE}.Horn", "alerter")
    assert repository.factory.create("alerter", "horn", "loud").FLAVOR == "horn"
    del sys.modules[MODULE]
    monkeypatch.syspath_prepend(here / "second")
    with pytest.raises(UntrustedError):
        repository.factory.create("alerter", "horn", "loud")


def test_what_claims_to_be_installed_is_not_looked_for_in_a_repository(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = clone_of(home, "clone")
    record = FlavorRecord(
        "alerter", "fake", f"{MODULE}:Horn", provider=Provider("acme", "1.0")
    )
    repository = Repository(clone)
    repository.store.save(flavors=[record])
    monkeypatch.syspath_prepend(clone)  # as `python -m zen` does
    with pytest.raises(UntrustedError):
        repository.custom_flavors.load(record)
    assert MODULE not in sys.modules


def test_packages_are_not_imported_to_look_for_a_module(home: Path) -> None:
    package = home / "zen_package_of_a_repository"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit(3)")
    (package / "horns.py").write_text(CODE)
    record = FlavorRecord("alerter", "deep", f"{package.name}.horns:Horn")
    repository = Repository(home)
    repository.store.save(flavors=[record])
    Repository.trust(home)
    assert package.name not in sys.modules
    bound = {flavor.name for flavor in Trust().roots()[home]}
    assert bound == {"deep", "horn"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_legacy_repository_of_somebody_else_is_migrated_elsewhere(
    here: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Repository()
    legacy = make_legacy(here)
    os.chown(legacy.folder, 12345, -1)
    monkeypatch.setenv("ZEN_TRUSTED_REPOSITORIES", "*")
    profile = Repository().active_profile
    assert (profile.store_url, profile.origin) == (None, here)
    assert (config / "profiles" / profile.name / "stacks").is_dir()
    assert not (legacy.folder / "stacks").exists()


@pytest.mark.parametrize("what", ["link", "pipe", "device"])
def test_only_regular_files_are_migrated(here: Path, tmp_path: Path, what: str) -> None:
    Repository()
    legacy = make_legacy(here)
    file = legacy.file("orchestrator", "local_orchestrator")
    content = file.read_text()
    file.unlink()
    if what == "link":
        (tmp_path / "secret.yaml").write_text(content)
        file.symlink_to(tmp_path / "secret.yaml")
    elif what == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero")
    with pytest.raises(ZenError) as raised:
        _ = Repository().active_profile
    assert str(file) in str(raised.value)
    assert "zen profile set NAME" in raised.value.hint
    assert [*Repository("/").profiles] == ["default"]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.touch()])
def test_what_is_no_folder_makes_no_repository(here: Path, make: object) -> None:
    make(here / ".zen")  # type: ignore[operator]
    assert Repository().root is None
    with pytest.raises(ZenError, match="is the configuration folder, or no folder"):
        Repository.initialize(here)
    assert not stat.S_ISDIR((here / ".zen").stat().st_mode)


def test_settings_that_are_a_pipe_are_refused(here: Path) -> None:
    Repository.initialize(here)
    (here / ".zen" / "config.yaml").unlink()
    os.mkfifo(here / ".zen" / "config.yaml")
    with pytest.raises(ZenError, match="not a regular file"):
        _ = Repository().active_profile


@pytest.mark.parametrize("what", ["pipe", "device"])
def test_a_lock_that_is_no_file_is_refused(here: Path, what: str) -> None:
    if what == "pipe":
        os.mkfifo(here / "zen.lock")
    else:
        (here / "zen.lock").symlink_to("/dev/zero")
    with pytest.raises(ZenError, match="not a regular file"):
        LockFile.read(here / "zen.lock")
