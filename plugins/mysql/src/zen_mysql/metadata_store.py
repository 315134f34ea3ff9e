"""Track runs, steps and artifacts on a MySQL or MariaDB server."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, SecretStr
from sqlalchemy import URL

from zen.references import expand
from zen_sql.metadata_store import RelationalMetadataStore

__all__ = ["MySQLMetadataStore"]

_TLS: tuple[str, ...] = ("ssl_ca", "ssl_cert", "ssl_key")


class MySQLMetadataStore(RelationalMetadataStore):
    """Keep run metadata on a MySQL or MariaDB server.

    In each text, `${NAME}` stands for the environment variable of that name, which is
    looked up on the host that connects.

    Args:
        host: The server's host.
        port: The port that it listens on.
        database: The database, which must exist; the tables are made by the first
            run.
        username: The user.
        password: The user's password, as `${NAME}`: no store may keep a secret.
        ssl_ca: The file with the certificate of the authority that the server's own
            must be signed by. With it, the connection is encrypted, and the server's
            certificate must be valid for its host.
        ssl_cert: The file with a certificate by which the server knows this client.
        ssl_key: The file with that certificate's key.
    """

    FLAVOR: ClassVar[str] = "mysql"
    unexpanded_fields: ClassVar[tuple[str, ...]] = (
        *("host", "database", "username"),
        *_TLS,
    )

    host: str = Field(min_length=1)
    port: int = Field(default=3306, ge=1, le=65535)
    database: str = Field(min_length=1)
    username: str = ""
    password: SecretStr | None = None
    ssl_ca: str = ""
    ssl_cert: str = ""
    ssl_key: str = ""

    @property
    def database_url(self) -> URL:
        """The URL of the database.

        Raises:
            StoreUnavailableError: An environment variable isn't set.
            ConfigurationError: The password's isn't.
        """
        options = {name: expand(getattr(self, name)) for name in _TLS}
        return URL.create(
            "mysql",
            username=expand(self.username) or None,
            password=self.reveal(self.password) if self.password else None,
            host=expand(self.host),
            port=self.port,
            database=expand(self.database),
            query={name: file for name, file in options.items() if file},
        )
