"""What a component asks of its stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.errors import StackValidationError
from zen.stack import Stack, StackValidator

if TYPE_CHECKING:
    from tests.core.conftest import MakePart


@pytest.fixture
def stack(part: MakePart) -> Stack:
    kinds = ("artifact_store", "orchestrator", "metadata_store")
    return Stack.from_components("prod", {kind: part(kind) for kind in kinds})


@pytest.mark.parametrize("required", [frozenset(), frozenset({"orchestrator"})])
def test_who_asks_for_what_is_there_is_content(
    stack: Stack, required: frozenset[str]
) -> None:
    StackValidator(required).validate(stack)
    StackValidator(required, lambda _: (True, "")).validate(stack)


def test_what_is_lacking_comes_before_what_does_not_fit(stack: Stack) -> None:
    validator = StackValidator(frozenset({"alerter"}), lambda _: (False, "ugly"))
    with pytest.raises(StackValidationError, match=r"lacks .*: alerter") as caught:
        validator.validate(stack)
    assert "ugly" not in str(caught.value)


def test_what_does_not_fit_is_said(stack: Stack) -> None:
    validator = StackValidator(
        custom_validation_function=lambda s: (len(s.components) > 3, "too small")
    )
    with pytest.raises(StackValidationError, match="'prod' is not valid: too small"):
        validator.validate(stack)


@pytest.mark.parametrize("fault", [RuntimeError("boom"), SystemExit(7)])
def test_a_validator_that_breaks_is_blamed_on_its_component(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    def fail(_: object) -> None:
        raise fault

    monkeypatch.setattr(type(stack.orchestrator), "validator", property(fail))
    with pytest.raises(StackValidationError, match="Orchestrator 'default'") as caught:
        stack.validate()
    assert str(fault) in str(caught.value)
    assert "AcmeOrchestrator in acme.parts" in caught.value.hint
