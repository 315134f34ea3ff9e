"""Stand between a client and its server, and hold a COMMIT up."""

from __future__ import annotations

import enum
import re
import socket
import time
from contextlib import ExitStack, contextmanager, suppress
from select import select
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LATE", "Fate", "Proxy", "proxy"]

LATE: Final = 1.0
_CHUNK: Final = 1 << 16
# As both clients send it, which isn't READ COMMITTED; one ends texts with a zero.
_COMMIT: Final = re.compile(rb"COMMIT(\0|$)")
_POLL: Final = 0.05


class Fate(enum.Enum):
    """What becomes of a COMMIT, and of the connection."""

    PASSES = "passes"
    IS_LATE = "reaches the server a while after the client's connection has ended"
    IS_STUCK = "never reaches the server, which keeps its end of the connection"
    FREEZES = "never reaches the server, nothing else does, and all stay connected"


class Proxy:
    """Forward connections to a server.

    Args:
        server: Its host and its port.
    """

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ended = Event()
        self.port: int = self._listener.getsockname()[1]
        self.fate = Fate.PASSES
        self.met = Fate.PASSES

    def run(self) -> None:
        """Take connections until the end."""
        with ExitStack() as at_last:
            while not self._ended.is_set():
                if not select([self._listener], [], [], _POLL)[0]:
                    continue
                client, _ = self._listener.accept()
                thread = Thread(target=self._serve, args=(client,))
                thread.start()
                at_last.callback(thread.join)
            self._listener.close()

    def end(self) -> None:
        """Close all connections."""
        self._ended.set()

    def _serve(self, client: socket.socket) -> None:
        with (
            client,
            socket.create_connection(self._server) as server,
            suppress(ConnectionError),
        ):
            while not self._ended.is_set() and self._forward(client, server):
                pass

    def _forward(self, client: socket.socket, server: socket.socket) -> bool:
        """Forward what there is; return whether there may be more."""
        if self.met is Fate.FREEZES:
            time.sleep(_POLL)
            return True
        for source in select([client, server], [], [], _POLL)[0]:
            data = source.recv(_CHUNK)
            if source is client and self._is_due(data):
                self.met, self.fate = self.fate, Fate.PASSES
                return self._come_between(data, client, server)
            if not data:
                return False
            (server if source is client else client).sendall(data)
        return True

    def _is_due(self, data: bytes) -> bool:
        return self.fate is not Fate.PASSES and bool(_COMMIT.search(data))

    def _come_between(
        self, data: bytes, client: socket.socket, server: socket.socket
    ) -> bool:
        if self.met is Fate.FREEZES:
            return True
        client.close()
        if self.met is Fate.IS_STUCK:
            self._ended.wait()
            return False
        self._ended.wait(LATE)
        server.sendall(data)
        server.recv(_CHUNK)
        return False


@contextmanager
def proxy(server: tuple[str, int]) -> Iterator[Proxy]:
    """Run a proxy while the block does."""
    running = Proxy(server)
    thread = Thread(target=running.run)
    thread.start()
    try:
        yield running
    finally:
        running.end()
        thread.join()
