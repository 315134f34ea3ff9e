"""Many processes, and some that die, at one store."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from zen.errors import InUseError, StackComponentNotFoundError
from zen.records import ComponentRecord, StackRecord
from zen.stores import Store
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TYPES = ("orchestrator", "artifact_store", "metadata_store")

# Each prints what the store has acknowledged, at once.
SAVE_MANY = """\
import sys
from zen.records import ComponentRecord
from zen.stores import Store
from zen.stores.local import LocalStoreDriver

folder, worker, count = sys.argv[1:]
store = Store(LocalStoreDriver(folder))
for number in range(int(count)):
    name = f"{worker}-{number}"
    store.save(components=[ComponentRecord("alerter", name, "x" * 2000)])
    print(name, flush=True)
"""
RACE = """\
import json, sys, time
from zen.errors import ZenError
from zen.records import ComponentRecord, StackRecord
from zen.stores import Store
from zen.stores.local import LocalStoreDriver

folder, task = sys.argv[1:]
store = Store(LocalStoreDriver(folder))
print("ready", flush=True)
for line in sys.stdin:
    number, start = json.loads(line)
    while time.time() < start:
        pass
    parts = {"orchestrator": f"o{number}", "artifact_store": "x", "metadata_store": "x"}
    try:
        if task == "delete":
            store.delete_component("orchestrator", f"o{number}")
        else:
            store.save(stacks=[StackRecord(f"s{number}", parts)])
        print("done", flush=True)
    except ZenError as error:
        print(type(error).__name__, flush=True)
"""


class Worker:
    """Talk to a process line by line."""

    def __init__(self, script: str, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", dedent(script), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def hear_all(self) -> list[str]:
        assert self.process.stdout
        return self.process.stdout.read().split()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Store:
    return Store(LocalStoreDriver(str(folder)))


@pytest.fixture
def start() -> Iterator[Callable[..., Worker]]:
    with ExitStack() as stack:

        def make(script: str, *arguments: object) -> Worker:
            worker = Worker(script, *arguments)
            stack.callback(worker.kill)
            return worker

        yield make


def test_what_was_acknowledged_to_many_is_there(
    folder: Path, store: Store, start: Callable[..., Worker]
) -> None:
    workers = [start(SAVE_MANY, folder, f"w{number}", 20) for number in range(8)]
    acknowledged = [name for worker in workers for name in worker.hear_all()]
    components, damaged = store.components("alerter")
    assert len(acknowledged) == 160
    assert sorted(c.name for c in components) == sorted(acknowledged)
    assert damaged == []


def test_of_a_deletion_and_a_use_exactly_one_succeeds(
    folder: Path, store: Store, start: Callable[..., Worker]
) -> None:
    rounds = 30
    others = [ComponentRecord(kind, "x", "x") for kind in TYPES]
    races = [ComponentRecord("orchestrator", f"o{n}", "x") for n in range(rounds)]
    store.save(components=[*others, *races])
    workers = [start(RACE, folder, task) for task in ("delete", "register")]
    assert [worker.hear() for worker in workers] == ["ready", "ready"]
    for number in range(rounds):
        for worker in workers:
            worker.tell(json.dumps([number, time.time() + 0.005]))
        outcome = tuple(worker.hear() for worker in workers)
        assert outcome in {
            ("done", StackComponentNotFoundError.__name__),
            (InUseError.__name__, "done"),
        }
    for stack in store.stacks()[0]:
        assert store.components_of(stack)


@pytest.mark.parametrize("delay", [0.0, 0.002, 0.005, 0.011, 0.017, 0.023, 0.03, 0.05])
def test_a_killed_process_leaves_a_store_that_can_be_read(
    folder: Path, store: Store, start: Callable[..., Worker], delay: float
) -> None:
    worker = start(SAVE_MANY, folder, "w", 10_000)
    first = worker.hear()
    time.sleep(delay)
    worker.process.kill()
    acknowledged = [first, *worker.hear_all()]
    components, damaged = store.components()
    assert damaged == []
    present = {component.name for component in components}
    assert set(acknowledged) <= present
    assert len(present) - len(acknowledged) <= 1
    store.save(components=[ComponentRecord("alerter", "after", "x")])
    assert store.component("alerter", "after").name == "after"


def test_a_process_that_reads_sees_whole_stacks_only(
    folder: Path, store: Store, start: Callable[..., Worker]
) -> None:
    store.save(components=[ComponentRecord(kind, "x", "x") for kind in TYPES])
    store.save(stacks=[StackRecord("s", dict.fromkeys(TYPES, "x"))])
    worker = start(SAVE_MANY, folder, "w", 30)
    while worker.process.poll() is None:
        components, damaged = store.components()
        assert damaged == []
        assert all(c.flavor in {"x", "x" * 2000} for c in components)
