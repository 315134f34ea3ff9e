"""What the configuration and the environment say about plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.catalog import Owner
from zen.config import PluginSettings
from zen.errors import DamagedDataError

if TYPE_CHECKING:
    from pathlib import Path


def write(config: Path, plugins: str) -> None:
    config.mkdir(exist_ok=True)
    (config / "config.yaml").write_text(f"plugins: {plugins}\nprofiles: {{}}\n...\n")


def test_without_a_word_all_plugins_are_used() -> None:
    policy = PluginSettings().policy()
    assert (policy.allow, policy.deny, policy.prefer) == (None, (), ())
    assert not policy.strict


def test_the_configuration_decides(config: Path) -> None:
    write(config, "{allow: [a, b], deny: [b], prefer: [a]}")
    policy = PluginSettings().policy()
    assert (policy.allow, policy.deny, policy.prefer) == (("a", "b"), ("b",), ("a",))
    assert str(config) in policy.source


@pytest.mark.parametrize(
    ("value", "allow"), [("none", ()), ("a", ("a",)), (" a, b ,", ("a", "b"))]
)
def test_the_environment_takes_the_configurations_place(
    config: Path, monkeypatch: pytest.MonkeyPatch, value: str, allow: tuple[str, ...]
) -> None:
    write(config, "{allow: [x], deny: [a], prefer: [b]}")
    monkeypatch.setenv("ZEN_PLUGINS", value)
    policy = PluginSettings().policy()
    assert (policy.allow, policy.deny, policy.prefer) == (allow, (), ("b",))
    assert "ZEN_PLUGINS" in policy.source


def test_the_environment_counts_whatever_the_configuration_is(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(config, "{denny: [a]}")
    monkeypatch.setenv("ZEN_PLUGINS", "none")
    assert PluginSettings().policy().allow == ()


def test_a_plugin_that_is_gone_can_be_forgotten(config: Path) -> None:
    write(config, "{deny: [Acme_Horn, b]}")
    assert PluginSettings().forget("acme-horn")
    assert PluginSettings().policy().deny == ("b",)
    assert not PluginSettings().forget("acme-horn")


@pytest.mark.parametrize(("value", "strict"), [("1", True), ("0", False), ("", False)])
def test_the_environment_may_be_strict(
    monkeypatch: pytest.MonkeyPatch, value: str, *, strict: bool
) -> None:
    monkeypatch.setenv("ZEN_PLUGINS_STRICT", value)
    assert PluginSettings().policy().strict is strict


def test_disabling_and_enabling_keep_what_else_is_said(config: Path) -> None:
    write(config, "{allow: [a], prefer: [c]}")
    settings = PluginSettings()
    settings.disable("a")
    settings.disable("b")
    assert settings.policy().deny == ("a", "b")
    settings.enable(Owner("b", "acme-b", "1"))
    policy = settings.policy()
    assert (policy.allow, policy.deny, policy.prefer) == (("a", "b"), ("a",), ("c",))


def test_enabling_finds_every_name_by_which_a_plugin_is_denied(config: Path) -> None:
    write(config, "{deny: [Acme_Horn, horn, other], allow: [ACME.horn]}")
    settings = PluginSettings()
    settings.enable(Owner("horn", "acme-horn", "1"))
    policy = settings.policy()
    assert (policy.allow, policy.deny) == (("ACME.horn",), ("other",))


def test_to_allow_nothing_is_kept(config: Path) -> None:
    write(config, "{allow: []}")
    PluginSettings().disable("a")
    assert PluginSettings().policy().allow == ()


@pytest.mark.parametrize(
    ("plugins", "reason"),
    [
        ("[a]", "'plugins' must be a mapping"),
        ("{alow: [a]}", "no key 'alow'"),
        ("{deny: a}", "'plugins: deny' must be a list of names"),
        ("{deny: [1]}", "'plugins: deny' must be a list of names"),
    ],
)
def test_what_is_not_what_it_should_be_is_located(
    config: Path, plugins: str, reason: str
) -> None:
    write(config, plugins)
    with pytest.raises(DamagedDataError, match=reason) as caught:
        PluginSettings().policy()
    assert str(config) in str(caught.value)
