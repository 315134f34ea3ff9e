"""The contract of plugins finds every fault, and none where there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.core.testing.conftest import RunTests
    from zen.testing import FakeDistribution

CORE = ("zen-core>=1,<2",)
FLAVOR = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "{name}", "acme_{plugin}.parts:{source}", "Rings.")]
"""
PARTS = """\
import click
from zen import BaseAlerter, StackComponent
from zen.stores import StoreDriver

class Horn(BaseAlerter):
    FLAVOR = "horn"

    def post(self, message):
        return True

    def ask(self, question):
        return True

class Gong(Horn):
    FLAVOR = "gong"
    room: str

class BaseBell(StackComponent):
    TYPE = "bell"

class Bell(BaseBell):
    FLAVOR = "bell"

class Half(StoreDriver):
    pass

@click.command()
def ring():
    pass
"""
EVERYTHING = """\
@hookimpl
def zen_flavors():
    return [
        FlavorSpec("alerter", "horn", "acme_good.parts:Horn", "Rings."),
        FlavorSpec("bell", "bell", "acme_good.parts:Bell", "Rings too."),
    ]

@hookimpl
def zen_component_types():
    base = "acme_good.parts:BaseBell"
    return [ComponentTypeSpec("bell", "bells", base, "be", "What rings.")]

@hookimpl
def zen_commands():
    return [CommandSpec("ring", "acme_good.parts:ring", "Ring.")]

@hookimpl
def zen_default_components():
    return [DefaultComponentSpec("alerter", "horn")]

@hookimpl
def zen_before_lifecycle(event):
    pass
"""
# One that is wrong in one way: the body of its light module, and the test that says so.
TARGETS = "test_its_import_strings_lead_to_what_the_specs_say"
LIGHT = "test_its_module_is_light"
HOOKS = "test_its_hooks_are_known_and_answer"
OFFER = "@hookimpl\ndef {hook}():\n    return [{spec}]\n"
WRONG = {
    "heavy": (f"import pydantic\n{FLAVOR}", LIGHT),
    "core": (f"import zen.components\n{FLAVOR}", LIGHT),
    "eager": (f"import acme_eager.parts\n{FLAVOR}", LIGHT),
    "late": (FLAVOR.replace("    return", "    import pydantic\n    return"), LIGHT),
    "gone": (FLAVOR.replace("{source}", "Gone"), TARGETS),
    "nowhere": (FLAVOR.replace(".parts", ".nowhere"), TARGETS),
    "base": (FLAVOR.replace("{source}", "Half"), TARGETS),
    "flavor": (FLAVOR.replace("{source}", "Gong"), TARGETS),
    "command": (
        OFFER.format(
            hook="zen_commands", spec='CommandSpec("x", "acme_command.parts:Horn", "X")'
        ),
        TARGETS,
    ),
    "type": (
        OFFER.format(
            hook="zen_component_types",
            spec='ComponentTypeSpec("x", "xs", "acme_type.parts:BaseBell", "xx", "X")',
        ),
        TARGETS,
    ),
    "driver": (
        OFFER.format(
            hook="zen_store_drivers",
            spec='StoreDriverSpec("x", "acme_driver.parts:Half", "X")',
        ),
        TARGETS,
    ),
    "misspelt": (FLAVOR.replace("zen_flavors", "zen_flavours"), HOOKS),
    "raising": (FLAVOR.replace("    return", "    1 / 0\n    return"), HOOKS),
    "silent": (FLAVOR.replace("Rings.", ""), "test_its_offers_have_summaries"),
    "impure": (
        f"asked = []\n{FLAVOR}".replace(
            "    return", "    asked.append(1)\n    return len(asked) % 2 *"
        ),
        "test_its_hooks_are_pure",
    ),
    "moody": (
        f"import os\n{FLAVOR}".replace(
            "    return", "    return ('author' in os.getcwd()) *"
        ),
        "test_its_hooks_are_pure",
    ),
    "default": (
        OFFER.format(
            hook="zen_default_components",
            spec='DefaultComponentSpec("alerter", "gong")',
        )
        + FLAVOR.replace("{name}", "gong").replace("{source}", "Gong"),
        "test_its_defaults_need_no_configuration",
    ),
}
BOUNDS = {"none": (), "lower": ("zen-core>=1",), "upper": ("zen-core<2",)}
BOUND = "test_it_says_which_core_it_needs"


