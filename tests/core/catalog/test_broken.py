"""What becomes of plugins that are broken, and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.catalog.plugins import MAIL, error_of, plugin_of
from zen.catalog import Catalog, Owner, PluginState
from zen.catalog._apart import ask_apart
from zen.components import BaseAlerter, BaseSecretsManager
from zen.errors import (
    FlavorNotFoundError,
    PluginContractError,
    PluginError,
    PluginLoadError,
)
from zen.stores import StoreDriver

if TYPE_CHECKING:
    from tests.core.conftest import FakeDistribution

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
    "a hook that stops": (
        "@hookimpl\ndef zen_flavors():\n    raise GeneratorExit('early')",
        PluginLoadError,
        ["'zen_flavors'", "GeneratorExit: early"],
    ),
    "a hook without an end": (
        "import itertools\n@hookimpl\ndef zen_flavors():\n    return itertools.count()",
        PluginContractError,
        ["'zen_flavors' gave more than 1000 specs"],
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
        ["'zen_flavors' gave 's3', which isn't a FlavorSpec"],
    ),
    "a spec of another sort": (
        "@hookimpl\ndef zen_flavors():\n    return [CommandSpec('a', 'b:c')]",
        PluginContractError,
        ["which isn't a FlavorSpec"],
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
    "an import that stops": ("raise GeneratorExit", PluginLoadError, ["GeneratorExit"]),
    "an import that raises what can't be shown": (
        "class Odd(Exception):\n    __str__ = None\nraise Odd",
        PluginLoadError,
        ["can't be loaded: Odd"],
    ),
    "a module that is none": (
        "import sys\nsys.modules[__name__] = 3",
        PluginLoadError,
        ["Module 'broken.plugin'", "TypeError"],
    ),
    "no Python": ("def :", PluginLoadError, ["SyntaxError"]),
    "a missing library": (
        "import not_there_at_all",
        PluginLoadError,
        ["No module named 'not_there_at_all'"],
    ),
}


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


@pytest.mark.parametrize(
    "hooks",
    [
        "raise KeyboardInterrupt",
        "@hookimpl\ndef zen_flavors():\n    raise KeyboardInterrupt",
    ],
)
def test_the_user_can_interrupt_a_plugin(
    fake_distribution: FakeDistribution, hooks: str
) -> None:
    fake_distribution("broken", hooks)
    with pytest.raises(KeyboardInterrupt):
        _ = Catalog().plugins


def test_the_user_can_interrupt_what_a_plugin_offers(
    fake_distribution: FakeDistribution,
) -> None:
    hooks = MAIL.format(package="broken")
    fake_distribution("broken", hooks, "raise KeyboardInterrupt")
    catalog = Catalog()
    with pytest.raises(KeyboardInterrupt):
        catalog.load_class(catalog.flavor("alerter", "mail"), base=BaseAlerter)


def test_an_error_of_many_lines_is_told_in_one_and_shortened(
    fake_distribution: FakeDistribution,
) -> None:
    error = error_of(fake_distribution("broken", "raise OSError('x\\n' * 9999)"))
    assert "OSError: x x x" in error.message
    assert "\n" not in error.message
    assert len(error.message) < 400
    assert error.message.endswith("…")


def test_what_a_plugin_prints_is_no_result(
    fake_distribution: FakeDistribution, capsys: pytest.CaptureFixture[str]
) -> None:
    hooks = f"print('light')\n{MAIL.format(package='loud')}"
    fake_distribution("loud", hooks, "print('heavy')\nMail = 1")
    catalog = Catalog()
    with pytest.raises(PluginContractError):
        catalog.load_class(catalog.flavor("alerter", "mail"), base=BaseAlerter)
    assert capsys.readouterr() == ("", "light\nheavy\n")


def test_a_library_that_a_plugin_lacks_is_to_be_installed(
    fake_distribution: FakeDistribution,
) -> None:
    lacking = fake_distribution("lacking", "import not_there_at_all")
    assert "Install what lacking requires" in error_of(lacking).hint
    torn = fake_distribution("torn", module="torn.gone")
    assert "Install torn again" in error_of(torn).hint
    faulty = fake_distribution("faulty", "len(5)")
    assert error_of(faulty).hint.startswith("Tell its author; disable it with")


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


def test_a_class_that_is_abstract_says_what_it_lacks(
    fake_distribution: FakeDistribution,
) -> None:
    parts = "from zen import BaseSecretsManager\nclass Mail(BaseSecretsManager): pass"
    fake_distribution("liar", MAIL.format(package="liar"), parts)
    catalog = Catalog()
    with pytest.raises(PluginContractError, match="must have: delete_secret, get_"):
        catalog.load_class(catalog.flavor("alerter", "mail"), base=BaseSecretsManager)  # type: ignore[type-abstract]


def test_a_module_that_is_known_to_end_the_process_is_not_imported(
    fake_distribution: FakeDistribution,
) -> None:
    hooks = f"""{MAIL.format(package="broken")}
@hookimpl
def zen_commands():
    return [CommandSpec("sweep", "broken.parts:sweep")]
"""
    fake_distribution("broken", hooks, "import os\nos._exit(3)")
    catalog = Catalog(ask_all=lambda claims: [a for a, _ in ask_apart(claims)])
    (sweep,) = (o for o in catalog.commands() if o.spec.name == "sweep")
    assert catalog.breakage(sweep)
    with pytest.raises(PluginLoadError, match="exit code 3"):
        catalog.load_command(sweep)
    with pytest.raises(PluginLoadError, match="exit code 3"):
        catalog.load_class(catalog.flavor("alerter", "mail"), base=BaseAlerter)


def test_the_cores_commands_are_never_broken(
    fake_distribution: FakeDistribution,
) -> None:
    fake_distribution("broken", "1 / 0")
    catalog = Catalog()
    assert not any(map(catalog.breakage, catalog.commands()))


def test_a_flavor_that_is_nowhere_may_be_in_a_plugin_that_is_broken(
    fake_distribution: FakeDistribution,
) -> None:
    fake_distribution("broken", "1 / 0", version="0.3")
    with pytest.raises(FlavorNotFoundError, match="'s9'") as caught:
        Catalog().flavor("artifact_store", "s9")
    assert "Module 'broken.plugin' of broken 0.3 can't be loaded" in caught.value.hint
    assert "ZeroDivisionError" in caught.value.hint
    assert "pip uninstall broken" in caught.value.hint


def test_of_many_plugins_that_fail_a_message_tells_a_few(
    fake_distribution: FakeDistribution,
) -> None:
    for number in range(5):
        fake_distribution(f"broken{number}", "1 / 0")
    lines = Catalog().absences.splitlines()
    assert [line for line in lines if "broken2.plugin" in line]
    assert not [line for line in lines if "broken3.plugin" in line]
    assert "There are 2 more; see 'zen plugin list'." in lines


def test_where_nothing_is_absent_nothing_is_said() -> None:
    assert Catalog().absences == ""
