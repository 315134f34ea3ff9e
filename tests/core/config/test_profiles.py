"""Profiles that are made and opened."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from zen.config import GlobalConfiguration, Profiles
from zen.errors import (
    ConfigurationError,
    InvalidNameError,
    PluginContractError,
    PluginLoadError,
    ProfileExistsError,
    StoreDriverNotFoundError,
    StoreUnavailableError,
)
from zen.records import ComponentRecord

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import FakeDistribution
    from zen.catalog import Owner

FIRST_USE = """\
import sys, time
from zen import Repository

time.sleep(max(0, float(sys.argv[1]) - time.time()))
print(Repository(notify=print).active_profile_name)
"""


@pytest.mark.usefixtures("acme")
def test_the_first_use_makes_a_profile_with_a_stack(
    profiles: Profiles, notices: list[str], config: Path
) -> None:
    profiles.ensure_default()
    settings = profiles.configuration.load()
    assert settings.active_profile_name == "default"
    profile = settings.profile("default")
    assert (profile.store_type, profile.active_stack) == ("local", "default")
    assert profile.store_url is None
    shown = profiles.displayed_url(profile)
    assert shown == (config / "profiles" / "default").as_uri()
    assert notices == [
        "Creating default profile...",
        "Initializing profile `default`...",
        "Initializing store...",
        "Registered stack component with type 'orchestrator' and name 'default'.",
        "Registered stack component with type 'metadata_store' and name 'default'.",
        "Registered stack component with type 'artifact_store' and name 'default'.",
        "Registered stack with name 'default'.",
        "Created and activated default profile.",
    ]


def test_the_second_use_makes_nothing(profiles: Profiles, notices: list[str]) -> None:
    profiles.create("p")
    notices.clear()
    profiles.ensure_default()
    assert list(profiles.configuration.load().profiles) == ["p"]
    assert notices == []


def test_of_first_uses_at_once_one_makes_the_profile(config: Path) -> None:
    start = str(time.time() + 2)
    users = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_USE, start],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    results = [user.communicate(timeout=300) for user in users]
    assert [user.returncode for user in users] == [0] * 4, results
    told = [out.splitlines() for out, _ in results]
    assert [lines[-1] for lines in told] == ["default"] * 4
    assert sum("Creating default profile..." in lines for lines in told) == 1
    assert list(GlobalConfiguration().load().profiles) == ["default"]
    assert [path.name for path in (config / "profiles").iterdir()] == ["default"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "x" * 101])
def test_a_bad_name_is_refused(profiles: Profiles, name: str, config: Path) -> None:
    with pytest.raises(InvalidNameError):
        profiles.create(name)
    assert not (config / "config.yaml").exists()


@pytest.mark.parametrize("name", ["p", "P"])
def test_a_name_is_taken_whatever_its_case(profiles: Profiles, name: str) -> None:
    profiles.create("p")
    with pytest.raises(ProfileExistsError) as caught:
        profiles.create(name)
    assert caught.value.hint


def test_a_store_type_that_is_nowhere_makes_no_profile(profiles: Profiles) -> None:
    with pytest.raises(StoreDriverNotFoundError, match="Did you mean 'local'"):
        profiles.create("p", "locla")
    assert profiles.configuration.load().profiles == {}


def test_a_url_that_the_driver_cannot_take_makes_no_profile(
    profiles: Profiles,
) -> None:
    with pytest.raises(ConfigurationError, match=r"store type 'local'.*a folder") as e:
        profiles.create("p", "local", "mysql://x")
    assert e.value.hint
    assert profiles.configuration.load().profiles == {}


def test_a_relative_url_is_made_absolute(profiles: Profiles, here: Path) -> None:
    assert profiles.create("p", url="data").store_url == str(here / "data")
    assert profiles.create("q", url="file:q").store_url == (here / "q").as_uri()
    assert (here / "data" / "components").exists() is False


def test_a_copied_configuration_folder_leads_to_its_own_data(
    profiles: Profiles, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles.create("p")
    config.rename(tmp_path / "moved")
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "moved"))
    profile = GlobalConfiguration().load().profile("p")
    profiles.open(profile).save(components=[ComponentRecord("alerter", "x", "x")])
    assert (tmp_path / "moved/profiles/p/components/alerter/x.yaml").exists()
    assert not config.exists()


def test_a_variable_in_a_url_is_for_every_driver(
    profiles: Profiles, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM", str(here / "team"))
    profile = profiles.create("p", url="${TEAM}/data")
    assert profile.store_url == "${TEAM}/data"
    profiles.open(profile).save(components=[ComponentRecord("alerter", "x", "x")])
    assert (here / "team/data/components/alerter/x.yaml").exists()
    assert [*profiles.payloads(profile, "component")]
    monkeypatch.delenv("TEAM")
    with pytest.raises(StoreUnavailableError, match="'TEAM' isn't set"):
        profiles.open(profile)
    with pytest.raises(StoreUnavailableError, match="'TEAM' isn't set"):
        profiles.create("q", url="${TEAM}/q")
    assert list(profiles.configuration.load().profiles) == ["p"]


def test_a_password_in_a_url_is_kept_and_not_shown(
    profiles: Profiles, notices: list[str], config: Path
) -> None:
    profile = profiles.create("p", url="data?password=hush")
    (notice,) = [text for text in notices if "password" in text]
    assert f"kept as it is in {config / 'config.yaml'}" in notice
    assert "${DB_PASSWORD}" in notice
    assert "hush" in profiles.configuration.path.read_text()
    for text in (notice, repr(profile)):
        assert "hush" not in text


def test_a_password_in_a_url_that_is_refused_is_not_kept(
    profiles: Profiles, notices: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        profiles.create("p", "local", "sqlite://ana:hush@host/db")
    assert "hush" not in str(caught.value)
    assert notices == []


@pytest.mark.usefixtures("acme")
def test_a_folder_that_is_no_profile_is_refused(profiles: Profiles, here: Path) -> None:
    (here / "mine").mkdir()
    for name in (".git", "README.md", "LICENSE"):
        (here / "mine" / name).touch()
    profiles.create("git", url="mine")
    (here / "mine" / "stacks" / "notes.txt").touch()
    profiles.create("again", url="mine")
    (here / "photos").mkdir()
    (here / "photos" / "a.jpg").touch()
    with pytest.raises(StoreUnavailableError, match=r"but no profile: a\.jpg"):
        profiles.create("photos", url="photos")
    assert [path.name for path in (here / "photos").iterdir()] == ["a.jpg"]


def test_a_profile_of_zenml_is_told(profiles: Profiles, here: Path) -> None:
    (here / "orchestrators").mkdir()
    (here / "orchestrators" / "default.yaml").write_text("name: default\n")
    (here / "stacks.yaml").write_text("stacks: {}\n")
    with pytest.raises(StoreUnavailableError, match="is a profile of ZenML") as caught:
        profiles.create("p", url=str(here))
    assert "zenml stack export" in caught.value.hint


@pytest.mark.parametrize(
    ("parts", "error_type"),
    [("class Driver: pass", PluginContractError), ("1 / 0", PluginLoadError)],
)
def test_a_store_driver_that_is_none_is_blamed_on_its_owner(
    profiles: Profiles,
    fake_distribution: FakeDistribution,
    parts: str,
    error_type: type[PluginLoadError],
) -> None:
    hooks = """\
        @hookimpl
        def zen_store_drivers():
            return [StoreDriverSpec("odd", "odd.parts:Driver")]
    """
    fake_distribution("odd", hooks, parts, version="0.1")
    with pytest.raises(error_type) as caught:
        profiles.create("p", "odd")
    assert caught.value.distribution == "odd 0.1"
    assert profiles.configuration.load().profiles == {}


def test_the_environment_says_what_keeps_new_profiles(
    monkeypatch: pytest.MonkeyPatch, profiles: Profiles, acme_store: Owner
) -> None:
    monkeypatch.setenv("ZENML_DEFAULT_STORE_TYPE", "acme")
    assert profiles.create("team").store_type == "acme"
    assert profiles.create("mine", "local").store_type == "local"
    monkeypatch.setenv("ZEN_DEFAULT_STORE_TYPE", "acne")
    with pytest.raises(StoreDriverNotFoundError, match="ZEN_DEFAULT_STORE_TYPE names"):
        profiles.create("other")
    assert acme_store.plugin == "acme"


@pytest.fixture
def acme_store(fake_distribution: FakeDistribution) -> Owner:
    """A store type beside the core's own."""
    hooks = "@hookimpl\ndef zen_store_drivers():\n"
    hooks += "    return [StoreDriverSpec('acme', 'zen.stores.local:LocalStoreDriver')]"
    return fake_distribution("acme", hooks)
