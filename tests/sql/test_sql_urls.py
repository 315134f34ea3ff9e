"""Which URLs the store type 'sql' takes, and what it makes of them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from zen.errors import StoreUnavailableError
from zen.stores import Transaction
from zen_sql.store import SQLStoreDriver
from zen_sql.urls import holds_password, mask, parse_url


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


def test_a_url_with_variables_is_kept_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_FILE", str(tmp_path / "zen.db"))
    monkeypatch.delenv("NOT_SET", raising=False)
    for url in ("sqlite:///${DB_FILE}", "mysql://u:${NOT_SET}@host/db", "${NOT_SET}"):
        assert SQLStoreDriver.normalise_url(url) == url
    driver = SQLStoreDriver("sqlite:///${DB_FILE}")
    assert driver.url == "sqlite:///${DB_FILE}"
    driver.commit(Transaction())
    assert (tmp_path / "zen.db").exists()


VARIABLES = {
    "USER_": "a@b",
    "PASSWORD_": "p:@/?#[]${x} é",
    "HOST_": "db.example",
    "PORT_": "5433",
    "DATABASE_": "zen",
    "CA_": "/my folder/ca.pem",
}


def test_a_variable_may_be_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    url = parse_url(
        "mysql://${USER_}:${PASSWORD_}@${HOST_}:${PORT_}/${DATABASE_}?ssl_ca=${CA_}"
    )
    user, password, *rest = VARIABLES.values()
    assert (url.username, url.password, url.port) == (user, password, 5433)
    assert [url.host, str(url.port), url.database, url.query["ssl_ca"]] == rest


def test_a_variable_may_hold_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:p%40ss@host/db?sslmode=off")
    url = parse_url("${DATABASE_URL}")
    assert (url.password, url.host, url.query) == ("p@ss", "host", {"sslmode": "off"})


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DB_PASSWORD", raising=False)
    with pytest.raises(StoreUnavailableError, match="'DB_PASSWORD' isn't") as caught:
        SQLStoreDriver("mysql://user:${DB_PASSWORD}@host/db")
    assert "export DB_PASSWORD=" in caught.value.hint


def test_what_a_variable_holds_must_be_a_url_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DB_PORT", "secret")
    with pytest.raises(ValueError, match="it must be a SQLAlchemy URL") as caught:
        SQLStoreDriver.normalise_url("mysql://user@host:${DB_PORT}/db")
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("DB_FILE", "relative.db")
    with pytest.raises(ValueError, match="must be absolute"):
        SQLStoreDriver.normalise_url("sqlite:///${DB_FILE}")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:secret@host/db",
        "postgresql:///db?user=user&password=secret",
        "mysql://user@host/db?passwd=secret&ssl_ca=/ca.pem",
    ],
)
def test_no_password_is_shown(url: str) -> None:
    assert "secret" not in mask(parse_url(url))


@pytest.mark.parametrize(
    ("url", "holds"),
    [
        ("postgresql://user:se?cret@host/db", True),
        ("postgresql://me@corp:secret@host/db", True),
        ("mysql://user:${PASSWORD}@host/db?a=b@c", False),
        ("mysql://user@host/db?ssl_key_passphrase=${PASSPHRASE}", False),
    ],
)
def test_a_password_is_told_from_a_variable(url: str, *, holds: bool) -> None:
    assert holds_password(url) is holds
