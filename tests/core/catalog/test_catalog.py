"""What is installed, and what plugins offer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.core.catalog.plugins import plugin_of
from zen.catalog import Catalog, Owner, PluginState
from zen.components import BaseAlerter
from zen.errors import (
    FlavorNotFoundError,
    StoreDriverNotFoundError,
)

if TYPE_CHECKING:
    from tests.core.conftest import FakeDistribution


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
    cls = catalog.load_class(offer, base=BaseAlerter)
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


def test_a_store_type_that_is_nowhere_says_what_there_is() -> None:
    with pytest.raises(StoreDriverNotFoundError) as caught:
        Catalog().store_driver("locla")
    assert "Did you mean 'local'?" in str(caught.value)
    assert "local" in caught.value.available
    assert caught.value.hint
