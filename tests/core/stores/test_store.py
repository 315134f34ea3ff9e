"""Stacks and components, read and changed under the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from zen.errors import (
    ConflictError,
    DamagedDataError,
    InUseError,
    StackComponentExistsError,
    StackComponentNotFoundError,
    StackExistsError,
    StackNotFoundError,
)
from zen.records import ComponentRecord, Provider, Ref, StackRecord
from zen.stores import Check, Delete, Page, Put, Store, Transaction
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TYPES = ("orchestrator", "artifact_store", "metadata_store")
PARTS = [ComponentRecord(kind, "Default", "x") for kind in TYPES]
STACK = StackRecord("Prod", dict.fromkeys(TYPES, "Default"))
SPARE = ComponentRecord("orchestrator", "Spare", "x")


class BusyDriver(LocalStoreDriver):
    """Let somebody else act just before a commit, or between two pages."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.before_commit: list[Callable[[], None]] = []
        self.after_scan: list[Callable[[], None]] = []
        self.limit = 1000
        self.commits = 0

    def commit(self, transaction: Transaction) -> None:
        self.commits += 1
        if self.before_commit:
            self.before_commit.pop()()
        super().commit(transaction)

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        limit = min(limit, self.limit)
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        if self.after_scan:
            self.after_scan.pop()()
        return page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def driver(folder: Path) -> BusyDriver:
    return BusyDriver(str(folder))


@pytest.fixture
def store(driver: BusyDriver) -> Store:
    store = Store(driver)
    store.save(components=[*PARTS, SPARE], stacks=[STACK])
    return store


@pytest.fixture
def other(store: Store, folder: Path) -> Store:
    """The same store, as somebody else sees it."""
    del store
    return Store(LocalStoreDriver(str(folder)))


def test_what_is_saved_is_there(store: Store) -> None:
    assert store.stack("Prod") == STACK
    assert store.component("orchestrator", "Spare") == SPARE
    assert store.stacks() == ([STACK], [])


def test_names_are_found_whatever_their_case(store: Store) -> None:
    assert store.stack("pROD").name == "Prod"
    assert store.component("orchestrator", "SPARE").name == "Spare"


def test_components_are_listed_of_one_type_or_of_all(store: Store) -> None:
    assert store.components("orchestrator") == ([PARTS[0], SPARE], [])
    assert len(store.components()[0]) == 4
    assert store.components("orch") == ([], [])


def test_long_lists_come_in_pages(store: Store, driver: BusyDriver) -> None:
    driver.limit = 1
    assert len(store.components()[0]) == 4


def test_a_list_that_changes_between_two_pages_is_read_again(
    store: Store, other: Store, driver: BusyDriver
) -> None:
    driver.limit = 1
    driver.after_scan = [lambda: other.delete_component("orchestrator", "Spare")]
    names = [component.name for component in store.components("orchestrator")[0]]
    assert names == ["Default"]


def test_a_list_that_never_holds_still_is_a_conflict(
    store: Store, other: Store, driver: BusyDriver
) -> None:
    def churn() -> None:
        count = len(other.components("alerter")[0])
        other.save(components=[ComponentRecord("alerter", f"a{count}", "x")])
        driver.after_scan.append(churn)

    driver.limit = 1
    driver.after_scan = [churn]
    with pytest.raises(ConflictError, match="The list of components"):
        store.components()


def test_a_stacks_components_are_read_together(store: Store) -> None:
    found = store.components_of(STACK)
    assert sorted(part.type for part in found) == sorted(TYPES)


def test_a_stack_whose_component_is_gone_says_which(store: Store, folder: Path) -> None:
    (folder / "components" / "orchestrator" / "default.yaml").unlink()
    with pytest.raises(StackComponentNotFoundError) as caught:
        store.components_of(STACK)
    assert (caught.value.name, caught.value.available) == ("Default", ["Spare"])


@pytest.mark.parametrize("name", ["gone", "", "..", "a/b", "x" * 101])
def test_what_is_not_there_is_not_found(store: Store, name: str) -> None:
    with pytest.raises(StackNotFoundError) as caught:
        store.stack(name)
    assert caught.value.available == ["Prod"]
    for act in (store.component, store.delete_component):
        with pytest.raises(StackComponentNotFoundError) as missing:
            act("orchestrator", name)
        assert missing.value.available == ["Default", "Spare"]
    with pytest.raises(StackNotFoundError):
        store.delete_stack(name)


def test_a_type_that_is_no_type_has_no_component(store: Store) -> None:
    with pytest.raises(StackComponentNotFoundError):
        store.component("../stacks", "prod")


