"""Records, and the stacks and components that they stand for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen.errors import DamagedDataError, InvalidNameError
from zen.records import ComponentRecord, Provider, Record, Ref, StackRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

UUID_1 = UUID(int=1)
COMPONENT = ComponentRecord(
    "artifact_store", "Default", "s3", {"path": "s3://b"}, Provider("acme", "1"), UUID_1
)
STACK = StackRecord("Prod", {"orchestrator": "Default"}, UUID_1)


def stored(item: ComponentRecord | StackRecord, **changes: object) -> Record:
    """Return the record of `item`, with a payload that was tampered with."""
    payload = {**item.to_payload(), **changes}
    return Record(item.ref, item.uuid, payload, "1", "some/file.yaml")


def test_references_go_by_name_in_lower_case() -> None:
    assert COMPONENT.ref == Ref("component", "artifact_store/default")
    assert STACK.ref == Ref.to_stack("PROD")


@pytest.mark.parametrize(
    ("ref", "title"),
    [
        (Ref.to_component("artifact_store", "X"), "Artifact store 'x'"),
        (Ref.to_stack("Prod"), "Stack 'prod'"),
    ],
)
def test_references_are_fit_for_messages(ref: Ref, title: str) -> None:
    assert str(ref) == title


@pytest.mark.parametrize("kind", ["", "Stack", "a/b", "..", "1a", "a-b"])
def test_a_kind_that_could_be_another_folder_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=r"kind .* letters, digits and '_' only"):
        Ref(kind, "a")


@pytest.mark.parametrize(
    "key", ["", "A", "/a", "a/", "a//b", "..", "a/../b", ".a", "a/.b", "a\\b", "a\n"]
)
def test_a_key_that_could_be_another_file_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"key .* digits, '_', '-' and '.' only"):
        Ref("stack", key)


def test_references_are_ordered() -> None:
    assert Ref("note", "b") < Ref("stack", "a") < Ref("stack", "b")


def test_a_component_comes_back_as_it_went() -> None:
    assert ComponentRecord.from_record(stored(COMPONENT)) == COMPONENT


def test_a_stack_comes_back_as_it_went() -> None:
    assert StackRecord.from_record(stored(STACK)) == STACK


def test_a_stack_remembers_what_ran_it_where_it_came_from() -> None:
    carried = replace(STACK, runner=Provider("acme-run", "2"))
    assert StackRecord.from_record(stored(carried)) == carried
    assert "runner" not in STACK.to_payload()


def test_a_component_needs_neither_provider_nor_configuration() -> None:
    bare = ComponentRecord("alerter", "x", "mail")
    assert "provider" not in bare.to_payload()
    assert ComponentRecord.from_record(stored(bare, configuration=None)) == bare


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values))
def test_any_configuration_comes_back_as_it_went(
    configuration: Mapping[str, object],
) -> None:
    component = replace(COMPONENT, configuration=configuration)
    assert ComponentRecord.from_record(stored(component)) == component


def test_a_payload_lists_components_by_type() -> None:
    stack = StackRecord("x", {"orchestrator": "o", "artifact_store": "a"})
    components = stack.to_payload()["components"]
    assert isinstance(components, dict)
    assert list(components) == ["artifact_store", "orchestrator"]


def test_a_stack_refers_to_its_components() -> None:
    assert STACK.component_refs == {
        "orchestrator": Ref.to_component("orchestrator", "default")
    }


@pytest.mark.parametrize("name", ["", "..", "a/b", "x" * 101])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidNameError, match="artifact store name"):
        replace(COMPONENT, name=name)
    with pytest.raises(InvalidNameError, match="stack name"):
        replace(STACK, name=name)


def test_a_provider_tells_what_to_install() -> None:
    provider = Provider("acme-s3", "1.2")
    assert (str(provider), provider.requirement) == ("acme-s3 1.2", "acme-s3==1.2")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": None}, "'name' must be text"),
        ({"name": 7}, "'name' must be text"),
        ({"name": "../x"}, "'../x' is not a valid component name"),
        ({"name": "other"}, "which has another place"),
        ({"type": ""}, "'type' must be text"),
        ({"type": "alerter"}, "which has another place"),
        ({"type": "artifact store"}, "artifact store"),
        ({"flavor": []}, "'flavor' must be text"),
        ({"configuration": "x"}, "'configuration' must be a mapping"),
        ({"provider": "acme"}, "'provider' must be a mapping"),
    ],
)
def test_a_component_that_was_tampered_with_is_damaged(
    changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(DamagedDataError) as caught:
        ComponentRecord.from_record(stored(COMPONENT, **changes))
    assert caught.value.where == "some/file.yaml"
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("components", "reason"),
    [
        (None, "'components' must be a mapping"),
        (["a"], "'components' must be a mapping"),
        ({"orchestrator": 1}, "'components: orchestrator' must be a name"),
        ({"orchestrator": "../x"}, "orchestrator"),
        ({"orchestrator": ""}, "orchestrator"),
        ({"Orches trator": "x"}, "Orches trator"),
    ],
)
def test_a_stack_that_was_tampered_with_is_damaged(
    components: object, reason: str
) -> None:
    with pytest.raises(DamagedDataError) as caught:
        _ = StackRecord.from_record(stored(STACK, components=components)).component_refs
    assert caught.value.where == "some/file.yaml"
    assert reason in caught.value.reason


def test_damage_without_an_origin_is_placed_by_its_reference() -> None:
    record = replace(stored(COMPONENT, name=None), origin="")
    with pytest.raises(DamagedDataError, match="Artifact store 'default': 'name'"):
        ComponentRecord.from_record(record)


def test_where_a_record_came_from_is_no_part_of_what_it_is() -> None:
    record = stored(STACK)
    assert record == replace(record, origin="elsewhere")
    assert record != replace(record, uuid=uuid4())


def test_what_may_hold_a_secret_is_masked_unless_it_is_a_reference() -> None:
    component = ComponentRecord(
        "alerter",
        "x",
        "mail",
        {
            "a": "hush",
            "b": "${NAME}",
            "c": "{{db.key}}",
            "d": None,
            "g": 1,
            "e": ["f", {"x": "${NAME}", "y": "hush"}],
        },
        secrets=("a", "b", "c", "d", "e"),
    )
    kept = ComponentRecord.from_record(stored(component))
    assert kept == component
    assert kept.shown_configuration == {
        **component.configuration,
        "a": "**********",
        "e": ["**********", {"x": "${NAME}", "y": "**********"}],
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{{db.key}}", ["db"]),
        ({"a": "{{db.key}}", "b": "{{db.other}}"}, ["db"]),
        ([{"a": ["${NAME}", "{{db.key}}"]}], ["db"]),
        (["${NAME}", 1, None], []),
        ("see {{db.key}}", []),
    ],
)
def test_a_reference_to_a_secrets_manager_is_found_wherever_it_is(
    value: object, expected: list[str]
) -> None:
    record = ComponentRecord("alerter", "x", "mail", {"keys": value}, secrets=("keys",))
    assert record.secret_names == expected
