"""Track runs, steps and artifacts in a database that is named by a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import field_validator

from zen.config.profile import holds_password
from zen.references import expand_url, normalised_url
from zen_sql.metadata_store import RelationalMetadataStore
from zen_sql.urls import normalise, parse_url

if TYPE_CHECKING:
    from sqlalchemy import URL

__all__ = ["SQLMetadataStore"]


class SQLMetadataStore(RelationalMetadataStore):
    """Keep run metadata in any database that SQLAlchemy can reach.

    Args:
        url: The database, as a SQLAlchemy URL. In it, `${NAME}` stands for an
            environment variable of the host that connects; a password must be given
            like that, for no store may keep a secret.
    """

    FLAVOR: ClassVar[str] = "sql"
    unexpanded_fields: ClassVar[tuple[str, ...]] = ("url",)  # a value is quoted there

    url: str

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if holds_password(url):
            message = (
                "no store may keep a password; name an environment variable that holds"
                " it, as in postgresql://user:${DB_PASSWORD}@host/database"
            )
            raise ValueError(message)
        return normalised_url(url, normalise)

    @property
    def database_url(self) -> URL:
        """The URL of the database.

        Raises:
            StoreUnavailableError: An environment variable isn't set.
        """
        return parse_url(expand_url(self.url))
