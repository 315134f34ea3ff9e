"""A catalog that refuses discovery."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

import importlib_metadata
import pytest

from zen.plugin import FlavorSpec, hookimpl

if TYPE_CHECKING:
    from zen.testing import FakeDistribution, IsolatedCatalog

FLAVOR = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "{name}", "acme_horn.parts:Horn")]
"""


@pytest.fixture
def no_discovery(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        pytest.fail("it looks at what is installed")

    monkeypatch.setattr(importlib_metadata.Distribution, "discover", refuse)


def test_it_knows_the_core_alone(isolated_catalog: IsolatedCatalog) -> None:
    catalog = isolated_catalog()
    assert catalog.plugins == []
    assert catalog.flavors() == []
    assert catalog.store_driver("local").owner.distribution == "zen-core"


@pytest.mark.usefixtures("no_discovery")
def test_it_knows_the_plugins_that_it_is_given_and_no_other(
    isolated_catalog: IsolatedCatalog, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("acme-horn", FLAVOR.format(name="horn"))
    fake_distribution("acme-gong", FLAVOR.format(name="gong"))
    catalog = isolated_catalog("acme_horn.plugin")
    assert [offer.spec.name for offer in catalog.flavors()] == ["horn"]
    assert [plugin.module for plugin in catalog.plugins] == ["acme_horn.plugin"]
    assert catalog.flavors()[0].owner.distribution == "acme-horn"


@pytest.mark.usefixtures("no_discovery")
def test_a_plugin_need_not_be_a_file(isolated_catalog: IsolatedCatalog) -> None:
    @hookimpl
    def zen_flavors() -> list[FlavorSpec]:
        return [FlavorSpec("alerter", "bell", "acme:Bell")]

    module = ModuleType("acme_bell")
    module.zen_flavors = zen_flavors  # type: ignore[attr-defined]
    catalog = isolated_catalog(module)
    assert [offer.spec.name for offer in catalog.flavors()] == ["bell"]


def test_a_plugin_that_fails_is_a_record_here_too(
    isolated_catalog: IsolatedCatalog,
) -> None:
    (plugin,) = isolated_catalog("acme_nowhere.plugin").troubled_plugins
    assert "No module named 'acme_nowhere'" in str(plugin.error)
