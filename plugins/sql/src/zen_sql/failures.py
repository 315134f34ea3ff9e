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

__all__ = [
    "LOCK_TIMEOUT",
    "asynchronous_driver",
    "error_text",
    "is_deadlock",
    "missing_dialect",
    "missing_driver",
    "missing_file",
    "owned",
    "translate",
    "wrong_option",
]

# In seconds, on every database.
LOCK_TIMEOUT: Final = 10

# SQLITE_BUSY and SQLITE_LOCKED, for which Python has names only from 3.11 on.
_LOCKED_FILE: Final = {5, 6}
# lock_not_available, and MySQL's ER_LOCK_WAIT_TIMEOUT.
_LOCKED: Final = {"55P03", 1205}
# serialization_failure, deadlock_detected, and MySQL's ER_LOCK_DEADLOCK: the server
# gave a transaction up in favour of another one.
_DEADLOCK: Final = {"40001", "40P01", 1213}

# What to install for a driver that isn't called like its module.
_DISTRIBUTIONS: Final = {
    "MySQLdb": "mysqlclient",
    "mysql": "mysql-connector-python",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
}
_FILE_HINT: Final = (
    "Check that it is a SQLite database, its permissions and the free space, and"
    " repeat the command; nothing was changed."
)
_SERVER_HINT: Final = (
    "Check that the server runs, and the user, the password and the database, and"
    " repeat the command; nothing was changed."
)
_UNREACHABLE: Final = (
    "Check that the server runs, and the host and the port; nothing was changed."
)
_NOT_LET_IN: Final = "Check the user and the password; nothing was changed."
_NO_DATABASE: Final = (
    "Create the database on the server, as with 'CREATE DATABASE name', or correct"
    " its name; nothing was changed."
)
_NO_PRIVILEGE: Final = (
    "Give the user the privileges that it lacks, as with 'GRANT', or use another user;"
    " nothing was changed."
)
_READ_ONLY: Final = (
    "The server is read-only at present: use one that takes writes, or ask"
    " its administrator; nothing was changed."
)
_TOO_LARGE: Final = (
    "Raise the server's max_allowed_packet above the size of what is written; nothing"
    " was changed."
)
_LOST: Final = (
    "Repeat the command; nothing was changed. If it was a large change, raise the"
    " server's max_allowed_packet."
)
_HINTS: Final[dict[str | int, str]] = {
    "28000": _NOT_LET_IN,
    "28P01": _NOT_LET_IN,
    "3D000": _NO_DATABASE,
    "3F000": _NO_DATABASE,
    "42501": _NO_PRIVILEGE,
    "25006": _READ_ONLY,
    1044: _NO_PRIVILEGE,
    1045: _NOT_LET_IN,
    1049: _NO_DATABASE,
    1142: _NO_PRIVILEGE,
    1143: _NO_PRIVILEGE,
    1153: _TOO_LARGE,
    1227: _NO_PRIVILEGE,
    1290: _READ_ONLY,
    1698: _NOT_LET_IN,
    1792: _READ_ONLY,
    1836: _READ_ONLY,
    2002: _UNREACHABLE,
    2003: _UNREACHABLE,
    2005: _UNREACHABLE,
    2006: _LOST,
    2013: _LOST,
}


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


def is_deadlock(error: StoreError) -> bool:
    """Tell whether a server gave a transaction up in favour of another one.

    Nothing of it was done, and when it is tried again it may succeed.
    """
    return _code(_reason(error.__cause__)) in _DEADLOCK


def owned(error: StoreLockedError, place: str, owner: str) -> StoreLockedError:
    """Return the error of a database that is locked, with the owner of the lock."""
    if not owner:
        return error
    message = f"{owner} has locked {place} for too long."
    named = StoreLockedError(message, hint=error.hint)
    named.__cause__ = error.__cause__
    return named


def missing_dialect(place: str, drivername: str) -> StoreUnavailableError:
    """Return the error for a kind of database that SQLAlchemy doesn't know."""
    return StoreUnavailableError(
        f"{place} can't be used: SQLAlchemy knows no database '{drivername}'.",
        hint="Correct the URL, or install the package that offers that dialect.",
    )


def missing_driver(place: str, url: URL, error: ImportError) -> StoreUnavailableError:
    """Return the error for a database driver that can't be imported."""
    module = (error.name or url.get_driver_name()).partition(".")[0]
    distribution = _DISTRIBUTIONS.get(module, module)
    return StoreUnavailableError(
        f"{place} can't be used: {_one_line(error)}.",
        hint=f"Install zen-plugin-mysql, which requires {module}."
        if module == "pymysql"
        # Quoted for the shells that take brackets for a pattern.
        else f"Install the driver with 'pip install \"{distribution}\"'.",
    )


def asynchronous_driver(place: str, driver: str) -> StoreUnavailableError:
    """Return the error for a driver that only programs of another kind can use."""
    return StoreUnavailableError(
        f"{place} can't be used: '{driver}' is an asynchronous driver.",
        hint="Leave the driver out of the URL, as in postgresql://… or mysql://…",
    )


def missing_file(place: str, option: str, file: str) -> StoreUnavailableError:
    """Return the error for a certificate that isn't there."""
    return StoreUnavailableError(
        f"{place} can't be used: {file}, its {option}, isn't there.",
        hint=f"Correct {option}, or copy the file to this host.",
    )


def wrong_option(place: str, error: Exception) -> StoreUnavailableError:
    """Return the error for an option in a URL that the driver can't use."""
    return StoreUnavailableError(
        f"{place} can't be used: {_one_line(error)}.",
        hint="Correct the options after the '?' of the URL.",
    )


def _translated(place: str, error: Exception, *, is_file: bool) -> StoreError:
    reason = _reason(error)
    code = _code(reason)
    if code in _LOCKED or code in _DEADLOCK or _is_locked_file(reason):
        return StoreLockedError(
            f"Another process has locked {place} for too long.",
            hint="Wait for it to end, or end it, and repeat the command.",
        )
    hint = _FILE_HINT if is_file else _HINTS.get(code or "", _SERVER_HINT)
    return StoreUnavailableError(
        f"{place} can't be used: {error_text(reason)}.", hint=hint
    )


def _reason(error: BaseException | None) -> BaseException | None:
    # The text of SQLAlchemy's own error holds the statement, and thus the data.
    return error.orig if isinstance(error, DBAPIError) and error.orig else error


def _code(error: BaseException | None) -> str | int | None:
    """Return MySQL's number, or SQLSTATE as PostgreSQL's drivers tell it."""
    first = error.args[0] if error and error.args else None
    if isinstance(first, int):
        return first
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    return state if isinstance(state, str) else None


def _is_locked_file(error: BaseException | None) -> bool:
    if not isinstance(error, sqlite3.OperationalError):
        return False
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # Python 3.10 hands on nothing but the text.
        return str(error).endswith("is locked")
    return code & 0xFF in _LOCKED_FILE


def error_text(error: BaseException | None) -> str:
    """Return what a database, or whatever it was, says on one line, without data."""
    error = _reason(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    return _one_line(primary or error)


def _one_line(error: object) -> str:
    # MySQL's drivers raise a number and a text.
    text = error.args[-1] if isinstance(error, Exception) and error.args else error
    return " ".join(str(text).split()).rstrip(".?!") or type(error).__name__
