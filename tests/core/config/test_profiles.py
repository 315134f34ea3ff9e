"""Profiles that are made, opened and deleted."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from zen.catalog import Catalog
from zen.config import (
    ConfigurationFile,
    GlobalConfiguration,
    ProfileConfiguration,
    Profiles,
)
from zen.errors import (
    ConfigurationError,
    InUseError,
    InvalidNameError,
    PluginContractError,
    PluginLoadError,
    ProfileExistsError,
    ProfileNotFoundError,
    StoreDriverNotFoundError,
    StoreUnavailableError,
)
from zen.records import ComponentRecord, StackRecord

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunPython
    from tests.core.conftest import FakeDistribution
    from zen.catalog import Owner

TYPES = ("orchestrator", "artifact_store", "metadata_store")
FIRST_USE = """\
import sys, time
from zen import Repository

time.sleep(max(0, float(sys.argv[1]) - time.time()))
print(Repository(notify=print).active_profile_name)
"""


@pytest.fixture
def profiles(only_fakes: None, notices: list[str]) -> Profiles:
    del only_fakes  # what it needs is that it's there
    return Profiles(Catalog(), notices.append)


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


@pytest.mark.usefixtures("acme")
def test_the_default_stack_is_made_of_what_plugins_offer(profiles: Profiles) -> None:
    store = profiles.open(profiles.create("p"))
    components, _ = store.components()
    assert {c.type: c.flavor for c in components} == dict.fromkeys(TYPES, "acme")
    assert {str(c.provider) for c in components} == {"acme 1.2"}
    assert store.stack("default").components == dict.fromkeys(TYPES, "default")


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
    results = [user.communicate(timeout=60) for user in users]
    assert [user.returncode for user in users] == [0] * 4, results
    told = [out.splitlines() for out, _ in results]
    assert [lines[-1] for lines in told] == ["default"] * 4
    assert sum("Creating default profile..." in lines for lines in told) == 1
    assert list(GlobalConfiguration().load().profiles) == ["default"]
    assert [path.name for path in (config / "profiles").iterdir()] == ["default"]


def test_without_plugins_there_is_a_profile_without_a_stack(
    profiles: Profiles, notices: list[str]
) -> None:
    profiles.ensure_default()
    profile = profiles.configuration.load().profile("default")
    assert profile.active_stack is None
    assert profiles.open(profile).stacks() == ([], [])
    told = "\n".join(notices)
    assert "orchestrator and artifact store and metadata store" in told
    assert "zen-plugin-local and zen-plugin-sqlite" in told
    assert "zen orchestrator register" in told


def test_what_there_is_of_a_default_stack_is_registered(
    profiles: Profiles, notices: list[str], fake_distribution: FakeDistribution
) -> None:
    hooks = """\
        @hookimpl
        def zen_flavors():
            return [FlavorSpec("orchestrator", "one", "one.parts:One")]

        @hookimpl
        def zen_default_components():
            return [DefaultComponentSpec("orchestrator", "one")]
    """
    parts = """\
        from zen import BaseOrchestrator
        class One(BaseOrchestrator):
            FLAVOR = "one"
            def run_pipeline(self, deployment, stack): pass
    """
    fake_distribution("one", hooks, parts)
    store = profiles.open(profiles.create("p"))
    assert [c.type for c in store.components()[0]] == ["orchestrator"]
    assert store.stacks() == ([], [])
    assert "zen-plugin-local and zen-plugin-sqlite" in notices[-1]


@pytest.mark.parametrize(
    ("offer", "parts", "text"),
    [
        ("acme", "1 / 0", "acme 2.0"),
        ("acme", "class AcmeOrchestrator: pass", "acme 2.0"),
        ("gone", "", "Flavor 'gone' does not exist for type orchestrator"),
    ],
)
def test_a_broken_plugin_keeps_no_profile_from_being_made(
    profiles: Profiles,
    notices: list[str],
    fake_distribution: FakeDistribution,
    offer: str,
    parts: str,
    text: str,
) -> None:
    hooks = f"""\
        @hookimpl
        def zen_flavors():
            return [FlavorSpec("orchestrator", "acme", "acme.parts:AcmeOrchestrator")]

        @hookimpl
        def zen_default_components():
            return [DefaultComponentSpec("orchestrator", {offer!r})]
    """
    fake_distribution("acme", hooks, parts, version="2.0")
    assert profiles.create("p").active_stack is None
    assert any(text in notice for notice in notices)


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


@pytest.mark.usefixtures("acme")
def test_a_store_that_holds_stacks_gets_no_other(
    profiles: Profiles, notices: list[str], here: Path
) -> None:
    store = profiles.open(ProfileConfiguration("x", "local", str(here / "data")))
    parts = [ComponentRecord(kind, "x", "x") for kind in TYPES]
    store.save(components=parts, stacks=[StackRecord("s", dict.fromkeys(TYPES, "x"))])
    assert profiles.create("p", url="data").active_stack == "s"
    assert [stack.name for stack in store.stacks()[0]] == ["s"]
    assert notices == ["Initializing profile `p`..."]


@pytest.mark.usefixtures("acme")
def test_a_shared_default_stack_becomes_active(profiles: Profiles) -> None:
    profiles.create("p", url="data")
    assert profiles.create("q", url="data").active_stack == "default"


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


@pytest.mark.usefixtures("acme")
def test_another_host_may_make_its_default_stack_at_the_same_time(
    profiles: Profiles, here: Path, notices: list[str]
) -> None:
    def overtake(notice: str) -> None:
        if notice == "Initializing store...":
            profiles.create("other", url="data")
        notices.append(notice)

    elsewhere = ConfigurationFile(str(here / "host" / "config.yaml"))
    overtaken = Profiles(Catalog(), overtake, file=elsewhere)
    assert overtaken.create("p", url="data").active_stack == "default"
    store = profiles.open(profiles.configuration.load().profile("other"))
    assert [stack.name for stack in store.stacks()[0]] == ["default"]
    assert len(store.components()[0]) == len(TYPES)
    assert notices.count("Registered stack with name 'default'.") == 1


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
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
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


@pytest.mark.usefixtures("acme")
def test_components_that_are_there_already_go_into_the_default_stack(
    profiles: Profiles, here: Path
) -> None:
    store = profiles.open(ProfileConfiguration("x", "local", str(here / "data")))
    store.save(components=[ComponentRecord("orchestrator", "default", "acme")])
    assert profiles.create("p", url="data").active_stack == "default"


def test_plugins_offer_default_components_of_any_type(
    profiles: Profiles, fake_distribution: FakeDistribution, acme: Owner
) -> None:
    del acme
    hooks = """\
        @hookimpl
        def zen_flavors():
            return [FlavorSpec("alerter", "horn", "horns.parts:Horn")]

        @hookimpl
        def zen_default_components():
            return [DefaultComponentSpec("alerter", "horn")]
    """
    parts = """\
        from zen import BaseAlerter

        class Horn(BaseAlerter):
            FLAVOR = "horn"

            def post(self, message):
                return True

            def ask(self, question):
                return True
    """
    fake_distribution("horns", hooks, parts)
    store = profiles.open(profiles.create("p"))
    assert store.stack("default").components["alerter"] == "default"


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
