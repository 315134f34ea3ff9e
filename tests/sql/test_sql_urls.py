"""Which URLs the store type 'sql' takes, and what it makes of them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from zen.errors import StoreUnavailableError
from zen_sql.store import SQLStoreDriver
from zen_sql.urls import mask, parse_url


def test_the_default_is_a_file_in_the_profiles_folder(tmp_path: Path) -> None:
    assert SQLStoreDriver.default_url(tmp_path) == f"sqlite:///{tmp_path}/zen.db"


@pytest.mark.parametrize(
    "folder", ["/a b/é#c", "/a?b", "/a?b=c", "/50%", "/a%3Fb", "/a%20b", "/a+b"]
)
def test_the_default_survives_an_odd_folder(folder: str) -> None:
    """Whichever version of SQLAlchemy wrote the URL, and reads it."""
    text = SQLStoreDriver.default_url(Path(folder))
    assert parse_url(text).database == f"{folder}/zen.db"
    assert SQLStoreDriver.normalise_url(text) == text
    assert unquote(text.removeprefix("sqlite:///")) == f"{folder}/zen.db"
    assert "?" not in text


def test_a_path_with_an_option_keeps_it() -> None:
    url = parse_url("sqlite:////a%3Fb%25/zen.db?timeout=5")
    assert (url.database, url.query) == ("/a?b%/zen.db", {"timeout": "5"})
    text = "sqlite:////a%3Fb%25/zen.db?timeout=5"
    assert SQLStoreDriver.normalise_url(text) == text


def test_what_follows_a_path_must_be_options() -> None:
    """Somebody meant a folder called 'a?b'."""
    with pytest.raises(ValueError, match="'%3F'"):
        parse_url("sqlite:////a?b/zen.db")


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
        ("postgresql://user:a@secret@host/db", "is written as '%40'"),
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


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:secret@host/db",
        "postgresql:///db?user=user&password=secret",
        "mysql://user@host/db?passwd=secret&ssl_ca=/ca.pem",
        "postgresql://user@host/db?options=-c%20my.password%3Dsecret",
        "acme://host/db?api_key=secret&account-key=secret&x_token=secret&sig=secret",
    ],
)
def test_no_password_is_shown(url: str) -> None:
    assert "secret" not in mask(parse_url(url))
