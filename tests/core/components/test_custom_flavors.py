"""Flavors that users register themselves, from their repository."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from zen.errors import (
    AmbiguousPluginError,
    CustomFlavorError,
    FlavorExistsError,
    FlavorNotFoundError,
    InUseError,
    UntrustedError,
)
from zen.records import FlavorRecord, Provider
from zen.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.conftest import FakeDistribution

HORN = """\
from zen import BaseAlerter

class Horn(BaseAlerter):
    \"\"\"Blow a horn.

    And wait.
    \"\"\"

    FLAVOR = "horn"
    volume: int = 3

    def post(self, message):
        return True

    def ask(self, question):
        return True
"""
ABSTRACT = "    from abc import abstractmethod\n\n    @abstractmethod\n    def ask"


@pytest.fixture
def repository(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """A repository with a module of the user's own."""
    (here / "alerts").mkdir()
    (here / "alerts" / "horns.py").write_text(HORN)
    monkeypatch.syspath_prepend(here / "nothing")  # what follows is undone, too
    yield Repository.initialize(here)
    for name in [name for name in sys.modules if name.partition(".")[0] == "alerts"]:
        del sys.modules[name]


@pytest.fixture
def horn(repository: Repository) -> FlavorRecord:
    return repository.custom_flavors.register("alerts.horns.Horn", "alerter")


def rewrite(repository: Repository, text: str) -> None:
    assert repository.root
    (repository.root / "alerts" / "horns.py").write_text(text)


def test_a_flavor_is_kept_with_its_origin(
    repository: Repository, horn: FlavorRecord
) -> None:
    assert (horn.type, horn.name, horn.source) == (
        "alerter",
        "horn",
        "alerts.horns:Horn",
    )
    assert (horn.summary, horn.file) == ("Blow a horn.", "alerts/horns.py")
    assert horn.provider is None
    assert repository.store.flavors() == ([horn], [])
    assert repository.get_flavor("horn", "alerter") == horn


def test_what_a_module_prints_is_no_result(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(repository, f"print('toot')\n{HORN}")
    repository.custom_flavors.register("alerts.horns:Horn", "alerter")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "toot\n")


def test_a_damaged_distribution_is_no_obstacle(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "site" / "torn-1.0.dist-info"
    damaged.mkdir(parents=True)
    (damaged / "top_level.txt").write_text("torn")
    monkeypatch.syspath_prepend(damaged.parent)
    record = repository.custom_flavors.register("alerts.horns:Horn", "alerter")
    assert (record.file, record.provider) == ("alerts/horns.py", None)


def test_a_component_can_have_it(repository: Repository, horn: FlavorRecord) -> None:
    factory = repository.factory
    component = factory.create("alerter", horn.name, "mine", {"volume": 5})
    repository.register_stack_component(component)
    assert repository.store.component("alerter", "mine").provider is None
    again = Repository(repository.root).get_stack_component("alerter", "mine")
    assert again == component


def test_it_cannot_go_while_a_component_has_it(
    repository: Repository, horn: FlavorRecord
) -> None:
    component = repository.factory.create("alerter", horn.name, "mine")
    repository.register_stack_component(component)
    with pytest.raises(InUseError, match="Flavor 'horn' of type alerter is used by"):
        repository.custom_flavors.delete("alerter", "horn")
    repository.deregister_stack_component("alerter", "mine")
    repository.custom_flavors.delete("alerter", "HORN")
    with pytest.raises(FlavorNotFoundError, match="among the custom flavors"):
        repository.custom_flavors.delete("alerter", "horn")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Horn", "'Horn' isn't the path of a class"),
        ("alerts.horns.", "isn't the path of a class"),
        ("alerts.gone.Horn", "'alerts.gone:Horn' can't be imported: ModuleNotFound"),
        ("alerts.horns.Tuba", "can't be imported: AttributeError"),
        ("pathlib.Path", "'pathlib:Path' is not a subclass of BaseAlerter"),
        ("zen.components.BaseAlerter", "has the FLAVOR None"),
    ],
)
def test_what_is_no_flavor_is_refused(
    repository: Repository, source: str, message: str
) -> None:
    with pytest.raises(CustomFlavorError, match=message):
        repository.custom_flavors.register(source, "alerter")
    assert repository.store.flavors() == ([], [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"horn"', '"a b"'), "has the FLAVOR 'a b'"),
        (('FLAVOR = "horn"', ""), "has the FLAVOR None"),
        (("class Horn", "raise SystemExit(3)\nclass Horn"), "SystemExit: 3"),
        (("    def ask", ABSTRACT), "lacks what every alerter must have: ask"),
    ],
)
def test_a_class_that_is_not_fit_is_refused(
    repository: Repository, change: tuple[str, str], message: str
) -> None:
    rewrite(repository, HORN.replace(*change))
    with pytest.raises(CustomFlavorError, match=message):
        repository.custom_flavors.register("alerts.horns:Horn", "alerter")


