"""Plugins that are examined, and that can't end the examination."""

from __future__ import annotations

import builtins
import re
import sys
from typing import TYPE_CHECKING

import pytest

from zen.catalog import Claim, PluginPolicy, find_claims
from zen.doctor import Diagnosis, examine, examine_here, find_clashes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import FakeDistribution
    from zen.catalog import Owner

OFFER = """\
@hookimpl
def {hook}():
    return [{spec}]
"""
FLAVOR = OFFER.format(
    hook="zen_flavors", spec='FlavorSpec("alerter", "horn", "acme_horn.parts:Horn")'
)
HORN = """\
from abc import abstractmethod
from zen import BaseAlerter

class Horn(BaseAlerter):
    FLAVOR = "horn"

    def post(self, message):
        return True

    def ask(self, question):
        return True
"""
WIND = OFFER.format(
    hook="zen_component_types",
    spec='ComponentTypeSpec("wind_gust", "wind_gusts", "acme_horn.parts:Wind", "wi")',
)
# What a plugin of each sort is offered as, and what it isn't.
LIES = {
    "a module that is missing": (
        FLAVOR.replace(".parts", ".gone"),
        "",
        "No module named 'acme_horn.gone'",
    ),
    "a flavor of the wrong base": (FLAVOR, "class Horn: pass", "of BaseAlerter"),
    "a flavor that is abstract": (
        FLAVOR,
        HORN.replace("    def ask", "    @abstractmethod\n    def ask"),
        "lacks what every BaseAlerter must have: ask",
    ),
    "a flavor of another name": (
        FLAVOR,
        HORN.replace('"horn"', '"tuba"'),
        "has the TYPE and FLAVOR ('alerter', 'tuba')",
    ),
    "a store of the wrong base": (
        OFFER.format(
            hook="zen_store_drivers", spec='StoreDriverSpec("x", "json:JSONDecoder")'
        ),
        "",
        "not a subclass of StoreDriver",
    ),
    "a store that is abstract": (
        OFFER.format(
            hook="zen_store_drivers", spec='StoreDriverSpec("x", "acme_horn.parts:X")'
        ),
        "from zen.stores import StoreDriver\nclass X(StoreDriver): pass",
        "lacks what every StoreDriver must have: ",
    ),
    "something that reads no names": (
        OFFER.format(
            hook="zen_store_drivers",
            spec='StoreDriverSpec("x", "zen.stores.local:LocalStoreDriver",'
            ' names="json:__name__")',
        ),
        "",
        "'json:__name__' of acme-horn 1.0 is not a function",
    ),
    "a command that is missing": (
        OFFER.format(hook="zen_commands", spec='CommandSpec("horn", "json:gone")'),
        "",
        "has no attribute 'gone'",
    ),
    "a command that is none": (
        OFFER.format(hook="zen_commands", spec='CommandSpec("horn", "json:loads")'),
        "",
        "is not a click command",
    ),
    "a component type without a base": (WIND, "", "has no attribute 'Wind'"),
    "a component type whose base is none": (
        WIND,
        "class Wind: pass",
        "is not a subclass of StackComponent",
    ),
    "a component type whose base is a function": (
        WIND,
        "def Wind(): pass",
        "is not a subclass of StackComponent",
    ),
    "a component type whose base has another TYPE": (
        WIND,
        "from zen import StackComponent\nclass Wind(StackComponent): TYPE = 'storm'",
        "has the TYPE 'storm', and is offered as 'wind_gust'",
    ),
    "a component type whose base has no TYPE": (
        WIND,
        "from zen import StackComponent\nclass Wind(StackComponent): pass",
        "has the TYPE None, and is offered as 'wind_gust'",
    ),
}


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
    assert found.wants == ("component type 'alerter'",)
    assert 0 < found.seconds < 5
    assert "acme_horn.plugin" not in sys.modules


