"""The JSON Schema of stack files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zen import Repository
from zen.records import FlavorRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.conftest import FakeDistribution

HOOKS = """
@hookimpl
def zen_flavors():
    return [
        FlavorSpec("alerter", "mail", "mails.parts:Mail"),
        FlavorSpec("alerter", "gone", "mails.parts:Gone"),
    ]
"""
PARTS = """
from pydantic import BaseModel, Field
from zen import BaseAlerter

class Account(BaseModel):
    user: str

class Mail(BaseAlerter):
    FLAVOR = "mail"
    to: str = Field(description="Who gets it.")
    account: Account | None = None

    def post(self, message): return True
    def ask(self, question): return True
"""


@pytest.fixture
def schema(repository: Repository, fake_distribution: FakeDistribution) -> Any:  # noqa: ANN401 - as JSON is
    del repository
    fake_distribution("mails", HOOKS, PARTS)
    repository = Repository()
    repository.store.save(flavors=[FlavorRecord("alerter", "own", "my.parts:Own")])
    return repository.carrier.schema()


def parts_of(schema: Any, component_type: str) -> list[Any]:  # noqa: ANN401
    components = schema["properties"]["components"]["properties"]
    return list(components[component_type]["allOf"])


def test_a_file_has_what_it_must_have(schema: Any) -> None:  # noqa: ANN401
    assert schema["required"] == ["format_version", "name", "components"]
    assert schema["additionalProperties"] is False
    components = schema["properties"]["components"]
    assert components["additionalProperties"] is False
    assert list(components["patternProperties"]) == ["^[a-z][a-z0-9_]*$"]


def test_the_flavors_that_there_are_are_offered_and_others_fit(
    schema: Any,  # noqa: ANN401
) -> None:
    _, flavor, *_ = parts_of(schema, "alerter")
    assert flavor["properties"]["flavor"]["anyOf"] == [
        {"enum": ["gone", "mail", "own"]},
        {"type": "string"},
    ]


def test_the_configuration_is_that_of_the_flavor(schema: Any) -> None:  # noqa: ANN401
    (condition,) = [part for part in parts_of(schema, "alerter") if "if" in part]
    assert condition["if"]["properties"]["flavor"] == {"const": "mail"}
    configuration = condition["then"]["properties"]["configuration"]
    assert list(configuration["properties"]) == ["to", "account"]
    assert configuration["required"] == ["to"]
    assert configuration["properties"]["to"]["description"] == "Who gets it."
    assert configuration["additionalProperties"] is False


def test_an_attribute_with_a_default_may_be_null(schema: Any) -> None:  # noqa: ANN401
    """As what a flavor works out on each host is exported."""
    condition = parts_of(schema, "artifact_store")[-1]
    path = condition["then"]["properties"]["configuration"]["properties"]["path"]
    assert {"type": "null"} in path["anyOf"]


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    if isinstance(part, list):
        for value in part:
            yield from references(value)


def test_every_reference_leads_somewhere(schema: Any) -> None:  # noqa: ANN401
    found = set(references(schema))
    assert "#/$defs/alerter.mail.Account" in found
    assert found <= {f"#/$defs/{name}" for name in schema["$defs"]}
