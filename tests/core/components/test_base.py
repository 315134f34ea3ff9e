"""The base of every stack component."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

import pytest
from pydantic import ValidationError

from zen.components import StackComponent


class Gadget(StackComponent):
    TYPE: ClassVar[str] = "gadget"
    FLAVOR: ClassVar[str] = "toy"

    size: int = 1
    _cache: str = "private"


def problem_of(caught: pytest.ExceptionInfo[ValidationError]) -> str:
    (problem,) = caught.value.errors()
    return problem["msg"]


def test_an_identity_is_made_up() -> None:
    one, two = Gadget(name="x"), Gadget(name="x")
    assert isinstance(one.uuid, UUID)
    assert one.uuid != two.uuid


def test_an_identity_that_is_given_is_kept() -> None:
    assert Gadget(name="x", uuid=UUID(int=7)).uuid == UUID(int=7)


def test_only_fields_are_serialised() -> None:
    assert set(Gadget(name="x").model_dump()) == {"name", "uuid", "size"}


def test_an_unknown_field_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(ValidationError) as caught:
        Gadget(name="x", sise=3)  # type: ignore[call-arg]
    assert problem_of(caught) == "Gadget has no attribute 'sise'. Did you mean 'size'?"


def test_a_field_like_no_other_gets_no_suggestion() -> None:
    with pytest.raises(ValidationError) as caught:
        Gadget(name="x", zzzzz=3)  # type: ignore[call-arg]
    assert problem_of(caught) == "Gadget has no attribute 'zzzzz'."


def test_what_is_no_mapping_is_no_component() -> None:
    with pytest.raises(ValidationError):
        Gadget.model_validate(["x"])


@pytest.mark.parametrize("name", ["", "a/b", "..", "x" * 101])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="is not a valid gadget name"):
        Gadget(name=name)


def test_a_component_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Gadget(name="x").size = 2  # type: ignore[misc]


def test_defaults_are_checked_too() -> None:
    class Broken(Gadget):
        size: int = "big"  # type: ignore[assignment]

    with pytest.raises(ValidationError, match="valid integer"):
        Broken(name="x")


def test_a_component_that_says_nothing_is_there_and_asks_for_nothing() -> None:
    gadget = Gadget(name="x")
    assert gadget.is_provisioned
    assert gadget.is_running
    assert gadget.validator is None


@pytest.mark.parametrize(
    "method",
    [
        *("provision", "deprovision", "resume", "suspend"),
        *("prepare_step_run", "cleanup_step_run"),
    ],
)
def test_what_a_component_may_do_it_need_not_do(method: str) -> None:
    assert getattr(Gadget(name="x"), method)() is None
