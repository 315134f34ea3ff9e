"""What is installed, and what becomes of plugins that are broken."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import zen
from zen.catalog import Catalog, Owner, PluginState
from zen.components import BaseAlerter
from zen.errors import (
    AmbiguousPluginError,
    FlavorNotFoundError,
    PluginContractError,
    PluginError,
    PluginIncompatibleError,
    PluginLoadError,
    StoreDriverNotFoundError,
)
from zen.stores import StoreDriver

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import FakeDistribution
    from zen.catalog import Plugin

MAIL = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "mail", "{package}.parts:Mail", "Sends mail.")]
"""
LEAVE_MARK = """\
import pathlib
pathlib.Path({path!r}).touch()
"""
BROKEN_HOOKS = {
    "a hook that raises": (
        "@hookimpl\ndef zen_flavors():\n    raise OSError('no disk')",
        PluginLoadError,
        ["'zen_flavors'", "OSError: no disk"],
    ),
    "a hook that exits": (
        "@hookimpl\ndef zen_flavors():\n    raise SystemExit(3)",
        PluginLoadError,
        ["'zen_flavors'", "SystemExit: 3"],
    ),
    "a hook that raises late": (
        "@hookimpl\ndef zen_commands():\n    yield 1 / 0",
        PluginLoadError,
        ["'zen_commands'", "ZeroDivisionError"],
    ),
    "a hook that wants arguments": (
        "@hookimpl\ndef zen_flavors(x):\n    return []",
        PluginLoadError,
        ["'zen_flavors'", "'x'"],
    ),
    "nothing": (
        "@hookimpl\ndef zen_flavors():\n    return None",
        PluginLoadError,
        ["'zen_flavors'", "NoneType"],
    ),
    "nonsense": (
        "@hookimpl\ndef zen_flavors():\n    return ['s3']",
        PluginContractError,
        ["'zen_flavors' gave 's3', which is no FlavorSpec"],
    ),
    "a spec of another sort": (
        "@hookimpl\ndef zen_flavors():\n    return [CommandSpec('a', 'b:c')]",
        PluginContractError,
        ["which is no FlavorSpec"],
    ),
    "an invalid spec": (
        "@hookimpl\ndef zen_flavors():\n    return [FlavorSpec('a b', 'c', 'd:e')]",
        PluginLoadError,
        ["FlavorSpec: type='a b' is not a valid type"],
    ),
    "a misspelt hook": (
        "@hookimpl\ndef zen_flavours():\n    return []",
        PluginContractError,
        ["there is no hook 'zen_flavours'. Did you mean 'zen_flavors'?"],
    ),
    "a misspelt name of a hook": (
        "@hookimpl(specname='zen_comands')\ndef offer():\n    return []",
        PluginContractError,
        ["there is no hook 'zen_comands'. Did you mean 'zen_commands'?"],
    ),
    "a verb with arguments that it hasn't": (
        "@hookimpl\ndef zen_provision(component, colour):\n    return True",
        PluginContractError,
        ["colour"],
    ),
    "an import that raises": ("1 / 0", PluginLoadError, ["ZeroDivisionError"]),
    "an import that exits": ("raise SystemExit", PluginLoadError, ["SystemExit"]),
    "no Python": ("def :", PluginLoadError, ["SyntaxError"]),
    "a missing library": (
        "import not_there_at_all",
        PluginLoadError,
        ["No module named 'not_there_at_all'"],
    ),
}


def plugin_of(owner: Owner, catalog: Catalog | None = None) -> Plugin:
    (found,) = [p for p in (catalog or Catalog()).plugins if p.owner == owner]
    return found


def error_of(owner: Owner) -> PluginError:
    error = plugin_of(owner).error
    assert error is not None
    return error


@pytest.fixture
def mail(fake_distribution: FakeDistribution) -> Owner:
    """A distribution that is as it should be."""
    parts = """\
        from zen.components import BaseAlerter
        class Mail(BaseAlerter):
            TYPE, FLAVOR = "alerter", "mail"
            def post(self, message): return True
            def ask(self, question): return True
    """
    return fake_distribution("mail", MAIL.format(package="mail"), parts, version="1.2")


def test_a_plugin_that_works_is_loaded_under_its_owner(mail: Owner) -> None:
    plugin = plugin_of(mail)
    assert (plugin.state, plugin.error) == (PluginState.LOADED, None)
    assert plugin.module == "mail.plugin"
    assert str(plugin.owner) == "mail 1.2"


