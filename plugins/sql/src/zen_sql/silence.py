"""Give a PostgreSQL server up that has fallen silent; imported where psycopg is."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import psycopg

if TYPE_CHECKING:
    from psycopg.abc import RV, PQGen

__all__ = ["SILENCE", "ImpatientConnection"]

# In seconds; longer than anybody waits for a lock, about which the server is silent.
SILENCE: Final = 13


class ImpatientConnection(psycopg.Connection[Any]):
    """Wait for an answer a limited time; psycopg itself would wait for ever.

    The system notices a server that is cut off, but not one that stands still.
    """

    # What follows differs between psycopg's versions.
    def wait(self, gen: PQGen[RV], *arguments: Any, **options: Any) -> RV:  # noqa: ANN401
        """Consume a generator that operates on the connection."""
        return super().wait(self._limited(gen), *arguments, **options)

    def _limited(self, gen: PQGen[RV]) -> PQGen[RV]:
        heard = monotonic()
        try:
            wanted = next(gen)
            while True:
                # Nothing is ready where only some time has passed.
                ready = yield wanted
                if ready:
                    heard = monotonic()
                elif monotonic() - heard > SILENCE:
                    self.pgconn.finish()
                    message = f"the server has been silent for {SILENCE} seconds"
                    raise psycopg.OperationalError(message)
                wanted = gen.send(ready)
        except StopIteration as end:
            value: RV = end.value
            return value
