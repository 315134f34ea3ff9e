"""Which repositories are trusted on this host, and which folders they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from zen import Repository
from zen.config import RepositoryFolder
from zen.config.trust import Binding, Trust
from zen.errors import (
    ConfigurationError,
    DamagedDataError,
    StoreUnavailableError,
    UntrustedError,
)

if TYPE_CHECKING:
    from pathlib import Path

HORN = Binding("alerter", "horn", "alerts:Horn")


@pytest.fixture
def clone(here: Path) -> Path:
    """A repository that nobody on this host has made."""
    root = here / "clone"
    (root / ".zen").mkdir(parents=True)
    return root


def test_a_folder_that_came_from_elsewhere_is_not_trusted(clone: Path) -> None:
    verdict = Trust().of(clone)
    assert not verdict.is_trusted
    assert verdict.reason == "you haven't trusted it on this host"


def test_what_is_trusted_is_so_until_it_is_not(clone: Path, config: Path) -> None:
    Trust().add(clone, [HORN])
    assert Trust().of(clone).by == "command"
    assert Trust().roots() == {clone: frozenset({HORN})}
    assert (config / "trust.yaml").stat().st_mode & 0o777 == 0o600
    (mark,) = (clone / ".zen" / ".state").glob("trust-*")
    Trust().add(clone)
    assert mark.exists()
    assert Trust().roots() == {clone: frozenset({HORN})}
    assert Trust().remove(clone)
    assert not Trust().of(clone).is_trusted
    assert [*(clone / ".zen").iterdir()] == []
    assert not Trust().remove(clone)


def test_git_does_not_take_the_mark_along(clone: Path) -> None:
    Trust().add(clone)
    assert (clone / ".zen" / ".state" / ".gitignore").read_text() == "*\n"


def test_initializing_is_trusting(here: Path) -> None:
    Repository.initialize(here)
    assert Trust().of(here).by == "command"


def test_a_repository_that_is_none_any_more_leaves_nothing(here: Path) -> None:
    repository = Repository.initialize(here)
    assert repository.clean() == []
    assert Trust().roots() == {}
    assert not (here / ".zen").exists()


def test_one_in_another_is_on_its_own(here: Path, clone: Path) -> None:
    Repository.initialize(here)
    assert not Trust().of(clone).is_trusted
    Trust().add(clone)
    Trust().remove(here)
    assert Trust().of(clone).is_trusted


def test_a_folder_that_was_moved_is_explained(clone: Path, here: Path) -> None:
    Trust().add(clone)
    moved = clone.rename(here / "moved")
    assert Trust().of(clone).reason == "it isn't there"
    reason = Trust().of(moved).reason
    assert reason == f"it was trusted at {clone}, and was moved or copied from there"
    Trust().add(moved)
    assert Trust().of(moved).is_trusted


def test_a_copy_is_not_what_it_was_copied_from(clone: Path, here: Path) -> None:
    Trust().add(clone)
    shutil.copytree(clone, here / "copy")
    assert not Trust().of(here / "copy").is_trusted
    assert Trust().of(clone).is_trusted


def test_a_full_copy_in_the_place_of_the_original_is_the_original(
    clone: Path, here: Path
) -> None:
    """As when a backup was restored: a file's inode isn't what is trusted."""
    Trust().add(clone)
    shutil.copytree(clone.rename(here / "moved"), clone)
    assert Trust().of(clone).by == "command"


def test_a_folder_that_took_the_place_of_another_is_explained(clone: Path) -> None:
    Trust().add(clone)
    shutil.rmtree(clone)
    (clone / ".zen").mkdir(parents=True)
    reason = Trust().of(clone).reason
    assert reason == "its folder isn't the one that was trusted at that path"


def test_a_mark_that_is_a_link_is_none(clone: Path, here: Path) -> None:
    Trust().add(clone)
    state = clone / ".zen" / ".state"
    state.rename(here / "state")
    state.symlink_to(here / "state")
    assert not Trust().of(clone).is_trusted
    with pytest.raises(StoreUnavailableError, match="a symbolic link to one"):
        Trust().add(clone)


def test_nothing_is_written_through_a_link(here: Path) -> None:
    (here / "target").mkdir()
    (here / "clone").mkdir()
    (here / "clone" / ".zen").symlink_to(here / "target")
    with pytest.raises(StoreUnavailableError, match="a symbolic link to one"):
        Trust().add(here / "clone")
    assert [*(here / "target").iterdir()] == []


def test_a_link_to_a_repository_is_that_repository(clone: Path, here: Path) -> None:
    (here / "link").symlink_to(clone)
    Trust().add(here / "link")
    assert Trust().of(clone).is_trusted
    assert [*Trust().roots()] == [clone]


def test_where_nothing_can_be_written_the_variable_is_named(clone: Path) -> None:
    (clone / ".zen" / ".state").touch()
    with pytest.raises(StoreUnavailableError) as raised:
        Trust().add(clone)
    assert "ZEN_TRUSTED_REPOSITORIES" in raised.value.hint
    assert Trust().roots() == {}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "repositories:\n...\n",
        "repositories:\n  /a: {token: x}\n...\n",
        "- 3\n...\n",
    ],
)
def test_a_file_that_cannot_be_understood_trusts_nothing(
    clone: Path, config: Path, content: str
) -> None:
    Trust().add(clone)
    (config / "trust.yaml").write_text(content)
    with pytest.raises(DamagedDataError) as raised:
        Trust().of(clone)
    assert raised.value.hint == "Delete it, and trust your repositories again."
    with pytest.raises(DamagedDataError):
        Trust().add(clone)


def test_the_environment_decides_for_a_process(
    clone: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = os.pathsep.join([str(here / "other"), str(clone)])
    monkeypatch.setenv("ZEN_TRUSTED_REPOSITORIES", named)
    assert Trust().of(clone).by == "environment"
    assert not Trust().of(here).is_trusted
    monkeypatch.setenv("ZEN_TRUSTED_REPOSITORIES", "*")
    assert Trust().of(here).by == "environment"


def test_a_relative_path_in_the_environment_is_refused(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_TRUSTED_REPOSITORIES", "clone")
    with pytest.raises(ConfigurationError, match="names 'clone', which isn't absolute"):
        Trust().of(clone)


def run_as(monkeypatch: pytest.MonkeyPatch, file: Path | None) -> None:
    main = ModuleType("__main__")
    if file:
        main.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "__main__", main)


def test_to_run_a_file_is_to_trust_what_is_around_it(
    clone: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_as(monkeypatch, clone / "deep" / "run.py")
    assert Trust().of(clone).by == "process"
    run_as(monkeypatch, here / "run.py")
    assert not Trust().of(clone).is_trusted


def test_to_run_an_installed_program_is_not(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Be the environment in the repository, or be Zen installed for editing."""
    run_as(monkeypatch, clone / "venv" / "bin" / "zen")
    monkeypatch.setattr(sys, "prefix", str(clone / "venv"))
    assert not Trust().of(clone).is_trusted
    run_as(monkeypatch, clone / "zen" / "__main__.py")
    sys.modules["__main__"].__package__ = "zen"
    assert not Trust().of(clone).is_trusted


