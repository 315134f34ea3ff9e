"""Profiles that are deleted."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from zen.errors import InUseError, ProfileNotFoundError, StoreUnavailableError
from zen.records import ComponentRecord

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunPython
    from tests.core.conftest import FakeDistribution
    from zen.catalog import Owner
    from zen.config import Profiles


def test_a_deleted_profile_takes_its_folder_along(
    profiles: Profiles, config: Path, acme: Owner
) -> None:
    profiles.create("p")
    assert (config / "profiles" / "p").exists(), acme
    profiles.delete("p")
    assert not (config / "profiles" / "p").exists()
    assert profiles.configuration.load().profiles == {}


def test_a_deleted_profile_leaves_data_where_the_user_put_it(
    profiles: Profiles, here: Path, acme: Owner
) -> None:
    profiles.create("p", url="data")
    profiles.delete("p")
    assert (here / "data" / "stacks" / "default.yaml").exists(), acme


ELSEWHERE = """\
import os
from pathlib import Path
from zen.errors import StoreUnavailableError
from zen.stores.local import LocalStoreDriver

class Elsewhere(LocalStoreDriver):
    @classmethod
    def default_url(cls, folder):
        return str(Path(os.environ["SHARED"]) / folder.name)

class Stubborn(Elsewhere):
    def destroy(self):
        raise NotImplementedError

class Unreachable(Elsewhere):
    def destroy(self):
        raise StoreUnavailableError("It is away.")

"""


@pytest.fixture
def elsewhere(
    fake_distribution: FakeDistribution, here: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Store drivers that choose a place outside of the profile's folder."""
    monkeypatch.setenv("SHARED", str(here))
    offers = (
        f'StoreDriverSpec("{name.lower()}", "away.parts:{name}")'
        for name in ("Elsewhere", "Stubborn", "Unreachable")
    )
    hooks = f"@hookimpl\ndef zen_store_drivers():\n    return [{', '.join(offers)}]"
    fake_distribution("away", hooks, ELSEWHERE)
    return here


@pytest.mark.usefixtures("acme")
def test_a_deleted_profile_takes_along_what_its_driver_keeps_elsewhere(
    profiles: Profiles, elsewhere: Path
) -> None:
    profiles.create("p", "elsewhere")
    assert (elsewhere / "p" / "stacks" / "default.yaml").exists()
    assert profiles.delete("p") is None
    assert [*elsewhere.iterdir()] == []


@pytest.mark.usefixtures("acme")
def test_where_data_is_left_is_said(profiles: Profiles, elsewhere: Path) -> None:
    profiles.create("p", "stubborn")
    assert profiles.delete("p") == str(elsewhere / "p")
    profiles.create("q", url="data")
    assert profiles.delete("q") == str(elsewhere / "data")


@pytest.mark.usefixtures("acme")
def test_data_that_cannot_be_removed_keeps_its_profile(
    profiles: Profiles, elsewhere: Path
) -> None:
    profiles.create("p", "unreachable")
    with pytest.raises(StoreUnavailableError, match="It is away"):
        profiles.delete("p")
    assert list(profiles.configuration.load().profiles) == ["p"]
    assert (elsewhere / "p" / "stacks" / "default.yaml").exists()


def test_a_profile_that_is_not_there_is_not_deleted(profiles: Profiles) -> None:
    with pytest.raises(ProfileNotFoundError):
        profiles.delete("p")


def test_a_folder_that_cannot_be_removed_keeps_its_profile(
    profiles: Profiles, config: Path, run_python: RunPython
) -> None:
    profiles.create("p")
    (config / "profiles").chmod(0o500)
    script = """\
        from zen.catalog import Catalog
        from zen.config import Profiles
        from zen.errors import StoreUnavailableError

        try:
            Profiles(Catalog(), print).delete("p")
        except StoreUnavailableError as error:
            print(error, error.hint)
    """
    output = run_python(script, unprivileged=True)
    (config / "profiles").chmod(0o700)
    assert f"can't be removed: {os.strerror(errno.EACCES)}. Check" in output
    assert list(profiles.configuration.load().profiles) == ["p"]


