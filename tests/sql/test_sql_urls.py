"""Which URLs the store type 'sql' takes, and what it makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from zen.errors import StoreUnavailableError
from zen_sql.store import SQLStoreDriver


def test_the_default_is_a_file_in_the_profiles_folder(tmp_path: Path) -> None:
    assert SQLStoreDriver.default_url(tmp_path) == f"sqlite:///{tmp_path}/zen.db"


def test_the_default_survives_an_odd_folder() -> None:
    url = make_url(SQLStoreDriver.default_url(Path("/a b/é#c")))
    assert url.database == "/a b/é#c/zen.db"


def test_a_relative_path_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert SQLStoreDriver.normalise_url("sqlite:///zen.db") == (
        f"sqlite:///{tmp_path}/zen.db"
    )


def test_the_home_folder_is_expanded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert SQLStoreDriver.normalise_url("sqlite:///~/zen.db") == (
        f"sqlite:///{tmp_path}/zen.db"
    )


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////folder/zen.db",
        "sqlite:////folder/zen.db?timeout=5",
        "postgresql://user:secret@host/database?sslmode=require",
        "unheard://host",
    ],
)
def test_what_means_the_same_everywhere_is_left_alone(url: str) -> None:
    assert SQLStoreDriver.normalise_url(url) == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("zen.db", "it must be a SQLAlchemy URL, such as"),
        ("", "it must be a SQLAlchemy URL, such as"),
        ("/folder/zen.db", "it must be a SQLAlchemy URL, such as"),
        ("postgresql://user:secret@host:port/db", "it must be a SQLAlchemy URL"),
        ("sqlite://folder/zen.db", "has three slashes before the path"),
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("sqlite:///file:zen.db?uri=true", "must be a file"),
        ("sqlite+aiosqlite:///zen.db", "without a driver"),
    ],
)
def test_what_can_keep_no_profile_is_refused(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        SQLStoreDriver.normalise_url(url)
    assert "secret" not in str(caught.value)


def test_a_driver_with_a_url_that_is_none_says_so() -> None:
    with pytest.raises(StoreUnavailableError, match="it must be a SQLAlchemy URL"):
        SQLStoreDriver("nonsense")
