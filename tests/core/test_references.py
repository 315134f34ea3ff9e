"""References to environment variables, in URLs and elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from zen.config.profile import holds_password
from zen.errors import StoreUnavailableError
from zen.references import expand, expand_url, normalised_url

if TYPE_CHECKING:
    from pathlib import Path

VARIABLES = {
    "USER_": "a@b",
    "PASSWORD_": "p:@/?#[]${x} é",
    "HOST_": "db.example",
    "PORT_": "5433",
    "DATABASE_": "zen",
    "CA_": "/my folder/ca.pem",
}


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NOT_SET", raising=False)


def test_a_variable_may_be_anywhere_in_a_url() -> None:
    url = urlsplit(
        expand_url(
            "db://${USER_}:${PASSWORD_}@${HOST_}:${PORT_}/${DATABASE_}?ca=${CA_}"
        )
    )
    assert (unquote(url.username or ""), unquote(url.password or "")) == (
        VARIABLES["USER_"],
        VARIABLES["PASSWORD_"],
    )
    assert (url.hostname, url.port, url.path) == ("db.example", 5433, "/zen")
    assert unquote(url.query) == "ca=/my folder/ca.pem"


def test_a_variable_may_hold_all_of_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "db://user:p%40ss@host/db?a=b")
    assert expand_url("${DATABASE_URL}") == "db://user:p%40ss@host/db?a=b"


def test_nothing_is_quoted_in_a_path() -> None:
    assert expand_url("/a@b/${HOST_}?${CA_}") == "/a@b/db.example?/my folder/ca.pem"


@pytest.mark.parametrize("function", [expand, expand_url])
def test_a_variable_that_is_not_set_is_named(function: object) -> None:
    assert callable(function)
    with pytest.raises(StoreUnavailableError, match="'NOT_SET' isn't set") as caught:
        function("db://user:${NOT_SET}@host")
    assert "export NOT_SET=" in caught.value.hint


def test_a_url_with_variables_is_kept_as_it_is(here: Path) -> None:
    def normalise(url: str) -> str:
        if url == "wrong":
            raise ValueError("it is wrong")
        return url if "://" in url else str(here / url)

    for url in ("db://${HOST_}/db", "db://${NOT_SET}/db", "${CA_}"):
        assert normalised_url(url, normalise) == url
    assert normalised_url("x", normalise) == str(here / "x")
    for url in ("${DATABASE_}/x", "x/${DATABASE_}"):
        with pytest.raises(ValueError, match="must be absolute"):
            normalised_url(url, normalise)
    with pytest.raises(ValueError, match="it is wrong"):
        normalised_url("wrong", normalise)


@pytest.mark.parametrize(
    ("url", "holds"),
    [
        ("postgresql://user:se?cret@host/db", True),
        ("postgresql://me@corp:secret@host/db", True),
        ("redis://:secret@host", True),
        ("mysql://user:${PASSWORD}@host/db?a=b@c", False),
        ("mysql://user@host/db?ssl_key_passphrase=${PASSPHRASE}", False),
    ],
)
def test_a_password_is_told_from_a_variable(url: str, *, holds: bool) -> None:
    assert holds_password(url) is holds
