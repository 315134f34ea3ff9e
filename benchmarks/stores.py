"""Measure what stores cost beside what they can't do without.

Run `python benchmarks/stores.py` where Zen and its plugins are installed. A commit of
one component is made in turn with its floor: for YAML the writing, flushing and
renaming of one file, for a database one row in a transaction of its own, through the
driver that SQLAlchemy uses, just as durable. The lists of large profiles are read in
turn with their floor: the same content, read and parsed with nothing above it. The
ratios are medians over such pairs, so that a noisy machine spoils little.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

import yaml
from sqlalchemy import create_engine, make_url, text

from zen.records import ComponentRecord, StackRecord
from zen.stores import Store
from zen.stores.local import LocalStoreDriver
from zen_sql.store import SQLStoreDriver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen.stores import StoreDriver

COMMIT_AIM: Final = "≤ 2"
LISTS: Final = 5
CONTENT: Final = {"name": "x", "type": "artifact_store", "configuration": {"path": "p"}}


@dataclass(frozen=True)
class Subject:
    """Hold a store, and what is measured beside it.

    Args:
        name: What it is called.
        driver: The store, empty.
        commit: Writes a little, as durably, with nothing above it.
        read: Reads and parses all records of a kind, and returns how many there are.
    """

    name: str
    driver: StoreDriver
    commit: Callable[[int], None]
    read: Callable[[str], int]


def local(folder: Path) -> Subject:
    """Return a folder of YAML files, beside plain files."""
    driver = LocalStoreDriver(str(folder / "store"))
    content = yaml.dump(CONTENT).encode()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def commit(number: int) -> None:
        temporary, file = folder / "temporary", folder / f"{number}.yaml"
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.rename(file)
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def read(kind: str) -> int:
        files = (folder / "store" / f"{kind}s").rglob("*.yaml")
        return sum(bool(yaml.load(each.read_bytes(), loader)) for each in files)  # noqa: S506 - a safe one

    return Subject("YAML", driver, commit, read)


def sqlite(folder: Path) -> Subject:
    """Return a SQLite file, beside one of the standard library's alone."""
    driver = SQLStoreDriver(f"sqlite:///{folder}/zen.db")
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("CREATE TABLE floor (key TEXT PRIMARY KEY, payload TEXT)")

    def commit(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        row = (str(number), json.dumps(CONTENT))
        connection.execute("INSERT INTO floor VALUES (?, ?)", row)
        connection.execute("COMMIT")

    def read(kind: str) -> int:
        query = "SELECT payload FROM zen_records WHERE kind = ?"
        with closing(sqlite3.connect(folder / "zen.db")) as reader:
            return sum(bool(json.loads(p)) for (p,) in reader.execute(query, (kind,)))

    return Subject("SQLite", driver, commit, read)


def server(url: str) -> Subject:
    """Return a database on a server, beside a table of its own."""
    driver = SQLStoreDriver(url)
    connection = create_engine(make_url(url)).connect()
    connection.execute(text("DROP TABLE IF EXISTS floor"))
    column = "key_ VARCHAR(100) PRIMARY KEY, payload TEXT"
    connection.execute(text(f"CREATE TABLE floor ({column})"))
    connection.commit()

    def commit(number: int) -> None:
        row = {"key": str(number), "payload": json.dumps(CONTENT)}
        connection.execute(text("INSERT INTO floor VALUES (:key, :payload)"), row)
        connection.commit()

    def read(kind: str) -> int:
        query = text("SELECT payload FROM zen_records WHERE kind = :kind")
        rows = connection.execute(query, {"kind": kind}).all()
        connection.commit()
        return sum(bool(json.loads(payload)) for (payload,) in rows)

    return Subject(make_url(url).get_backend_name(), driver, commit, read)


def measure_commits(subject: Subject, count: int) -> list[object]:
    """Return the medians of a commit and its floor."""
    store = Store(subject.driver)
    store.save(components=[_component(count)])
    pairs: list[tuple[float, float]] = []
    for number in range(count):
        component = _component(number)
        floor = _seconds(lambda number=number: subject.commit(number))  # type: ignore[misc]
        ours = _seconds(lambda each=component: store.save(components=[each]))  # type: ignore[misc]
        pairs.append((ours, floor))
    ours = median(ours for ours, _ in pairs)
    return [
        subject.name,
        f"{1 / ours:.0f}",
        f"{ours * 1000:.2f}",
        f"{median(floor for _, floor in pairs) * 1000:.2f}",
        f"{median(ours / floor for ours, floor in pairs):.2f}",
        COMMIT_AIM,
    ]


def measure_lists(
    subject: Subject, components: int, stacks: int
) -> Iterator[list[object]]:
    """Fill a store, and yield the medians of what is read from it and written to it."""
    store = Store(subject.driver)
    _fill(store, components, stacks)
    for kind, expected, read in (
        ("stack", stacks, store.stacks),
        ("component", components + 2, store.components),
    ):
        pairs = []
        for _ in range(LISTS):
            floor = _seconds(lambda kind=kind: subject.read(kind))  # type: ignore[misc]
            ours = _seconds(read)
            pairs.append((ours, floor))
        found = len(read()[0])
        if found < expected:
            sys.exit(f"{subject.name} has {found} {kind}s instead of {expected}.")
        yield [
            subject.name,
            f"list {found} {kind}s",
            f"{median(ours for ours, _ in pairs) * 1000:.1f}",
            f"{median(floor for _, floor in pairs) * 1000:.1f}",
            f"{median(ours / floor for ours, floor in pairs):.2f}",
        ]
    for task, run in (
        ("describe one stack", lambda _: store.components_of(store.stack("s0"))),
        ("register a component", lambda n: store.save(components=[_component(-n)])),
        ("register a stack", lambda n: store.save(stacks=[_stack(f"more{n}", 0)])),
    ):
        times = [_seconds(lambda n=n, run=run: run(n)) for n in range(1, 1 + LISTS)]  # type: ignore[misc]
        yield [subject.name, task, f"{median(times) * 1000:.1f}", "", ""]


def _fill(store: Store, components: int, stacks: int) -> None:
    parts = [
        ComponentRecord(kind, "x", "x") for kind in ("orchestrator", "metadata_store")
    ]
    made = [
        ComponentRecord("artifact_store", f"a{n}", "x", CONTENT)
        for n in range(components)
    ]
    store.save(
        components=[*parts, *made], stacks=[_stack(f"s{n}", n) for n in range(stacks)]
    )


def _component(number: int) -> ComponentRecord:
    return ComponentRecord("alerter", f"c{number % 10**9}", "x", CONTENT)


def _stack(name: str, number: int) -> StackRecord:
    parts = {"orchestrator": "x", "metadata_store": "x", "artifact_store": f"a{number}"}
    return StackRecord(name, parts)


def _seconds(function: Callable[[], object]) -> float:
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def _print(headers: list[str], rows: list[list[object]]) -> None:
    cells = [headers, *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        texts = (
            cell.rjust(width) if cell[:1].isdigit() else cell.ljust(width)
            for cell, width in zip(line, widths, strict=True)
        )
        print("  ".join(texts).rstrip())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--commits", type=int, default=200, help="200 by default")
    parser.add_argument("--components", type=int, default=10_000)
    parser.add_argument("--stacks", type=int, default=1_000)
    parser.add_argument(
        "--url",
        action="append",
        default=[],
        help="an empty database on a server, beside; may be given several times",
    )
    parser.add_argument(
        "--folder", type=Path, help="on the disk to measure; a temporary one by default"
    )
    return parser.parse_args()


def main() -> None:
    """Measure, and print what was found."""
    arguments = _arguments()
    commits: list[list[object]] = []
    lists: list[list[object]] = []
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        makers: list[Callable[[], Subject]] = [
            lambda: local(Path(folder)),
            lambda: sqlite(Path(folder)),
            *(lambda url=url: server(url) for url in arguments.url),
        ]
        for make in makers:
            subject = make()
            print(f"Measuring {subject.name} ...", file=sys.stderr)
            commits.append(measure_commits(subject, arguments.commits))
            lists += measure_lists(subject, arguments.components, arguments.stacks)
            subject.driver.close()
    print(f"Python {sys.version}\n\nA commit of one component")
    _print(["store", "per second", "ms", "floor ms", "ratio", "aim"], commits)
    print(f"\n{arguments.components} components, {arguments.stacks} stacks")
    _print(["store", "task", "ms", "floor ms", "ratio"], lists)


if __name__ == "__main__":
    main()
