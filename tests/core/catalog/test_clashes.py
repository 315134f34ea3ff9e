"""Names that several plugins claim, or that are the core's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.core.catalog.plugins import MAIL, plugin_of
from zen.catalog import CORE, Catalog, Owner, PluginPolicy, PluginState
from zen.errors import (
    AmbiguousPluginError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import FakeDistribution

LEAVE_MARK = """\
import pathlib
pathlib.Path({path!r}).touch()
"""
GADGET = """\
@hookimpl
def zen_component_types():
    return [
        ComponentTypeSpec("{type}", "{type}s", "{name}.parts:Gadget", "{option}")
    ]
"""


def test_two_plugins_in_one_module_break_no_other(
    fake_distribution: FakeDistribution, mail: Owner
) -> None:
    """As a fork does that kept the name of the package."""
    fork = fake_distribution("mail-fork", module="mail.plugin")
    catalog = Catalog()
    assert plugin_of(mail, catalog).state is PluginState.LOADED
    assert plugin_of(fork, catalog).state is not PluginState.LOADED


@pytest.mark.parametrize("name", ["able", "zest"])
@pytest.mark.parametrize("plugin", ["", "mail"])
@pytest.mark.parametrize("installed", ["copied", "linked", "mapped"])
def test_a_module_belongs_to_the_distribution_that_installed_it(
    fake_distribution: FakeDistribution,
    mail: Owner,
    tmp_path: Path,
    name: str,
    plugin: str,
    installed: str,
) -> None:
    site = tmp_path / "site" / "mail-1.2"
    info = site / "mail-1.2.dist-info"
    folder = site if installed == "linked" else site / "elsewhere"
    if installed != "copied":
        origin = {"url": folder.as_uri(), "dir_info": {"editable": True}}
        (info / "direct_url.json").write_text(json.dumps(origin))
    if installed == "mapped":
        # As setuptools does, where a folder holds more than is to be importable.
        finder = "__editable___mail_1_2_finder.py"
        mapping = {"mail": str(folder / "mail")}
        (site / finder).write_text(f"MAPPING: dict[str, str] = {mapping!r}\nX = 1\n")
        (info / "RECORD").write_text(f"{finder},,\n")
    if installed == "copied":
        (info / "RECORD").write_text("mail/__init__.py,,\nmail/plugin.py,,\n")
    liar = fake_distribution(name, module="mail.plugin", plugin=plugin)
    catalog = Catalog()
    assert catalog.flavor("alerter", "mail").owner == mail
    problem = "its entry point names 'mail.plugin', a module of mail"
    assert problem in str(plugin_of(liar, catalog).error)


def test_two_distributions_with_one_plugin_name_are_both_left_out(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    hooks = LEAVE_MARK.format(path=str(tmp_path / "mark"))
    one = fake_distribution("one", hooks, plugin="same", version="1.0")
    two = fake_distribution("two", hooks, plugin="same", version="2.0")
    catalog = Catalog()
    for owner in (one, two):
        plugin = plugin_of(owner, catalog)
        assert plugin.state is PluginState.AMBIGUOUS
        assert isinstance(plugin.error, AmbiguousPluginError)
        assert "one 1.0 and two 2.0" in str(plugin.error)
        assert plugin.error.hint
    assert not (tmp_path / "mark").exists()


def test_nobody_takes_the_cores_name(fake_distribution: FakeDistribution) -> None:
    owner = fake_distribution("evil", plugin="zen-core")
    catalog = Catalog()
    error = plugin_of(owner, catalog).error
    assert error
    assert "its entry point is called 'zen-core', as the core is" in str(error)
    # To prefer it would be in vain.
    assert "prefer" not in error.hint
    assert catalog.store_driver("local").owner.distribution == "zen-core"


def test_a_flavor_from_two_plugins_is_listed_twice_and_used_by_neither(
    fake_distribution: FakeDistribution, mail: Owner
) -> None:
    other = fake_distribution("post", MAIL.format(package="post"), version="3.0")
    catalog = Catalog()
    listed = [o.owner for o in catalog.flavors("alerter") if o.spec.name == "mail"]
    assert listed == [mail, other]
    with pytest.raises(AmbiguousPluginError) as caught:
        catalog.flavor("alerter", "mail")
    assert "mail 1.2 and post 3.0 both offer flavor 'mail'" in str(caught.value)
    assert caught.value.distribution == "mail 1.2 and post 3.0"
    assert caught.value.hint


def test_one_name_in_two_types_is_no_clash(
    fake_distribution: FakeDistribution, mail: Owner
) -> None:
    hooks = MAIL.format(package="post").replace("alerter", "feature_store")
    other = fake_distribution("post", hooks)
    assert Catalog().flavor("alerter", "mail").owner == mail
    assert Catalog().flavor("feature_store", "mail").owner == other


def test_a_store_type_from_two_plugins_is_used_by_neither(
    fake_distribution: FakeDistribution,
) -> None:
    hooks = """\
        @hookimpl
        def zen_store_drivers():
            return [StoreDriverSpec("shared", "x.parts:Driver")]
    """
    for name in ("evil", "good"):
        fake_distribution(name, hooks)
    with pytest.raises(AmbiguousPluginError, match=r"evil 1\.0 and good 1\.0 both"):
        Catalog().store_driver("shared")


@pytest.mark.parametrize(
    ("hook", "spec", "clash"),
    [
        ("zen_commands", 'CommandSpec("stack", "x:y")', "zen stack"),
        (
            "zen_store_drivers",
            'StoreDriverSpec("local", "x:Y")',
            "store type local",
        ),
        (
            "zen_component_types",
            'ComponentTypeSpec("stack", "stacks", "x:Y", "")',
            "zen stack",
        ),
        (
            "zen_component_types",
            'ComponentTypeSpec("alerter", "alerters", "x:Y", "")',
            "zen alerter",
        ),
        (
            "zen_component_types",
            'ComponentTypeSpec("gadget", "gadgets", "x:Y", "o")',
            "zen stack register -o",
        ),
    ],
)
def test_no_plugin_takes_the_place_of_what_is_the_cores(
    fake_distribution: FakeDistribution, hook: str, spec: str, clash: str
) -> None:
    hooks = f"@hookimpl\ndef {hook}():\n    return [{spec}]"
    plugin = plugin_of(fake_distribution("usurper", hooks))
    assert plugin.state is PluginState.FAILED
    assert f"it offers '{clash}', which is the core's" in str(plugin.error)


def test_a_command_of_two_plugins_is_ambiguous(
    fake_distribution: FakeDistribution,
) -> None:
    for name in ("one", "two"):
        hooks = f"""\
            @hookimpl
            def zen_commands():
                return [CommandSpec("sweep", "{name}.parts:sweep")]
        """
        fake_distribution(name, hooks)
    with pytest.raises(AmbiguousPluginError, match=r"one 1\.0 and two 1\.0 both"):
        Catalog().command("sweep")


def test_a_component_type_of_two_plugins_is_listed_once_and_used_by_neither(
    fake_distribution: FakeDistribution,
) -> None:
    for name in ("one", "two"):
        fake_distribution(name, GADGET.format(name=name, type="gadget", option="g"))
    catalog = Catalog()
    (spec,) = [s for s in catalog.component_types() if s.name == "gadget"]
    assert spec.option == "g"
    with pytest.raises(AmbiguousPluginError, match=r"one 1\.0 and two 1\.0 both"):
        catalog.load_base("gadget")
    with pytest.raises(AmbiguousPluginError, match=r"one 1\.0 and two 1\.0 both"):
        catalog.command("gadget")
    preferring = Catalog(policy=lambda: PluginPolicy(prefer=("two",)))
    (spec,) = [s for s in preferring.component_types() if s.name == "gadget"]
    assert spec.base == "two.parts:Gadget"


def test_an_option_of_two_plugins_is_nobodys(
    fake_distribution: FakeDistribution,
) -> None:
    for name in ("one", "two"):
        fake_distribution(name, GADGET.format(name=name, type=name, option="g"))

    def options(catalog: Catalog) -> dict[str, str]:
        types = catalog.component_types()
        return {s.name: s.option for s in types if s.name in {"one", "two"}}

    assert options(Catalog()) == {"one": "", "two": ""}
    preferring = Catalog(policy=lambda: PluginPolicy(prefer=("two",)))
    assert options(preferring) == {"one": "", "two": "g"}


def test_every_name_of_a_command_has_an_owner(
    fake_distribution: FakeDistribution,
) -> None:
    hooks = GADGET.format(name="one", type="odd_gadget", option="")
    owner = fake_distribution("one", hooks)
    owners = Catalog().command_owners()
    assert ("odd-gadget", owner) in owners
    assert owners[0][1] == CORE
