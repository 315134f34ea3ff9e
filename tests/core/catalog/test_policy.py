"""Which plugins may be used, decided before anything of them is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.catalog import (
    Catalog,
    Owner,
    PluginPolicy,
    PluginState,
    claims_in_use,
    find_claims,
)
from zen.errors import (
    AmbiguousPluginError,
    ConfigurationError,
    FlavorNotFoundError,
    PluginLoadError,
    PluginNotFoundError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import FakeDistribution

HORN = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "horn", "{package}.parts:Horn")]
"""


def catalog(**decisions: object) -> Catalog:
    policy = PluginPolicy(**decisions, source="a test")  # type: ignore[arg-type]
    return Catalog(policy=lambda: policy)


def state(catalog: Catalog, owner: Owner) -> PluginState:
    (plugin,) = [plugin for plugin in catalog.plugins if plugin.owner == owner]
    return plugin.state


@pytest.fixture
def marked(fake_distribution: FakeDistribution, tmp_path: Path) -> Owner:
    """A plugin that leaves a mark when it is imported."""
    hooks = f"import pathlib\npathlib.Path({str(tmp_path / 'mark')!r}).touch()"
    return fake_distribution("acme-horn", hooks, plugin="horn")


@pytest.mark.parametrize(
    "decisions",
    [
        {"allow": ()},
        {"allow": ("other",)},
        {"deny": ("horn",)},
        {"deny": ("Acme.Horn",)},
        {"deny": ("acme_-.horn",)},
        {"allow": ("horn",), "deny": ("acme_horn",)},
    ],
)
def test_what_is_not_admitted_is_not_imported(
    marked: Owner, tmp_path: Path, decisions: dict[str, tuple[str, ...]]
) -> None:
    assert state(catalog(**decisions), marked) is PluginState.DISABLED
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("allow", [None, ("horn",), ("acme-horn",), ("ACME_horn",)])
def test_what_is_admitted_is_loaded(
    marked: Owner, tmp_path: Path, allow: tuple[str, ...] | None
) -> None:
    assert state(catalog(allow=allow), marked) is PluginState.LOADED
    assert (tmp_path / "mark").exists()


def test_what_is_disabled_is_no_trouble(marked: Owner) -> None:
    assert marked not in {p.owner for p in catalog(allow=()).troubled_plugins}


@pytest.mark.parametrize("decision", ["allow", "deny", "prefer"])
@pytest.mark.usefixtures("marked")
def test_a_name_of_no_plugin_is_an_error_when_something_is_looked_up(
    decision: str,
) -> None:
    asked = catalog(**{decision: ("hron",)})
    assert asked.plugins
    assert asked.command("plugin")
    with pytest.raises(
        ConfigurationError, match="'hron', which a test names"
    ) as caught:
        asked.flavor("alerter", "horn")
    assert "Did you mean 'horn'?" in str(caught.value)
    assert "zen plugin list" in caught.value.hint


def test_a_plugin_that_was_disabled_and_removed_is_in_nobodys_way() -> None:
    found = catalog(deny=("removed-long-ago",)).flavor("orchestrator", "local")
    assert found.owner.plugin == "local"


def test_of_two_flavors_the_preferred_ones_wins(
    fake_distribution: FakeDistribution,
) -> None:
    one, two = (
        fake_distribution(name, HORN.format(package=name)) for name in ("one", "two")
    )
    with pytest.raises(AmbiguousPluginError) as caught:
        catalog().flavor("alerter", "horn")
    for name in ("one", "two"):
        assert f"'plugins: {{prefer: [{name}]}}'" in caught.value.hint
        assert f"'zen plugin disable {name}'" in caught.value.hint
    assert catalog(prefer=("two",)).flavor("alerter", "horn").owner == two
    assert catalog(prefer=("one", "two")).flavor("alerter", "horn").owner == one


def test_of_two_plugins_of_one_name_the_preferred_one_is_loaded(
    fake_distribution: FakeDistribution,
) -> None:
    one, two = (fake_distribution(name, plugin="same") for name in ("one", "two"))
    assert state(catalog(), one) is PluginState.AMBIGUOUS
    preferring = catalog(prefer=("two",))
    assert state(preferring, one) is PluginState.DISABLED
    assert state(preferring, two) is PluginState.LOADED


def test_who_wins_is_in_use_and_who_loses_is_not(
    fake_distribution: FakeDistribution,
) -> None:
    for name in ("one", "two"):
        fake_distribution(name, plugin="same")
    fake_distribution("three")
    claims = [c for c in find_claims() if c.owner.plugin in {"same", "three"}]
    preferring = claims_in_use(claims, PluginPolicy(prefer=("two",)))
    assert [c.owner.distribution for c in preferring] == ["two", "three"]
    denying = claims_in_use(claims, PluginPolicy(deny=("three",)))
    assert [c.owner.distribution for c in denying] == ["one", "two"]


def test_nobody_takes_the_cores_name_by_being_preferred(
    fake_distribution: FakeDistribution,
) -> None:
    owner = fake_distribution("evil", plugin="zen-core")
    assert state(catalog(prefer=("evil",)), owner) is PluginState.FAILED
    assert state(catalog(prefer=("zen-core",)), owner) is PluginState.DISABLED


def test_what_is_missing_may_be_disabled(marked: Owner) -> None:
    with pytest.raises(FlavorNotFoundError) as caught:
        catalog(deny=("horn",)).flavor("alerter", "horn")
    assert f"Disabled by a test: {marked}." in caught.value.hint


def test_a_name_of_no_plugin_keeps_a_profile_from_lacking_a_stack() -> None:
    """It would lack it for good, for the sake of a typing error."""
    with pytest.raises(ConfigurationError, match="Did you mean 'sqlite'"):
        catalog(allow=("local", "sqlit")).default_components()


def test_a_name_of_no_plugin_may_be_why_there_is_no_such_command() -> None:
    with pytest.raises(ConfigurationError, match="Did you mean 'pipelines'"):
        catalog(allow=("pipeline",)).command("run")


def test_a_denied_plugin_is_no_rival(fake_distribution: FakeDistribution) -> None:
    one, two = (fake_distribution(name, plugin="same") for name in ("one", "two"))
    denying = catalog(deny=("one",))
    assert state(denying, two) is PluginState.LOADED
    assert state(denying, one) is PluginState.DISABLED


def test_a_strict_policy_raises_at_once(fake_distribution: FakeDistribution) -> None:
    fake_distribution("broken", "1 / 0")
    with pytest.raises(PluginLoadError, match="ZeroDivisionError"):
        _ = catalog(strict=True).plugins


def test_a_plugin_is_found_by_either_name(marked: Owner) -> None:
    assert Catalog().plugin("horn").owner == marked
    assert Catalog().plugin("Acme_Horn").owner == marked
    with pytest.raises(PluginNotFoundError, match="Did you mean 'horn'"):
        Catalog().plugin("hron")


def test_what_a_plugin_offers_twice_is_its_own_fault(
    fake_distribution: FakeDistribution,
) -> None:
    twice = HORN.format(package="x").replace("]", "] * 2")
    owner = fake_distribution("twice", twice)
    assert state(Catalog(), owner) is PluginState.FAILED
    with pytest.raises(FlavorNotFoundError, match="horn"):
        Catalog().flavor("alerter", "horn")
