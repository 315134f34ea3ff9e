"""What the core exports, and what it costs to import."""

from __future__ import annotations

import importlib
import json
import pkgutil
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

import zen
from zen import testing

if TYPE_CHECKING:
    from tests.conftest import RunPython

PUBLIC = [
    "zen",
    *(
        module.name
        for module in pkgutil.walk_packages(zen.__path__, "zen.")
        if not any(part.startswith("_") for part in module.name.split("."))
        and not module.name.startswith(("zen.cli", "zen.testing"))
    ),
]
LIGHT = (
    *("zen", "zen.errors", "zen.plugin", "zen.hookspecs", "zen.records"),
    *("zen.catalog", "zen.names", "zen.folders", "zen.builtin"),
)
HEAVY = ("pydantic", "yaml", "sqlalchemy", "click", "rich", "filelock")
# The page of hooks is read by pluggy, which takes every `zen_…` that it finds.
WITHOUT_EXPORTS = {"zen.hookspecs"}


def _as_ruff_sorts(name: str) -> tuple[int, str]:
    """Constants first, then classes, then the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - WITHOUT_EXPORTS))
def test_every_public_module_exports_what_it_names_sorted(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__all__ == sorted(module.__all__, key=_as_ruff_sorts)
    for exported in module.__all__:
        assert getattr(module, exported) is not None


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_module_says_what_it_is_for(name: str) -> None:
    assert importlib.import_module(name).__doc__


def test_what_a_user_types_is_at_the_top() -> None:
    assert zen.__all__ == [
        "BaseAlerter",
        "BaseArtifactStore",
        "BaseContainerRegistry",
        "BaseExperimentTracker",
        "BaseFeatureStore",
        "BaseMetadataStore",
        "BaseModelDeployer",
        "BaseOrchestrator",
        "BaseSecretsManager",
        "BaseStepOperator",
        "Repository",
        "Stack",
        "StackComponent",
        "StackValidator",
        "__version__",
    ]
    assert dir(zen) == zen.__all__


def test_the_kit_for_authors_is_in_one_place() -> None:
    assert testing.__all__ == [
        "ArtifactStoreContract",
        "ComponentContract",
        "Contract",
        "FakeDistribution",
        "IsolatedCatalog",
        "MetadataStoreContract",
        "OrchestratorContract",
        "Outcome",
        "PluginContract",
        "SecretsManagerContract",
        "StoreDriverContract",
        "ZenProject",
        "declared_capabilities",
        "fake_distribution",
        "isolated_catalog",
        "requires",
        "zen_project",
    ]
    assert all(getattr(testing, name) for name in testing.__all__)
    with pytest.raises(AttributeError, match=r"'zen\.testing' has no attribute 'Kit'"):
        _ = testing.Kit


def test_the_kit_loads_no_heavy_library_before_it_is_used(
    run_python: RunPython,
) -> None:
    script = """\
        import json, sys
        import zen.testing
        print(json.dumps(sorted(sys.modules)))
    """
    heavy = {"pydantic", "sqlalchemy", "yaml"}
    assert set(json.loads(run_python(script))).isdisjoint(heavy)


def test_the_kit_is_switched_on_by_its_name_only() -> None:
    assert "zen.testing" not in {
        entry.value for entry in entry_points(group="pytest11")
    }


def test_the_top_has_nothing_else() -> None:
    with pytest.raises(AttributeError, match="module 'zen' has no attribute 'Stak'"):
        _ = zen.Stak


@pytest.mark.parametrize("name", LIGHT)
def test_a_light_module_loads_no_heavy_library(
    name: str, run_python: RunPython
) -> None:
    script = """\
        import importlib, json, sys
        importlib.import_module(sys.argv[1])
        print(json.dumps(sorted(sys.modules)))
    """
    loaded = set(json.loads(run_python(script, name)))
    assert loaded.isdisjoint(HEAVY)


def test_listing_what_is_installed_loads_no_heavy_library(
    run_python: RunPython,
) -> None:
    script = """\
        import json, sys
        from zen.catalog import Catalog
        catalog = Catalog()
        catalog.flavors(), catalog.commands(), catalog.component_types()
        print(json.dumps(sorted(sys.modules)))
    """
    assert set(json.loads(run_python(script))).isdisjoint(HEAVY)


def test_listing_stacks_builds_no_component(run_python: RunPython) -> None:
    run_python("from zen import Repository; Repository()")
    script = """\
        import json, sys
        from zen import Repository
        Repository().list_stacks()
        print(json.dumps(sorted(sys.modules)))
    """
    assert set(json.loads(run_python(script))).isdisjoint({"pydantic", "sqlalchemy"})
