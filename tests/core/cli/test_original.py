"""The commands and options of ZenML, as somebody types them who knows it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution

OLD_STORE = """\
from typing import ClassVar, Set
from zen.components import BaseArtifactStore

class OldStore(BaseArtifactStore):
    FLAVOR: ClassVar[str] = "old"
    SUPPORTED_SCHEMES: ClassVar[Set[str]] = {"custom://"}
    token: str = ""

    def prepare_pipeline_run(self):
        raise AssertionError("it is never called")

    @property
    def post_registration_message(self):
        return f"Welcome to {self.path}!"

OldStore.__abstractmethods__ = frozenset()
"""
TOY_HOOKS = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "toy", "toys.parts:Toy")]
"""
TOY = """\
from zen import BaseAlerter

running = {"a"}

class Toy(BaseAlerter):
    FLAVOR = "toy"
    room: str
    volume: int
    fault: str = ""

    def post(self, message): return True
    def ask(self, question): return True

    @property
    def is_running(self):
        return self.name in running

    def suspend(self):
        raise {"": RuntimeError, "x": NotImplementedError}[self.fault]("stuck")

    @property
    def is_provisioned(self):
        return self.name in running

    def deprovision(self):
        running.discard(self.name)
"""


@pytest.fixture
def own_module(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module in the repository, whose import leaves nothing behind."""
    monkeypatch.syspath_prepend(here / "nothing")  # what follows is undone, too
    yield here / "old_stores.py"
    sys.modules.pop("old_stores", None)


def test_a_class_without_schemes_is_no_artifact_store(
    zen: Zen, own_module: Path
) -> None:
    own_module.write_text(OLD_STORE.replace('{"custom://"}', "set()"))
    zen("init")
    arguments = ("artifact-store", "flavor", "register", "old_stores.OldStore")
    assert "has no SUPPORTED_SCHEMES" in zen(*arguments, code=1).err
    names = [each["name"] for each in zen(*arguments[:2], "list", "-o", "json").json]
    assert "old" not in names


def test_what_a_class_expects_in_vain_is_told(zen: Zen, own_module: Path) -> None:
    own_module.write_text(OLD_STORE)
    zen("init")
    flavor = zen("artifact-store", "flavor", "register", "old_stores.OldStore")
    arguments = ("artifact-store", "register", "a", "--flavor=old")
    component = zen(*arguments, "--path=custom://a")
    for told in (flavor.err, component.err):
        assert "'prepare_pipeline_run' of OldStore is never called" in told
        assert "'token' of OldStore has the name of a secret" in told
    assert "Welcome to custom://a!" in component.err


def test_a_path_without_a_scheme_of_the_flavor_is_refused(
    zen: Zen, own_module: Path
) -> None:
    own_module.write_text(OLD_STORE)
    zen("init")
    zen("artifact-store", "flavor", "register", "old_stores.OldStore")
    arguments = ("artifact-store", "register", "a", "-f", "old", "--path=/no/scheme")
    told = zen(*arguments, code=1).err
    assert "path '/no/scheme' begins with none of the schemes of OldStore" in told
    assert "'custom://'" in told


def test_init_takes_its_folder_as_an_option(zen: Zen, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    zen("init", "--path", str(tmp_path / "other"))
    assert (tmp_path / "other" / ".zen" / "config.yaml").is_file()
    assert "given twice" in zen("init", str(tmp_path), "--path=.", code=2).err


def test_the_user_of_a_profile_is_the_author_of_its_changes(zen: Zen) -> None:
    zen("profile", "create", "team", "--user", "ada")
    described = zen("profile", "describe", "team", "-o", "json").json
    assert described["active_user"] == "ada"
    zen("profile", "set", "team")
    zen("stack", "rename", "default", "main")
    commits = zen("profile", "log", "-o", "json").json
    assert {commit["user"] for commit in commits} == {"ada"}
    assert (
        "not a valid user name"
        in zen("profile", "create", "b", "--user", "a/b", code=1).err
    )


def test_import_is_the_mirror_of_export(zen: Zen, here: Path) -> None:
    zen("stack", "rename", "default", "prod")
    zen("profile", "create", "other")
    zen("stack", "export", "prod")
    assert (here / "prod.yaml").is_file()
    zen("profile", "set", "other")
    assert "'prod' successfully imported" in zen("stack", "import", "prod").out
    zen("stack", "import", "copy", "prod.yaml")
    zen("stack", "import", "prod.yaml", "--name", "again")
    names = [each["name"] for each in zen("stack", "list", "-o", "json").json]
    assert names == ["again", "copy", "default", "prod"]
    told = zen("stack", "import", "x", "prod.yaml", "--name", "y", code=2).err
    assert "given twice" in told
    assert "gone" in zen("stack", "import", "gone", code=2).err


def test_register_asks_for_what_it_needs(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("toys", TOY_HOOKS, TOY)
    arguments = ("alerter", "register", "a", "-f", "toy", "--volume=3")
    assert "room" in zen(*arguments, code=1).err
    told = zen(*arguments, "--interactive", answer="hall\n")
    assert "room (str)" in told.err
    assert "volume" not in told.err
    described = zen("alerter", "describe", "a", "-o", "json").json
    assert described["configuration"]["room"] == "hall"


def test_down_goes_on_when_it_is_forced(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("toys", TOY_HOOKS, TOY)
    zen("alerter", "register", "a", "-f", "toy", "--room=x", "--volume=3")
    assert (
        "couldn't be suspended: RuntimeError" in zen("alerter", "down", "a", code=1).err
    )
    forced = zen("alerter", "down", "a", "--force")
    assert "Warning: Alerter 'a' couldn't be suspended" in forced.err
    assert forced.out == "Alerter 'a' is down.\n"


def test_a_stack_goes_down_past_what_fails_when_it_is_forced(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("toys", TOY_HOOKS, TOY)
    zen("alerter", "register", "a", "-f", "toy", "--room=x", "--volume=3")
    zen("stack", "update", "-al", "a")
    zen("stack", "down", code=1)
    assert "is down" in zen("stack", "down", "--force").out


def test_down_passes_over_what_is_not_implemented(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("toys", TOY_HOOKS, TOY)
    arguments = ("--room=x", "--volume=3", "--fault=x")
    zen("alerter", "register", "a", "-f", "toy", *arguments)
    zen("stack", "update", "-al", "a")
    down = zen("stack", "down")
    assert "its flavor 'toy' doesn't implement 'suspend'" in down.err
    assert down.out == "Stack 'default' is down.\n"
