"""The file that carries a stack."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.carrying.conftest import FILE, read
from zen.carrying import StackFile
from zen.carrying._stack_file import ComponentEntry, FlavorEntry, ProviderEntry
from zen.errors import (
    ComponentConfigurationError,
    ConfigurationError,
    DamagedDataError,
    InvalidNameError,
)
from zen.records import ComponentRecord, FlavorRecord, Provider

RUNNER = "runner: {distribution: acme-run, version: '2'}\n"
FLAVOR = """\
flavors:
- type: artifact_store
  name: mine
  source: my.stores:Mine
"""


def test_a_file_is_written_as_it_is_read() -> None:
    assert read(FILE).to_yaml().decode() == FILE


def test_everything_that_a_file_may_hold_comes_back() -> None:
    whole = FILE.replace("...\n", f"{FLAVOR}{RUNNER}...\n")
    file = read(whole)
    assert file.runner == ProviderEntry(distribution="acme-run", version="2")
    assert file.flavors[0].source == "my.stores:Mine"
    assert read(file.to_yaml().decode()) == file


def test_a_file_that_was_cut_short_at_any_byte_is_recognised() -> None:
    for length in range(len(FILE) - 1):
        with pytest.raises(DamagedDataError):
            read(FILE[:length])


def test_a_file_written_by_hand_needs_no_end_mark() -> None:
    by_hand = FILE.removesuffix("...\n")
    (file,) = StackFile.all_from_yaml(by_hand.encode(), "f.yaml")
    assert file == read(FILE)


def test_a_file_may_hold_several_stacks() -> None:
    two = FILE + "---\n" + FILE.replace("prod", "test")
    files = StackFile.all_from_yaml(two.encode(), "f.yaml")
    assert [file.name for file in files] == ["prod", "test"]
    with pytest.raises(DamagedDataError, match="one stack is expected, but it holds 2"):
        read(two)


def test_a_configuration_may_be_left_out_or_empty() -> None:
    empty = FILE.replace(
        "    configuration:\n      workers: 1\n", "    configuration:\n"
    )
    without = FILE.replace("    configuration:\n      workers: 1\n", "")
    assert read(empty) == read(without)
    assert read(without).components["orchestrator"].configuration == {}


@pytest.mark.parametrize("version", [2, 17])
def test_a_newer_format_is_refused_with_what_to_do(version: int) -> None:
    newer = FILE.replace("version: 1\n", f"version: {version}\nnew: 1\n", 1)
    with pytest.raises(ConfigurationError, match=f"is in format {version}") as caught:
        read(newer)
    assert "newer version of Zen" in caught.value.message
    assert not isinstance(caught.value, DamagedDataError)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("format_version: 1\n", "", 1, "'format_version' is missing"),
        ("format_version: 1", "format_version: '1'", 1, "'format_version': "),
        ("name: prod", "name: a/b", 2, "'name': 'a/b' is not a valid name"),
        ("name: prod", "name: 1.0", 2, "'name': must be text"),
        ("name: prod", "nam: prod", 1, "'name' is missing; line 2: 'nam' is unknown"),
        (
            "    flavor: acme",
            "    flavr: acme",
            4,
            "'components.artifact_store.flavor'",
        ),
        ("    flavor: acme", "    flavr: acme", 4, r"Did you mean 'flavor'\?"),
        ("artifact_store:", "artifact-store:", 4, "is not a component type"),
        ("path: /b", "uuid: x", 7, "'uuid' is not an attribute that can be configured"),
        ("path: /b", "path: 2020-01-01", 8, "configuration.path': "),
        ("path: /b", "7: x", 8, "configuration.7': must be text"),
        ("'1.2'", "1.2", 11, "provider.version': must be text"),
        (
            "distribution: acme",
            "distribution: -r",
            10,
            "'-r' is not a name of a distri",
        ),
        ("distribution: acme", "distribtion: a", 9, "Did you mean 'distribution'?"),
        ("'1.2'", "'-1'", 11, "'-1' is not a version"),
    ],
)
def test_what_is_wrong_is_located(old: str, new: str, line: int, reason: str) -> None:
    with pytest.raises(DamagedDataError, match=reason) as caught:
        read(FILE.replace(old, new, 1))
    assert caught.value.line == line


def test_a_stack_is_called_otherwise(file: StackFile) -> None:
    assert file.called("test").name == "test"
    with pytest.raises(InvalidNameError):
        file.called("a/b")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text().filter({"name", "uuid"}.isdisjoint), json_values))
def test_any_configuration_comes_back_as_it_went(
    configuration: dict[str, object],
) -> None:
    record = ComponentRecord("alerter", "a", "acme", configuration)
    file = StackFile(
        format_version=1, name="x", components={"alerter": ComponentEntry.of(record)}
    )
    read_again = StackFile.from_yaml(file.to_yaml(), "f.yaml")
    assert read_again.components["alerter"].configuration == configuration


def test_a_custom_flavor_comes_back_as_it_went() -> None:
    record = FlavorRecord(
        "alerter", "mine", "my.parts:Mine", "Mine.", "my/parts.py", Provider("my", "1")
    )
    again = FlavorEntry.of(record).record
    assert (again.ref, again.source, again.summary) == (
        record.ref,
        record.source,
        record.summary,
    )
    assert (again.file, again.provider) == (record.file, record.provider)


REFERENCE = """\
    configuration:
      path: /b
      token: {}
    secrets:
    - token
"""


def with_token(token: str) -> str:
    """Return the file with an attribute that may hold a secret."""
    configuration = "    configuration:\n      path: /b\n"
    return FILE.replace(configuration, REFERENCE.replace("{}", token), 1)


@pytest.mark.parametrize("reference", ["${TOKEN}", "'{{bucket.token}}'", "null"])
def test_references_to_secrets_are_carried(reference: str) -> None:
    file = read(with_token(reference))
    assert file.to_yaml().decode() == with_token(reference)
    record = file.components["artifact_store"].record("artifact_store")
    assert record.secrets == ("token",)


def test_a_secret_is_not_taken_from_a_file() -> None:
    with pytest.raises(DamagedDataError, match="'token' is a secret") as caught:
        read(with_token("s3cret"))
    assert "s3cret" not in str(caught.value)
    assert "'${NAME}' or '{{name.key}}'" in str(caught.value)


def test_a_secret_is_not_written_to_a_file() -> None:
    record = ComponentRecord(
        "alerter", "a", "mail", {"password": "s3cret"}, secrets=("password",)
    )
    with pytest.raises(ComponentConfigurationError, match="'password' of") as caught:
        ComponentEntry.of(record)
    assert "s3cret" not in str(caught.value)
