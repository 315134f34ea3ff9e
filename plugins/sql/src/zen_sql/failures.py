"""Turn what databases and their drivers raise into Zen's errors."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from zen.errors import StoreLockedError, StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

    from zen.errors import StoreError

__all__ = ["missing_dialect", "missing_driver", "translate", "wrong_option"]

# SQLITE_BUSY and SQLITE_LOCKED, for which Python has names only from 3.11 on.
_LOCKED: Final = {5, 6}
_DISTRIBUTIONS: Final = {
    "MySQLdb": "mysqlclient",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
}
_FILE_HINT: Final = (
    "Check that it is a SQLite database, its permissions and the free space, and"
    " repeat the command; nothing was changed."
)
_SERVER_HINT: Final = (
    "Check that the server runs, and the URL with its user and password, and repeat"
    " the command; nothing was changed."
)


@contextmanager
def translate(place: str, *, is_file: bool) -> Iterator[None]:
    """Raise what a database raises in the block as a `StoreError`.

    Args:
        place: The database, for messages.
        is_file: Whether it is a SQLite file.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise _translated(place, error, is_file=is_file) from error


def missing_dialect(place: str, url: URL) -> StoreUnavailableError:
    """Return the error for a kind of database that SQLAlchemy doesn't know."""
    return StoreUnavailableError(
        f"{place} can't be used: SQLAlchemy knows no database '{url.drivername}'.",
        hint="Correct the URL, or install the package that brings that dialect.",
    )


def missing_driver(place: str, error: ImportError) -> StoreUnavailableError:
    """Return the error for a database driver that can't be imported."""
    distribution = _DISTRIBUTIONS.get(error.name or "", error.name)
    return StoreUnavailableError(
        f"{place} can't be used: {_one_line(error)}.",
        hint=f"Install the driver with 'pip install {distribution}'.",
    )


def wrong_option(place: str, error: ValueError) -> StoreUnavailableError:
    """Return the error for an option in a URL that has an impossible value."""
    return StoreUnavailableError(
        f"{place} can't be used: {_one_line(error)}.",
        hint="Correct the options after the '?' of the URL.",
    )


def _translated(place: str, error: Exception, *, is_file: bool) -> StoreError:
    reason = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if _is_locked(reason):
        return StoreLockedError(
            f"Another process has held {place} for too long.",
            hint="Wait for it to end, or end it, and repeat the command.",
        )
    # The text of SQLAlchemy's own error holds the statement, and thus the data.
    text = reason.strerror if isinstance(reason, OSError) else None
    return StoreUnavailableError(
        f"{place} can't be used: {text or _one_line(reason)}.",
        hint=_FILE_HINT if is_file else _SERVER_HINT,
    )


def _is_locked(error: BaseException) -> bool:
    if not isinstance(error, sqlite3.OperationalError):
        return False
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # Python 3.10 hands on nothing but the text.
        return str(error).endswith("is locked")
    return code & 0xFF in _LOCKED


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".?!") or type(error).__name__
