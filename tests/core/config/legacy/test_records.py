"""What a legacy repository kept, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from zen import Repository

if TYPE_CHECKING:
    from tests.core.config.legacy.conftest import Legacy
    from zen.records import ComponentRecord
    from zen.testing import FakeDistribution

VAULT_HOOKS = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "vault", "vault.parts:Vault", "Keeps a secret.")]
"""
VAULT_PARTS = """\
from pydantic import SecretStr
from zen import BaseAlerter


class Vault(BaseAlerter):
    FLAVOR = "vault"

    channel: str = ""
    combination: SecretStr | None = None

    def post(self, message):
        return True

    def ask(self, question):
        return True
"""


def migrated(component_type: str, name: str) -> ComponentRecord:
    return Repository().store.component(component_type, name)


def warnings(notices: list[str]) -> list[str]:
    Repository(notify=notices.append)
    return [text for text in notices if text.startswith("Warning: ")]


def test_a_component_stays_what_it_was(legacy: Legacy) -> None:
    file = legacy.file("artifact_store", "local_artifact_store")
    uuid = yaml.safe_load(file.read_text())["uuid"]
    record = migrated("artifact_store", "local_artifact_store")
    assert str(record.uuid) == uuid
    assert (record.flavor, record.configuration) == ("acme", {"path": "/data"})
    assert str(record.provider) == "acme 1.2"


def test_an_unknown_flavor_is_kept(legacy: Legacy, notices: list[str]) -> None:
    told = warnings(notices)
    assert any("'kubeflow_orchestrator'" in t and "'kubeflow'" in t for t in told)
    assert len(told) == 2
    record = migrated("orchestrator", "kubeflow_orchestrator")
    file = legacy.file("orchestrator", "kubeflow_orchestrator")
    assert str(record.uuid) == yaml.safe_load(file.read_text())["uuid"]
    assert record.configuration == {"ui_port": 8080, "context": None}
    assert (record.flavor, record.provider) == ("kubeflow", None)


def test_an_attribute_that_is_no_more_is_left_out(
    legacy: Legacy, notices: list[str]
) -> None:
    legacy.add("orchestrator", "local_orchestrator", "acme", workers=3, mode="fast")
    told = warnings(notices)
    assert "Warning: Orchestrator 'local_orchestrator' has lost its 'mode'." in told
    record = migrated("orchestrator", "local_orchestrator")
    assert record.configuration == {"workers": 3}


def test_what_its_flavor_refuses_is_kept(legacy: Legacy, notices: list[str]) -> None:
    legacy.add("orchestrator", "local_orchestrator", "acme", workers="many")
    (told,) = [t for t in warnings(notices) if "'local_orchestrator'" in t]
    assert "kept as it was" in told
    assert "workers" in told
    record = migrated("orchestrator", "local_orchestrator")
    assert record.configuration == {"workers": "many"}


@pytest.mark.parametrize(
    ("component_type", "flavor", "key"),
    [("artifact_store", "local", "path"), ("metadata_store", "sqlite", "uri")],
)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("data/x", "{root}/data/x"),
        ("/data/x", "/data/x"),
        ("s3://data/x", "s3://data/x"),
        ("", ""),
        (None, None),
    ],
)
def test_a_path_in_the_repository_is_made_absolute(
    legacy: Legacy,
    component_type: str,
    flavor: str,
    key: str,
    old: str | None,
    new: str | None,
) -> None:
    legacy.add(component_type, "other", flavor, **{key: old})
    expected = new and new.format(root=legacy.root)
    assert migrated(component_type, "other").configuration == {key: expected}


def test_a_value_that_only_yaml_has_becomes_a_text(legacy: Legacy) -> None:
    legacy.add("alerter", "calm", "slack")
    file = legacy.file("alerter", "calm")
    file.write_text(f"{file.read_text()}since: 2022-03-01\n")
    assert migrated("alerter", "calm").configuration == {"since": "2022-03-01"}


