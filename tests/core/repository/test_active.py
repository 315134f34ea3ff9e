"""What is active in a repository and outside, and what is guarded by that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.core.repository.conftest import DEFAULTS, register
from zen import Repository
from zen.errors import (
    ConfigurationError,
    DanglingReferenceError,
    InitializationException,
    InUseError,
    ProfileNotFoundError,
    StackNotFoundError,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_active_stack_is_built(repository: Repository) -> None:
    stack = repository.active_stack
    assert (stack.name, list(stack.components)) == (
        "default",
        ["orchestrator", "metadata_store", "artifact_store"],
    )
    assert stack.orchestrator.FLAVOR == "acme"
    assert stack.lifecycle is repository.lifecycle


def test_initializing_pins_what_is_active_outside(
    repository: Repository, here: Path
) -> None:
    inside = Repository.initialize(here)
    assert inside.root == here
    content = (here / ".zen" / "config.yaml").read_text()
    assert content == "active_profile_name: default\nactive_stack_name: default\n"
    assert inside.active_stack_name == repository.active_stack_name


def test_initializing_takes_the_working_directory(
    repository: Repository, here: Path
) -> None:
    assert repository.root is None
    assert Repository.initialize().root == here


@pytest.mark.parametrize("spell", [Path, lambda path: path.name], ids=["abs", "rel"])
def test_initializing_inside_of_a_repository_pins_what_is_active_outside(
    inside: Repository, here: Path, spell: Callable[[Path], str]
) -> None:
    inside.create_profile("work")
    inside.activate_profile("work")
    (here / "sub").mkdir()
    inner = Repository.initialize(spell(here / "sub"))
    assert inner.root == here / "sub"
    assert inner.active_profile_name == "default"


@pytest.mark.usefixtures("inside")
def test_a_repository_is_not_initialized_twice(here: Path) -> None:
    with pytest.raises(InitializationException, match=str(here)):
        Repository.initialize(here)


def test_a_repository_is_found_from_below(inside: Repository, here: Path) -> None:
    (here / "sub").mkdir()
    assert Repository(here / "sub").root == inside.root


def test_a_stack_is_active_under_its_new_name(repository: Repository) -> None:
    stack = repository.compose_stack("main", DEFAULTS)
    repository.update_stack("default", stack)
    assert repository.active_stack_name == "main"
    with pytest.raises(StackNotFoundError):
        repository.get_stack("default")


def test_a_stack_is_active_under_its_new_name_whatever_the_case(
    repository: Repository,
) -> None:
    stack = repository.compose_stack("main", DEFAULTS)
    repository.update_stack("DEFAULT", stack)
    assert repository.active_stack_name == "main"


def test_a_stack_is_active_under_its_new_name_inside_and_outside(
    inside: Repository, tmp_path: Path
) -> None:
    inside.update_stack("default", inside.compose_stack("main", DEFAULTS))
    assert inside.active_stack_name == "main"
    assert Repository(tmp_path).active_stack_name == "main"


def test_a_repository_that_pins_another_stack_goes_on_doing_so(
    inside: Repository, tmp_path: Path
) -> None:
    register(inside, "prod")
    inside.activate_stack("prod")
    inside.update_stack("default", inside.compose_stack("main", DEFAULTS))
    assert inside.active_stack_name == "prod"
    assert Repository(tmp_path).active_stack_name == "main"


def test_another_stack_may_be_renamed(repository: Repository) -> None:
    register(repository, "prod")
    repository.update_stack("prod", repository.compose_stack("dev", DEFAULTS))
    assert repository.active_stack_name == "default"
    assert [s.name for s in repository.list_stacks()] == ["default", "dev"]


def test_a_stack_that_is_not_active_is_deleted(repository: Repository) -> None:
    register(repository, "prod")
    repository.deregister_stack("prod")
    assert [stack.name for stack in repository.list_stacks()] == ["default"]
    assert repository.list_components("orchestrator")


def test_the_active_stack_is_not_deleted(repository: Repository) -> None:
    with pytest.raises(InUseError, match="'default'") as caught:
        repository.deregister_stack("DEFAULT")
    assert "zen stack set" in caught.value.hint
    assert repository.active_stack_name == "default"


@pytest.mark.parametrize("spelling", ["prod", "PROD"])
def test_the_stack_of_the_environment_is_not_deleted(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    register(repository, "prod")
    monkeypatch.setenv("ZEN_ACTIVATED_STACK", spelling)
    repository.refresh()
    assert repository.active_stack_name == "prod"
    with pytest.raises(InUseError):
        repository.deregister_stack("prod")


def test_neither_a_repositorys_stack_nor_the_profiles_is_deleted(
    inside: Repository,
) -> None:
    register(inside, "prod")
    inside.activate_stack("prod")
    for name in ("prod", "default"):
        with pytest.raises(InUseError):
            inside.deregister_stack(name)


def test_a_stack_is_activated(repository: Repository) -> None:
    register(repository, "Prod")
    repository.activate_stack("pROD")
    assert repository.active_stack_name == "Prod"
    choice = repository.active_stack_choice
    assert choice is not None
    assert (choice.name, choice.scope) == ("Prod", "global")
    with pytest.raises(StackNotFoundError):
        repository.activate_stack("gone")


def test_a_profile_has_stacks_of_its_own(repository: Repository) -> None:
    register(repository, "prod")
    repository.create_profile("work")
    repository.activate_profile("work")
    assert [s.name for s in Repository().list_stacks()] == ["default"]
    assert Repository().active_profile_choice.scope == "global"


def test_a_profile_that_is_activated_is_the_one_that_is_used(
    repository: Repository,
) -> None:
    """Also by who has looked at another one's stacks before."""
    register(repository, "prod")
    repository.create_profile("work")
    repository.activate_profile("work")
    assert repository.active_profile_name == "work"
    assert [s.name for s in repository.list_stacks()] == ["default"]


