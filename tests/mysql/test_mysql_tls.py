"""Connections are encrypted, and to the right server, where TLS is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.mysql.certificates import Authority
from tests.servers import execute, mariadb, server_folder
from zen.errors import StoreUnavailableError
from zen.stores import Transaction
from zen.testing._metadata_base import a_run
from zen_mysql import MySQLMetadataStore
from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL


@pytest.fixture(scope="module")
def files() -> Iterator[Path]:
    """Return a folder with certificates for the server, and for one of its users."""
    with server_folder() as folder:
        authority = Authority(folder)
        for name in ("server", "client"):
            authority.sign(name)
        (folder / "other").mkdir()
        Authority(folder / "other")
        yield folder


@pytest.fixture(scope="module")
def server(files: Path) -> Iterator[URL]:
    """Return the URL of a database on a server with TLS, which two users may use."""
    own = (f"--ssl-cert={files}/server.pem", f"--ssl-key={files}/server.key")
    with mariadb(f"--ssl-ca={files}/ca.pem", *own) as make:
        url = make()
        execute(
            url,
            "GRANT ALL ON *.* TO 'encrypted'@'%' IDENTIFIED BY 'secret' REQUIRE SSL",
            "GRANT ALL ON *.* TO 'known'@'%' IDENTIFIED BY 'secret' REQUIRE X509",
        )
        yield make_url(url).set(drivername="mysql")


def url_of(server: URL, user: str, **options: object) -> str:
    query = {name: str(value) for name, value in options.items()}
    url = server.set(username=user).update_query_dict(query)
    return url.render_as_string(hide_password=False)


def use(url: str) -> str:
    """Write through a URL, and return how the connection is encrypted."""
    driver = SQLStoreDriver(url)
    driver.commit(Transaction())
    engine = driver._database._engine  # noqa: SLF001 - for a session like its own
    with engine.connect() as connection:
        row = connection.exec_driver_sql("SHOW STATUS LIKE 'Ssl_cipher'").one()
    driver.close()
    return str(row[1])


def test_an_authority_makes_sure_of_the_server(server: URL, files: Path) -> None:
    assert use(url_of(server, "encrypted", ssl_ca=files / "ca.pem"))


def test_another_authority_refuses_the_server(server: URL, files: Path) -> None:
    url = url_of(server, "encrypted", ssl_ca=files / "other" / "ca.pem")
    with pytest.raises(StoreUnavailableError, match="certificate") as caught:
        use(url)
    assert "secret" not in caught.value.message


def test_a_server_that_is_another_one_is_refused(server: URL, files: Path) -> None:
    """Its certificate is for the address, and not for that name of it."""
    elsewhere = server.set(host="localhost")
    with pytest.raises(StoreUnavailableError, match=r"[Hh]ostname|mismatch"):
        use(url_of(elsewhere, "encrypted", ssl_ca=files / "ca.pem"))


def test_a_client_shows_a_certificate(server: URL, files: Path) -> None:
    own = {"ssl_cert": files / "client.pem", "ssl_key": files / "client.key"}
    assert use(url_of(server, "known", ssl_ca=files / "ca.pem", **own))
    with pytest.raises(StoreUnavailableError, match="Access denied"):
        use(url_of(server, "known", ssl_ca=files / "ca.pem"))


@pytest.mark.parametrize("option", ["ssl_ca", "ssl_cert", "ssl_key"])
def test_a_file_that_is_not_there_is_named(
    server: URL, files: Path, option: str
) -> None:
    given = {
        "ssl_ca": files / "ca.pem",
        "ssl_cert": files / "client.pem",
        "ssl_key": files / "client.key",
    }
    with pytest.raises(StoreUnavailableError, match="isn't there") as caught:
        use(url_of(server, "encrypted", **{**given, option: "/no/such.pem"}))
    assert f"/no/such.pem, its {option}," in caught.value.message


def test_a_file_that_is_no_certificate(server: URL, files: Path) -> None:
    (files / "nonsense.pem").write_text("nonsense")
    with pytest.raises(StoreUnavailableError, match="can't be used"):
        use(url_of(server, "encrypted", ssl_ca=files / "nonsense.pem"))


def test_the_metadata_store_does_so_too(
    server: URL, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "secret")
    fields = {
        "name": "runs",
        "host": server.host,
        "port": server.port,
        "database": server.database,
        "username": "known",
        "password": "${DB_PASSWORD}",
        "ssl_ca": str(files / "ca.pem"),
        "ssl_cert": str(files / "client.pem"),
        "ssl_key": str(files / "client.key"),
    }
    store = MySQLMetadataStore.model_validate(fields)
    store.create_run(a_run(), [])
    assert store.get_run("run").name == "run"
    plain = MySQLMetadataStore.model_validate({**fields, "ssl_cert": "", "ssl_key": ""})
    with pytest.raises(StoreUnavailableError, match="Access denied"):
        plain.list_runs()