@pytest.mark.parametrize("key", ["password", "slack_token", "api_key"])
def test_what_must_be_a_secret_is_left_out(
    legacy: Legacy, notices: list[str], key: str
) -> None:
    legacy.add("alerter", "loud", "slack", channel="c", **{key: "xoxb"})
    (told,) = [t for t in warnings(notices) if f"'{key}'" in t]
    assert str(legacy.file("alerter", "loud")) in told
    assert migrated("alerter", "loud").configuration == {"channel": "c"}
    stored = legacy.folder / "components" / "alerter" / "loud.yaml"
    assert "xoxb" not in stored.read_text()
    assert "xoxb" not in (legacy.folder / ".state" / "log.jsonl").read_text()


def test_what_only_names_a_secret_is_kept(legacy: Legacy) -> None:
    legacy.add("metadata_store", "db", "mysql", secret="s", password=None)  # noqa: S106
    configuration = migrated("metadata_store", "db").configuration
    assert configuration == {"secret": "s", "password": None}


def test_what_its_flavor_calls_a_secret_is_left_out(
    legacy: Legacy, notices: list[str], fake_distribution: FakeDistribution
) -> None:
    fake_distribution("vault", VAULT_HOOKS, VAULT_PARTS)
    legacy.add("alerter", "safe", "vault", channel="c", combination="1-2-3")
    (told,) = [t for t in warnings(notices) if "'combination'" in t]
    assert "no store may keep a secret" in told
    record = migrated("alerter", "safe")
    assert record.configuration.get("combination") is None
    assert record.configuration["channel"] == "c"
    assert str(record.provider).startswith("vault ")


def test_names_are_made_to_fit(legacy: Legacy, notices: list[str]) -> None:
    """Names are compared without regard to case now, and have fewer characters."""
    content = yaml.safe_load(legacy.config.read_text())
    parts = {**content["stacks"]["local_stack"], "alerter": "Über uns/2"}
    names = ["My Stack", "my-stack", "MY stack", "local_stack", "_x", "…"]
    legacy.change(stacks=dict.fromkeys(names, parts), active_stack_name="MY stack")
    legacy.add("alerter", "Über uns/2", "slack")
    told = warnings(notices)
    repository = Repository()
    stacks = repository.stack_configurations
    assert [*stacks] == [
        *("local_stack", "my-stack", "MY-stack-2", "My-Stack-3", "unnamed", "x")
    ]
    assert {parts["alerter"] for parts in stacks.values()} == {"ber-uns-2"}
    assert repository.active_stack_name == "MY-stack-2"
    assert "Warning: Stack 'My Stack' is called 'My-Stack-3' now." in told
    assert "Warning: Alerter 'Über uns/2' is called 'ber-uns-2' now." in told


def test_a_very_long_name_is_cut(legacy: Legacy) -> None:
    parts = yaml.safe_load(legacy.config.read_text())["stacks"]["local_stack"]
    legacy.change(stacks={"a" * 200: parts, "a" * 201: parts})
    assert [*Repository().stack_configurations] == ["a" * 90, "a" * 90 + "-2"]


def test_an_active_stack_that_is_gone_is_told(
    legacy: Legacy, notices: list[str]
) -> None:
    legacy.change(active_stack_name="gone")
    assert "Warning: The active stack 'gone' does not exist." in warnings(notices)
    repository = Repository()
    assert repository.active_stack_choice is None
    assert len(repository.list_stacks()) == 2


def test_no_active_stack_is_none(legacy: Legacy) -> None:
    legacy.change(active_stack_name=None)
    assert Repository().active_stack_choice is None


def test_a_repository_without_stacks_is_migrated_too(legacy: Legacy) -> None:
    legacy.change(stacks={}, stack_components={}, active_stack_name=None)
    repository = Repository()
    assert repository.active_profile_name.startswith("legacy-repository-")
    assert repository.list_stacks() == []
