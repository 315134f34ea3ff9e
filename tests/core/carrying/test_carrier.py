"""Stacks that go out of a profile, into another, and are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.carrying.conftest import TYPES, read
from zen import Repository
from zen.carrying import Difference, StackFile
from zen.carrying._stack_file import FlavorEntry, ProviderEntry
from zen.catalog import Catalog
from zen.errors import (
    AlreadyExistsError,
    InvalidNameError,
    ProfileNotFoundError,
    StackExistsError,
    StackNotFoundError,
)
from zen.records import ComponentRecord, Provider

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import FakeDistribution

RUN = """
@hookimpl
def zen_commands():
    return [CommandSpec("run", "runner.parts:run", "Runs.")]
"""
ACME = Provider("acme", "1.2")


def test_an_export_holds_all_that_is_known(repository: Repository) -> None:
    file = repository.carrier.export("Default")
    assert file.name == "default"
    assert list(file.components) == list(TYPES)
    store = file.components["artifact_store"]
    assert (store.name, store.flavor) == ("default", "acme")
    assert store.configuration == {"path": "/acme"}
    assert store.provider == ProviderEntry.of(ACME)
    assert (file.flavors, file.runner) == ([], None)
    assert StackFile.from_yaml(file.to_yaml(), "f.yaml") == file


def test_an_export_needs_no_flavor(repository: Repository) -> None:
    elsewhere = Repository(catalog=Catalog(list))
    assert elsewhere.carrier.export("default") == repository.carrier.export("default")


def test_an_export_remembers_what_runs_pipelines(
    repository: Repository, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("runner", RUN, version="3")
    assert Repository().carrier.export("default").runner == ProviderEntry(
        distribution="runner", version="3"
    )
    del repository


def test_an_export_of_an_unknown_stack_suggests_another(repository: Repository) -> None:
    with pytest.raises(StackNotFoundError, match="Did you mean 'default'"):
        repository.carrier.export("defalt")


def test_an_export_goes_into_an_empty_profile_without_any_plugin(
    repository: Repository, file: StackFile, tmp_path: Path
) -> None:
    """And out of there as it went."""
    file = file.model_copy(
        update={"runner": ProviderEntry(distribution="runner", version="3")}
    )
    bare = Repository(catalog=Catalog(list))
    bare.create_profile("bare", url=str(tmp_path / "bare"))
    bare.activate_profile("bare")
    plan = bare.carrier.import_stack(file)
    assert len(plan.unusable) == 3
    assert bare.carrier.export("prod") == file
    assert bare.active_stack_choice is None
    assert bare.carrier.activate_first(plan) == "prod"
    assert bare.active_stack_name == "prod"
    assert bare.carrier.activate_first(plan) is None
    del repository


def test_a_copy_in_a_profile_has_the_same_components(repository: Repository) -> None:
    repository.carrier.copy("default", "copy")
    (copy, default) = repository.list_stacks()
    assert copy.components == default.components
    assert copy.uuid != default.uuid
    assert len(repository.store.components()[0]) == 3


@pytest.mark.parametrize("new_name", ["default", "DEFAULT"])
def test_a_copy_takes_no_name_that_is_taken(
    repository: Repository, new_name: str
) -> None:
    repository.create_profile("other")
    with pytest.raises(StackExistsError):
        repository.carrier.copy("default", new_name)
    with pytest.raises(StackExistsError):
        repository.carrier.copy("default", new_name, target="other")


def test_a_copy_has_a_valid_name(repository: Repository) -> None:
    with pytest.raises(InvalidNameError):
        repository.carrier.copy("default", "a/b")


def test_a_copy_to_another_profile_uses_what_is_the_same_there(
    repository: Repository,
) -> None:
    repository.create_profile("other")
    bucket = ComponentRecord("artifact_store", "b", "acme", {"path": "/b"}, ACME)
    repository.store.save(components=[bucket])
    names = dict.fromkeys(TYPES, "default")
    stack = repository.compose_stack("prod", {**names, "artifact_store": "b"})
    repository.register_stack(stack)
    repository.carrier.copy("prod", "copy", target="other")
    repository.activate_profile("other")
    assert repository.store.stack("copy").components == stack.record.components
    carried = repository.store.component("artifact_store", "b")
    assert carried.configuration == bucket.configuration
    assert carried.uuid != bucket.uuid
    assert len(repository.store.components()[0]) == 4


def test_a_copy_comes_from_another_profile(repository: Repository) -> None:
    repository.create_profile("other")
    repository.carrier.copy("default", "copy", source="other")
    assert [stack.name for stack in repository.list_stacks()] == ["copy", "default"]


def test_a_copy_replaces_nothing(repository: Repository) -> None:
    repository.create_profile("other")
    store = repository.store
    old = store.component("artifact_store", "default")
    new = ComponentRecord("artifact_store", "default", "acme", {"path": "/x"}, ACME)
    store.replace_component("artifact_store", "default", new)
    with pytest.raises(AlreadyExistsError, match="'/acme'") as caught:
        repository.carrier.copy("default", "copy", target="other")
    assert "'zen stack import --on-conflict" in caught.value.hint
    repository.activate_profile("other")
    assert [stack.name for stack in repository.list_stacks()] == ["default"]
    assert repository.store.component("artifact_store", "default") != old


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_copy_needs_profiles_that_exist(repository: Repository, side: str) -> None:
    with pytest.raises(ProfileNotFoundError):
        repository.carrier.copy("default", "copy", **{side: "gone"})


def test_a_stack_differs_from_itself_in_nothing(
    repository: Repository, file: StackFile
) -> None:
    assert repository.carrier.diff(file, file) == []


def test_stacks_differ_by_component_and_field(
    repository: Repository, file: StackFile
) -> None:
    default = repository.carrier.export("default")
    assert repository.carrier.diff(default, file) == [
        Difference("artifact_store", "name", "default", "bucket"),
        Difference("artifact_store", "configuration.path", "/acme", "/b"),
    ]


def test_a_component_that_one_stack_lacks_differs_in_all_of_it(
    repository: Repository, file: StackFile
) -> None:
    horn = """
  alerter:
    name: horn
    flavor: horn
    configuration: {tone: {pitch: 3}}
...
"""
    more = read(file.to_yaml().decode().replace("\n...\n", horn))
    assert repository.carrier.diff(file, more) == [
        Difference("alerter", "name", None, "horn"),
        Difference("alerter", "flavor", None, "horn"),
        Difference("alerter", "configuration.tone.pitch", None, 3),
    ]


def test_a_default_that_is_left_out_makes_no_difference(
    repository: Repository, file: StackFile
) -> None:
    short = (
        file.to_yaml().decode().replace("    configuration:\n      workers: 1\n", "")
    )
    assert read(short) != file
    assert repository.carrier.diff(read(short), file) == []


def test_a_flavor_that_a_plugin_has_here_makes_no_difference(
    repository: Repository, file: StackFile
) -> None:
    flavor = FlavorEntry(type="artifact_store", name="acme", source="my.parts:Mine")
    other = file.model_copy(update={"flavors": [flavor]})
    assert repository.carrier.diff(file, other) == []
