"""Distributions that last for a test."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from zen.catalog import Catalog, Owner, PluginState

if TYPE_CHECKING:
    from tests.core.testing.conftest import RunTests
    from zen.testing import FakeDistribution

FLAVOR = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "{name}", "acme_horn.parts:Horn")]
"""


def test_the_catalog_finds_it_as_it_finds_what_is_installed(
    fake_distribution: FakeDistribution,
) -> None:
    owner = fake_distribution("acme-horn", FLAVOR.format(name="horn"), version="2.1")
    assert owner == Owner("acme-horn", "acme-horn", "2.1")
    assert Catalog().flavor("alerter", "horn").owner == owner


def test_it_is_importable(fake_distribution: FakeDistribution) -> None:
    fake_distribution("acme-horn", parts="loud = True")
    assert import_module("acme_horn.parts").loud


def test_another_version_takes_its_place(fake_distribution: FakeDistribution) -> None:
    fake_distribution("acme-horn", FLAVOR.format(name="old"))
    fake_distribution("acme-horn", FLAVOR.format(name="new"), version="2.0")
    assert [offer.spec.name for offer in Catalog().flavors("alerter")] == ["new"]


def test_its_entry_point_and_requirements_can_be_chosen(
    fake_distribution: FakeDistribution,
) -> None:
    owner = fake_distribution("acme-horn", plugin="horn", requires=["zen-core>=99"])
    assert owner.plugin == "horn"
    assert Catalog().plugin("horn").state is PluginState.INCOMPATIBLE


def test_nothing_of_it_outlives_the_test(run_tests: RunTests) -> None:
    tests = """\
        import sys

        def test_it_is_there(fake_distribution):
            fake_distribution("acme-horn")
            import acme_horn.parts

        def test_it_is_gone():
            assert "acme_horn" not in sys.modules
            assert "acme_horn.parts" not in sys.modules
            assert not [path for path in sys.path if "acme-horn" in path]
    """
    assert "2 passed" in run_tests(tests).out
