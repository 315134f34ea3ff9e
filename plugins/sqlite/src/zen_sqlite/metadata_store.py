"""Track runs, steps and artifacts in a SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import ValidationInfo, field_serializer, field_validator

from zen.folders import absolute_path, local_stores_folder
from zen_sql.metadata_store import RelationalMetadataStore
from zen_sql.urls import sqlite_url

if TYPE_CHECKING:
    from sqlalchemy import URL

__all__ = ["SQLiteMetadataStore"]


class SQLiteMetadataStore(RelationalMetadataStore):
    """Keep run metadata in a SQLite file.

    Args:
        uri: The file. Without one, each host keeps the metadata in its own
            configuration folder, and no path is stored.
    """

    FLAVOR: ClassVar[str] = "sqlite"

    uri: str = ""

    @field_validator("uri", mode="before")
    @classmethod
    def _resolve_uri(cls, uri: object, info: ValidationInfo) -> object:
        if uri is None or uri == "":
            # A uuid that failed its own validation isn't there; that is reported.
            return _default_uri(info.data.get("uuid"))
        if not isinstance(uri, str):
            return uri
        if ("://" in uri and not uri.startswith("file:///")) or uri == ":memory:":
            message = f"it must be the path of a file, and '{uri}' isn't one"
            raise ValueError(message)
        return absolute_path(uri)

    @field_serializer("uri")
    def _leave_out_default(self, uri: str) -> str | None:
        return None if uri == _default_uri(self.uuid) else uri

    @property
    def database_url(self) -> URL:
        """The URL of the file."""
        return sqlite_url(Path(self.uri))


def _default_uri(owner: object) -> str:
    return str(local_stores_folder(owner) / "metadata.db")
