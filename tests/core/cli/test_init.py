"""`zen init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import RunPython
    from tests.core.cli.conftest import Zen


def test_init_pins_what_is_active(zen: Zen) -> None:
    out = zen("init").out
    assert f"Zen repository initialized at {Path.cwd()}." in out
    assert Path(".zen/config.yaml").read_text() == (
        "active_profile_name: default\nactive_stack_name: default\n"
    )
    assert "(local)" in zen("stack", "list").err


def test_init_counts_in_folders_below(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    zen("init")
    Path("deep/down").mkdir(parents=True)
    monkeypatch.chdir("deep/down")
    assert "(local)" in zen("stack", "list").err


def test_init_elsewhere(zen: Zen, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    zen("init", str(tmp_path / "other"))
    assert (tmp_path / "other" / ".zen" / "config.yaml").is_file()


def test_init_twice_is_refused(zen: Zen) -> None:
    zen("init")
    told = zen("init", code=1).err
    assert "Found existing Zen repository" in told
    assert "'zen repo clean'" in told


@pytest.mark.parametrize("settings", ["a: [", "active_profile_name: 1\n"])
def test_init_beside_damaged_settings_says_how_to_fix_them(
    zen: Zen, settings: str
) -> None:
    zen("init")
    file = Path(".zen/config.yaml")
    file.write_text(settings)
    told = zen("init", code=1).err
    assert f"are damaged: {file.absolute()}" in told
    assert "use it as it is" not in told
    assert "'zen profile set NAME'" in told
    zen("profile", "set", "default")
    assert "use it as it is" in zen("init", code=1).err


def test_init_of_a_missing_folder_is_a_usage_error(zen: Zen) -> None:
    assert "does not exist" in zen("init", "nowhere", code=2).err


def test_a_repository_path_without_repository_is_explained(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZEN_REPOSITORY_PATH", str(tmp_path))
    outcome = zen("stack", "list", code=1)
    assert "ZEN_REPOSITORY_PATH" in outcome.err
    assert f"zen init {tmp_path}" in outcome.err
    zen("profile", "list")


def test_a_repository_that_the_environment_hides_is_told(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    zen("init", str(tmp_path / "other"))
    monkeypatch.setenv("ZEN_REPOSITORY_PATH", str(tmp_path / "other"))
    assert f"'{tmp_path / 'other'}' remains the repository" in zen("init").err
    (tmp_path / "more").mkdir()
    monkeypatch.setenv("ZENML_REPOSITORY_PATH", str(tmp_path / "more"))
    monkeypatch.delenv("ZEN_REPOSITORY_PATH")
    assert "Warning" not in zen("init", str(tmp_path / "more")).err


def test_init_without_a_stack_to_pin(zen: Zen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEN_PLUGINS", "none")
    assert "initialized to 'default' and no stack yet." in zen("init").out
    assert "active_stack_name: null\n" in Path(".zen/config.yaml").read_text()


def test_how_to_get_a_repository_is_told_where_that_matters(zen: Zen) -> None:
    """The short line is told always, and the long one only there."""
    register = ("alerter", "flavor", "register", "gone.Gone")
    short, long = "Running without an active repository root.", "Unable to find a Zen"
    told = zen(*register, code=1).err
    assert told.index(long) < told.index(short)
    for command in ("stack list", "profile list", "alerter flavor list"):
        assert long not in zen(*command.split()).err
    assert short in zen("stack", "list").err
    zen("init")
    assert long not in zen(*register, code=1).err


def test_the_configuration_folder_may_have_a_name_that_the_locale_cannot_write(
    run_python: RunPython, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "übung").mkdir()
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "übung" / "config"))
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for variable, value in ascii_only.items():
        monkeypatch.setenv(variable, value)
    out = run_python("from zen.cli.main import main; main(['-q', 'stack', 'list'])")
    assert "default" in out
    assert (tmp_path / "übung" / "config" / "profiles" / "default" / "stacks").is_dir()
