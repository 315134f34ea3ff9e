"""Lose connections to a server, at the moment when it matters most."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Thread
from typing import Final, Literal

from sqlalchemy import make_url

__all__ = ["Proxy"]

_SIZE: Final = 1 << 16
# As PostgreSQL's and MySQL's protocols say it.
_COMMIT: Final = (b"COMMIT\x00", b"\x03COMMIT")


class Proxy:
    """Stand between a driver and its server.

    Once `lose` was called, the next connection that commits is lost, `before` the
    server gets to hear of the commit or `after` it has answered; with `for_good`, no
    other connection is made from then on.

    Args:
        url: The server's URL.
    """

    def __init__(self, url: str) -> None:
        server = make_url(url)
        assert server.port
        self._server = (server.host, server.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[Thread] = []
        self._when: Literal["before", "after"] | None = None
        self._for_good = False
        port = self._listener.getsockname()[1]
        direct = server.set(port=port, host="127.0.0.1")
        if server.get_backend_name() == "mysql":
            # It must see what is sent.
            direct = direct.update_query_dict({"ssl_disabled": "true"})
        self.url = direct.render_as_string(hide_password=False)
        self._start(self._accept)

    def close(self) -> None:
        """Make no more connections."""
        self._shut(self._listener)
        for thread in self._threads:
            thread.join(timeout=10)

    def lose(self, when: Literal["before", "after"], *, for_good: bool = False) -> None:
        """Lose the next connection that commits."""
        self._when, self._for_good = when, for_good

    def _start(self, target: object, *arguments: object) -> None:
        assert callable(target)
        self._threads.append(Thread(target=target, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                self._start(self._answer, server, client)
                self._start(self._ask, client, server)

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, suppress(OSError):
            while data := client.recv(_SIZE):
                if self._when and data.endswith(_COMMIT):
                    self._lose(data, client, server)
                    return
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)

    def _lose(self, data: bytes, client: socket.socket, server: socket.socket) -> None:
        when, self._when = self._when, None
        if self._for_good:
            self._shut(self._listener)
        if when == "after":
            # Its answer goes nowhere, but it is waited for.
            client.shutdown(socket.SHUT_WR)
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            server.settimeout(10)
            while server.recv(_SIZE):
                pass
        client.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _answer(server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(_SIZE):
                client.sendall(data)

    @staticmethod
    def _shut(listener: socket.socket) -> None:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