def test_the_active_profile_is_not_deleted(repository: Repository) -> None:
    with pytest.raises(InUseError, match="globally active") as caught:
        repository.delete_profile("default")
    assert "zen profile set --global NAME" in caught.value.hint
    repository.create_profile("work")
    repository.delete_profile("work")
    assert list(repository.profiles) == ["default"]


def test_the_profile_of_a_repository_is_not_deleted(inside: Repository) -> None:
    inside.create_profile("work")
    inside.activate_profile("work")
    with pytest.raises(InUseError, match="while it is active") as caught:
        inside.delete_profile("work")
    assert "'zen profile set NAME'" in caught.value.hint
    with pytest.raises(ProfileNotFoundError):
        inside.delete_profile("gone")


def test_a_stack_that_dangles_says_how_to_mend_it(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_ACTIVATED_STACK", "gone")
    repository.refresh()
    with pytest.raises(DanglingReferenceError) as caught:
        _ = repository.active_stack
    assert (caught.value.kind, caught.value.name) == ("stack", "gone")
    assert "Set ZEN_ACTIVATED_STACK to another one" in caught.value.hint
    assert "Available: default." in caught.value.hint


def test_a_stack_that_dangles_in_the_profile_says_how_to_mend_it(
    inside: Repository, config: Path
) -> None:
    (config / "profiles" / "default" / "stacks" / "default.yaml").unlink()
    with pytest.raises(DanglingReferenceError) as caught:
        _ = inside.active_stack_record
    assert caught.value.source.endswith(".zen/config.yaml")
    assert "'zen stack set NAME'. Available: none." in caught.value.hint


@pytest.mark.usefixtures("only_fakes")
def test_where_no_stack_is_active_the_profile_is_named() -> None:
    with pytest.raises(ConfigurationError, match="'default' has no active") as caught:
        _ = Repository().active_stack
    assert "zen stack register" in caught.value.hint


def test_a_configuration_folder_of_that_name_is_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / ".zen"))
    assert Repository(tmp_path).root is None
    with pytest.raises(InitializationException, match="configuration folder"):
        Repository.initialize(tmp_path)


def test_a_repository_tells_where_it_is(repository: Repository, here: Path) -> None:
    Repository.initialize(here)
    assert Repository.is_repository_directory(here)
    (here / "a").mkdir()
    assert Repository.find_repository(here / "a") == here
    assert Repository(here).config_directory == here / ".zen"
    assert repository.active_user_name == "default"


def test_a_folder_that_is_not_there_is_no_place_to_be(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "gone")
    with pytest.raises(ConfigurationError, match="gone can't be read"):
        repository.activate_stack("default")
