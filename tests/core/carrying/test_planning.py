"""Stacks that become what a file says that they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.core.carrying.conftest import (
    FILE,
    TYPES,
    read,
    with_custom_flavor,
    write_mine,
)
from zen.carrying import Plan, StackFile, fields_of
from zen.carrying._stack_file import FlavorEntry
from zen.errors import (
    ComponentConfigurationError,
    ConfigurationError,
    ConflictError,
    DamagedDataError,
    FlavorNotFoundError,
    StackValidationError,
    StoreReplacedError,
    UntrustedError,
)
from zen.records import (
    ComponentRecord,
    FlavorRecord,
    Provider,
    Ref,
    StackRecord,
)
from zen.stores import Change, Check, Content

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.conftest import FakeDistribution, Tree
    from zen import Repository

ACME = Provider("acme", "1.2")
BUCKET = Ref.to_component("artifact_store", "bucket")
PROD = Ref.to_stack("prod")
WORKERS = "    configuration:\n      workers: 1\n"
HORN = """\
  alerter:
    name: horn
    flavor: horn
...
"""
HORN_HOOKS = """
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "horn", "horns.parts:Horn", "Blows.")]
"""
HORN_PARTS = """
from zen import BaseAlerter

class Horn(BaseAlerter):
    FLAVOR = "horn"
    def post(self, message): return True
    def ask(self, question): return True
