"""`zen profile copy` and `zen profile upgrade`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from zen import Repository
from zen.records import Ref
from zen.stores import Put
from zen.stores.transfer import digest, read_everything

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution

OFFER = """\
@hookimpl
def zen_store_drivers():
    return [StoreDriverSpec("acme", "acme_old.parts:Driver")]
"""
DRIVER = """\
from zen.stores.local import LocalStoreDriver

class Driver(LocalStoreDriver):
    def upgrade(self):
        return "The layout was brought from version 1 to version 2."
"""


def state(name: str) -> str:
    repository = Repository()
    repository.activate_profile(name)
    records, damaged = read_everything(repository.store.driver)
    assert damaged == []
    return digest(records)


@pytest.fixture(autouse=True)
def stack(zen: Zen) -> None:
    """A second stack, which is active."""
    zen("stack", "register", "Prod", "-o", "default", "-a", "default", "-m", "default")
    zen("stack", "set", "Prod")


@pytest.mark.parametrize("way", [["sql", "local"], ["local", "sql"], ["sql", "sql"]])
def test_a_profile_is_carried_between_drivers(zen: Zen, way: list[str]) -> None:
    source = "default"
    for number, store_type in enumerate(way):
        target = f"copy{number}"
        outcome = zen("profile", "copy", source, target, "-t", store_type)
        assert outcome.out == (
            f"Copied 3 components and 2 stacks from profile '{source}' to '{target}'.\n"
        )
        source = target
    assert state("default") == state("copy0") == state("copy1")
    described = zen("profile", "describe", "copy1", "-o", "json").json
    assert (described["store_type"], described["active_stack"]) == (way[-1], "Prod")
    zen("profile", "set", "copy1")
    assert zen("stack", "get").out == "The active stack is: 'Prod'\n"
    (commit,) = zen("profile", "log", "copy1", "-o", "json").json
    assert commit["command"] == "zen profile copy copy0 copy1"


def test_a_copy_never_overwrites(zen: Zen, tmp_path: Path) -> None:
    url = str(tmp_path / "store")
    zen("profile", "create", "team", "--url", url)
    before = state("team")
    zen("profile", "set", "default")
    taken = zen("profile", "copy", "default", "team", code=1).err
    assert "Profile 'team' already exists." in taken
    full = zen("profile", "copy", "default", "other", "-u", url, code=1).err
    assert "The target store already holds components and stacks." in full
    assert state("team") == before
    names = [each["name"] for each in zen("profile", "list", "-o", "json").json]
    assert names == ["default", "team"]


def test_what_is_damaged_is_named_and_not_copied(zen: Zen, config: Path) -> None:
    stacks = config / "profiles" / "default" / "stacks"
    for name in ("default", "prod"):
        (stacks / f"{name}.yaml").write_text("broken")
    err = zen("profile", "copy", "default", "team", code=1).err
    assert "These records can't be read, so they can't be copied:" in err
    assert f"{stacks / 'default.yaml'}, line 1" in err
    assert f"{stacks / 'prod.yaml'}, line 1" in err
    assert not (config / "profiles" / "team").exists()


def test_records_of_plugins_are_counted_too(zen: Zen) -> None:
    put = Put(Ref("acme_lease", "x"), UUID(int=1), {})
    Repository().store.commit(puts=[put])
    out = zen("profile", "copy", "default", "team").out
    assert out.startswith("Copied 1 acme lease, 3 components and 2 stacks from")


def test_an_upgrade_may_have_nothing_to_do(zen: Zen) -> None:
    zen("profile", "create", "team", "-t", "sql")
    assert zen("profile", "upgrade").out == "Profile 'default' needs no upgrade.\n"
    assert zen("profile", "upgrade", "team").out == "Profile 'team' needs no upgrade.\n"
    assert "Profile 'gone'" in zen("profile", "upgrade", "gone", code=1).err


def test_an_upgrade_says_what_it_has_done(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("acme-old", OFFER, DRIVER)
    zen("profile", "create", "old", "-t", "acme")
    assert zen("profile", "upgrade", "old").out == (
        "The layout was brought from version 1 to version 2.\n"
    )
