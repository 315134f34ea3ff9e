"""Read the URLs of databases."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from zen.config.profile import masked_url

__all__ = [
    "file_url",
    "mask",
    "normalise",
    "parse_url",
    "sqlite_url",
]


def sqlite_url(file: Path) -> URL:
    """Return the URL of a SQLite file."""
    return URL.create("sqlite", database=str(file.expanduser().absolute()))


def file_url(file: Path) -> str:
    """Return the URL of a SQLite file as text, which `parse_url` brings back."""
    return _text(sqlite_url(file))


def parse_url(text: str) -> URL:
    """Return a database's URL, with an absolute path where that is a SQLite file.

    Args:
        text: A SQLAlchemy URL.

    Raises:
        ValueError: It isn't the URL of a database that lasts; the text says why.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The cause may show the password.
        raise ValueError(
            "it must be a SQLAlchemy URL, such as sqlite:////folder/zen.db"
            " or postgresql://user@host/database"
        ) from None
    if url.get_backend_name() == "sqlite":
        return _parse_file(url, text)
    # SQLAlchemy takes the rest of the password for a part of the host, and shows it.
    if "@" in (url.host or ""):
        raise ValueError("an '@' in a user's name or password is written as '%40'")
    return url


def normalise(text: str) -> str:
    """Return a URL that means the same from every folder.

    Raises:
        ValueError: It isn't the URL of a database that lasts; the text says why.
    """
    url = parse_url(text)
    return _text(url) if url.get_backend_name() == "sqlite" else text


def mask(url: URL) -> str:
    """Return a URL as it may be shown, without any password."""
    return masked_url(url.render_as_string(hide_password=True))


def _parse_file(url: URL, text: str) -> URL:
    if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ValueError("SQLite is used without a driver, as in sqlite:///PATH")
    if url.host:
        raise ValueError(
            "a SQLite URL has three slashes before the path, as in sqlite:///zen.db"
            " or, where the path is absolute, sqlite:////folder/zen.db"
        )
    if not url.database or url.database.startswith((":memory:", "file:")):
        raise ValueError("a SQLite database must be a file, as in sqlite:///PATH")
    if "?" in text and not url.query:
        raise ValueError("a '?' in a path is written as '%3F'")
    file = Path(_unquoted(url.database)).expanduser()
    return sqlite_url(file).set(query=url.query)


def _text(url: URL) -> str:
    """Return a SQLite file's URL as text, quoted as SQLAlchemy 2.1 does it."""
    if url.database and not _is_quoted_by_sqlalchemy():
        url = url.set(database=quote(url.database, safe=" +/"))
    return url.render_as_string(hide_password=False)


def _unquoted(path: str) -> str:
    return path if _is_quoted_by_sqlalchemy() else unquote(path)


def _is_quoted_by_sqlalchemy() -> bool:
    # Before version 2.1, a path is written and read as it is, be there a '?' in it.
    return make_url("sqlite:///%25").database == "%"