def test_a_name_that_is_taken_is_refused(
    repository: Repository, horn: FlavorRecord, fake_distribution: FakeDistribution
) -> None:
    assert repository.root
    (repository.root / "alerts" / "more.py").write_text(HORN)
    with pytest.raises(
        FlavorExistsError, match="Flavor 'horn' of type alerter already"
    ):
        repository.custom_flavors.register("alerts.more.Horn", "alerter")
    assert repository.custom_flavors.register(horn.source, "alerter") == horn
    hooks = "@hookimpl\ndef zen_flavors():\n"
    hooks += "    return [FlavorSpec('alerter', 'bell', 'bells.parts:Bell')]"
    fake_distribution("bells", hooks)
    (repository.root / "bellows.py").write_text(HORN.replace('"horn"', '"Bell"'))
    with pytest.raises(FlavorExistsError, match=r"bells 1\.0 has a flavor 'bell'"):
        Repository(repository.root).custom_flavors.register("bellows.Horn", "alerter")
    del sys.modules["bellows"]


def test_a_plugin_that_comes_later_does_not_take_its_place(
    repository: Repository, horn: FlavorRecord, fake_distribution: FakeDistribution
) -> None:
    component = repository.factory.create("alerter", horn.name, "mine")
    repository.register_stack_component(component)
    hooks = "@hookimpl\ndef zen_flavors():\n"
    hooks += "    return [FlavorSpec('alerter', 'horn', 'horns.parts:Horn')]"
    fake_distribution("horns", hooks)
    later = Repository(repository.root)
    assert later.get_stack_component("alerter", "mine") == component
    with pytest.raises(AmbiguousPluginError, match=r"horns 1\.0 and this profile both"):
        later.factory.create("alerter", "horn", "another")
    with pytest.raises(AmbiguousPluginError, match=r"horns 1\.0 and this profile both"):
        later.get_flavor("horn", "alerter")


@pytest.mark.usefixtures("horn")
def test_where_it_cannot_be_imported_the_error_says_where_it_was_looked_for(
    repository: Repository, tmp_path: Path
) -> None:
    component = repository.factory.create("alerter", "horn", "mine")
    repository.register_stack_component(component)
    assert repository.root
    (repository.root / "alerts" / "horns.py").unlink()
    del sys.modules["alerts.horns"]
    later = Repository(repository.root)
    with pytest.raises(CustomFlavorError) as raised:
        later.get_stack_component("alerter", "mine")
    assert "It was registered from alerts/horns.py." in raised.value.message
    assert f"in the repository {repository.root}" in raised.value.hint
    with pytest.raises(UntrustedError) as refused:
        Repository(tmp_path).get_stack_component("alerter", "mine")
    assert f"Go to {repository.root}, or run 'zen init'" in refused.value.hint
    assert later.list_components("alerter")
    assert later.active_stack.name == "default"


def test_one_that_calls_itself_otherwise_is_no_longer_it(
    repository: Repository, horn: FlavorRecord
) -> None:
    rewrite(repository, HORN.replace('"horn"', '"trombone"'))
    del sys.modules["alerts.horns"]
    with pytest.raises(
        CustomFlavorError, match="has the FLAVOR 'trombone', but is reg"
    ):
        repository.factory.create("alerter", horn.name, "mine")


def test_one_of_an_installed_distribution_remembers_that(
    repository: Repository,
) -> None:
    source = "zen_local.orchestrator.LocalOrchestrator"
    rewrite(
        repository,
        f"from {source.rpartition('.')[0]} import LocalOrchestrator\n"
        "class Mine(LocalOrchestrator):\n    FLAVOR = 'mine'\n",
    )
    record = repository.custom_flavors.register("alerts.horns.Mine", "orchestrator")
    assert (record.file, record.provider) == ("alerts/horns.py", None)
    provided = FlavorRecord("alerter", "x", "a:B", provider=Provider("acme", "1.0"))
    repository.store.save(flavors=[provided])
    assert repository.store.flavor("alerter", "X") == provided
    assert provided.origin == "acme 1.0"
