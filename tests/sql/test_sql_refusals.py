"""A server that can't be used is an error in Zen's words, and soon."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from tests.servers import execute, free_port
from zen.errors import StoreUnavailableError
from zen.records import Ref
from zen.stores import Put, Transaction
from zen_sql import drivers, failures
from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAIN = Ref("stack", "main")


def a_change() -> Transaction:
    return Transaction(puts=(Put(MAIN, uuid4(), {"name": "main"}),))


def fails(url: str) -> tuple[str, str]:
    """Return the message and the hint of what goes wrong in reading and in writing."""
    driver = SQLStoreDriver(url)
    began = time.monotonic()
    with pytest.raises(StoreUnavailableError) as reading:
        driver.scan("stack")
    with pytest.raises(StoreUnavailableError) as writing:
        driver.commit(a_change())
    driver.close()
    assert time.monotonic() - began < 30
    assert writing.value.message == reading.value.message
    assert "secret" not in reading.value.message
    assert "\n" not in reading.value.message
    return reading.value.message, reading.value.hint


def test_a_server_that_is_down(server_url: str) -> None:
    url = make_url(server_url).set(port=free_port())
    message, hint = fails(url.render_as_string(hide_password=False))
    assert "refused" in message
    assert "Check that the server runs" in hint


def test_a_host_that_does_not_exist(server_url: str) -> None:
    url = make_url(server_url).set(host="no-such-host.invalid")
    message, _ = fails(url.render_as_string(hide_password=False))
    assert "no-such-host.invalid" in message


def test_a_wrong_password(server_url: str) -> None:
    url = make_url(server_url).set(password="wrong-secret")  # noqa: S106 - a wrong one
    message, hint = fails(url.render_as_string(hide_password=False))
    assert "password" in message
    assert "the user" in hint


def test_no_such_database(server_url: str) -> None:
    url = make_url(server_url).set(database="zen_nowhere")
    message, hint = fails(url.render_as_string(hide_password=False))
    assert "zen_nowhere" in message
    assert "database" in hint


# The statements that make a user who may only read.
ACCOUNTS = {
    "postgresql": (
        "CREATE ROLE {user} LOGIN PASSWORD 'secret'",
        "GRANT USAGE ON SCHEMA {schema} TO {user}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {user}",
    ),
    "mysql": (
        "CREATE USER {user} IDENTIFIED BY 'secret'",
        "GRANT SELECT ON {schema}.* TO {user}",
    ),
}


@pytest.fixture
def reader_url(server_url: str) -> Iterator[str]:
    """Return the URL of a profile for a user who may only read it."""
    owner = SQLStoreDriver(server_url)
    owner.commit(a_change())
    owner.close()
    url, user = make_url(server_url), f"reader_{uuid4().hex[:8]}"
    kind = url.get_backend_name()
    options = str(url.query.get("options", ""))
    schema = options.partition("=")[2] or url.database
    execute(server_url, *(s.format(user=user, schema=schema) for s in ACCOUNTS[kind]))
    reader = url.set(username=user, password="secret")  # noqa: S106 - as above
    yield reader.render_as_string(hide_password=False)
    if kind == "postgresql":
        execute(server_url, f"DROP OWNED BY {user}")
    execute(server_url, f"DROP USER {user}")


def test_a_user_who_may_only_read(reader_url: str) -> None:
    driver = SQLStoreDriver(reader_url)
    assert list(driver.get_many([MAIN])) == [MAIN]
    with pytest.raises(StoreUnavailableError, match="denied") as caught:
        driver.commit(a_change())
    assert "GRANT" in caught.value.hint
    assert "nothing was changed" in caught.value.hint
    driver.close()


def test_a_user_who_may_not_even_read(reader_url: str, server_url: str) -> None:
    user, schema = make_url(reader_url).username, make_url(server_url).database
    execute(
        server_url,
        f"REVOKE ALL ON zen_schema FROM {user}"
        if "postgresql" in server_url
        else f"REVOKE ALL ON {schema}.* FROM {user}",
    )
    message, hint = fails(reader_url)
    assert "denied" in message
    assert "GRANT" in hint


def test_a_server_that_takes_no_writes(
    server_url: str, connect: Callable[[str], SQLStoreDriver]
) -> None:
    connect(server_url).commit(a_change())
    with read_only(server_url) as url:
        driver = connect(url)
        assert list(driver.get_many([MAIN])) == [MAIN]
        with pytest.raises(StoreUnavailableError, match="read-only") as caught:
            driver.commit(a_change())
    assert "is read-only at present" in caught.value.hint


@contextmanager
def read_only(server_url: str) -> Iterator[str]:
    url = make_url(server_url)
    if url.get_backend_name() == "postgresql":
        options = f"{url.query['options']} -cdefault_transaction_read_only=on"
        yield url.update_query_dict({"options": options}).render_as_string(
            hide_password=False
        )
        return
    # Those who run the server may write all the same.
    user = f"writer_{uuid4().hex[:8]}"
    execute(
        server_url,
        f"CREATE USER {user} IDENTIFIED BY 'secret'",
        f"GRANT ALL ON {url.database}.* TO {user}",
        "SET GLOBAL read_only = 1",
    )
    writer = url.set(username=user, password="secret")  # noqa: S106 - as above
    yield writer.render_as_string(hide_password=False)
    execute(server_url, "SET GLOBAL read_only = 0", f"DROP USER {user}")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Return a port where somebody listens, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for options in drivers._ARGUMENTS.values():  # noqa: SLF001 - the test would take 30 s
        for name in ("connect_timeout", "read_timeout"):
            if name in options:
                monkeypatch.setitem(options, name, 2)


@pytest.mark.usefixtures("_hurried")
def test_a_server_that_never_answers(server_url: str, silent_port: int) -> None:
    url = make_url(server_url).set(port=silent_port)
    message, hint = fails(url.render_as_string(hide_password=False))
    assert "timed out" in message or "timeout" in message
    assert "nothing was changed" in hint


def test_nobody_waits_longer_than_half_a_minute() -> None:
    for options in drivers._ARGUMENTS.values():  # noqa: SLF001 - as above
        waits = [options["connect_timeout"], options.get("read_timeout", 0)]
        assert sum(map(int, map(str, waits))) <= 30
    assert failures.LOCK_TIMEOUT < 20


@pytest.mark.parametrize(
    ("options", "problem"),
    [("nonsense=1", "nonsense"), ("connect_timeout=soon", "soon")],
)
def test_an_impossible_option(server_url: str, options: str, problem: str) -> None:
    message, _ = fails(f"{server_url}{'&' if '?' in server_url else '?'}{options}")
    assert problem in message