@pytest.mark.parametrize(
    ("hooks", "fault"),
    [
        ("import nowhere", "No module named 'nowhere'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("import os\nos._exit(3)", "ends the whole process, with exit code 3"),
        ("import os\nos._exit(0)", "ends the whole process, with exit code 0"),
        ("import ctypes\nctypes.string_at(0)", "signal 11"),
        ("import time\ntime.sleep(60)", "it hangs: no end after 5 seconds"),
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
    assert "acme-horn 1.0" in found
    assert "pip uninstall acme-horn" in found


@pytest.mark.parametrize(
    ("place", "attack"),
    [
        ("module", "os.kill(os.getppid(), 9)"),
        ("module", "os.kill(os.getppid(), 19)"),
        ("parts", "os.kill(os.getppid(), 15)"),
        ("parts", "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (3, 3))"),
    ],
)
def test_a_plugin_that_attacks_the_process_above_it_is_a_finding(
    fake_distribution: FakeDistribution, place: str, attack: str
) -> None:
    hooks, parts = FLAVOR, f"import os, resource\n{attack}"
    subject = "'acme_horn.parts:Horn'"
    if place == "module":
        hooks, parts = f"{parts}\n{FLAVOR}", HORN
        subject = "Module 'acme_horn.plugin'"
    owner = fake_distribution("acme-horn", hooks, parts)
    (found,) = examine(claim_of(owner), timeout=5).faults
    assert f"{subject} of acme-horn 1.0 can't be loaded: it " in found
    assert "Tell its author" in found


@pytest.mark.parametrize("place", ["module", "parts"])
def test_a_plugin_that_prevents_imports_is_blamed_for_that(
    fake_distribution: FakeDistribution, place: str
) -> None:
    body = "import sys\nsys.modules.clear()\nsys.path.clear()\n"
    hooks, parts = (body + FLAVOR, HORN) if place == "module" else (FLAVOR, body)
    owner = fake_distribution("acme-horn", hooks, parts)
    (found,) = examine(claim_of(owner)).faults
    assert (
        "of acme-horn 1.0 can't be loaded: it removes modules of Zen from sys.modules"
        " and empties sys.path. Tell its author"
    ) in found


def test_an_examination_ends_whatever_a_plugin_offers(
    fake_distribution: FakeDistribution,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("zen.doctor._MOST_FATAL", 2)
    specs = (f'CommandSpec("{name}", "acme_horn.{name}:run")' for name in "abcd")
    hooks = OFFER.format(hook="zen_commands", spec=", ".join(specs))
    owner = fake_distribution("acme-horn", hooks)
    for name in "abcd":
        file = tmp_path / "site" / "acme-horn-1.0" / "acme_horn" / f"{name}.py"
        file.write_text("import os\nos._exit(3)")
    *faults, rest = examine(claim_of(owner)).faults
    assert [fault.partition(":")[0] for fault in faults] == [
        "'acme_horn.a",
        "'acme_horn.b",
    ]
    assert "The rest of acme-horn 1.0 wasn't examined" in rest


@pytest.mark.parametrize("lie", LIES)
def test_what_a_plugin_offers_is_imported_too(
    fake_distribution: FakeDistribution, lie: str
) -> None:
    hooks, parts, fault = LIES[lie]
    owner = fake_distribution("acme-horn", hooks, parts)
    (found,) = examine_here(claim_of(owner)).faults
    assert fault in found
    assert "acme-horn 1.0" in found
    assert "pip uninstall acme-horn" in found


def test_the_thing_whose_import_ends_the_process_is_named_and_the_rest_examined(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    specs = (f'CommandSpec("{name}", "acme_horn.{name}:run")' for name in "abcd")
    hooks = OFFER.format(hook="zen_commands", spec=", ".join(specs))
    owner = fake_distribution("acme-horn", hooks)
    package = tmp_path / "site" / "acme-horn-1.0" / "acme_horn"
    (package / "a.py").write_text("import os\nos._exit(3)")
    (package / "b.py").write_text("import time\ntime.sleep(60)")
    (package / "c.py").write_text("1 / 0")
    (package / "d.py").write_text("import click\nrun = click.Command('d')")
    found = examine(claim_of(owner), timeout=5)
    raises, ends, hangs = found.faults
    assert "'acme_horn.c:run' of acme-horn 1.0 can't be loaded: ZeroDiv" in raises
    loaded = "of acme-horn 1.0 can't be loaded: it"
    assert f"'acme_horn.a:run' {loaded} ends the whole process, with" in ends
    assert f"'acme_horn.b:run' {loaded} hangs: no end after 5 seconds" in hangs
    assert found.offers == tuple(f"command '{name}'" for name in "abcd")
    assert found.seconds > 0


def test_the_libraries_that_make_an_import_slow_are_named(
    fake_distribution: FakeDistribution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path / "libraries")
    for name, seconds in {"heavy": 0.5, "medium": 0.2, "light": 0}.items():
        folder = tmp_path / "libraries" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(f"import time\ntime.sleep({seconds})")
    hooks = "import light, json\nimport acme_horn.parts"
    owner = fake_distribution("acme-horn", hooks, "import medium\nimport heavy.sub")
    (tmp_path / "libraries" / "heavy" / "sub.py").touch()
    (found,) = examine(claim_of(owner)).faults
    assert re.search(r"to import, mostly to load heavy \(.* s\) and medium \(", found)
    assert "acme_horn" not in found
    assert "light" not in found
    assert "zen.plugin only" in found


def test_where_no_library_makes_an_import_slow_none_is_named(
    fake_distribution: FakeDistribution,
) -> None:
    owner = fake_distribution("acme-horn", "import time\ntime.sleep(0.7)")
    (found,) = examine_here(claim_of(owner)).faults
    assert "mostly" not in found


def test_looking_on_leaves_no_trace(fake_distribution: FakeDistribution) -> None:
    original = builtins.__import__
    examine_here(claim_of(fake_distribution("acme-horn", "1 / 0")))
    assert builtins.__import__ is original


def test_one_that_is_damaged_is_a_finding_too(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    fake_distribution("acme-horn")
    (metadata,) = tmp_path.glob("site/acme-horn-1.0/*.dist-info/METADATA")
    metadata.write_text("")
    (claim,) = (c for c in find_claims() if c.owner.distribution == "acme-horn")
    (found,) = examine(claim).faults
    assert f"{metadata.parent} can't be read" in found
    assert "Delete that folder" in found


def test_where_no_process_can_be_started_that_is_a_finding(
    fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claim_of(fake_distribution("acme-horn"))
    monkeypatch.setattr("zen.catalog._isolation._CHILD", "raise SystemExit(4)")
    assert "no process can be started (exit code 4)" in examine(claim).faults[0]
    monkeypatch.setattr(sys, "executable", "/not/there")
    assert "/not/there" in examine(claim).faults[0]


def test_names_that_several_claim_are_found(
    fake_distribution: FakeDistribution,
) -> None:
    one, two = (fake_distribution(name, plugin="same") for name in ("one", "two"))
    diagnoses = [Diagnosis(owner, 0, (), ("command 'x'",)) for owner in (one, two)]
    (clash,) = find_clashes(diagnoses, PluginPolicy())
    assert clash.owners == (one, two)
    claimed = "one 1.0 and two 1.0 both claim the name 'same' and command 'x'."
    assert claimed in clash.text
    assert "'plugins: {prefer: [one]}'" in clash.text
    assert find_clashes(diagnoses, PluginPolicy(prefer=("two",))) == []


def test_a_component_type_claims_a_command_and_an_option(
    fake_distribution: FakeDistribution,
) -> None:
    parts = "from zen import StackComponent\nclass Wind(StackComponent):\n"
    owner = fake_distribution("acme-horn", WIND, f"{parts}    TYPE = 'wind_gust'\n")
    assert examine_here(claim_of(owner)).offers == (
        "component type 'wind_gust'",
        "command 'wind-gust'",
        "option '-wi' of 'zen stack register'",
    )


@pytest.mark.parametrize(
    ("spec", "gap"),
    [
        (
            'FlavorSpec("alertr", "horn", "acme_horn.parts:Horn")',
            (
                "component type 'alertr', which no plugin offers."
                " Did you mean component type 'alerter'?"
            ),
        ),
        (
            'FlavorSpec("gadget", "horn", "acme_horn.parts:Horn")',
            "component type 'gadget', which no plugin offers. Tell its author",
        ),
        (
            'DefaultComponentSpec("alerter", "horn")',
            "flavor 'horn' of type alerter, which no plugin offers",
        ),
    ],
)
def test_what_is_built_on_and_no_plugin_offers_is_found(
    fake_distribution: FakeDistribution, spec: str, gap: str
) -> None:
    hook = "zen_flavors" if "FlavorSpec" in spec else "zen_default_components"
    hooks = OFFER.format(hook=hook, spec=spec)
    owner = fake_distribution("acme-horn", hooks, "Horn = 1")
    (found,) = find_clashes([examine_here(claim_of(owner))], PluginPolicy())
    assert f"acme-horn 1.0 builds on {gap}" in found.text
    assert found.owners == (owner,)


def test_what_another_plugin_offers_is_no_gap(
    fake_distribution: FakeDistribution,
) -> None:
    hooks = FLAVOR.replace('"alerter"', '"gadget"')
    user = Diagnosis(
        fake_distribution("user", hooks), 0, (), (), ("component type 'gadget'",)
    )
    owner = fake_distribution("owner")
    offering = Diagnosis(owner, 0, (), ("component type 'gadget'",))
    assert len(find_clashes([user], PluginPolicy())) == 1
    assert find_clashes([user, offering], PluginPolicy()) == []
    assert find_clashes([offering, user], PluginPolicy()) == []