def contract_for(*plugins: str) -> str:
    """Return the tests that an author writes for each plugin."""
    return "\n".join(
        f"class Test_{plugin}(PluginContract):\n"
        "    @pytest.fixture\n"
        "    def plugin_module(self):\n"
        f"        return 'acme_{plugin}.plugin'\n"
        for plugin in plugins
    )


def hooks(body: str, plugin: str) -> str:
    return (
        body.replace("{plugin}", plugin)
        .replace("{name}", "horn")
        .replace("{source}", "Horn")
    )


def test_a_plugin_that_keeps_the_contract_passes_it_all(
    run_tests: RunTests, fake_distribution: FakeDistribution
) -> None:
    body = f"import sysconfig\nsysconfig.get_config_vars()\n{EVERYTHING}"
    fake_distribution("acme-good", body, PARTS, requires=CORE)
    results = run_tests(contract_for("good"))
    assert len(results.passed["Test_good"]) == 8, results.out
    assert not results.failed["Test_good"], results.out


def test_each_fault_fails_the_test_that_names_it(
    run_tests: RunTests, fake_distribution: FakeDistribution
) -> None:
    for plugin, (body, _) in WRONG.items():
        fake_distribution(f"acme-{plugin}", hooks(body, plugin), PARTS, requires=CORE)
    results = run_tests(contract_for(*WRONG))
    overlooked = {
        plugin: results.failed[f"Test_{plugin}"]
        for plugin, (_, test) in WRONG.items()
        if test not in results.failed[f"Test_{plugin}"]
    }
    assert overlooked == {}, results.out
    # What libraries load differs from version to version.
    for pattern in (
        "acme_heavy.plugin loads .*pydantic, pydantic_core, ",
        "acme_eager.plugin loads .*acme_eager.parts, ",
    ):
        assert re.search(pattern, results.out), results.out
    for words in (
        "Did you mean 'zen_flavors'?",
        "is not a click command",
        "has the TYPE 'bell'",
        "lacks what every StoreDriver must have: commit, default_url",
    ):
        assert words in results.out, results.out


def test_a_plugin_that_nobody_announces_is_found(
    run_tests: RunTests, fake_distribution: FakeDistribution
) -> None:
    body = hooks(FLAVOR, "unknown")
    fake_distribution("acme-unknown", body, PARTS, module="acme_unknown.other")
    results = run_tests(contract_for("unknown"))
    assert "test_an_entry_point_announces_it" in results.failed["Test_unknown"]
    assert "NAME = \"acme_unknown.plugin\"' in the group 'zen.plugins'" in results.out


def test_a_plugin_must_say_from_where_to_where_the_core_fits(
    run_tests: RunTests, fake_distribution: FakeDistribution
) -> None:
    for plugin, requires in BOUNDS.items():
        body = hooks(FLAVOR, plugin)
        fake_distribution(f"acme-{plugin}", body, PARTS, requires=requires)
    results = run_tests(contract_for(*BOUNDS))
    failed = {plugin: results.failed[f"Test_{plugin}"] for plugin in BOUNDS}
    assert failed == {plugin: {BOUND} for plugin in BOUNDS}
    assert "acme-none 1.0 takes any old version and any future version" in results.out
    assert "acme-lower 1.0 takes any future version of zen-core" in results.out
    assert "acme-upper 1.0 takes any old version of zen-core" in results.out