def test_plugins_are_sorted_by_name(mail: Owner) -> None:
    owners = [plugin.owner for plugin in Catalog().plugins]
    assert mail in owners
    assert owners == sorted(owners)


def test_what_a_plugin_offers_is_listed_without_importing_it(mail: Owner) -> None:
    (offer,) = (o for o in Catalog().flavors("alerter") if o.owner == mail)
    assert (offer.spec.name, offer.spec.summary) == ("mail", "Sends mail.")
    assert "mail.parts" not in sys.modules


def test_what_a_plugin_offers_is_imported_when_it_is_used(mail: Owner) -> None:
    catalog = Catalog()
    offer = catalog.flavor("alerter", "mail")
    cls = catalog.load_class(offer, base=BaseAlerter)  # type: ignore[type-abstract]
    assert cls.__name__ == "Mail"
    assert offer.owner == mail


def test_offers_are_told_apart_by_owner(mail: Owner) -> None:
    catalog = Catalog()
    assert catalog.offers_of(mail) == [catalog.flavor("alerter", "mail").spec]


def test_nothing_is_scanned_before_something_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("zen.catalog._catalog.find_claims", lambda: 1 / 0)
    catalog = Catalog()
    with pytest.raises(ZeroDivisionError):
        _ = catalog.plugins


def test_the_catalog_is_built_once(mail: Owner) -> None:
    catalog = Catalog()
    assert plugin_of(mail, catalog) is plugin_of(mail, catalog)


def test_flavors_are_sorted_by_type_and_name(mail: Owner) -> None:
    flavors = [(o.spec.type, o.spec.name, o.owner) for o in Catalog().flavors()]
    assert ("alerter", "mail", mail) in flavors
    assert flavors == sorted(flavors)


@pytest.mark.parametrize("fault", BROKEN_HOOKS)
def test_a_broken_plugin_is_the_only_one_that_fails(
    fake_distribution: FakeDistribution, mail: Owner, fault: str
) -> None:
    hooks, error_type, parts = BROKEN_HOOKS[fault]
    owner = fake_distribution("broken", hooks, version="0.3")
    catalog = Catalog()
    plugin = plugin_of(owner, catalog)
    assert plugin.state is PluginState.FAILED
    assert plugin in catalog.troubled_plugins
    assert type(plugin.error) is error_type
    assert all(part in str(plugin.error) for part in parts)
    assert plugin_of(mail, catalog).state is PluginState.LOADED


@pytest.mark.parametrize("fault", BROKEN_HOOKS)
def test_the_error_of_a_broken_plugin_names_its_owner_and_a_way_out(
    fake_distribution: FakeDistribution, fault: str
) -> None:
    error = error_of(fake_distribution("broken", BROKEN_HOOKS[fault][0], version="0.3"))
    assert "broken 0.3" in str(error)
    assert (error.plugin, error.distribution) == ("broken", "broken 0.3")
    assert "pip uninstall broken" in error.hint
    assert "\n" not in str(error)


def test_a_broken_plugin_offers_nothing(fake_distribution: FakeDistribution) -> None:
    hooks = MAIL.format(package="broken") + BROKEN_HOOKS["a hook that raises late"][0]
    owner = fake_distribution("broken", hooks)
    assert Catalog().offers_of(owner) == []


def test_a_plugin_whose_module_is_missing_fails(
    fake_distribution: FakeDistribution,
) -> None:
    owner = fake_distribution("broken", module="broken.gone")
    assert plugin_of(owner).state is PluginState.FAILED
    assert "Module 'broken.gone' of broken 1.0 can't be loaded" in str(error_of(owner))


def test_a_hook_of_the_future_may_be_optional(
    fake_distribution: FakeDistribution,
) -> None:
    hooks = "@hookimpl(optionalhook=True)\ndef zen_dashboards():\n    return []"
    assert plugin_of(fake_distribution("future", hooks)).state is PluginState.LOADED


def test_an_implementation_may_have_a_name_of_its_own(
    fake_distribution: FakeDistribution,
) -> None:
    hooks = """\
        @hookimpl(specname="zen_flavors")
        def offer():
            return [FlavorSpec("alerter", "own", "own.parts:Own")]
    """
    owner = fake_distribution("own", hooks)
    assert plugin_of(owner).state is PluginState.LOADED
    assert Catalog().flavor("alerter", "own").owner == owner


