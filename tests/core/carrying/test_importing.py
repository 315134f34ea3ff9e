"""A stack that is brought into a profile, beside what is there already."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.core.carrying.conftest import (
    FILE,
    TYPES,
    read,
    with_custom_flavor,
    write_mine,
)
from zen.errors import (
    AlreadyExistsError,
    ComponentConfigurationError,
    ConflictError,
    FlavorExistsError,
    FlavorNotFoundError,
    PluginLoadError,
    StackValidationError,
    UntrustedError,
)
from zen.records import ComponentRecord, FlavorRecord, Provider, Ref, StackRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.conftest import FakeDistribution, Tree
    from zen import Repository
    from zen.carrying import OnConflict, StackFile

ACME = Provider("acme", "1.2")
BUCKET = Ref.to_component("artifact_store", "bucket")
DEFAULTS = dict.fromkeys(TYPES, "default")
OTHER = ComponentRecord("artifact_store", "Bucket", "acme", {"path": "/other"}, ACME)


def components(repository: Repository, stack: str = "prod") -> dict[str, str]:
    return dict(repository.store.stack(stack).components)


def test_a_new_stack_uses_what_is_the_same(
    repository: Repository, file: StackFile
) -> None:
    plan = repository.carrier.import_stack(file)
    assert components(repository) == {**DEFAULTS, "artifact_store": "bucket"}
    assert [change.ref for change in plan.changes] == [BUCKET, Ref.to_stack("prod")]
    bucket = repository.store.component("artifact_store", "bucket")
    assert bucket.configuration == {"path": "/b"}
    assert bucket.provider == ACME


def test_an_import_is_one_commit(repository: Repository, file: StackFile) -> None:
    before = repository.store.driver.last_sequence()
    repository.carrier.import_stack(file)
    assert repository.store.driver.last_sequence() == before + 1


def test_an_import_twice_is_an_import_once(
    repository: Repository, file: StackFile
) -> None:
    repository.carrier.import_stack(file)
    before = repository.store.driver.last_sequence()
    plan = repository.carrier.import_stack(file)
    assert (plan.stacks, plan.changes) == (("prod",), ())
    assert repository.store.driver.last_sequence() == before


def test_what_is_brought_gets_the_flavor_that_is_here(repository: Repository) -> None:
    """With its defaults and its version."""
    older = FILE.replace("'1.2'", "'0.9'").replace("      workers: 1\n", "")
    repository.carrier.import_stack(read(older.replace("name: default", "name: new")))
    new = repository.store.component("orchestrator", "new")
    assert (new.configuration, new.provider) == ({"workers": 1}, ACME)


def test_a_configuration_that_does_not_fit_is_refused_whole(
    repository: Repository, file: StackFile
) -> None:
    bad = read(FILE.replace("path: /b", "paht: /b"))
    before = repository.store.driver.last_sequence()
    with pytest.raises(ComponentConfigurationError, match="Did you mean 'path'"):
        repository.carrier.import_stack(bad)
    assert repository.store.driver.last_sequence() == before
    del file


def test_a_stack_without_a_required_component_is_refused(
    repository: Repository,
) -> None:
    text = FILE[: FILE.index("  orchestrator:")] + "...\n"
    with pytest.raises(StackValidationError, match="would have no orchestrator"):
        repository.carrier.plan_import(read(text))


def test_components_that_do_not_fit_each_other_are_refused(
    with_needy: Repository,
) -> None:
    text = FILE.replace("flavor: acme", "flavor: needy", 1)
    with pytest.raises(StackValidationError, match="lacks what its components need"):
        with_needy.carrier.plan_import(read(text))


def test_a_component_that_is_kept_must_fit_the_others(
    with_needy: Repository, file: StackFile
) -> None:
    needy = ComponentRecord("artifact_store", "bucket", "needy", {}, ACME)
    with_needy.store.save(components=[needy])
    with pytest.raises(StackValidationError, match="lacks what its components need"):
        with_needy.carrier.plan_import(file, on_conflict="skip")


def test_what_an_older_version_has_written_is_the_same(
    repository: Repository, file: StackFile
) -> None:
    """The default of an attribute that it did not have is not another value."""
    old = ComponentRecord("artifact_store", "bucket", "acme", {"path": "/b"}, ACME)
    repository.store.save(components=[old])
    default = repository.store.component("orchestrator", "default")
    repository.store.save(components=[replace(default, configuration={})])
    (change,) = repository.carrier.plan_import(file).changes
    assert change.ref == Ref.to_stack("prod")


@pytest.fixture
def occupied(repository: Repository) -> Repository:
    """With another component and another stack of the names that the file has."""
    stack = StackRecord("Prod", DEFAULTS)
    repository.store.save(components=[OTHER], stacks=[stack])
    return repository


def test_a_conflict_is_told_whole_and_changes_nothing(
    occupied: Repository, file: StackFile, tree: Callable[[Path], Tree], tmp_path: Path
) -> None:
    before = tree(tmp_path / "config").files()
    with pytest.raises(AlreadyExistsError) as caught:
        occupied.carrier.import_stack(file)
    assert "Artifact store 'bucket' already exists" in caught.value.message
    assert "'configuration.path' is '/other'" in caught.value.message
    assert "Stack 'prod' already exists" in caught.value.message
    assert "--on-conflict" in caught.value.hint
    assert tree(tmp_path / "config").files() == before


def test_another_flavor_is_a_conflict(repository: Repository, file: StackFile) -> None:
    other = ComponentRecord("artifact_store", "bucket", "s3", {"path": "/b"})
    repository.store.save(components=[other])
    with pytest.raises(AlreadyExistsError, match="'flavor' is 's3'"):
        repository.carrier.import_stack(file)


def test_skip_leaves_a_stack_and_what_only_it_would_need(
    occupied: Repository, file: StackFile
) -> None:
    before = occupied.store.driver.last_sequence()
    plan = occupied.carrier.import_stack(file, on_conflict="skip")
    assert plan.kept == (Ref.to_stack("prod"),)
    assert occupied.store.driver.last_sequence() == before


def test_skip_leaves_a_component_and_uses_it(
    occupied: Repository, file: StackFile
) -> None:
    plan = occupied.carrier.import_stack(file.called("new"), on_conflict="skip")
    assert plan.kept == (BUCKET,)
    assert components(occupied, "new")["artifact_store"] == "Bucket"
    assert occupied.store.component("artifact_store", "bucket") == OTHER


def test_rename_finds_free_names_and_says_which(
    occupied: Repository, file: StackFile
) -> None:
    taken = ComponentRecord("artifact_store", "bucket-2", "acme", {"path": "/2"}, ACME)
    occupied.store.save(components=[taken])
    plan = occupied.carrier.import_stack(file, on_conflict="rename")
    assert plan.renamed == {
        BUCKET: Ref.to_component("artifact_store", "bucket-3"),
        Ref.to_stack("prod"): Ref.to_stack("prod-2"),
    }
    assert plan.stacks == ("prod-2",)
    assert components(occupied, "prod-2")["artifact_store"] == "bucket-3"
    assert components(occupied) == DEFAULTS


def test_rename_twice_is_rename_once(occupied: Repository, file: StackFile) -> None:
    first = occupied.carrier.import_stack(file, on_conflict="rename")
    again = occupied.carrier.import_stack(file, on_conflict="rename")
    assert (again.changes, again.stacks) == ((), first.stacks)
    assert again.renamed == first.renamed


def test_rename_keeps_to_the_longest_name(repository: Repository) -> None:
    name = "x" * 100
    long = ComponentRecord("artifact_store", name, "acme", {"path": "/other"}, ACME)
    repository.store.save(components=[long])
    file = read(FILE.replace("bucket", name))
    repository.carrier.import_stack(file, on_conflict="rename")
    assert components(repository)["artifact_store"] == "x" * 98 + "-2"


def test_update_replaces_and_keeps_identities(
    occupied: Repository, file: StackFile
) -> None:
    before = occupied.store.stack("prod")
    other = StackRecord("other", {**DEFAULTS, "artifact_store": "bucket"})
    occupied.store.save(stacks=[other])
    plan = occupied.carrier.import_stack(file, on_conflict="update")
    bucket = occupied.store.component("artifact_store", "bucket")
    assert (bucket.configuration, bucket.uuid) == ({"path": "/b"}, OTHER.uuid)
    assert components(occupied) == {**DEFAULTS, "artifact_store": "Bucket"}
    assert occupied.store.stack("prod").uuid == before.uuid
    assert plan.users == {BUCKET: ("other",)}


@pytest.mark.parametrize("on_conflict", ["fail", "rename", "update"])
def test_what_changes_meanwhile_is_a_conflict_and_nothing_is_written(
    repository: Repository, file: StackFile, on_conflict: OnConflict
) -> None:
    """Also what is used and not written."""
    carrier, store = repository.carrier, repository.store
    plan = carrier.plan_import(file, on_conflict=on_conflict)
    new = ComponentRecord("orchestrator", "default", "acme", {"workers": 9}, ACME)
    store.replace_component("orchestrator", "default", new)
    with pytest.raises(ConflictError, match="Orchestrator 'default' was changed by"):
        carrier.apply(plan)
    assert [stack.name for stack in repository.list_stacks()] == ["default"]


def test_a_name_that_is_taken_meanwhile_is_a_conflict(
    repository: Repository, file: StackFile
) -> None:
    plan = repository.carrier.plan_import(file)
    repository.store.save(components=[OTHER])
    with pytest.raises(ConflictError, match="Artifact store 'bucket' was changed by"):
        repository.carrier.apply(plan)


def test_a_component_of_a_flavor_that_is_missing_is_taken_as_it_is(
    repository: Repository,
) -> None:
    text = FILE.replace("flavor: acme", "flavor: s3", 1)
    text = text.replace("distribution: acme", "distribution: acme-s3", 1)
    plan = repository.carrier.import_stack(read(text))
    error = plan.unusable[BUCKET]
    assert isinstance(error, FlavorNotFoundError)
    assert "Install acme-s3==1.2" in error.hint
    bucket = repository.store.component("artifact_store", "bucket")
    assert (bucket.flavor, bucket.configuration) == ("s3", {"path": "/b"})
    assert bucket.provider == Provider("acme-s3", "1.2")
    assert repository.carrier.import_stack(read(text)).changes == ()


def test_a_missing_flavor_is_told_of_what_is_brought_in_only(
    occupied: Repository,
) -> None:
    text = FILE.replace("flavor: acme", "flavor: s3", 1)
    plan = occupied.carrier.import_stack(read(text), on_conflict="rename")
    assert list(plan.unusable) == [Ref.to_component("artifact_store", "bucket-2")]


def test_a_component_of_a_broken_plugin_is_taken_as_it_is(
    repository: Repository, fake_distribution: FakeDistribution
) -> None:
    hooks = """
    @hookimpl
    def zen_flavors():
        return [FlavorSpec("artifact_store", "s3", "broken.parts:S3")]
    """
    fake_distribution("broken", hooks, "raise RuntimeError('no')")
    text = FILE.replace("flavor: acme", "flavor: s3", 1)
    plan = type(repository)().carrier.import_stack(read(text))
    assert isinstance(plan.unusable[BUCKET], PluginLoadError)


def test_a_custom_flavor_comes_along_and_is_imported_once_it_is_trusted(
    inside: Repository, here: Path
) -> None:
    write_mine(here)
    plan = inside.carrier.import_stack(with_custom_flavor())
    assert isinstance(plan.unusable[BUCKET], UntrustedError)
    assert plan.unusable[BUCKET].hint.endswith(f"run 'zen repo trust {here}'.")
    assert "mine" not in sys.modules
    flavor = inside.store.flavor("artifact_store", "mine")
    assert flavor
    assert (flavor.source, flavor.file) == ("mine.stores:Mine", "mine/stores.py")
    trusted = type(inside).trust(here)
    bucket = trusted.get_stack_component("artifact_store", "bucket")
    assert bucket.model_dump()["depth"] == 1
    assert trusted.carrier.import_stack(with_custom_flavor()).unusable == {}
    exported = inside.carrier.export("prod")
    assert exported.flavors == with_custom_flavor().flavors


def test_a_custom_flavor_whose_code_is_not_here_comes_along(inside: Repository) -> None:
    plan = inside.carrier.import_stack(with_custom_flavor())
    assert isinstance(plan.unusable[BUCKET], UntrustedError)
    assert inside.store.flavor("artifact_store", "mine")


def test_another_custom_flavor_of_the_name_is_a_conflict(inside: Repository) -> None:
    record = FlavorRecord("artifact_store", "mine", "other:Mine")
    inside.store.save(flavors=[record])
    file = with_custom_flavor()
    strategies: tuple[OnConflict, ...] = ("fail", "rename")
    for on_conflict in strategies:
        with pytest.raises(AlreadyExistsError, match="'source' is 'other:Mine'"):
            inside.carrier.import_stack(file, on_conflict=on_conflict)
    assert inside.carrier.import_stack(file, on_conflict="skip").kept == (record.ref,)
    inside.carrier.import_stack(file, on_conflict="update")
    flavor = inside.store.flavor("artifact_store", "mine")
    assert flavor
    assert (flavor.source, flavor.uuid) == ("mine.stores:Mine", record.uuid)


def test_a_custom_flavor_takes_no_plugins_name(repository: Repository) -> None:
    file = with_custom_flavor()
    flavors = [file.flavors[0].model_copy(update={"name": "Acme"})]
    with pytest.raises(FlavorExistsError, match=r"acme 1\.2 has a flavor 'acme'"):
        repository.carrier.import_stack(file.model_copy(update={"flavors": flavors}))
