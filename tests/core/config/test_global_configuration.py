"""The global configuration file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from zen.config import GlobalConfiguration, ProfileConfiguration, Settings
from zen.errors import (
    DamagedDataError,
    ProfileNotFoundError,
    StoreUnavailableError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunPython
    from tests.core.conftest import Tree

PROFILE = "  p: {store_type: local, store_url: /x}\n"
UPDATE = """\
import json, sys
from zen.config import GlobalConfiguration
from zen.errors import ZenError

configuration = GlobalConfiguration()
try:
    with configuration.update() as settings:
        settings.active_profile_name = "q" * int(sys.argv[1])
    print(json.dumps(["done"]))
except ZenError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""
LITTLE_SPACE = """\
import resource
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, most))
"""
MUCH_SPACE = "resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))\n"


@pytest.fixture
def configuration(config: Path) -> GlobalConfiguration:
    config.mkdir()
    return GlobalConfiguration()


def write(configuration: GlobalConfiguration, text: str) -> None:
    configuration.path.write_text(f"{text}...\n")


def test_a_file_that_is_not_there_says_nothing() -> None:
    assert GlobalConfiguration().load() == Settings()


def test_what_is_changed_is_read_back(config: Path) -> None:
    profile = ProfileConfiguration("p", "sql", "mysql://x", "s", "me")
    with GlobalConfiguration().update() as settings:
        settings.active_profile_name = "p"
        settings.profiles["p"] = profile
    assert GlobalConfiguration().load() == Settings("p", {"p": profile})
    assert (config / "config.yaml").read_text() == (
        "active_profile_name: p\nprofiles:\n  p:\n    store_type: sql\n"
        "    store_url: mysql://x\n    active_stack: s\n    active_user: me\n...\n"
    )


def test_nobody_else_may_read_it(configuration: GlobalConfiguration) -> None:
    for name in ("p", "q"):
        with configuration.update() as settings:
            settings.active_profile_name = name
        assert configuration.path.stat().st_mode & 0o777 == 0o600


def test_a_mode_that_was_too_open_is_mended(configuration: GlobalConfiguration) -> None:
    write(configuration, "active_profile_name: p\n")
    configuration.path.chmod(0o644)
    with configuration.update() as settings:
        settings.active_profile_name = "q"
    assert configuration.path.stat().st_mode & 0o777 == 0o600


def test_what_is_not_changed_is_not_written(
    configuration: GlobalConfiguration,
) -> None:
    with configuration.update() as settings:
        settings.active_profile_name = "p"
    before = configuration.path.stat()
    with configuration.update() as settings:
        settings.active_profile_name = "p"
    assert configuration.path.stat() == before


def test_a_change_that_fails_is_not_written(
    configuration: GlobalConfiguration,
) -> None:
    with pytest.raises(ZeroDivisionError), configuration.update() as settings:
        settings.active_profile_name = str(1 / 0)
    assert not configuration.path.exists()


def test_a_configuration_of_zenml_is_told(config: Path) -> None:
    config.mkdir()
    (config / "config.yaml").write_text(
        "activated_profile: default\nanalytics_opt_in: true\nprofiles: {}\n"
    )
    with pytest.raises(DamagedDataError, match="ZenML's configuration") as caught:
        GlobalConfiguration().load()
    assert "ZEN_CONFIG_PATH" in caught.value.hint


def test_unknown_settings_are_kept(configuration: GlobalConfiguration) -> None:
    text = (
        "plugins: {prefer: {s3: acme}}\nnewer: [1, 2]\nprofiles:\n"
        "  p: {store_type: local, store_url: /x, colour: red}\n"
    )
    write(configuration, text)
    with configuration.update() as settings:
        settings.active_profile_name = "p"
    content = yaml.safe_load(configuration.path.read_text())
    assert content["plugins"] == {"prefer": {"s3": "acme"}}
    assert content["newer"] == [1, 2]
    assert content["profiles"]["p"]["colour"] == "red"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- a\n", "a mapping is expected"),
        ("profiles: [p]\n", "'profiles' must be a mapping"),
        ("profiles: {p: x}\n", "profile 'p' must be a mapping"),
        ("profiles: {p: {store_url: /x}}\n", "needs a 'store_type'"),
        (
            "profiles: {p: {store_type: [a]}}\n",
            "'store_type' of profile 'p' must be text",
        ),
        ("profiles: {a/b: {store_type: a, store_url: b}}\n", "'a/b' is not a valid"),
        ("profiles: {p: {\n", "not valid YAML"),
    ],
)
def test_a_file_that_was_broken_by_hand_is_damaged(
    configuration: GlobalConfiguration, text: str, reason: str
) -> None:
    write(configuration, text)
    before = configuration.path.read_bytes()
    with pytest.raises(DamagedDataError) as caught:
        configuration.load()
    assert caught.value.where == configuration.path
    assert reason in caught.value.reason
    with pytest.raises(DamagedDataError), configuration.update():
        pass
    assert configuration.path.read_bytes() == before


def test_a_file_that_is_cut_short_anywhere_is_damaged(
    configuration: GlobalConfiguration,
) -> None:
    write(configuration, f"active_profile_name: p\nprofiles:\n{PROFILE}")
    content = configuration.path.read_bytes().rstrip()
    for length in range(len(content)):
        configuration.path.write_bytes(content[:length])
        with pytest.raises(DamagedDataError, match=r"config\.yaml, line \d"):
            configuration.load()


def test_a_profile_is_found_by_name(configuration: GlobalConfiguration) -> None:
    write(configuration, f"profiles:\n{PROFILE}")
    settings = configuration.load()
    assert settings.profile("p").store_url == "/x"
    assert settings.profile("p").active_user == "default"
    with pytest.raises(ProfileNotFoundError) as caught:
        settings.profile("q")
    assert caught.value.available == ["p"]
    assert "zen profile list" in caught.value.hint


def test_profiles_are_sorted(configuration: GlobalConfiguration) -> None:
    write(configuration, f"profiles:\n{PROFILE}{PROFILE.replace('p:', 'a:')}")
    assert list(configuration.load().profiles) == ["a", "p"]


def test_a_folder_that_cannot_be_written_leaves_the_file_as_it_is(
    configuration: GlobalConfiguration, run_python: RunPython, tree: type[Tree]
) -> None:
    write(configuration, "active_profile_name: p\n")
    configuration.folder.chmod(0o555)
    before = tree(configuration.folder).state()
    outcome = json.loads(run_python(UPDATE, 1, unprivileged=True))
    assert outcome[0] == "StoreUnavailableError"
    assert tree(configuration.folder).state() == before
    configuration.folder.chmod(0o755)


def test_a_full_disk_leaves_the_file_as_it_is(
    configuration: GlobalConfiguration, run_python: RunPython, tree: type[Tree]
) -> None:
    write(configuration, "active_profile_name: p\n")
    before = tree(configuration.folder).files()
    outcome = json.loads(run_python(LITTLE_SPACE + UPDATE + MUCH_SPACE, 5000))
    assert outcome[0] == "StoreUnavailableError"
    assert tree(configuration.folder).files() == before


def test_a_folder_in_the_place_of_the_file_is_unavailable(
    configuration: GlobalConfiguration,
) -> None:
    configuration.path.mkdir()
    with pytest.raises(StoreUnavailableError, match="can't be read"):
        configuration.load()