"""


def apply(repository: Repository, text: str) -> Plan:
    files = StackFile.all_from_yaml(text.encode(), "f.yaml")
    plan = repository.carrier.plan(files)
    repository.carrier.apply(plan)
    return plan


def told(plan: Plan) -> list[tuple[str, Ref, dict[str, tuple[object, object]]]]:
    return [(each.action, each.ref, fields_of(each)) for each in plan.changes]


def test_what_is_missing_is_added(repository: Repository) -> None:
    plan = apply(repository, FILE)
    assert told(plan) == [
        (
            "added",
            BUCKET,
            {"flavor": (None, "acme"), "configuration.path": (None, "/b")},
        ),
        (
            "added",
            PROD,
            {
                "components.artifact_store": (None, "bucket"),
                "components.metadata_store": (None, "default"),
                "components.orchestrator": (None, "default"),
            },
        ),
    ]
    assert repository.get_stack("prod").artifact_store.name == "bucket"


def test_what_is_there_is_left_alone(repository: Repository) -> None:
    apply(repository, FILE)
    before = repository.store.driver.last_sequence()
    plan = apply(repository, FILE)
    assert (plan.changes, plan.stacks) == ((), ("prod",))
    assert repository.store.driver.last_sequence() == before


def test_planning_writes_nothing(
    repository: Repository, tree: Callable[[Path], Tree], tmp_path: Path
) -> None:
    before = tree(tmp_path / "config").state()
    assert repository.carrier.plan([read(FILE)]).changes
    assert tree(tmp_path / "config").state() == before


def test_a_changed_file_changes_exactly_that(repository: Repository) -> None:
    apply(repository, FILE)
    old = repository.store.component("artifact_store", "bucket")
    plan = apply(repository, FILE.replace("/b", "/c"))
    assert told(plan) == [("changed", BUCKET, {"configuration.path": ("/b", "/c")})]
    new = repository.store.component("artifact_store", "bucket")
    assert (new.configuration, new.uuid) == ({"path": "/c"}, old.uuid)
    assert plan.users == {}


def test_what_a_file_does_not_say_is_the_default(repository: Repository) -> None:
    own = FILE.replace("name: default", "name: own")
    apply(repository, own.replace("workers: 1", "workers: 4"))
    plan = apply(repository, own.replace(WORKERS, ""))
    assert [fields for _, _, fields in told(plan)] == [
        {"configuration.workers": (4, 1)}
    ]


def test_a_component_that_is_not_named_leaves_the_stack_and_stays(
    repository: Repository, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("horns", HORN_HOOKS, HORN_PARTS)
    repository = type(repository)()
    apply(repository, FILE.replace("...\n", HORN))
    plan = apply(repository, FILE)
    assert told(plan) == [("changed", PROD, {"components.alerter": ("horn", None)})]
    assert repository.store.component("alerter", "horn").flavor == "horn"


def test_a_shared_component_that_changes_names_its_other_users(
    repository: Repository,
) -> None:
    plan = apply(repository, FILE.replace("workers: 1", "workers: 2"))
    assert plan.users == {Ref.to_component("orchestrator", "default"): ("default",)}


def test_the_spelling_of_names_stays(repository: Repository) -> None:
    apply(repository, FILE)
    plan = apply(repository, FILE.replace("bucket", "BUCKET").replace("prod", "Prod"))
    assert (plan.changes, plan.stacks) == ((), ("prod",))
    assert repository.store.stack("prod").name == "prod"
    apply(repository, FILE.replace("bucket", "BUCKET").replace("/b", "/c"))
    bucket = repository.store.component("artifact_store", "bucket")
    assert (bucket.name, bucket.configuration) == ("bucket", {"path": "/c"})


def test_a_file_may_hold_stacks_that_share_components(repository: Repository) -> None:
    plan = apply(repository, FILE + "---\n" + FILE.replace("prod", "test"))
    assert plan.stacks == ("prod", "test")
    assert [change.ref for change in plan.changes] == [
        BUCKET,
        PROD,
        Ref.to_stack("test"),
    ]


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (FILE, "Stack 'prod'"),
        (FILE.replace("prod", "test").replace("/b", "/c"), "Artifact store 'bucket'"),
    ],
)
def test_a_file_may_not_contradict_itself(
    repository: Repository, second: str, what: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"{what} is listed more than once"):
        apply(repository, FILE + "---\n" + second)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("path: /b", "paht: /b", ComponentConfigurationError),
        ("flavor: acme", "flavor: acne", FlavorNotFoundError),
        ("artifact_store:", "alerter:", FlavorNotFoundError),
    ],
)
def test_what_does_not_fit_is_refused_whole(
    repository: Repository, old: str, new: str, error: type[Exception]
) -> None:
    before = repository.store.driver.last_sequence()
    with pytest.raises(error):
        apply(repository, FILE.replace(old, new, 1))
    assert repository.store.driver.last_sequence() == before


def test_a_missing_flavor_names_what_to_install(repository: Repository) -> None:
    text = FILE.replace("flavor: acme", "flavor: s3", 1)
    with pytest.raises(FlavorNotFoundError) as caught:
        apply(repository, text.replace("distribution: acme", "distribution: s3", 1))
    assert "Install s3==1.2" in caught.value.hint


def test_a_stack_without_a_required_component_is_refused(
    repository: Repository,
) -> None:
    text = FILE[: FILE.index("  orchestrator:")]
    with pytest.raises(StackValidationError, match="would have no orchestrator"):
        repository.carrier.plan([StackFile.all_from_yaml(text.encode(), "f.yaml")[0]])


def test_components_that_do_not_fit_each_other_are_refused(
    with_needy: Repository,
) -> None:
    text = FILE.replace("flavor: acme", "flavor: needy", 1)
    with pytest.raises(StackValidationError, match="lacks what its components need"):
        with_needy.carrier.plan([read(text)])


def test_a_custom_flavor_is_registered_and_imported_once_it_is_trusted(
    inside: Repository, here: Path
) -> None:
    write_mine(here)
    plan = inside.carrier.plan([with_custom_flavor()])
    inside.carrier.apply(plan)
    assert [change.ref.kind for change in plan.changes] == [
        "flavor",
        "component",
        "stack",
    ]
    assert [*map(type, plan.unusable.values())] == [UntrustedError]
    assert "mine" not in sys.modules
    assert inside.carrier.plan([with_custom_flavor()]).changes == ()
    trusted = type(inside).trust(here)
    bucket = trusted.get_stack_component("artifact_store", "bucket")
    assert bucket.model_dump()["depth"] == 1
    assert trusted.carrier.plan([with_custom_flavor()]).unusable == {}


def test_a_custom_flavor_becomes_what_the_file_says(inside: Repository) -> None:
    old = FlavorRecord("alerter", "mine", "old.parts:Mine")
    inside.store.save(flavors=[old])
    entry = FlavorEntry(type="alerter", name="mine", source="new.parts:Mine")
    file = read(FILE).model_copy(update={"flavors": [entry]})
    (change, *_) = inside.carrier.plan([file]).changes
    assert fields_of(change) == {"source": ("old.parts:Mine", "new.parts:Mine")}


def test_a_damaged_record_is_not_overwritten(
    repository: Repository, tmp_path: Path
) -> None:
    apply(repository, FILE)
    files = tmp_path / "config" / "profiles" / "default" / "components"
    broken = files / "artifact_store" / "bucket.yaml"
    broken.write_text("name: [\n")
    with pytest.raises(DamagedDataError):
        apply(repository, FILE)
    assert broken.read_text() == "name: [\n"


def rename_stack(repository: Repository) -> None:
    repository.rename_stack("prod", "other")


def edit_component(repository: Repository) -> None:
    new = ComponentRecord("artifact_store", "bucket", "acme", {"path": "/x"}, ACME)
    repository.store.replace_component("artifact_store", "bucket", new)


def delete_component(repository: Repository) -> None:
    """One that the plan only relies on."""
    store = repository.store
    spare = ComponentRecord("orchestrator", "spare", "acme", {}, ACME)
    store.save(components=[spare])
    for stack in repository.list_stacks():
        names = {**stack.components, "orchestrator": "spare"}
        store.replace_stack(stack.name, StackRecord(stack.name, names))
    store.delete_component("orchestrator", "default")


@pytest.mark.parametrize("meddle", [rename_stack, edit_component, delete_component])
def test_a_plan_that_has_become_stale_is_refused(
    repository: Repository, meddle: Callable[[Repository], None]
) -> None:
    apply(repository, FILE)
    plan = repository.carrier.plan([read(FILE.replace("/b", "/c"))])
    meddle(repository)
    before = repository.store.driver.last_sequence()
    with pytest.raises(ConflictError) as caught:
        repository.carrier.apply(plan)
    assert caught.value.author
    assert caught.value.time
    assert repository.store.driver.last_sequence() == before


def test_of_two_plans_for_the_same_one_is_applied(repository: Repository) -> None:
    """Though the rules alone would call the second one's component a double."""
    one = repository.carrier.plan([read(FILE)])
    other = repository.carrier.plan([read(FILE.replace("/b", "/c"))])
    repository.carrier.apply(one)
    with pytest.raises(ConflictError, match="was changed by"):
        repository.carrier.apply(other)
    bucket = repository.store.component("artifact_store", "bucket")
    assert bucket.configuration == {"path": "/b"}
    assert {each.type for each in repository.store.components()[0]} == set(TYPES)