def test_a_lazy_object_in_a_plugin_is_left_alone(
    fake_distribution: FakeDistribution,
) -> None:
    """Such as flask's `request`, which raises when anything is asked of it."""
    hooks = """\
        class Proxy:
            def __getattr__(self, name):
                raise RuntimeError("outside of a context")

        request = Proxy()
    """
    assert plugin_of(fake_distribution("lazy", hooks)).state is PluginState.LOADED


def test_two_plugins_in_one_module_break_no_other(
    fake_distribution: FakeDistribution, mail: Owner
) -> None:
    """As a fork does that kept the name of the package."""
    fork = fake_distribution("mail-fork", module="mail.plugin")
    catalog = Catalog()
    assert plugin_of(mail, catalog).state is PluginState.LOADED
    assert plugin_of(fork, catalog).state is not PluginState.LOADED


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("METADATA", None),
        ("METADATA", ""),
        ("entry_points.txt", "[zen.plugins]\nnonsense\n"),
        ("entry_points.txt", "[zen.plugins]\nbroken = \n"),
        ("entry_points.txt", "[zen.plugins\n"),
    ],
)
def test_a_distribution_that_is_half_there_breaks_no_other(
    fake_distribution: FakeDistribution,
    mail: Owner,
    tmp_path: Path,
    file: str,
    content: str | None,
) -> None:
    """As an interrupted removal leaves it."""
    fake_distribution("broken")
    path = tmp_path / "site" / "broken-1.0" / "broken-1.0.dist-info" / file
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    assert plugin_of(mail).state is PluginState.LOADED


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
    assert plugin_of(owner, catalog).state is PluginState.AMBIGUOUS
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
    "requirement", ["zen-core>=2", "Zen_Core >=2,<3", "zen.core==0.2.*", "zen-core<1"]
)
def test_a_plugin_for_another_core_is_not_even_imported(
    fake_distribution: FakeDistribution, tmp_path: Path, requirement: str
) -> None:
    hooks = LEAVE_MARK.format(path=str(tmp_path / "mark"))
    owner = fake_distribution("other", hooks, requires=["click", requirement])
    plugin = plugin_of(owner)
    assert plugin.state is PluginState.INCOMPATIBLE
    assert isinstance(plugin.error, PluginIncompatibleError)
    assert f"zen-core {zen.__version__}" in str(plugin.error)
    assert "other 1.0 needs" in str(plugin.error)
    assert "pip install --upgrade other" in plugin.error.hint
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    "requirement",
    [
        "zen-core>=1,<2",
        "zen-core",
        "zen-core>=2; extra == 'next'",
        "zen-core>=2; python_version < '3'",
        "zen-corentin>=9",
        "not a requirement at all",
    ],
)
def test_a_plugin_for_this_core_is_loaded(
    fake_distribution: FakeDistribution, requirement: str
) -> None:
    owner = fake_distribution("other", requires=[requirement])
    assert plugin_of(owner).state is PluginState.LOADED


def test_an_older_copy_further_down_the_path_does_not_count(
    fake_distribution: FakeDistribution,
) -> None:
    fake_distribution("twice", "1 / 0", version="1.0", plugin="twice-old")
    new = fake_distribution("twice", version="2.0")
    found = [p for p in Catalog().plugins if p.owner.distribution == "twice"]
    assert [(p.owner, p.state) for p in found] == [(new, PluginState.LOADED)]


@pytest.mark.parametrize(
    ("parts", "error_type"),
    [
        ("class Mail: pass", PluginContractError),
        ("Mail = 'mail'", PluginContractError),
        ("class Post: pass", PluginLoadError),
        ("raise SystemExit(1)", PluginLoadError),
        ("import not_there_at_all", PluginLoadError),
    ],
)
def test_what_is_offered_and_not_there_is_blamed_on_its_owner(
    fake_distribution: FakeDistribution, parts: str, error_type: type[PluginError]
) -> None:
    hooks = MAIL.format(package="liar")
    owner = fake_distribution("liar", hooks, parts, version="0.9")
    catalog = Catalog()
    assert plugin_of(owner, catalog).state is PluginState.LOADED
    with pytest.raises(error_type) as caught:
        catalog.load_class(catalog.flavor("alerter", "mail"), base=StoreDriver)  # type: ignore[type-abstract]
    assert "'liar.parts:Mail'" in str(caught.value)
    assert caught.value.distribution == "liar 0.9"
    assert "liar 0.9" in str(caught.value)
    assert "liar" in caught.value.hint


