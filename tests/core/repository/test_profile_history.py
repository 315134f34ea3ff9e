"""What a repository knows of a profile's past, and how it brings it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.repository.conftest import register
from zen import Repository
from zen.errors import ConflictError, InUseError, ProfileNotFoundError, StackExistsError

if TYPE_CHECKING:
    from tests.core.conftest import FakeDistribution

OFFER = """\
@hookimpl
def zen_store_drivers():
    return [StoreDriverSpec("cache", "acme_cache.parts:Driver")]
"""
CACHING = """\
from zen.stores.local import LocalStoreDriver

class Driver(LocalStoreDriver):
    last = None

    def last_sequence(self):
        if self.last is None:
            self.last = super().last_sequence()
        return self.last

    def close(self):
        self.last = None

    def commit(self, transaction):
        super().commit(transaction)
        self.last = None
"""


def restore(repository: Repository, sequence: int, name: str | None = None) -> None:
    history = repository.history(name)
    history.restore(history.restoration(sequence))


def stacks(repository: Repository) -> list[str]:
    return [stack.name for stack in repository.list_stacks()]


def test_the_history_is_that_of_the_active_profile(repository: Repository) -> None:
    register(repository, "prod")
    repository.create_profile("team")
    assert [c.sequence for c in repository.history().commits()] == [2, 1]
    assert [c.sequence for c in repository.history("team").commits()] == [1]
    with pytest.raises(ProfileNotFoundError):
        repository.history("gone")


def test_a_look_at_another_profile_keeps_the_active_one(repository: Repository) -> None:
    repository.create_profile("team")
    register(repository, "prod")
    store = repository.store
    assert len(repository.history("team").commits()) == 1
    assert stacks(repository) == ["default", "prod"]
    assert store.stack("prod").name == "prod"
    assert repository.active_profile_name == "default"


def test_what_was_registered_by_mistake_goes_again(repository: Repository) -> None:
    register(repository, "prod")
    restore(repository, 1)
    assert stacks(repository) == ["default"]
    assert [c.sequence for c in repository.history().commits()] == [3, 2, 1]


@pytest.mark.parametrize("globally", [True, False])
def test_a_stack_that_is_active_stays(inside: Repository, *, globally: bool) -> None:
    register(inside, "prod")
    inside.activate_stack("prod", globally=globally)
    with pytest.raises(InUseError, match="'prod' is active, and revision 1"):
        inside.history().restoration(1)
    inside.activate_stack("default", globally=globally)
    restoration = inside.history().restoration(1)
    inside.activate_stack("prod", globally=globally)
    with pytest.raises(InUseError):
        inside.history().restore(restoration)
    assert stacks(inside) == ["default", "prod"]


@pytest.mark.parametrize("globally", [True, False])
def test_a_stack_that_gets_its_name_back_stays_active(
    inside: Repository, *, globally: bool
) -> None:
    register(inside, "prod")
    inside.activate_stack("prod", globally=globally)
    inside.rename_stack("prod", "live")
    restore(inside, 2)
    assert stacks(inside) == ["default", "prod"]
    if globally:
        assert inside.active_profile.active_stack == "prod"
    else:
        assert inside.active_stack_name == "prod"


def test_another_profile_keeps_its_active_stack(repository: Repository) -> None:
    repository.create_profile("team")
    repository.activate_profile("team")
    register(repository, "prod")
    repository.activate_stack("prod")
    repository.activate_profile("default")
    with pytest.raises(InUseError):
        restore(repository, 1, "team")
    repository.activate_profile("team")
    repository.rename_stack("prod", "live")
    repository.activate_profile("default")
    restore(repository, 2, "team")
    assert repository.get_profile("team").active_stack == "prod"
    assert repository.get_profile("default").active_stack == "default"


def test_what_is_active_in_one_profile_may_go_in_another(
    repository: Repository,
) -> None:
    repository.create_profile("team")
    repository.activate_profile("team")
    register(repository, "prod")
    repository.activate_profile("default")
    register(repository, "prod")
    repository.activate_stack("prod")
    restore(repository, 1, "team")
    assert stacks(repository) == ["default", "prod"]
    repository.activate_profile("team")
    assert stacks(repository) == ["default"]


def test_what_changes_between_the_look_and_the_leap_is_a_conflict(
    repository: Repository,
) -> None:
    register(repository, "prod")
    restoration = repository.history().restoration(1)
    register(repository, "next")
    with pytest.raises(ConflictError):
        repository.history().restore(restoration)
    assert stacks(repository) == ["default", "next", "prod"]


def test_a_copy_holds_what_the_profile_holds(repository: Repository) -> None:
    register(repository, "prod")
    assert repository.copy_profile("default", "team") == {"component": 3, "stack": 2}
    repository.activate_profile("team")
    assert stacks(repository) == ["default", "prod"]
    assert repository.active_stack_name == "default"
    with pytest.raises(StackExistsError):
        register(repository, "prod")


def test_the_local_driver_needs_no_upgrade(repository: Repository) -> None:
    assert repository.upgrade_profile() is None
    repository.create_profile("team")
    assert repository.upgrade_profile("team") is None
    with pytest.raises(ProfileNotFoundError):
        repository.upgrade_profile("gone")


@pytest.mark.usefixtures("repository")
def test_a_profile_that_is_made_again_is_a_new_one(
    fake_distribution: FakeDistribution,
) -> None:
    """Its driver may have kept a connection to the one that is gone."""
    fake_distribution("acme-cache", OFFER, CACHING)
    repository = Repository()
    for _ in range(2):
        repository.create_profile("team", "cache")
        assert last_of(repository, "team") == 1
        repository.activate_profile("team")
        register(repository, "prod")
        assert last_of(repository, "team") == 2
        repository.activate_profile("default")
        repository.delete_profile("team")


def last_of(repository: Repository, name: str) -> int:
    (commit,) = repository.history(name).commits(1)
    return commit.sequence