@pytest.mark.parametrize("is_older", [False, True], ids=["identity", "older"])
def test_a_plan_is_refused_by_another_profile(
    repository: Repository, *, is_older: bool
) -> None:
    """Neither holds a record that the plan names, so that all its checks hold."""
    for name in ("a", "b"):
        folder = repository.create_profile(name).folder
        for file in folder.rglob("*.yaml"):
            if is_older or file.stem != "identity":
                file.unlink()
    repository.activate_profile("a")
    plan = repository.carrier.plan([read(FILE)])
    assert all(check.revision is None for check in plan.checks)
    repository.activate_profile("b")
    with pytest.raises(StoreReplacedError, match="made for another profile"):
        repository.carrier.apply(plan)
    assert repository.list_stacks() == []
    repository.activate_profile("a")
    repository.carrier.apply(plan)
    assert [stack.name for stack in repository.list_stacks()] == ["prod"]


def test_what_the_rules_refuse_of_a_fresh_plan_is_raised(
    repository: Repository,
) -> None:
    """It is no conflict where nothing has changed."""
    bad = StackRecord("bad", {"orchestrator": "default"})
    change = Change(bad.ref, None, Content(bad.uuid, bad.to_payload()))
    plan = Plan(changes=(change,), checks=(Check(bad.ref, None),))
    before = repository.store.driver.last_sequence()
    with pytest.raises(StackValidationError):
        repository.carrier.apply(plan)
    assert repository.store.driver.last_sequence() == before
