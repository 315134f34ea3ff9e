"""The rules of stores, over a view that is a dictionary."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from zen.errors import (
    AlreadyExistsError,
    DamagedDataError,
    FlavorExistsError,
    InUseError,
    StackComponentExistsError,
    StackComponentNotFoundError,
    StackExistsError,
    StackValidationError,
)
from zen.records import (
    ComponentRecord,
    FlavorRecord,
    Provider,
    Record,
    Ref,
    StackRecord,
)
from zen.stores import Delete, Put, Transaction
from zen.stores.rules import validate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

TYPES = ("orchestrator", "artifact_store", "metadata_store")
PARTS = {kind: ComponentRecord(kind, "Default", "x") for kind in TYPES}
STACK = StackRecord("Prod", dict.fromkeys(TYPES, "Default"))
SPARE = ComponentRecord("orchestrator", "Spare", "x")


class DictView:
    """Be a store that is a dictionary."""

    def __init__(self, *items: ComponentRecord | FlavorRecord | StackRecord) -> None:
        self.records = {
            item.ref: Record(item.ref, item.uuid, item.to_payload(), "1")
            for item in items
        }
        self.calls = 0
        self.asked: set[Ref] = set()

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        refs = list(refs)
        self.calls += 1
        self.asked.update(refs)
        return {ref: self.records[ref] for ref in refs if ref in self.records}

    def scan(self, kind: str, prefix: str = "") -> Iterable[Record]:
        for ref, record in self.records.items():
            if ref.kind == kind and ref.key.startswith(prefix):
                yield record


def put(
    item: ComponentRecord | FlavorRecord | StackRecord, uuid: UUID | None = None
) -> Put:
    return Put(item.ref, uuid or item.uuid, item.to_payload())


@pytest.fixture
def view() -> DictView:
    return DictView(*PARTS.values(), SPARE, STACK)


def test_an_empty_transaction_breaks_no_rule(view: DictView) -> None:
    validate(view, Transaction())


def test_whatever_is_written_is_looked_up_at_once(view: DictView) -> None:
    provider = Provider("acme", "1.0")
    items = [
        ComponentRecord("alerter", f"a{number}", "x", provider=provider)
        for number in range(100)
    ]
    validate(view, Transaction(tuple(map(put, items))))
    assert view.calls == 1


@pytest.mark.parametrize(
    ("item", "error_type", "text"),
    [
        (
            ComponentRecord("orchestrator", "SPARE", "x"),
            StackComponentExistsError,
            "Orchestrator 'spare' already exists.",
        ),
        (replace(STACK, uuid=SPARE.uuid), StackExistsError, "Stack 'prod' already"),
    ],
)
def test_a_name_is_taken_whatever_its_case(
    view: DictView,
    item: ComponentRecord | StackRecord,
    error_type: type[AlreadyExistsError],
    text: str,
) -> None:
    with pytest.raises(error_type) as caught:
        validate(view, Transaction((put(item),)))
    assert text in str(caught.value)
    assert caught.value.hint


def test_one_name_in_two_types_is_no_clash(view: DictView) -> None:
    validate(view, Transaction((put(ComponentRecord("alerter", "Spare", "x")),)))


def test_a_record_may_be_written_again(view: DictView) -> None:
    changed = replace(SPARE, flavor="y")
    validate(view, Transaction((put(changed), put(STACK))))


def test_a_name_is_free_when_its_bearer_goes_in_the_same_transaction(
    view: DictView,
) -> None:
    new = ComponentRecord("orchestrator", "spare", "y")
    validate(view, Transaction((put(new),), (Delete(SPARE.ref),)))


def test_a_name_is_not_given_twice_in_one_transaction() -> None:
    twice = [ComponentRecord("alerter", name, "x") for name in ("a", "A")]
    with pytest.raises(StackComponentExistsError, match="Alerter 'a'"):
        validate(DictView(), Transaction(tuple(put(item) for item in twice)))


def test_a_plugins_own_record_has_an_identity_too(view: DictView) -> None:
    ref = Ref("note", "a")
    view.records[ref] = Record(ref, SPARE.uuid, {}, "1")
    validate(view, Transaction((Put(ref, SPARE.uuid, {"text": "new"}),)))
    with pytest.raises(AlreadyExistsError, match="Note 'a' already exists"):
        validate(view, Transaction((Put(ref, STACK.uuid, {}),)))


@pytest.mark.parametrize("kind", TYPES)
def test_a_stack_has_a_component_of_each_required_type(
    view: DictView, kind: str
) -> None:
    components = {k: v for k, v in STACK.components.items() if k != kind}
    with pytest.raises(StackValidationError) as caught:
        validate(view, Transaction((put(StackRecord("new", components)),)))
    title = kind.replace("_", " ")
    assert f"Stack 'new' would have no {title}" in str(caught.value)
    assert f"Registered {title}s: Default" in str(caught.value)
    assert f"zen {kind.replace('_', '-')} register" in caught.value.hint


def test_a_required_type_of_which_there_is_none_says_so() -> None:
    with pytest.raises(StackValidationError, match="Registered orchestrators: none"):
        validate(DictView(), Transaction((put(StackRecord("new", {})),)))


def test_a_stack_names_only_components_that_there_are(view: DictView) -> None:
    stack = StackRecord("new", {**STACK.components, "orchestrator": "Spair"})
    with pytest.raises(StackComponentNotFoundError) as caught:
        validate(view, Transaction((put(stack),)))
    error = caught.value
    assert (error.component_type, error.name) == ("orchestrator", "Spair")
    assert error.available == ["Default", "Spare"]
    assert "Did you mean 'Spare'?" in str(error)


def test_a_stack_names_components_whatever_their_case(view: DictView) -> None:
    stack = StackRecord("new", {**STACK.components, "orchestrator": "sPARE"})
    validate(view, Transaction((put(stack),)))


@pytest.mark.parametrize("name", ["", "..", "../x", "a b"])
def test_a_stack_that_names_what_nothing_can_be_called_is_refused(
    view: DictView, name: str
) -> None:
    stack = StackRecord("new", {**STACK.components, "orchestrator": name})
    with pytest.raises(
        (StackComponentNotFoundError, DamagedDataError), match="orchestrator"
    ):
        validate(view, Transaction((put(stack),)))


def test_a_stack_may_come_with_its_components() -> None:
    puts = (*(put(part) for part in PARTS.values()), put(STACK))
    validate(DictView(), Transaction(puts))


def test_a_stack_may_not_name_what_goes_in_the_same_transaction(
    view: DictView,
) -> None:
    stack = StackRecord("new", {**STACK.components, "orchestrator": "Spare"})
    with pytest.raises(StackComponentNotFoundError, match="Orchestrator 'Spare'"):
        validate(view, Transaction((put(stack),), (Delete(SPARE.ref),)))


def test_a_component_in_use_does_not_go(view: DictView) -> None:
    other = StackRecord("Dev", dict(STACK.components))
    view.records[other.ref] = Record(other.ref, other.uuid, other.to_payload(), "1")
    with pytest.raises(InUseError) as caught:
        validate(view, Transaction(deletes=(Delete(PARTS["orchestrator"].ref),)))
    text = "Orchestrator 'default' is part of stacks 'Dev', 'Prod'."
    assert str(caught.value) == text
    assert "'zen stack update Dev --orchestrator NAME'" in caught.value.hint


def test_a_component_that_a_new_stack_uses_does_not_go(view: DictView) -> None:
    users = StackRecord("new", {**STACK.components, "orchestrator": "Spare"})
    view.records[users.ref] = Record(users.ref, users.uuid, users.to_payload(), "1")
    with pytest.raises(InUseError, match="is part of stack 'new'"):
        validate(view, Transaction(deletes=(Delete(SPARE.ref),)))


def test_a_component_that_nobody_uses_may_go(view: DictView) -> None:
    validate(view, Transaction(deletes=(Delete(SPARE.ref),)))


def test_a_component_may_go_with_its_stack(view: DictView) -> None:
    deletes = (Delete(STACK.ref), Delete(PARTS["orchestrator"].ref))
    validate(view, Transaction(deletes=deletes))


def test_a_component_may_be_renamed_with_its_stack(view: DictView) -> None:
    old = PARTS["orchestrator"]
    new = replace(old, name="Main")
    stack = replace(STACK, components={**STACK.components, "orchestrator": "Main"})
    validate(view, Transaction((put(new), put(stack)), (Delete(old.ref),)))


def test_a_component_may_not_be_renamed_under_its_stack(view: DictView) -> None:
    old = PARTS["orchestrator"]
    new = replace(old, name="Main")
    with pytest.raises(InUseError, match="'Prod'"):
        validate(view, Transaction((put(new),), (Delete(old.ref),)))


def test_a_stack_that_cannot_be_read_may_use_what_goes(view: DictView) -> None:
    view.records[STACK.ref] = Record(STACK.ref, STACK.uuid, {}, "1", "prod.yaml")
    with pytest.raises(DamagedDataError, match=r"prod\.yaml"):
        validate(view, Transaction(deletes=(Delete(SPARE.ref),)))


MINE = FlavorRecord("alerter", "Mine", "acme.parts:Mine")


def test_a_custom_flavor_that_a_component_has_cannot_go() -> None:
    users = [
        ComponentRecord("alerter", "one", "mine"),
        ComponentRecord("alerter", "two", "Mine"),
        ComponentRecord("alerter", "other", "mine", provider=Provider("acme", "1.0")),
        ComponentRecord("step_operator", "mine", "mine"),
    ]
    view = DictView(MINE, *users)
    delete = Delete(MINE.ref)
    with pytest.raises(InUseError, match="is used by alerters 'one', 'two'"):
        validate(view, Transaction(deletes=(delete,)))
    deletes = (delete, *(Delete(user.ref) for user in users[:2]))
    validate(view, Transaction(deletes=deletes))


def test_a_custom_flavors_name_is_unique_in_its_type() -> None:
    view = DictView(MINE)
    validate(view, Transaction((put(replace(MINE, type="step_operator")),)))
    with pytest.raises(
        FlavorExistsError, match="Flavor 'mine' of type alerter already"
    ):
        validate(view, Transaction((put(replace(MINE, uuid=SPARE.uuid)),)))


def test_the_custom_flavor_of_a_component_is_read() -> None:
    """So that its deletion in the meantime is noticed."""
    view = DictView(MINE)
    validate(view, Transaction((put(ComponentRecord("alerter", "one", "mine")),)))
    assert view.asked >= {MINE.ref}
