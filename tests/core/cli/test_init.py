"""`zen init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

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
    assert "Found existing Zen repository" in zen("init", code=1).err


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
