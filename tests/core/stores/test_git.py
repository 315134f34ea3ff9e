"""A store's folder in git: cloned, changed on both sides, and merged."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Protocol

import pytest

from zen.records import ComponentRecord, StackRecord
from zen.stores import Store
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from pathlib import Path

TYPES = ("orchestrator", "artifact_store", "metadata_store")


class Git(Protocol):
    def __call__(self, folder: Path, *arguments: object, code: int = 0) -> str:
        """Run git in a folder, and return what it prints."""


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """git, with no settings but these."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / "gitconfig").write_text(
        "[user]\nname = ana\nemail = ana@dev1\n[init]\ndefaultBranch = main\n"
    )

    def run(folder: Path, *arguments: object, code: int = 0) -> str:
        done = subprocess.run(
            ["git", *map(str, arguments)],  # noqa: S607 - whichever there is
            cwd=folder,
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    return run


def commit(git: Git, folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "zen")


def store_in(folder: Path) -> Store:
    return Store(LocalStoreDriver(str(folder)))


def alerter(name: str, path: str) -> ComponentRecord:
    return ComponentRecord("alerter", name, "log", {"path": path})


@pytest.fixture
def mine(tmp_path: Path, git: Git) -> Path:
    """A store in git, with a stack and an alerter."""
    folder = tmp_path / "mine"
    parts = [ComponentRecord(kind, "x", "x") for kind in TYPES]
    stack = StackRecord("s", dict.fromkeys(TYPES, "x"))
    store_in(folder).save(components=[*parts, alerter("a", "old")], stacks=[stack])
    git(folder, "init", "--quiet")
    commit(git, folder)
    return folder


@pytest.fixture
def theirs(tmp_path: Path, git: Git, mine: Path) -> Path:
    """A clone of it."""
    git(tmp_path, "clone", "--quiet", mine, "theirs")
    return tmp_path / "theirs"


def change(folder: Path, name: str, path: str) -> None:
    store = store_in(folder)
    store.replace_component("alerter", name, alerter(name, path))


def test_what_belongs_to_the_host_stays_there(mine: Path, git: Git) -> None:
    tracked = git(mine, "ls-files").split()
    assert sorted(tracked) == [
        "components/alerter/a.yaml",
        "components/artifact_store/x.yaml",
        "components/metadata_store/x.yaml",
        "components/orchestrator/x.yaml",
        "stacks/s.yaml",
        "stores/identity.yaml",
    ]
    change(mine, "a", "new")
    assert git(mine, "status", "--porcelain").split() == [
        *("M", "components/alerter/a.yaml")
    ]


def test_a_clone_holds_the_same_and_has_a_log_of_its_own(
    mine: Path, theirs: Path
) -> None:
    one, other = store_in(mine), store_in(theirs)
    assert (one.stacks(), one.components()) == (other.stacks(), other.components())
    assert other.driver.last_sequence() == 0
    change(theirs, "a", "new")
    assert other.driver.last_sequence() == 1


def test_what_both_have_changed_apart_is_merged(
    mine: Path, theirs: Path, git: Git
) -> None:
    for folder, name in ((mine, "m"), (theirs, "t")):
        store_in(folder).save(components=[alerter(name, name)])
        commit(git, folder)
    git(mine, "pull", "--quiet", "--no-rebase", "--no-edit", theirs, "main")
    store = store_in(mine)
    assert [each.name for each in store.components("alerter")[0]] == ["a", "m", "t"]
    change(mine, "t", "changed after the merge")
    assert store.driver.last_sequence() == 3


def test_clones_of_an_older_store_agree_on_its_identity(
    mine: Path, theirs: Path, git: Git, tmp_path: Path
) -> None:
    """A version without identities made it, and each clone is written by this one."""
    for folder in (mine, theirs):
        (folder / "stores" / "identity.yaml").unlink()
    commit(git, mine)
    git(theirs, "checkout", "--quiet", "--", ".")
    git(theirs, "pull", "--quiet", mine, "main")
    for folder, name in ((mine, "m"), (theirs, "t")):
        store_in(folder).save(components=[alerter(name, name)])
        commit(git, folder)
    git(mine, "pull", "--quiet", "--no-rebase", "--no-edit", theirs, "main")
    identity = store_in(mine).identity.uuid
    assert identity == store_in(theirs).identity.uuid
    change(mine, "t", "changed after the merge")
    other = store_in(tmp_path / "other")
    other.save(components=[alerter("a", "old")])
    assert other.identity.uuid != identity


def test_what_both_have_changed_is_a_conflict_that_is_located(
    mine: Path, theirs: Path, git: Git
) -> None:
    for folder in (mine, theirs):
        change(folder, "a", folder.name)
        commit(git, folder)
    pull = ("pull", "--quiet", "--no-rebase", "--no-edit", theirs, "main")
    git(mine, *pull, code=1)
    store = store_in(mine)
    components, damaged = store.components()
    file = mine / "components" / "alerter" / "a.yaml"
    assert [(error.where, bool(error.line)) for error in damaged] == [(file, True)]
    assert sorted(each.type for each in components) == sorted(TYPES)
    assert [stack.name for stack in store.stacks()[0]] == ["s"]
    store.save(components=[alerter("b", "written meanwhile")])
    git(mine, "checkout", "--quiet", "--theirs", file)
    merged = store.component("alerter", "a")
    assert merged.configuration["path"] == "theirs"


def test_a_checkout_of_another_time_is_read_as_it_is(mine: Path, git: Git) -> None:
    change(mine, "a", "new")
    store_in(mine).save(components=[alerter("b", "b")])
    commit(git, mine)
    git(mine, "checkout", "--quiet", "HEAD~1")
    (found,) = store_in(mine).components("alerter")[0]
    assert (found.name, found.configuration["path"]) == ("a", "old")
    change(mine, "a", "newer")
    assert store_in(mine).driver.last_sequence() == 4