def test_a_command_is_imported_when_it_is_called(
    fake_distribution: FakeDistribution,
) -> None:
    hooks = """\
        @hookimpl
        def zen_commands():
            return [CommandSpec("greet", "hello.parts:Greeter.greet", "Say hello.")]
    """
    parts = "class Greeter:\n    greet = 'hello'"
    owner = fake_distribution("hello", hooks, parts)
    catalog = Catalog()
    (offer,) = (o for o in catalog.commands() if o.owner == owner)
    assert "hello.parts" not in sys.modules
    assert catalog.load_command(offer) == "hello"


def test_the_cores_commands_and_types_come_first(
    fake_distribution: FakeDistribution,
) -> None:
    hooks = """\
        @hookimpl
        def zen_commands():
            return [CommandSpec("aaa", "aaa.parts:a")]

        @hookimpl
        def zen_component_types():
            return [ComponentTypeSpec("gadget", "gadgets", "aaa.parts:Gadget", "g")]
    """
    fake_distribution("aaa", hooks)
    catalog = Catalog()
    assert catalog.commands()[0].owner.distribution == "zen-core"
    types = [spec.name for spec in catalog.component_types()]
    assert types[:3] == ["orchestrator", "artifact_store", "metadata_store"]
    assert types.index("gadget") >= 10


@pytest.mark.usefixtures("only_fakes")
def test_without_plugins_there_is_no_default_component() -> None:
    assert Catalog().default_components() == {}


@pytest.mark.usefixtures("only_fakes")
@pytest.mark.parametrize(
    ("kind", "offered", "chosen"),
    [
        ("orchestrator", ["aaa", "local", "zzz"], "local"),
        ("metadata_store", ["aaa", "sqlite", "local"], "sqlite"),
        ("artifact_store", ["zzz", "mmm"], "mmm"),
    ],
)
def test_the_cores_preference_wins_else_the_first_by_name(
    fake_distribution: FakeDistribution, kind: str, offered: list[str], chosen: str
) -> None:
    for flavor in offered:
        hooks = f"""\
            @hookimpl
            def zen_default_components():
                return [DefaultComponentSpec({kind!r}, {flavor!r})]
        """
        fake_distribution(f"by-{flavor}", hooks)
    assert Catalog().default_components() == {kind: chosen}


def test_a_flavor_that_is_nowhere_says_what_there_is(mail: Owner) -> None:
    with pytest.raises(FlavorNotFoundError) as caught:
        Catalog().flavor("alerter", "mial")
    assert "for type alerter" in str(caught.value)
    assert "Did you mean 'mail'?" in str(caught.value)
    assert caught.value.available == ["mail"], mail
    assert "zen alerter flavor list" in caught.value.hint


def test_a_flavor_that_is_nowhere_may_be_in_a_plugin_that_is_broken(
    fake_distribution: FakeDistribution,
) -> None:
    fake_distribution("broken", "1 / 0", version="0.3")
    with pytest.raises(FlavorNotFoundError, match="'s9'") as caught:
        Catalog().flavor("artifact_store", "s9")
    assert "Module 'broken.plugin' of broken 0.3 can't be loaded" in caught.value.hint
    assert "ZeroDivisionError" in caught.value.hint
    assert "pip uninstall broken" in caught.value.hint


def test_a_store_type_that_is_nowhere_says_what_there_is() -> None:
    with pytest.raises(StoreDriverNotFoundError) as caught:
        Catalog().store_driver("locla")
    assert "Did you mean 'local'?" in str(caught.value)
    assert "local" in caught.value.available
    assert caught.value.hint


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


def test_a_distribution_without_a_version_is_a_plugin_that_failed(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    fake_distribution("torn")
    (metadata,) = tmp_path.glob("site/torn-*/*.dist-info/METADATA")
    metadata.write_text("Name: torn\n")
    plugin = plugin_of(Owner("torn", "torn", "1.0"))
    assert plugin.state is PluginState.FAILED
    assert f"{metadata.parent} can't be read" in str(plugin.error)
    assert "Delete that folder" in str(plugin.error and plugin.error.hint)


def test_a_distribution_may_sit_in_a_folder_of_another_name(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    owner = fake_distribution("mislaid")
    (info,) = tmp_path.glob("site/mislaid-*/*.dist-info")
    info.rename(info.with_name("elsewhere-3.dist-info"))
    assert plugin_of(owner).state is PluginState.LOADED