def test_a_profile_in_the_folder_of_another_is_not_taken_along(
    profiles: Profiles,
) -> None:
    inside = profiles.create("a").folder
    profiles.create("b", url=str(inside))
    with pytest.raises(InUseError, match="'b' is kept in the folder of 'a'"):
        profiles.delete("a")


def test_a_profile_beside_the_folder_of_another_is_no_obstacle(
    profiles: Profiles,
) -> None:
    beside = profiles.create("a").folder.with_name("ab")
    profiles.create("b", url=str(beside))
    profiles.delete("a")
    assert list(profiles.configuration.load().profiles) == ["b"]


@pytest.mark.usefixtures("acme")
def test_a_deletion_that_cannot_be_written_down_keeps_the_data(
    profiles: Profiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = profiles.create("p")

    def full(*_: object, **__: object) -> None:
        raise StoreUnavailableError("no space left")

    monkeypatch.setattr("zen.config.global_configuration.replace_files", full)
    with pytest.raises(StoreUnavailableError, match="no space left"):
        profiles.delete("p")
    assert [s.name for s in profiles.open(profile).stacks()[0]] == ["default"]
    assert [path.name for path in profile.folder.parent.iterdir()] == ["p"]


DIES_WHILE_IT_DELETES = """\
import os
import filelock  # which makes a folder, and removes it, when it is imported
import {module}
from zen.catalog import Catalog
from zen.config import Profiles

{module}.{function} = lambda *_, **__: os._exit(9)
Profiles(Catalog(), print).delete("p")
"""


def die_while_deleting(module: str, function: str) -> None:
    script = DIES_WHILE_IT_DELETES.format(module=module, function=function)
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=300)
    assert done.returncode == 9


@pytest.mark.usefixtures("acme")
def test_a_deletion_that_died_before_it_was_written_down_is_none(
    profiles: Profiles, config: Path
) -> None:
    profile = profiles.create("p")
    die_while_deleting("zen.config.global_configuration", "replace_files")
    assert not profile.folder.exists()
    profiles.ensure_default()
    assert [s.name for s in profiles.open(profile).stacks()[0]] == ["default"]
    assert [path.name for path in (config / "profiles").iterdir()] == ["p"]


@pytest.mark.usefixtures("acme")
def test_a_deletion_that_died_after_it_was_written_down_is_ended(
    profiles: Profiles, config: Path
) -> None:
    profiles.create("p")
    die_while_deleting("shutil", "rmtree")
    assert len(list((config / "profiles").iterdir())) == 1
    profiles.create("q")
    assert [path.name for path in (config / "profiles").iterdir()] == ["q"]


@pytest.mark.usefixtures("acme")
def test_a_deletion_that_died_touches_no_folder_that_is_there_again(
    profiles: Profiles, config: Path
) -> None:
    """Both are kept, for nobody can tell which one is wanted."""
    profile = profiles.create("p")
    die_while_deleting("zen.config.global_configuration", "replace_files")
    profiles.open(profile).save(components=[ComponentRecord("alerter", "x", "x")])
    profiles.ensure_default()
    profiles.create("q")
    assert [c.name for c in profiles.open(profile).components()[0]] == ["x"]
    assert len(list((config / "profiles").iterdir())) == 3


@pytest.mark.usefixtures("acme")
def test_a_deletion_that_died_keeps_nobody_from_reading(
    profiles: Profiles, config: Path, run_python: RunPython
) -> None:
    profiles.create("p")
    die_while_deleting("zen.config.global_configuration", "replace_files")
    for folder in (config, config / "profiles"):
        folder.chmod(0o555)
    script = """\
        from zen.catalog import Catalog
        from zen.config import Profiles

        profiles = Profiles(Catalog(), print)
        profiles.ensure_default()
        print(*profiles.configuration.load().profiles)
    """
    output = run_python(script, unprivileged=True)
    for folder in (config, config / "profiles"):
        folder.chmod(0o700)
    assert output.split() == ["p"]
