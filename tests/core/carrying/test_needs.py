"""What a stack needs to be installed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import zen
from zen import Repository
from zen.carrying import Need, needs_of
from zen.catalog import Catalog
from zen.records import ComponentRecord, FlavorRecord, Provider, StackRecord

if TYPE_CHECKING:
    from tests.core.conftest import FakeDistribution

CORE = Need("zen-core", zen.__version__, "Zen itself")
ACME = Provider("acme", "1.2")
RUN = """
@hookimpl
def zen_commands():
    return [CommandSpec("run", "runner.parts:run", "Runs.")]
"""
STORE = """
@hookimpl
def zen_store_drivers():
    return [StoreDriverSpec("cloud", "clouds.parts:Cloud")]
"""


def needs(repository: Repository, catalog: Catalog | None = None) -> list[Need]:
    store = repository.store
    return needs_of(store.stack("default"), store, "local", catalog or Catalog())


def put_store(repository: Repository, component: ComponentRecord) -> None:
    """Give the default stack another artifact store."""
    stack = repository.store.stack("default")
    components = {**stack.components, "artifact_store": component.name}
    repository.store.save(
        components=[component], stacks=[replace(stack, components=components)]
    )


def test_each_distribution_is_needed_once(repository: Repository) -> None:
    """And the core is: it offers the store type, too."""
    reason = "flavor 'acme' of artifact store 'default'"
    assert needs(repository) == [CORE, Need("acme", "1.2", reason)]
    assert repository.environment.needs == needs(repository)


def test_what_is_installed_counts_more_than_what_once_was(
    repository: Repository,
) -> None:
    old = ComponentRecord("artifact_store", "b", "acme", {}, Provider("acne", "0.1"))
    put_store(repository, old)
    assert [need.requirement for need in needs(repository)][1:] == ["acme==1.2"]


def test_where_nothing_is_installed_what_once_was_counts(
    repository: Repository,
) -> None:
    assert [need.requirement for need in needs(repository, Catalog(list))] == [
        CORE.requirement,
        "acme==1.2",
    ]


def test_what_runs_pipelines_is_needed(
    repository: Repository, fake_distribution: FakeDistribution
) -> None:
    stack = repository.store.stack("default")
    repository.store.save(stacks=[replace(stack, runner=Provider("runner", "2"))])
    assert needs(repository)[-1] == Need("runner", "2", "'zen run'")
    fake_distribution("runner", RUN, version="3")
    assert needs(repository)[-1] == Need("runner", "3", "'zen run'")


def test_where_several_offer_to_run_pipelines_what_once_did_so_counts(
    repository: Repository, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("runner", RUN)
    fake_distribution("walker", RUN.replace("runner", "walker"))
    assert all(need.reason != "'zen run'" for need in needs(repository))


def test_what_keeps_the_profile_is_needed(
    repository: Repository, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("clouds", STORE, version="4")
    store = repository.store
    found = needs_of(store.stack("default"), store, "cloud", Catalog())
    assert Need("clouds", "4", "the profile's store type 'cloud'") in found


def test_the_distribution_of_a_custom_flavor_is_needed(
    repository: Repository, fake_distribution: FakeDistribution
) -> None:
    flavor = FlavorRecord(
        "artifact_store", "own", "own.parts:Own", provider=Provider("own", "1")
    )
    repository.store.save(flavors=[flavor])
    put_store(repository, ComponentRecord("artifact_store", "b", "own"))
    reason = "flavor 'own' of artifact store 'b'"
    assert needs(repository)[1] == Need("own", "1", reason)
    fake_distribution("own", version="2")
    assert needs(repository)[1] == Need("own", "2", reason)


def test_a_custom_flavor_of_the_repository_needs_no_distribution(
    repository: Repository,
) -> None:
    own = FlavorRecord("artifact_store", "own", "own.parts:Own", file="own/parts.py")
    repository.store.save(flavors=[own])
    put_store(repository, ComponentRecord("artifact_store", "b", "own"))
    assert [need.distribution for need in needs(repository)] == ["zen-core", "acme"]


def test_a_stack_of_nothing_that_is_known_needs_the_core(
    repository: Repository,
) -> None:
    for kind in ("orchestrator", "artifact_store", "metadata_store"):
        repository.store.save(components=[ComponentRecord(kind, "x", "gone")])
    names = dict.fromkeys(("orchestrator", "artifact_store", "metadata_store"), "x")
    repository.store.save(stacks=[StackRecord("lost", names)])
    store = repository.store
    assert needs_of(store.stack("lost"), store, "local", Catalog(list)) == [CORE]
