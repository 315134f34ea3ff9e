"""Profiles that are copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.catalog import Catalog
from zen.config import Profiles
from zen.errors import (
    ConfigurationError,
    InvalidNameError,
    ProfileExistsError,
    ProfileNotFoundError,
    StoreDriverNotFoundError,
    StoreError,
)
from zen.records import StackRecord

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import Tree

TYPES = ("orchestrator", "artifact_store", "metadata_store")
MAIN = StackRecord("main", dict.fromkeys(TYPES, "default"))


@pytest.fixture
def profiles(only_fakes: None, acme: object) -> Profiles:
    """A profile with two stacks, of which `main` is active."""
    del only_fakes, acme  # what it needs is that they're there
    profiles = Profiles(Catalog(), lambda _: None, "zen test")
    profiles.create("source")
    with profiles.configuration.update() as settings:
        settings.profiles["source"] = type(settings.profiles["source"])(
            "source", "local", None, "main", "ana"
        )
    store = profiles.open(profiles.configuration.load().profile("source"))
    store.save(stacks=[MAIN])
    return profiles


def test_a_copy_is_a_profile_of_its_own(profiles: Profiles) -> None:
    copied = profiles.copy("source", "target")
    assert copied == {"component": 3, "stack": 2}
    source, target = profiles.configuration.load().profiles.values()
    assert (target.name, target.active_stack, target.active_user) == (
        "target",
        "main",
        "ana",
    )
    one, other = profiles.open(source), profiles.open(target)
    assert (one.stacks(), one.components()) == (other.stacks(), other.components())
    one.delete_stack("main")
    assert other.stack("main") == MAIN
    (commit,) = other.driver.log()
    assert commit.command == "zen test"


def test_a_copy_may_be_kept_elsewhere(profiles: Profiles, here: Path) -> None:
    profiles.copy("source", "target", "local", "data")
    target = profiles.configuration.load().profile("target")
    assert target.store_url == str(here / "data")
    assert (here / "data" / "stacks" / "main.yaml").is_file()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("gone", "target"), ProfileNotFoundError),
        (("source", "source"), ProfileExistsError),
        (("source", "SOURCE"), ProfileExistsError),
        (("source", "a/b"), InvalidNameError),
        (("source", "target", "gone"), StoreDriverNotFoundError),
        (("source", "target", "local", "s3://x"), ConfigurationError),
    ],
)
def test_what_cannot_be_copied_changes_nothing(
    profiles: Profiles,
    config: Path,
    tree: type[Tree],
    arguments: tuple[str, ...],
    error: type[Exception],
) -> None:
    before = tree(config).files()
    with pytest.raises(error):
        profiles.copy(*arguments)
    assert tree(config).files() == before


def test_a_place_that_is_taken_is_left_alone(profiles: Profiles, here: Path) -> None:
    profiles.create("other", "local", "data")
    store = profiles.open(profiles.configuration.load().profile("other"))
    for url in ("data", str(here / "data")):
        with pytest.raises(StoreError, match="already holds components and stacks"):
            profiles.copy("source", "target", "local", url)
    assert [stack.name for stack in store.stacks()[0]] == ["default"]
    assert list(profiles.configuration.load().profiles) == ["other", "source"]


def test_what_is_damaged_makes_no_profile(
    profiles: Profiles, config: Path, tree: type[Tree]
) -> None:
    file = config / "profiles" / "source" / "stacks" / "main.yaml"
    file.write_text("broken")
    before = tree(config).files()
    with pytest.raises(ConfigurationError) as caught:
        profiles.copy("source", "target")
    assert str(file) in str(caught.value)
    assert tree(config).files() == before
    assert list(profiles.configuration.load().profiles) == ["source"]
