"""Several processes change one SQLite file at a time."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from zen.records import ComponentRecord, StackRecord
from zen.stores import Store

if TYPE_CHECKING:
    from zen_sql.store import SQLStoreDriver

PROLOGUE = """
import os, sys, time
from zen.errors import InUseError, StackComponentNotFoundError
from zen.records import ComponentRecord, Ref, StackRecord
from zen.stores import Store
from zen_sql.store import SQLStoreDriver

url, *arguments = sys.argv[1:]
store = Store(SQLStoreDriver(url))
sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
"""
REGISTER_MANY = """
for number in range(int(arguments[1])):
    name = f"{arguments[0]}-{number}"
    store.save(components=[ComponentRecord("artifact_store", name, "local")])
    print(name, flush=True)
"""
DELETE = """
try:
    store.delete_component("artifact_store", "shared")
    print("deleted")
except InUseError:
    print("in use")
"""
REGISTER_STACK = """
try:
    store.save(stacks=[StackRecord("main", {
        "orchestrator": "o", "artifact_store": "shared", "metadata_store": "m"})])
    print("registered")
except StackComponentNotFoundError:
    print("not found")
"""


def start(program: str, url: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a process that waits, ready to go, for a line on its input."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROLOGUE + program, url, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def race(processes: list[subprocess.Popen[str]]) -> list[list[str]]:
    """Let processes go at once, and return the lines that each printed."""
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    lines = [process.communicate()[0].splitlines() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return lines


def test_every_acknowledged_record_is_there(driver: SQLStoreDriver) -> None:
    """The database doesn't exist, so that the making of its tables is raced too."""
    names = "abcdef"
    processes = [start(REGISTER_MANY, driver.url, name, "10") for name in names]
    acknowledged = sorted(name for lines in race(processes) for name in lines)
    records, damaged = Store(driver).components("artifact_store")
    assert acknowledged == sorted(f"{name}-{n}" for name in names for n in range(10))
    assert sorted(record.name for record in records) == acknowledged
    assert damaged == []


def test_of_a_delete_and_a_stack_that_uses_it_one_succeeds(
    driver: SQLStoreDriver,
) -> None:
    store = Store(driver)
    parts = {"orchestrator": "o", "artifact_store": "shared", "metadata_store": "m"}
    for _ in range(5):
        store.save(
            components=[ComponentRecord(*part, "local") for part in parts.items()]
        )
        processes = [start(DELETE, driver.url), start(REGISTER_STACK, driver.url)]
        (deleter,), (registrar,) = race(processes)
        stacks, _ = store.stacks()
        components, _ = store.components("artifact_store")
        if deleter == "deleted":
            assert (registrar, stacks, components) == ("not found", [], [])
        else:
            assert (deleter, registrar) == ("in use", "registered")
            assert [stack.name for stack in stacks] == ["main"]
            assert [component.name for component in components] == ["shared"]
        reset(store)


def reset(store: Store) -> None:
    for stack in store.stacks()[0]:
        store.delete_stack(stack.name)
    for component in store.components()[0]:
        store.delete_component(component.type, component.name)


def test_what_was_acknowledged_before_a_kill_is_there(driver: SQLStoreDriver) -> None:
    process = start(REGISTER_MANY, driver.url, "a", "100000")
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    acknowledged = [process.stdout.readline().strip() for _ in range(10)]
    process.kill()
    acknowledged += process.communicate()[0].split()
    assert process.returncode == -signal.SIGKILL
    records, damaged = Store(driver).components()
    assert {record.name for record in records} >= set(acknowledged)
    assert damaged == []
    store = Store(driver)
    store.save(stacks=[], components=[ComponentRecord("orchestrator", "o", "local")])
    assert store.component("orchestrator", "o").name == "o"


def test_stack_records_survive_the_round_trip(driver: SQLStoreDriver) -> None:
    store = Store(driver)
    parts = {"orchestrator": "o", "artifact_store": "a", "metadata_store": "M"}
    stack = StackRecord("Main", parts)
    components = [ComponentRecord(*part, "local") for part in parts.items()]
    store.save(components=components, stacks=[stack])
    assert store.stack("main") == stack
