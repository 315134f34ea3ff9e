"""A repository stays where it was made, until it is moved or looks again."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING

import pytest

from tests.core.repository.conftest import register
from zen import Repository

if TYPE_CHECKING:
    from pathlib import Path


def where(repository: Repository) -> tuple[str, str, list[str]]:
    """Return the active profile, the active stack, and what stacks there are."""
    names = [stack.name for stack in repository.list_stacks()]
    return repository.active_profile_name, repository.active_stack_name, names


def test_a_repository_stays_where_it_was_when_another_one_moves(
    repository: Repository,
) -> None:
    register(repository, "prod")
    repository.create_profile("b")
    before = where(repository)
    other = Repository()
    other.activate_stack("prod")
    other.activate_profile("b")
    assert where(repository) == before
    repository.refresh()
    assert where(repository) == ("b", "default", ["default"])


def test_a_repository_folder_may_be_moved_by_another_one(inside: Repository) -> None:
    inside.create_profile("b")
    other = Repository()
    other.activate_profile("b")
    assert inside.active_profile_name == "default"
    inside.refresh()
    assert inside.active_profile_name == "b"
    assert inside.active_profile_choice.scope == "repository"


def test_a_repository_moves_along_with_what_it_activates(inside: Repository) -> None:
    inside.create_profile("b")
    before = inside.context
    inside.activate_profile("b")
    register(inside, "prod")
    inside.activate_stack("prod")
    assert where(inside) == ("b", "prod", ["default", "prod"])
    inside.rename_stack("prod", "live")
    assert where(inside) == ("b", "live", ["default", "live"])
    assert before.profile.name == "default"
    assert where(Repository()) == where(inside)


def test_what_is_changed_beside_it_does_not_move_a_repository(
    repository: Repository,
) -> None:
    """It takes up the profiles that there are, whenever it writes them itself."""
    Repository().create_profile("b")
    Repository().activate_profile("b")
    assert list(repository.profiles) == ["default"]
    repository.create_profile("c")
    assert list(repository.profiles) == ["b", "c", "default"]
    assert repository.active_profile_name == "default"
    repository.delete_profile("c")
    assert list(repository.profiles) == ["b", "default"]


def test_a_profile_that_was_missing_may_be_made(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_ACTIVATED_PROFILE", "b")
    repository.refresh()
    repository.create_profile("b")
    assert where(repository) == ("b", "default", ["default"])


def test_a_context_says_who_decides(inside: Repository, here: Path) -> None:
    context = inside.context
    assert context.root == here
    assert context.profile_choice.source == str(here / ".zen" / "config.yaml")
    assert context.stack_choice == ("default", "repository", context.profile_choice[2])
    assert context.policy.source.startswith("'plugins' in ")
    assert context.store is inside.store
    with pytest.raises(FrozenInstanceError):
        context.known_root = None  # type: ignore[misc]  # that is what is tried


def test_threads_share_a_repository(repository: Repository) -> None:
    with ThreadPoolExecutor(8) as threads:
        names = [f"s{number}" for number in range(16)]
        list(threads.map(lambda name: register(repository, name), names))
        stores = set(threads.map(lambda _: id(repository.store), names))
    assert stores == {id(repository.store)}
    assert where(repository)[2] == sorted(["default", *names])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_forked_process_goes_on_where_it_is(repository: Repository) -> None:
    register(repository, "before")
    Repository().create_profile("b")
    Repository().activate_profile("b")
    child = os.fork()
    if not child:
        register(repository, "child")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    register(repository, "parent")
    assert where(repository)[2] == ["before", "child", "default", "parent"]


@pytest.mark.parametrize("place", ["here/inner", "tree"])
def test_a_repository_inside_of_another_one_or_a_worktree_is_apart(
    inside: Repository, here: Path, tmp_path: Path, place: str
) -> None:
    inside.create_profile("b")
    folder = tmp_path / place
    shutil.copytree(here / ".zen", folder / ".zen")
    other = Repository(folder)
    other.activate_profile("b")
    inside.refresh()
    assert (inside.active_profile_name, other.active_profile_name) == ("default", "b")
    assert (inside.root, Repository(folder).root) == (here, folder)