def test_damage_is_listed_beside_the_rest(store: Store, folder: Path) -> None:
    path = folder / "components" / "orchestrator" / "spare.yaml"
    path.write_text(path.read_text().replace("flavor: x", "flavor: []"))
    components, (damage,) = store.components("orchestrator")
    assert components == [PARTS[0]]
    assert damage.where == str(path)
    with pytest.raises(DamagedDataError, match="'flavor' must be text"):
        store.component("orchestrator", "Spare")


def test_damage_elsewhere_does_not_hide_why_a_stack_is_refused(
    store: Store, folder: Path
) -> None:
    (folder / "components" / "orchestrator" / "spare.yaml").write_text("broken")
    stack = StackRecord("new", {**STACK.components, "orchestrator": "gone"})
    with pytest.raises(StackComponentNotFoundError, match="'gone'"):
        store.save(stacks=[stack])


def test_nothing_goes_while_a_stack_cannot_be_read(store: Store, folder: Path) -> None:
    """It may use what would go."""
    (folder / "stacks" / "prod.yaml").write_text("broken")
    with pytest.raises(DamagedDataError, match=r"prod\.yaml"):
        store.delete_component("orchestrator", "Spare")
    with pytest.raises(DamagedDataError, match=r"prod\.yaml"):
        store.replace_component("orchestrator", "Spare", replace(SPARE, name="new"))
    assert store.component("orchestrator", "Spare") == SPARE


def test_saving_keeps_the_rules(store: Store) -> None:
    with pytest.raises(StackExistsError):
        store.save(stacks=[StackRecord("prod", STACK.components)])
    with pytest.raises(StackComponentExistsError):
        store.save(components=[ComponentRecord("orchestrator", "spare", "y")])
    assert store.component("orchestrator", "spare") == SPARE


def test_what_breaks_a_rule_is_not_saved_in_part(store: Store) -> None:
    new = ComponentRecord("alerter", "new", "x")
    with pytest.raises(StackExistsError):
        store.save(components=[new], stacks=[StackRecord("prod", STACK.components)])
    assert store.components("alerter") == ([], [])


def test_checking_a_stack_writes_nothing(store: Store) -> None:
    store.check(StackRecord("new", STACK.components))
    assert store.stacks() == ([STACK], [])
    with pytest.raises(StackExistsError):
        store.check(StackRecord("prod", STACK.components))


def test_a_component_that_is_replaced_keeps_its_identity(store: Store) -> None:
    store.replace_component(
        "orchestrator", "spare", ComponentRecord("orchestrator", "Spare", "y")
    )
    assert store.component("orchestrator", "spare") == replace(SPARE, flavor="y")


def test_stacks_follow_a_component_that_is_renamed(store: Store) -> None:
    store.replace_component("orchestrator", "default", replace(PARTS[0], name="Main"))
    assert store.stack("prod").components == {
        **STACK.components,
        "orchestrator": "Main",
    }
    assert store.component("orchestrator", "main").uuid == PARTS[0].uuid
    with pytest.raises(StackComponentNotFoundError):
        store.component("orchestrator", "default")


def test_a_name_may_change_its_case(store: Store) -> None:
    store.replace_component("orchestrator", "spare", replace(SPARE, name="SPARE"))
    store.replace_stack("prod", replace(STACK, name="PROD"))
    assert store.component("orchestrator", "spare").name == "SPARE"
    assert store.stack("prod").name == "PROD"


def test_a_component_is_not_renamed_to_one_that_there_is(store: Store) -> None:
    with pytest.raises(StackComponentExistsError):
        store.replace_component("orchestrator", "spare", replace(SPARE, name="default"))
    assert store.component("orchestrator", "spare") == SPARE


def test_a_component_does_not_become_one_of_another_type(store: Store) -> None:
    with pytest.raises(ValueError, match="alerter"):
        store.replace_component(
            "orchestrator", "spare", ComponentRecord("alerter", "spare", "x")
        )
    assert store.component("orchestrator", "spare") == SPARE


def test_what_was_made_of_something_older_replaces_nothing(store: Store) -> None:
    """Whoever changed it meanwhile was told that it was kept."""
    component, stack = store.component("orchestrator", "spare"), store.stack("prod")
    store.replace_component("orchestrator", "spare", replace(component, flavor="y"))
    store.replace_stack("prod", replace(stack, name="PROD"))
    with pytest.raises(ConflictError, match="spare"):
        store.replace_component("orchestrator", "spare", replace(component, name="New"))
    with pytest.raises(ConflictError, match="prod"):
        store.replace_stack("prod", replace(stack, name="dev"))
    assert store.component("orchestrator", "spare").flavor == "y"
    assert store.stack("prod").name == "PROD"


def test_a_stack_that_is_replaced_keeps_its_identity(store: Store) -> None:
    new = ComponentRecord("orchestrator", "New", "x")
    components = {**STACK.components, "orchestrator": "New"}
    store.replace_stack("prod", StackRecord("Dev", components), [new])
    assert store.stacks() == (
        [StackRecord("Dev", components, STACK.uuid)],
        [],
    )
    assert store.component("orchestrator", "new") == new


