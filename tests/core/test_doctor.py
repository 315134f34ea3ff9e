"""Plugins that are examined, and that can't end the examination."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.catalog import PluginPolicy, find_claims
from zen.doctor import Diagnosis, examine, find_clashes

if TYPE_CHECKING:
    from tests.core.conftest import FakeDistribution
    from zen.catalog import Claim, Owner

OFFER = """\
@hookimpl
def {hook}():
    return [{spec}]
"""
FLAVOR = OFFER.format(
    hook="zen_flavors", spec='FlavorSpec("alerter", "horn", "acme_horn.parts:Horn")'
)
HORN = """\
from zen import BaseAlerter

class Horn(BaseAlerter):
    FLAVOR = "horn"

    def post(self, message):
        return True

    def ask(self, question):
        return True
"""


def claim_of(owner: Owner) -> Claim:
    (claim,) = [claim for claim in find_claims() if claim.owner == owner]
    return claim


def test_a_plugin_that_is_well_has_no_faults(
    fake_distribution: FakeDistribution,
) -> None:
    owner = fake_distribution("acme-horn", FLAVOR, HORN)
    found = examine(claim_of(owner))
    assert found.faults == ()
    assert found.owner == owner
    assert found.offers == ("flavor 'horn' of type alerter",)
    assert 0 < found.seconds < 5


@pytest.mark.parametrize(
    ("hooks", "fault"),
    [
        ("import nowhere", "No module named 'nowhere'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import os\nos._exit(3)", "ends the whole process"),
        ("import os\nos._exit(3)", "exit code 3"),
        ("import ctypes\nctypes.string_at(0)", "signal 11"),
        ("import time\ntime.sleep(60)", "hangs when it is imported"),
        ("import time\ntime.sleep(0.7)", "seconds to import. Its entry point should"),
        ("@hookimpl\ndef zen_flavours():\n    return []", "Did you mean 'zen_flavors'"),
    ],
)
def test_a_plugin_that_breaks_is_a_finding(
    fake_distribution: FakeDistribution, hooks: str, fault: str
) -> None:
    owner = fake_distribution("acme-horn", hooks)
    (found,) = examine(claim_of(owner), timeout=5).faults
    assert fault in found


@pytest.mark.parametrize(
    ("hook", "spec", "fault"),
    [
        (
            "zen_flavors",
            'FlavorSpec("alerter", "horn", "acme_horn.gone:Horn")',
            "No module named 'acme_horn.gone'",
        ),
        (
            "zen_flavors",
            'FlavorSpec("alerter", "horn", "json:JSONDecoder")',
            "no subclass of BaseAlerter",
        ),
        (
            "zen_store_drivers",
            'StoreDriverSpec("horn", "json:JSONDecoder")',
            "no subclass of StoreDriver",
        ),
        ("zen_commands", 'CommandSpec("horn", "json:gone")', "has no attribute 'gone'"),
        (
            "zen_component_types",
            'ComponentTypeSpec("horn", "horns", "acme_horn.gone:Base", "")',
            "No module named 'acme_horn.gone'",
        ),
    ],
)
def test_what_a_plugin_offers_is_imported_too(
    fake_distribution: FakeDistribution, hook: str, spec: str, fault: str
) -> None:
    owner = fake_distribution("acme-horn", OFFER.format(hook=hook, spec=spec))
    (found,) = examine(claim_of(owner)).faults
    assert fault in found
    assert "acme-horn" in found


def test_names_that_several_claim_are_found(
    fake_distribution: FakeDistribution,
) -> None:
    one, two = (fake_distribution(name, plugin="same") for name in ("one", "two"))
    diagnoses = [Diagnosis(owner, 0, (), ("command 'x'",)) for owner in (one, two)]
    name, command = find_clashes(diagnoses, PluginPolicy())
    assert "one 1.0 and two 1.0 both claim the name 'same'." in name
    assert "both claim command 'x'." in command
    assert "'plugins: {prefer: [one]}'" in command
    assert find_clashes(diagnoses, PluginPolicy(prefer=("two",))) == []
