"""Processes that write to a store, each with a line to the test that started it.

They are forked by a server that has imported all that they need, so that a thousand
of them cost seconds. The server is an interpreter of its own: no thread and no
connection of the test's is forked along.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import time
import traceback
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from zen.errors import ConflictError, ZenError
from zen.records import ComponentRecord, Ref, StackRecord
from zen.stores import Author, Check, Delete, Put, Store, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from types import FrameType

    from tests.stress.places import Place
    from zen.stores import StoreDriver

__all__ = [
    "KINDS",
    "PARTS",
    "SHARED",
    "Worker",
    "a_change",
    "count_up",
    "delete_components",
    "register_stacks",
    "save_components",
    "write_until_killed",
]

KINDS: Final = ("note", "lease")
SHARED: Final = Ref("note", "shared")
PARTS: Final = {"orchestrator": "x", "artifact_store": "x", "metadata_store": "x"}
_TIMEOUT: Final = 60.0


class Worker:
    """Run a function in a process that can be spoken to, and killed.

    Args:
        task: The function; the first that it is given is its end of the line.
        arguments: What else it is given.
    """

    def __init__(self, task: Callable[..., None], *arguments: object) -> None:
        context = multiprocessing.get_context("forkserver")
        self._line, other_end = context.Pipe()
        self._process = context.Process(target=_run, args=(task, other_end, *arguments))
        self._process.start()
        other_end.close()

    @property
    def pid(self) -> int | None:
        """The number of the process."""
        return self._process.pid

    def tell(self, message: object) -> None:
        """Send the process a message."""
        self._line.send(message)

    def hear(self) -> object:
        """Return the next message of the process.

        Raises:
            EOFError: It has ended.
        """
        assert self._line.poll(_TIMEOUT), f"a process hangs: {self._stack()}"
        return self._line.recv()

    def _stack(self) -> object:
        assert self.pid
        os.kill(self.pid, signal.SIGUSR1)
        return self._line.recv() if self._line.poll(_TIMEOUT) else "it says nothing"

    def hear_all(self) -> list[object]:
        """Return all that the process says before it ends."""
        messages = []
        # It is a reset where the process has died before it has heard all.
        with suppress(EOFError, ConnectionResetError):
            while True:
                messages.append(self.hear())
        return messages

    def kill(self) -> None:
        """Send the process SIGKILL."""
        self._process.kill()

    def end(self) -> int | None:
        """Wait until the process has ended, and return its exit code."""
        self._process.join(_TIMEOUT)
        return self._process.exitcode

    def close(self) -> None:
        """Leave nothing of the process behind."""
        with suppress(ValueError):  # it has been closed already
            self._process.kill()
            self._process.join()
            self._process.close()
            self._line.close()


def _run(task: Callable[..., None], line: Connection, *arguments: object) -> None:
    """Do a task, and say where it is when asked by a signal."""

    def say_where(_signal: int, frame: FrameType | None) -> None:
        line.send("".join(traceback.format_stack(frame)))

    signal.signal(signal.SIGUSR1, say_where)
    task(line, *arguments)


def save_components(line: Connection, place: Place, worker: int, count: int) -> None:
    """Register many components, and say the name of each that is acknowledged."""
    with closing(place.open()) as driver:
        _wait(line, driver)
        for number in range(count):
            name = f"w{worker}-{number}"
            Store(driver).save(components=[ComponentRecord("alerter", name, "x")])
            line.send(name)


def count_up(line: Connection, place: Place, count: int) -> None:
    """Add to one number, say the id of each success, and last how many failed."""
    conflicts = 0
    with closing(place.open()) as driver:
        _wait(line, driver)
        for _ in range(count):
            while (done := _increment(driver)) is None:
                conflicts += 1
            line.send(done)
    line.send(conflicts)


def _increment(driver: StoreDriver) -> UUID | None:
    record = driver.get_many([SHARED]).get(SHARED)
    number = record.payload["number"] if record else 0
    assert isinstance(number, int)
    change = Transaction(
        (Put(SHARED, uuid4(), {"number": number + 1}),),
        checks=(Check(SHARED, record.revision if record else None),),
    )
    try:
        driver.commit(change)
    except ConflictError:
        return None
    return change.id


def delete_components(line: Connection, place: Place) -> None:
    """In each round delete a component."""

    def act(store: Store, number: int) -> None:
        store.delete_component("orchestrator", f"o{number}")

    _in_rounds(line, place, act)


def register_stacks(line: Connection, place: Place) -> None:
    """In each round register a stack with that component."""

    def act(store: Store, number: int) -> None:
        parts = {**PARTS, "orchestrator": f"o{number}"}
        store.save(stacks=[StackRecord(f"s{number}", parts)])

    _in_rounds(line, place, act)


def _in_rounds(
    line: Connection, place: Place, act: Callable[[Store, int], None]
) -> None:
    """Act when told to, at the time that is told, and say what has come of it."""
    with closing(place.open()) as driver:
        line.send("ready")
        while order := line.recv():
            number, start = order
            while time.monotonic() < start:
                pass
            try:
                act(Store(driver), number)
            except ZenError as error:
                line.send(type(error))
            else:
                line.send(None)


def write_until_killed(line: Connection, place: Place, worker: int) -> None:
    """Commit for ever, and say the id of each transaction that is acknowledged.

    Each writes two records of the worker's own, in two kinds, and one that it shares
    with others; every other one removes what the one before has added.
    """
    with closing(place.open()) as driver:
        _wait(line, driver)
        for number in itertools.count():
            change = a_change(worker, number)
            driver.commit(change)
            line.send(change.id)


def a_change(worker: int, number: int) -> Transaction:
    """Return what a worker's transaction of that number asks for.

    The log names worker and number as the command.
    """
    note, lease, added = (
        Ref(kind, f"w{worker}/{name}")
        for kind, name in (("note", "a"), ("lease", "b"), ("lease", "added"))
    )
    # Now and then more than is written at once.
    payload = {"worker": worker, "number": number, "text": "x" * (4 << number % 14)}
    refs = [note, lease, SHARED, *([] if number % 2 else [added])]
    return Transaction(
        tuple(Put(ref, UUID(int=worker), payload) for ref in refs),
        (Delete(added),) if number % 2 else (),
        author=Author(command=f"{worker}.{number}"),
    )


def _wait(line: Connection, driver: StoreDriver) -> None:
    driver.last_sequence()  # the connection isn't what is measured
    line.send("ready")
    line.recv()
