"""Read records for completion, without SQLAlchemy.

To import that takes longer than a shell may, and the names of stacks and components
are one query away from the package that talks to the database.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from zen.stores.confinement import is_special

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["names"]

_LAYOUT: Final = 1
_SQLITE: Final = "sqlite:///"
# The packages for each kind of URL, the fastest to import first.
_PACKAGES: Final[dict[str, tuple[str, ...]]] = {
    "mysql": ("pymysql",),
    "mariadb": ("pymysql",),
    "postgresql": ("psycopg2", "psycopg"),
}
_TIMEOUT: Final = 2  # seconds; nobody waits longer for a completion


def names(
    url: str | None, folder: Path, kind: str
) -> list[Mapping[str, object]] | None:
    """Return the payloads of the records of a kind.

    Args:
        url: The profile's URL; None for the SQLite file in its folder.
        folder: The profile's own folder.
        kind: The kind of record.

    Returns:
        The payloads; None where only the driver can tell, because the URL has options
        or names a package that isn't known here, or the tables have another layout.
    """
    text = url or f"{_SQLITE}{folder / 'zen.db'}"
    connection = _open_file(text) if text.startswith(_SQLITE) else _connect(text)
    if connection is None:
        return None
    with closing(connection):
        cursor = connection.cursor()
        cursor.execute("SELECT version FROM zen_schema WHERE name = 'records'")
        if [row[0] for row in cursor.fetchall()] != [_LAYOUT]:
            return None
        mark = "?" if text.startswith(_SQLITE) else "%s"
        cursor.execute(f"SELECT payload FROM zen_records WHERE kind = {mark}", (kind,))  # noqa: S608
        return [json.loads(payload) for (payload,) in cursor.fetchall()]


def _open_file(url: str) -> sqlite3.Connection | None:
    # Options, or a path in which something is quoted.
    if "?" in url or "%" in url:
        return None
    file = Path(url.removeprefix(_SQLITE)).expanduser()
    if is_special(file):
        return None
    return sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=_TIMEOUT)


def _connect(url: str) -> Any:  # noqa: ANN401 - what PEP 249 calls a connection
    parts = urlsplit(url)
    server, _, asked_for = parts.scheme.partition("+")
    packages = [
        package
        for package in _PACKAGES.get(server, ())
        if asked_for in {"", package} and find_spec(package)
    ]
    if not packages:
        return None
    connect = import_module(packages[0]).connect
    if server == "postgresql":
        return connect(f"{server}:{url.partition(':')[2]}", connect_timeout=_TIMEOUT)
    # PyMySQL takes options of the same names for something else: with `ssl_ca` alone
    # it doesn't check whose certificate it is shown.
    if not parts.hostname or parts.query:
        return None
    return connect(
        host=parts.hostname,
        port=parts.port or 0,  # that is, the usual one
        user=unquote(parts.username or "") or None,
        password=unquote(parts.password or "").encode(),  # as Latin-1 otherwise
        database=parts.path.lstrip("/"),
        connect_timeout=_TIMEOUT,
    )
