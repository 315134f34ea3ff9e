"""What a new plugin can be called, and what follows from that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from zen.catalog import Catalog
from zen.errors import AlreadyExistsError, InvalidNameError
from zen.scaffold import Kind, draft

if TYPE_CHECKING:
    from tests.core.conftest import FakeDistribution


def files(name: str, kind: Kind = "flavor", component_type: str = "") -> dict[str, str]:
    return dict(draft(name, kind, component_type, catalog=Catalog()).files)


@pytest.mark.parametrize(
    ("name", "package", "plugin"),
    [
        ("acme-s3", "acme_s3", "acme-s3"),
        ("zen-acme-s3", "zen_acme_s3", "acme-s3"),
        ("zen-plugin-s3", "zen_plugin_s3", "s3"),
        ("zenith", "zenith", "zenith"),
        ("zen-7zip", "zen_7zip", "zen-7zip"),
        ("Acme.S3_Store", "acme_s3_store", "acme-s3-store"),
        ("q", "q", "q"),
        ("q" * 40, "q" * 40, "q" * 40),
    ],
)
def test_the_other_names_follow_from_the_distribution(
    name: str, package: str, plugin: str
) -> None:
    written = files(name)
    assert f'{plugin} = "{package}.plugin"' in written["pyproject.toml"]
    assert f'name = "{name}"' in written["pyproject.toml"]
    assert f'name="{plugin}"' in written[f"src/{package}/plugin.py"]


@pytest.mark.parametrize(
    ("name", "component_type", "class_name"),
    [
        ("acme-s3", "artifact_store", "AcmeS3ArtifactStore"),
        ("acme-alerter", "alerter", "AcmeAlerter"),
        ("alerter", "alerter", "AlerterAlerter"),
        ("zen-base", "alerter", "MyBaseAlerter"),
        ("test-bench", "alerter", "MyTestBenchAlerter"),
    ],
)
def test_a_class_is_called_by_its_name_and_type(
    name: str, component_type: str, class_name: str
) -> None:
    """But not as the base is, and not so that pytest takes it for a test."""
    package = name.replace("-", "_")
    source = files(name, "flavor", component_type)[f"src/{package}/{component_type}.py"]
    assert re.findall(r"^class (\w+)", source, re.MULTILINE) == [class_name]


@pytest.mark.parametrize(
    "name",
    [
        *("", "7zip", "acme-", "-acme", "acme s3", "acme\n", "acme/s3", "../acme"),
        *("acmé", "q" * 41),
        # Its lower case is a plain k.
        "\N{KELVIN SIGN}it",
    ],
)
def test_a_name_that_no_distribution_can_have_is_refused(name: str) -> None:
    with pytest.raises(
        InvalidNameError, match="not a valid distribution name"
    ) as error:
        files(name)
    assert "begin with a letter" in error.value.hint


def test_a_keyword_is_refused() -> None:
    with pytest.raises(InvalidNameError) as error:
        files("Import")
    assert "'import' is a keyword of Python" in error.value.hint


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("zen", "of Zen"),
        ("json", "of Python's own library"),
        ("tests", "that many projects have"),
        ("pluggy", "that is installed, "),
        ("zen-local", "that is installed, "),
    ],
)
def test_a_package_that_would_hide_another_is_refused(name: str, owner: str) -> None:
    with pytest.raises(AlreadyExistsError, match=f"would hide the one {owner}"):
        files(name)


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("local", "plugin 'local' of zen-plugin-local"),
        ("zen_plugin_local", "plugin 'local' of zen-plugin-local"),
        ("Zen.Core", "plugin 'zen-core' of zen-core"),
    ],
)
def test_what_is_installed_keeps_its_name(name: str, owner: str) -> None:
    with pytest.raises(AlreadyExistsError, match=owner):
        files(name)


@pytest.mark.parametrize(
    ("name", "kind", "component_type", "message"),
    [
        ("stack", "command", "", "There is a command 'stack' already"),
        ("zen-alerter", "command", "", "There is a command 'alerter' already"),
        ("zen-run", "command", "", "There is a command 'run' already"),
        ("acme", "component-type", "alerter", "There is a component type 'alerter'"),
        ("stack", "component-type", "", "There is a command 'stack' already"),
    ],
)
def test_what_is_there_already_is_not_offered_again(
    name: str, kind: Kind, component_type: str, message: str
) -> None:
    with pytest.raises(AlreadyExistsError, match=message):
        files(name, kind, component_type)


@pytest.mark.parametrize(
    ("kind", "component_type", "message"),
    [
        ("store", "", "There is a store type 'shelf' already"),
        ("flavor", "alerter", "There is a flavor of alerter 'shelf' already"),
    ],
)
def test_what_a_plugin_offers_is_not_offered_again(
    kind: Kind,
    component_type: str,
    message: str,
    fake_distribution: FakeDistribution,
) -> None:
    hooks = """\
        @hookimpl
        def zen_store_drivers():
            return [StoreDriverSpec("shelf", "acme_many.parts:Store")]

        @hookimpl
        def zen_flavors():
            return [FlavorSpec("alerter", "shelf", "acme_many.parts:Alerter")]
    """
    fake_distribution("acme-many", hooks)
    with pytest.raises(AlreadyExistsError, match=message):
        files("zen-shelf", kind, component_type)
    assert files("zen-shelf", "flavor", "step_operator")


@pytest.mark.parametrize("name", ["Data", "1data", "data validator", "d" * 41])
def test_a_component_type_that_no_spec_can_have_is_refused(name: str) -> None:
    with pytest.raises(InvalidNameError, match="not a valid component type name"):
        files("acme", "component-type", name)


@pytest.mark.parametrize(
    ("name", "plural", "option"),
    [
        ("data_validator", "data_validators", "dv"),
        ("model_registry", "model_registries", "mr"),
        ("array", "arrays", "ar"),
        ("box", "boxes", "bo"),
        ("audit_log", "audit_logs", "au"),
        ("b2", "b2s", ""),
    ],
)
def test_a_component_type_gets_a_plural_and_an_option(
    name: str, plural: str, option: str
) -> None:
    """One that is free: `-al` is the alerter's."""
    source = files("acme", "component-type", name)["src/acme/plugin.py"]
    assert f'plural="{plural}"' in source
    assert f'option="{option}"' in source


def test_a_component_type_is_called_as_its_plugin_by_default() -> None:
    source = files("acme-checks", "component-type")["src/acme_checks/plugin.py"]
    assert 'name="acme_checks"' in source
