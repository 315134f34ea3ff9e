"""`zen.artifact_stores` and its like."""

from __future__ import annotations

import sys
from importlib import import_module, util
from typing import TYPE_CHECKING

import pytest

from zen import components
from zen.builtin import zen_component_types
from zen.enums import StackComponentType

if TYPE_CHECKING:
    from tests.conftest import RunPython
    from tests.core.conftest import FakeDistribution
    from zen.catalog import Owner


@pytest.mark.parametrize("spec", zen_component_types(), ids=lambda spec: spec.name)
def test_each_type_has_a_module_with_its_base(spec: object) -> None:
    plural, base = spec.plural, spec.base.rpartition(":")[2]  # type: ignore[attr-defined]
    module = import_module(f"zen.{plural}")
    assert getattr(module, base) is getattr(components, base)
    assert base in dir(module)
    assert module.__doc__
    assert util.find_spec(f"zen.{plural}") is not None


def test_the_enumeration_names_the_types() -> None:
    names = {spec.name for spec in zen_component_types()}
    assert {kind.value for kind in StackComponentType} == names
    assert {kind.name.lower() for kind in StackComponentType} == names
    assert (
        f"{StackComponentType.ALERTER}" == str(StackComponentType.ALERTER) == "alerter"
    )


def test_a_flavor_that_is_installed_is_there(acme: Owner) -> None:
    module = import_module("zen.orchestrators")
    expected = import_module(f"{acme.plugin}.parts").AcmeOrchestrator
    assert module.AcmeOrchestrator is expected
    assert "AcmeOrchestrator" in dir(module)
    assert "AcmeOrchestrator" not in dir(import_module("zen.alerters"))


def test_one_that_is_not_installed_is_named_with_those_that_are() -> None:
    with pytest.raises(ImportError, match="class is 'Gone'"):
        exec("from zen.artifact_stores import Gone")  # noqa: S102
    with pytest.raises(AttributeError, match=r"'zen\.artifact_stores' has no attr"):
        _ = import_module("zen.artifact_stores").gone


def test_one_of_a_plugin_that_is_disabled_is_not_there(
    acme: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    del acme
    monkeypatch.setenv("ZEN_PLUGINS", "none")
    with pytest.raises(ImportError):
        _ = import_module("zen.orchestrators").AcmeOrchestrator


def test_a_plugin_that_breaks_is_blamed(fake_distribution: FakeDistribution) -> None:
    hooks = "@hookimpl\ndef zen_flavors():\n"
    hooks += "    return [FlavorSpec('alerter', 'horn', 'horns.parts:Horn')]"
    fake_distribution("horns", hooks, "raise OSError('no horn')")
    with pytest.raises(Exception, match=r"horns 1\.0"):
        _ = import_module("zen.alerters").Horn


def test_importing_them_loads_nothing(run_python: RunPython) -> None:
    script = "import sys\nbefore = set(sys.modules)\nimport zen.alerters\n"
    script += "print(*{m.partition('.')[0] for m in set(sys.modules) - before})"
    assert set(run_python(script).split()) <= {*sys.stdlib_module_names, "zen"}
