"""`zen profile`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.core.cli.conftest import Zen


@pytest.fixture
def config_file(zen: Zen, tmp_path: Path) -> Path:
    """The configuration file, after the first use."""
    zen("profile", "list")
    return tmp_path / "config" / "config.yaml"


def test_list_makes_the_default_profile_once(zen: Zen) -> None:
    assert "Created and activated default profile." in zen("profile", "list").err
    assert "Creating" not in zen("profile", "list").err


def test_list_prints_only_the_result_to_standard_output(zen: Zen) -> None:
    (profile,) = zen("profile", "list", "-o", "json").json
    assert profile["name"] == "default"
    assert profile["active"] is True
    assert profile["store_type"] == "local"
    assert profile["url"].startswith("file:///")
    assert profile["active_stack"] == "default"


def test_create_leaves_the_active_profile_active(zen: Zen) -> None:
    assert zen("profile", "create", "team").out == (
        "Profile 'team' successfully created.\n"
    )
    assert zen("profile", "get").out == "Active profile is: 'default'\n"
    assert zen("profile", "get", "-o", "json").json == {"name": "default"}


@pytest.mark.parametrize("name", ["default", "DEFAULT"])
def test_create_refuses_a_name_that_is_taken(zen: Zen, name: str) -> None:
    """Two names that differ in case only would share a folder on some systems."""
    assert "already exists" in zen("profile", "create", name, code=1).err


@pytest.mark.parametrize("name", ["a/b", "../evil", "", ".hidden", "ü", "a" * 101])
def test_create_refuses_invalid_names(zen: Zen, name: str, tmp_path: Path) -> None:
    outcome = zen("profile", "create", "--", name, code=1)
    assert "is not a valid profile name" in outcome.err
    assert not (tmp_path / "evil").exists()


def test_create_names_the_store_types_there_are(zen: Zen) -> None:
    outcome = zen("profile", "create", "team", "-t", "locl", code=1)
    assert "Store type 'locl' does not exist. Did you mean 'local'?" in outcome.err


def test_create_refuses_a_url_that_is_not_the_drivers(zen: Zen) -> None:
    outcome = zen("profile", "create", "team", "--url", "s3://bucket", code=1)
    assert "Invalid URL for store type 'local'" in outcome.err
    assert [p["name"] for p in zen("profile", "list", "-o", "json").json] == ["default"]


def test_a_relative_url_means_the_same_from_everywhere(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    zen("profile", "create", "team", "--url", "./store")
    monkeypatch.chdir(tmp_path)
    zen("profile", "set", "team")
    described = zen("profile", "describe", "-o", "json").json
    assert described["store_url"] == str(tmp_path / "here" / "store")
    assert len(zen("stack", "list", "-o", "json").json) == 1


def test_a_folder_that_is_called_like_a_reference_is_not_expanded(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ELSEWHERE", str(tmp_path / "elsewhere"))
    folder = tmp_path / "${ELSEWHERE}"
    folder.mkdir()
    monkeypatch.chdir(folder)
    zen("profile", "create", "team", "--url", "store")
    zen("profile", "set", "team")
    assert len(zen("stack", "list", "-o", "json").json) == 1
    assert (folder / "store" / "stacks" / "default.yaml").is_file()
    assert not (tmp_path / "elsewhere").exists()


def test_set_of_an_unknown_profile_suggests_the_nearest(zen: Zen) -> None:
    outcome = zen("profile", "set", "defualt", code=1)
    assert "Profile 'defualt' does not exist. Did you mean 'default'?" in outcome.err
    assert "See 'zen profile list'" in outcome.err


def test_set_warns_where_the_environment_wins(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    zen("profile", "create", "team")
    monkeypatch.setenv("ZEN_ACTIVATED_PROFILE", "default")
    assert "ZEN_ACTIVATED_PROFILE is set" in zen("profile", "set", "team").err
    monkeypatch.delenv("ZEN_ACTIVATED_PROFILE")
    assert "'team'" in zen("profile", "get").out


def test_set_globally_leaves_the_repository_alone(zen: Zen) -> None:
    zen("profile", "create", "team")
    zen("init")
    zen("profile", "set", "--global", "team")
    assert "'default'" in zen("profile", "get").out


def test_a_profile_that_is_gone_can_be_mended(zen: Zen, config_file: Path) -> None:
    text = config_file.read_text()
    config_file.write_text(text.replace("profile_name: default", "profile_name: gone"))
    broken = zen("stack", "list", code=1)
    assert (
        f"The active profile 'gone', set by {config_file}, does not exist."
        in broken.err
    )
    assert "zen profile set --global NAME" in broken.err
    listed = zen("profile", "list")
    assert "default" in listed.out
    assert "Warning: The active profile 'gone'" in listed.err
    left = zen("profile", "create", "other")
    assert "Warning: The active profile 'gone'" in left.err
    assert "Warning" not in zen("profile", "set", "default").err
    zen("stack", "list")


def test_creating_the_profile_that_is_missing_mends_it(
    zen: Zen, config_file: Path
) -> None:
    text = config_file.read_text()
    config_file.write_text(text.replace("profile_name: default", "profile_name: gone"))
    assert "Warning" not in zen("profile", "create", "gone").err
    assert "'gone'" in zen("profile", "get").out


def test_an_environment_that_names_nothing_is_explained(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZENML_ACTIVATED_PROFILE", "gone")
    outcome = zen("stack", "list", code=1)
    assert "set by environment variable ZENML_ACTIVATED_PROFILE" in outcome.err
    assert "Available: default." in outcome.err
    zen("profile", "list")
    zen("plugin", "list")


def test_describe_masks_passwords(zen: Zen, config_file: Path) -> None:
    text = config_file.read_text()
    url = "mysql://zen:s3cret@10.11.12.13/zen"
    other = f"  other:\n    store_type: sql\n    store_url: {url}\n"
    config_file.write_text(text.replace("profiles:\n", f"profiles:\n{other}"))
    shown = zen("profile", "describe", "other").out + zen("profile", "list").out
    assert "s3cret" not in shown
    assert "mysql://zen:***@10.11.12.13/zen" in shown


def test_delete_refuses_the_active_profile(zen: Zen) -> None:
    outcome = zen("profile", "delete", "default", "-y", code=1)
    assert "globally active" in outcome.err


def test_delete_asks_and_takes_no_for_an_answer(zen: Zen) -> None:
    zen("profile", "create", "team")
    asked = zen("profile", "delete", "team", answer="n\n", code=1).err
    assert "with its stacks, its components and its history" in asked
    assert len(zen("profile", "list", "-o", "json").json) == 2
    zen("profile", "delete", "team", answer="y\n")
    assert len(zen("profile", "list", "-o", "json").json) == 1


def test_delete_leaves_data_of_the_users_own_choice(zen: Zen, tmp_path: Path) -> None:
    zen("profile", "create", "team", "--url", str(tmp_path / "store"))
    zen("profile", "create", "own")
    own = tmp_path / "config" / "profiles" / "own"
    assert own.is_dir()
    asked = zen("profile", "delete", "team", answer="n\n", code=1).err
    assert f"Its data stays at {tmp_path / 'store'}." in asked
    zen("profile", "delete", "team", "-y")
    zen("profile", "delete", "own", "-y")
    assert (tmp_path / "store" / "stacks" / "default.yaml").is_file()
    assert not own.exists()


def test_a_broken_configuration_file_is_located(zen: Zen, config_file: Path) -> None:
    config_file.write_text("profiles:\n  default: [oops\n...\n")
    outcome = zen("stack", "list", code=1)
    assert f"Error: {config_file}, line" in outcome.err
    assert zen("--version").out
    assert zen("plugin", "list").out
    assert zen("flavor", "list").out


def test_a_broken_repository_file_leaves_the_profiles_listable(zen: Zen) -> None:
    zen("init")
    file = Path.cwd() / ".zen" / "config.yaml"
    file.write_text("active_profile_name: [\n")
    assert f"{file}, line 2" in zen("stack", "list", code=1).err
    assert "default" in zen("profile", "list").out


def test_a_repository_path_that_is_gone_keeps_no_profile_from_being_set(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    zen("profile", "create", "team")
    monkeypatch.setenv("ZEN_REPOSITORY_PATH", str(tmp_path / "gone"))
    assert "Warning" in zen("profile", "set", "team").err
    monkeypatch.delenv("ZEN_REPOSITORY_PATH")
    assert "'team'" in zen("profile", "get").out


def test_a_broken_configuration_is_reported_once(zen: Zen, config_file: Path) -> None:
    config_file.write_text("nonsense")
    assert zen("profile", "list", code=1).err.count("nonsense") == 0
    assert zen("profile", "list", code=1).err.count(str(config_file)) == 1


def test_an_empty_url_is_refused(zen: Zen) -> None:
    assert "Invalid URL" in zen("profile", "create", "x", "--url", "", code=1).err
    assert list(Path.cwd().iterdir()) == []


def test_a_profile_whose_driver_is_gone_is_named(zen: Zen, config_file: Path) -> None:
    other = "  other:\n    store_type: acme\n"
    text = config_file.read_text().replace("profiles:\n", f"profiles:\n{other}")
    config_file.write_text(text)
    zen("profile", "set", "other")
    err = zen("stack", "list", code=1).err
    assert "Store type 'acme' does not exist and profile 'other' needs it." in err
    assert "zen profile set NAME" in err
    assert "other" in zen("profile", "list").out


def test_a_clone_that_pins_a_profile_says_how_to_take_it_up(
    zen: Zen, here: Path
) -> None:
    zen("init")
    zen("profile", "create", "git_store", "--url", str(here / ".zenprofile"))
    zen("profile", "set", "git_store")
    pinned = (here / ".zen" / "config.yaml").read_text()
    zen("profile", "set", "default")
    zen("profile", "delete", "git_store", "-y")
    (here / ".zen" / "config.yaml").write_text(pinned)
    err = zen("stack", "list", code=1).err
    command = f"zen profile create git_store --url {here / '.zenprofile'}"
    assert f"'{command}'" in err
    zen(*command.split()[1:])
    assert "'git_store' (local)" in zen("stack", "list").err
    assert (here / ".zen" / "config.yaml").read_text() == pinned
