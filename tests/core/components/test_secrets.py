"""A secret is kept by no store, and a reference to one is."""

from __future__ import annotations

import pickle
from typing import ClassVar

import pytest
from pydantic import BaseModel, Field, SecretBytes, SecretStr

from zen.components import StackComponent
from zen.components.secrets import is_reference, reveal, secret_fields
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
        (SecretStr("{{db.password}}"), True),
        (SecretStr("{{ alerter-x.1.pass_word }}"), True),
        (SecretStr("{{password}}"), False),
        (SecretStr("{{db.password}}!"), False),
        (SecretStr("{{../db.password}}"), False),
        (SecretBytes(b"${NAME}"), False),
        ("${NAME}", False),
        (None, False),
    ],
)
def test_a_reference_names_what_holds_the_secret_and_nothing_else(
    value: object, *, expected: bool
) -> None:
    assert is_reference(value) is expected


def test_a_reference_is_kept_as_it_was_given() -> None:
    component = Mail(name="x", room="ops", password=SecretStr("${NAME}"))
    stored = component.model_dump(mode="json")
    assert (stored["room"], stored["password"]) == ("ops", "${NAME}")
    assert Mail.model_validate(stored) == component
    assert Mail.model_validate_json(component.model_dump_json()) == component


class Login(BaseModel):
    user: str
    password: SecretStr


class Keyring(Mail):
    by_id: dict[int, SecretStr] = Field(default_factory=dict)
    listed: list[list[SecretStr]] = Field(default_factory=list)
    pair: tuple[str, SecretStr] = ("", SecretStr(""))
    bag: set[SecretStr] = Field(default_factory=set)
    login: Login | None = None


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("by_id", {"1": "${NAME}", "2": "{{db.key}}"}),
        ("listed", [["${NAME}"], ["${OTHER}", "{{db.key}}"]]),
        ("pair", ["ana", "${NAME}"]),
        ("bag", ["${NAME}"]),
        ("login", {"user": "ana", "password": "${NAME}"}),
    ],
)
def test_a_reference_is_kept_wherever_it_is(attribute: str, value: object) -> None:
    component = Keyring.model_validate({"name": "x", attribute: value})
    stored = component.model_dump(mode="json")
    assert stored[attribute] == value
    assert Keyring.model_validate(stored) == component


def test_a_secret_beside_references_is_shown_nowhere() -> None:
    keys = {1: SecretStr("hush"), 2: SecretStr("${NAME}")}
    stored = Keyring(name="x", by_id=keys).model_dump(mode="json")
    assert stored["by_id"] == {"1": "**********", "2": "${NAME}"}


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


class Vault:
    name = "vault"

    def get_secret(self, name: str) -> dict[str, str]:
        return {"a.b": {"password": "hush"}}[name]


def test_a_key_is_looked_up_in_the_secrets_manager() -> None:
    assert reveal(SecretStr("{{a.b.password}}"), Vault()) == "hush"


@pytest.mark.parametrize(
    ("text", "manager", "message", "hint"),
    [
        ("{{a.b.password}}", None, "the stack has none", "zen stack update"),
        ("{{a.password}}", Vault(), "'vault' doesn't have", "secret register a --pass"),
        ("{{a.b.user}}", Vault(), "refers to a key that secret", "update a.b --user="),
    ],
)
def test_a_reference_that_leads_nowhere_is_explained(
    text: str, manager: Vault | None, message: str, hint: str
) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        reveal(SecretStr(text), manager)
    assert hint in caught.value.hint


def test_the_fields_that_hold_secrets_are_known_without_a_value() -> None:
    class Account(Mail):
        token: SecretBytes = SecretBytes(b"")
        keys: dict[str, list[SecretStr] | None] = Field(default_factory=dict)

    assert secret_fields(Account) == ("keys", "password", "token")


def test_a_component_asks_the_secrets_manager_of_its_stack() -> None:
    component = Mail(name="x", password=SecretStr("{{a.b.password}}"))
    assert component.password
    component.bind_secrets(Vault())  # type: ignore[arg-type]
    copy = pickle.loads(pickle.dumps(component))  # noqa: S301
    assert (component.reveal(component.password), copy.reveal(copy.password)) == (
        *("hush", "hush"),
    )
    assert component == Mail(**dict(component))
    assert "_secrets_manager" not in component.model_dump()
