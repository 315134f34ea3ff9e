"""Kill an upgrade before each statement that writes, and look at what is left.

The arguments are a database's URL, the project's folder, the step that is to be made,
and how many of the last statements count. Prints how many statements there are, and
how many upgrades, killed there, left what the old version can't read at once.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import event, inspect, text

from zen.errors import StoreUnavailableError
from zen.records import Ref
from zen.stores import Put, Transaction
from zen_sql.store import SQLStoreDriver
from zen_sql.tables import PROFILE

if TYPE_CHECKING:
    from zen_sql.schema import Schema

REF = Ref("stack", "main")
PAYLOAD = {"text": "kept"}
_READS: Final = {"SELECT", "SHOW", "PRAGMA"}


def open_version(url: str, schema: Schema) -> SQLStoreDriver:
    use(schema)
    return SQLStoreDriver(url)


def make_anew(url: str) -> None:
    """Let the present version make its tables, and a record in them."""
    driver = open_version(url, PROFILE)
    database = driver._database  # noqa: SLF001 - to empty it
    if database.file:
        database.file.unlink(missing_ok=True)
    else:
        with database.alone() as connection:
            for table in inspect(connection).get_table_names():
                connection.execute(text(f"DROP TABLE {table}"))
    driver.commit(Transaction((Put(REF, UUID(int=1), PAYLOAD),)))
    driver.close()


def upgrade(url: str, step: str, killed_at: int = 0) -> int:
    """Upgrade in a process of its own; return how many statements it wrote with.

    It is killed just before the one of that number.
    """
    count = 0

    def write(*given: object) -> None:
        nonlocal count
        if str(given[2]).split(maxsplit=1)[0] in _READS:
            return
        count += 1
        if count == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    driver = open_version(url, next_profile(step))
    engine = driver._database._engine  # noqa: SLF001 - to listen to it
    event.listen(engine, "before_cursor_execute", write)
    with suppress(StoreUnavailableError):
        driver.upgrade()
    os._exit(count)


def is_closed(url: str) -> bool:
    """Tell whether the old version is refused what was there."""
    driver = open_version(url, PROFILE)
    try:
        assert driver.get_many([REF])[REF].payload == PAYLOAD
    except StoreUnavailableError:
        return True
    finally:
        driver.close()
    return False


def finish(url: str) -> None:
    """Upgrade once more, and demand all that was there."""
    driver = open_version(url, next_profile())
    driver.upgrade()
    assert driver.get_many([REF])[REF].payload == PAYLOAD
    assert [commit.id for commit in driver.log(after=0)]
    assert driver.upgrade() is None
    driver.commit(Transaction((Put(REF, UUID(int=1), PAYLOAD),)))
    driver.close()


def main(url: str, step: str, last: int) -> None:
    make_anew(url)
    writes = os.waitstatus_to_exitcode(upgrade(url, step))
    closed = 0
    for number in range(max(1, writes - last + 1), writes + 1):
        make_anew(url)
        status = upgrade(url, step, killed_at=number)
        assert os.WTERMSIG(status) == signal.SIGKILL
        closed += is_closed(url)
        finish(url)
    print(writes, closed)  # noqa: T201 - the result


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[2])
    from tests.sql.versions import next_profile, use

    main(sys.argv[1], sys.argv[3], int(sys.argv[4]))