def test_a_stack_that_is_replaced_remembers_what_it_was_carried_with(
    store: Store,
) -> None:
    runner = Provider("acme-run", "1")
    store.replace_stack("prod", replace(STACK, runner=runner))
    store.replace_stack("prod", STACK)
    assert store.stack("prod").runner == runner


def test_a_stack_is_not_renamed_to_one_that_there_is(store: Store) -> None:
    store.save(stacks=[StackRecord("Dev", STACK.components)])
    with pytest.raises(StackExistsError):
        store.replace_stack("prod", replace(STACK, name="dev"))
    assert [stack.name for stack in store.stacks()[0]] == ["Dev", "Prod"]


def test_a_component_in_use_is_not_deleted(store: Store) -> None:
    with pytest.raises(InUseError, match="'Prod'"):
        store.delete_component("orchestrator", "default")
    store.delete_stack("prod")
    store.delete_component("orchestrator", "default")
    assert store.components("orchestrator") == ([SPARE], [])


def test_what_the_rules_read_is_read_again_when_it_changes(
    store: Store, other: Store, driver: BusyDriver
) -> None:
    stack = StackRecord("Dev", {**STACK.components, "orchestrator": "Spare"})
    driver.before_commit = [lambda: other.save(stacks=[stack])]
    with pytest.raises(InUseError, match="'Dev'"):
        store.delete_component("orchestrator", "spare")


def test_a_change_that_does_not_matter_does_not_stop_a_commit(
    store: Store, other: Store, driver: BusyDriver
) -> None:
    driver.before_commit = [
        lambda: other.save(stacks=[StackRecord("Dev", STACK.components)])
    ]
    store.delete_component("orchestrator", "spare")
    assert store.components("orchestrator") == ([PARTS[0]], [])


def test_what_a_caller_relies_on_is_never_tried_again(
    store: Store, other: Store, driver: BusyDriver
) -> None:
    def change() -> None:
        other.replace_component("orchestrator", "spare", replace(SPARE, flavor="y"))

    driver.before_commit = [change]
    driver.commits = 0
    with pytest.raises(ConflictError, match="Orchestrator 'spare'"):
        store.replace_component("orchestrator", "spare", replace(SPARE, flavor="z"))
    assert driver.commits == 1
    assert store.component("orchestrator", "spare").flavor == "y"


def test_a_stack_that_goes_while_its_component_is_renamed_stays_gone(
    store: Store, other: Store, driver: BusyDriver
) -> None:
    driver.after_scan = [lambda: other.delete_stack("prod")]
    with pytest.raises(ConflictError, match="The list of stacks"):
        store.replace_component(
            "orchestrator", "default", replace(PARTS[0], name="Main")
        )
    assert other.stacks() == ([], [])


def test_a_stale_check_is_a_conflict(store: Store) -> None:
    put = Put(SPARE.ref, SPARE.uuid, replace(SPARE, flavor="y").to_payload())
    with pytest.raises(ConflictError):
        store.commit(puts=[put], checks=[Check(Ref.to_stack("prod"), "stale")])
    assert store.component("orchestrator", "spare") == SPARE


def test_the_rules_give_up_when_the_store_never_holds_still(
    store: Store, other: Store, driver: BusyDriver
) -> None:
    def churn() -> None:
        count = len(other.stacks()[0])
        other.save(stacks=[StackRecord(f"s{count}", STACK.components)])
        driver.before_commit.append(churn)

    driver.before_commit = [churn]
    with pytest.raises(ConflictError, match="The list of stacks"):
        store.delete_component("orchestrator", "spare")
    assert store.component("orchestrator", "spare") == SPARE


def test_of_several_deletions_each_is_guarded(
    store: Store, other: Store, driver: BusyDriver
) -> None:
    """The rules scan the stacks once for each; all of these scans must still hold."""
    refs = [SPARE.ref, Ref.to_component("alerter", "horn")]
    store.save(components=[ComponentRecord("alerter", "horn", "x")])
    names = {**STACK.components, "orchestrator": "spare"}
    driver.after_scan = [lambda: other.save(stacks=[StackRecord("late", names)])]
    with pytest.raises(InUseError, match="part of stack"):
        store.commit(deletes=[Delete(ref) for ref in refs])
    assert other.component("orchestrator", "spare") == SPARE


def test_stacks_follow_a_name_whose_case_changes(store: Store) -> None:
    store.replace_component(
        "orchestrator", PARTS[0].name, replace(PARTS[0], name=PARTS[0].name.upper())
    )
    assert store.stack("prod").components["orchestrator"] == PARTS[0].name.upper()
