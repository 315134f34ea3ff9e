"""What the author of a plugin imports: the specs."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pluggy
import pytest

from zen.plugin import (
    CommandSpec,
    ComponentTypeSpec,
    DefaultComponentSpec,
    FlavorSpec,
    LifecycleContext,
    LifecycleEvent,
    StoreDriverSpec,
    hookimpl,
)


def test_a_flavor_is_made_of_what_it_is_given() -> None:
    spec = FlavorSpec("artifact_store", "s3", "acme.store:S3.Store", "In a bucket.")
    assert (spec.type, spec.name, spec.source, spec.summary) == (
        "artifact_store",
        "s3",
        "acme.store:S3.Store",
        "In a bucket.",
    )


def test_specs_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        StoreDriverSpec("sql", "a:B").name = "other"  # type: ignore[misc]


def test_a_component_type_spells_itself_for_people_and_for_shells() -> None:
    spec = ComponentTypeSpec("data_validator", "data_validators", "a:B", "dv")
    assert (spec.title, spec.command) == ("data validator", "data-validator")


@pytest.mark.parametrize("source", ["acme", "acme:", ":S3", "a b:C", "a.:B", "a:B()"])
def test_what_is_no_import_string_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="is not a valid import string"):
        FlavorSpec("artifact_store", "s3", source)


@pytest.mark.parametrize("name", ["", "S3", "3s", "s/3", "../s3", "s 3", "s3\n"])
def test_what_is_no_flavor_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="FlavorSpec: name="):
        FlavorSpec("artifact_store", name, "a:B")


def test_a_spec_names_the_field_that_is_wrong() -> None:
    with pytest.raises(ValueError, match="CommandSpec: summary='two\\\\nlines'"):
        CommandSpec("run", "a:b", "two\nlines")


def test_a_field_that_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="type=None"):
        DefaultComponentSpec(None, "s3")  # type: ignore[arg-type]


@pytest.mark.parametrize("option", ["A", "abc", "-a", "1"])
def test_an_option_has_two_small_letters_at_most(option: str) -> None:
    with pytest.raises(ValueError, match="is not a valid option"):
        ComponentTypeSpec("gadget", "gadgets", "a:B", option)


def test_a_component_type_is_no_option_of_the_shell() -> None:
    with pytest.raises(ValueError, match="type='data-validator'"):
        FlavorSpec("data-validator", "acme", "a:B")


def test_the_marker_is_that_of_zen() -> None:
    @hookimpl
    def zen_flavors() -> list[FlavorSpec]:
        return []

    assert hasattr(zen_flavors, "zen_impl")


def test_lifecycle_values_need_no_stack() -> None:
    event = LifecycleEvent("provision", "orchestrator", "default", "local")
    assert event.stack is None
    assert LifecycleContext().stack is None


@pytest.mark.parametrize("capabilities", [{"log"}, "log", frozenset({"no name"})])
def test_capabilities_are_a_frozen_set_of_names(capabilities: object) -> None:
    with pytest.raises(ValueError, match="capabilities"):
        FlavorSpec(
            "alerter",
            "acme",
            "acme:Alerter",
            capabilities=capabilities,  # type: ignore[arg-type]
        )


@pytest.mark.parametrize(
    "options", [{}, {"specname": "zen_flavors"}, {"optionalhook": True}]
)
def test_the_marker_does_what_that_of_pluggy_does(options: dict[str, object]) -> None:
    def ours() -> None: ...

    def theirs() -> None: ...

    hookimpl(**options)(ours)  # type: ignore[call-overload]
    pluggy.HookimplMarker("zen")(**options)(theirs)  # type: ignore[call-overload]
    assert vars(ours) == vars(theirs)
