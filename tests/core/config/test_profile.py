"""One profile, as the global configuration holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.config import ProfileConfiguration
from zen.errors import InvalidNameError

if TYPE_CHECKING:
    from pathlib import Path


def profile(url: str) -> ProfileConfiguration:
    return ProfileConfiguration("p", "sql", url)


@pytest.mark.parametrize("name", ["", "..", "a/b", "x" * 101])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidNameError, match="profile name"):
        ProfileConfiguration(name, "local", "/x")


@pytest.mark.parametrize("template", ["{}", "sqlite:///{}/zen.db", "file://{}/p"])
def test_a_url_inside_of_the_configuration_folder_moves_with_it(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    stored = ProfileConfiguration.portable_url(template.format(config))
    assert str(config) not in stored
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "copy"))
    assert profile(stored).url == template.format(tmp_path / "copy")


def test_a_folder_with_a_blank_moves_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "a b"))
    stored = ProfileConfiguration.portable_url((tmp_path / "a b" / "p").as_uri())
    assert stored == "file://{config}/p"
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "c d"))
    assert profile(stored).url == (tmp_path / "c d" / "p").as_uri()


def test_a_folder_beside_the_configuration_folder_stays(config: Path) -> None:
    url = f"{config}-data/p"
    assert ProfileConfiguration.portable_url(url) == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mysql://root:hush@host/db", "mysql://root:***@host/db"),
        ("mysql://root:hush@host:3306/db", "mysql://root:***@host:3306/db"),
        ("mysql+pymysql://:hush@host", "mysql+pymysql://:***@host"),
        ("mysql://root@host:3306/db", "mysql://root@host:3306/db"),
        ("mysql://host/db?user=a@b", "mysql://host/db?user=a@b"),
        ("sqlite:////tmp/a:b@c/zen.db", "sqlite:////tmp/a:b@c/zen.db"),
        ("/tmp/a:b@c", "/tmp/a:b@c"),  # noqa: S108 - nothing is written there
    ],
)
def test_a_password_is_masked(url: str, shown: str) -> None:
    assert profile(url).display_url == shown
    assert profile(url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root:Se:cret@host/db",
        "mysql://root:Se/cret@host/db",
        "mysql://root:Se%40cret@host/db",
        "postgresql://host/db?user=a&password=Secret",
    ],
)
def test_no_part_of_a_password_is_shown(url: str) -> None:
    """Each is a URL that SQLAlchemy takes."""
    shown = profile(url).display_url
    assert "Se" not in shown
    assert "cret" not in shown


def test_a_profile_has_a_folder_of_its_own(config: Path) -> None:
    assert profile("/x").folder == config / "profiles" / "p"
