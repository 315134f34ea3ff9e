"""A secret is kept by no store, and a reference to one is."""

from __future__ import annotations

from typing import ClassVar

import pytest
from pydantic import SecretBytes, SecretStr

from zen.components import StackComponent
from zen.components.secrets import is_reference, reveal
from zen.errors import ConfigurationError


class Mail(StackComponent):
    TYPE: ClassVar[str] = "alerter"
    FLAVOR: ClassVar[str] = "mail"

    room: str = ""
    password: SecretStr | None = None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (SecretStr("${NAME}"), True),
        (SecretStr("${_name2}"), True),
        (SecretStr("hush"), False),
        (SecretStr(""), False),
        (SecretStr("hush-${NAME}"), False),
        (SecretStr("${NAME}-hush"), False),
        (SecretStr("${NAME}\n"), False),
        (SecretStr("$NAME"), False),
        (SecretBytes(b"${NAME}"), False),
        ("${NAME}", False),
        (None, False),
    ],
)
def test_a_reference_names_a_variable_and_nothing_else(
    value: object, *, expected: bool
) -> None:
    assert is_reference(value) is expected


def test_a_reference_is_kept_as_it_was_given() -> None:
    component = Mail(name="x", room="ops", password=SecretStr("${NAME}"))
    stored = component.model_dump(mode="json")
    assert (stored["room"], stored["password"]) == ("ops", "${NAME}")
    assert Mail.model_validate(stored) == component
    assert Mail.model_validate_json(component.model_dump_json()) == component


def test_a_secret_is_shown_nowhere() -> None:
    component = Mail(name="x", password=SecretStr("hush"))
    assert "hush" not in f"{component!r} {component.model_dump(mode='json')}"


def test_in_python_a_reference_stays_a_secret() -> None:
    component = Mail(name="x", password=SecretStr("${NAME}"))
    assert component.model_dump()["password"] == SecretStr("${NAME}")
    assert component.model_dump(mode="json", exclude={"password"}).keys() == {
        *("name", "uuid", "room")
    }


def test_a_reference_is_looked_up_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "${hush}")
    assert reveal(SecretStr("${MAIL_PASSWORD}")) == "${hush}"
    assert reveal(SecretStr("hush ${MAIL_PASSWORD}")) == "hush ${MAIL_PASSWORD}"


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    with pytest.raises(ConfigurationError, match="'MAIL_PASSWORD' isn't set") as caught:
        reveal(SecretStr("${MAIL_PASSWORD}"))
    assert "export MAIL_PASSWORD=" in caught.value.hint