def test_an_environment_behind_a_link_is_installed_too(
    clone: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "link").symlink_to(clone)
    run_as(monkeypatch, here / "link" / "venv" / "bin" / "zen")
    monkeypatch.setattr(sys, "prefix", str(here / "link" / "venv"))
    assert not Trust().of(clone).is_trusted


def test_a_module_of_a_python_in_the_repository_is_installed(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the repository is a home folder, it may hold that and user packages."""
    run_as(monkeypatch, clone / "python" / "lib" / "timeit.py")
    monkeypatch.setattr(sys, "base_prefix", str(clone / "python"))
    assert not Trust().of(clone).is_trusted
    run_as(monkeypatch, clone / "lib" / "site-packages" / "pytest" / "__main__.py")
    packages = str(clone / "lib" / "site-packages")
    monkeypatch.setattr("sysconfig.get_path", lambda *_: packages)
    assert not Trust().of(clone).is_trusted


def test_a_program_from_standard_input_is_no_file(clone: Path) -> None:
    """Even where the working directory has a file that is called like it."""
    (clone / "<stdin>").touch()
    program = "from pathlib import Path; from zen.config.trust import Trust;"
    program += "print(Trust().of(Path.cwd()).by or 'nothing')"
    done = subprocess.run(
        [sys.executable, "-"],
        input=program,
        cwd=clone,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "nothing\n"


def test_a_notebook_is_where_it_works(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_as(monkeypatch, None)
    monkeypatch.chdir(clone)
    assert not Trust().of(clone).is_trusted
    kernels = ModuleType("ipykernel.kernelapp")
    kernel = SimpleNamespace(initialized=lambda: False)
    monkeypatch.setattr(kernels, "IPKernelApp", kernel, raising=False)
    monkeypatch.setitem(sys.modules, kernels.__name__, kernels)
    assert not Trust().of(clone).is_trusted
    kernel.initialized = lambda: True
    assert Trust().of(clone).by == "process"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_is_refused_until_it_is_trusted(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.chown(clone / ".zen", 12345, -1)
    with pytest.raises(UntrustedError, match="Dubious ownership") as raised:
        _ = Repository(clone).root
    assert raised.value.hint.endswith(f"'zen repo trust {clone}'.")
    with monkeypatch.context() as patched:
        patched.setenv("ZEN_TRUSTED_REPOSITORIES", str(clone))
        assert Repository(clone).root == clone
    assert Repository.trust(clone).root == clone
    assert Repository(clone).root == clone


def test_a_zen_folder_that_is_a_link_is_refused(here: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (here / ".zen").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(
        UntrustedError, match="is a symbolic link, and Zen follows none"
    ):
        RepositoryFolder.find({}, here)
    assert [*(tmp_path / "elsewhere").iterdir()] == []
