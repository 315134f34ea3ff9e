"""The contract with plugins: every hook, and its arguments."""

from __future__ import annotations

import inspect

import pluggy
import pytest

from zen import builtin, hookspecs

HOOKS = {
    "zen_store_drivers": [],
    "zen_flavors": [],
    "zen_component_types": [],
    "zen_commands": [],
    "zen_default_components": [],
    "zen_provision": ["component", "context"],
    "zen_resume": ["component", "context"],
    "zen_suspend": ["component", "context"],
    "zen_deprovision": ["component", "context"],
    "zen_before_lifecycle": ["event"],
    "zen_after_lifecycle": ["event"],
}
ANSWERED_ONCE = {"zen_provision", "zen_resume", "zen_suspend", "zen_deprovision"}


@pytest.fixture
def manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager("zen")
    manager.add_hookspecs(hookspecs)
    return manager


def test_the_hooks_are_those_of_the_design(manager: pluggy.PluginManager) -> None:
    assert {name for name in vars(manager.hook) if name.startswith("zen_")} == set(
        HOOKS
    )


@pytest.mark.parametrize(("hook", "arguments"), HOOKS.items())
def test_each_hook_has_its_arguments(hook: str, arguments: list[str]) -> None:
    assert list(inspect.signature(getattr(hookspecs, hook)).parameters) == arguments


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_says_what_it_is_for(hook: str) -> None:
    assert inspect.getdoc(getattr(hookspecs, hook))


@pytest.mark.parametrize("hook", HOOKS)
def test_only_the_verbs_take_the_first_answer(
    manager: pluggy.PluginManager, hook: str
) -> None:
    spec = getattr(manager.hook, hook).spec
    assert spec.opts["firstresult"] is (hook in ANSWERED_ONCE)


def test_no_spec_can_be_mistaken_for_an_implementation() -> None:
    with pytest.raises(NotImplementedError):
        hookspecs.zen_flavors()


def test_the_core_keeps_its_own_contract(manager: pluggy.PluginManager) -> None:
    manager.register(builtin)
    manager.check_pending()
    implemented = {
        name for name in HOOKS if getattr(manager.hook, name).get_hookimpls()
    }
    assert implemented == {
        "zen_store_drivers",
        "zen_component_types",
        "zen_commands",
    }
