"""Where Zen keeps its own files."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import platformdirs
import pytest

from zen.folders import (
    absolute_path,
    cache_folder,
    config_folder,
    local_stores_folder,
)


def test_the_environment_decides(config: Path) -> None:
    assert config_folder() == config


def test_a_relative_folder_is_made_absolute(
    monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    monkeypatch.setenv("ZEN_CONFIG_PATH", "conf")
    assert config_folder() == here / "conf"


def test_the_home_folder_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEN_CONFIG_PATH", "~/conf")
    assert config_folder() == Path.home() / "conf"


def test_the_cache_is_moved_on_its_own(
    monkeypatch: pytest.MonkeyPatch, config: Path, here: Path
) -> None:
    monkeypatch.delenv("ZEN_CACHE_PATH", raising=False)
    assert cache_folder() == str(config / "cache")
    monkeypatch.setenv("ZEN_CACHE_PATH", "quick")
    assert cache_folder() == str(here / "quick")
    assert config_folder() == config


@pytest.mark.parametrize("value", [None, ""])
def test_the_platform_decides_where_the_environment_is_silent(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv("ZEN_CONFIG_PATH")
    else:
        monkeypatch.setenv("ZEN_CONFIG_PATH", value)
    assert config_folder() == platformdirs.user_config_path("zen", appauthor=False)


def test_each_component_has_a_folder_of_its_own(config: Path) -> None:
    owner = uuid4()
    assert local_stores_folder(owner) == config / "local_stores" / str(owner)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/x", "/x"),
        ("file:/x", "/x"),
        ("file:///a%20b", "/a b"),
        ("file://localhost/x", "/x"),
        ("x", "{here}/x"),
        ("file:x", "{here}/x"),
        ("a:x", "{here}/a:x"),
    ],
)
def test_a_path_may_be_a_url(here: Path, text: str, path: str) -> None:
    assert absolute_path(text) == path.format(here=here)


def test_a_url_of_another_host_is_no_path() -> None:
    with pytest.raises(ValueError, match="'file://far/x' names a host"):
        absolute_path("file://far/x")
