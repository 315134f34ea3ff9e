"""Runs listed page by page, from the tables of a database."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import chain
from pathlib import Path  # noqa: TC003 - pydantic reads the annotation of a field
from typing import ClassVar

import pytest
from sqlalchemy import URL

from zen.components.runs import RunRecord, RunStatus
from zen.errors import RunNotFoundError
from zen_sql.metadata_store import RelationalMetadataStore

NOON = datetime(2024, 2, 29, 12, 0, 0, tzinfo=timezone.utc)


class InFile(RelationalMetadataStore):
    """Keep runs in a SQLite file."""

    FLAVOR: ClassVar[str] = "file"

    path: Path

    @property
    def database_url(self) -> URL:
        """The file's URL."""
        return URL.create("sqlite", database=str(self.path))


@pytest.fixture
def store(tmp_path: Path) -> InFile:
    return InFile(name="store", path=tmp_path / "runs.db")


def add(store: InFile, name: str, minute: int, *, pipeline: str = "training") -> None:
    started = NOON + timedelta(minutes=minute)
    run = RunRecord(name, pipeline, "default", RunStatus.COMPLETED, started)
    store.create_run(run, [])


def pages(store: InFile, pipeline: str = "", *, limit: int) -> list[list[str]]:
    after, names = "", []
    while page := store.list_runs(pipeline, after=after, limit=limit):
        names.append([run.name for run in page])
        after = page[-1].name
    return names


def test_a_page_begins_after_the_last_run_of_the_one_before(store: InFile) -> None:
    for minute in (1, 4, 2, 3, 0):
        add(store, f"r{minute}", minute)
    assert pages(store, limit=2) == [["r4", "r3"], ["r2", "r1"], ["r0"]]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_runs_of_one_moment_are_listed_by_name(store: InFile, limit: int) -> None:
    for name, minute in {"b": 1, "D": 1, "a": 1, "c": 1, "z": 0, "e": 2}.items():
        add(store, name, minute)
    listed = pages(store, limit=limit)
    assert [*chain.from_iterable(listed)] == ["e", "D", "a", "b", "c", "z"]
    assert max(map(len, listed)) <= limit


def test_a_page_holds_the_runs_of_one_pipeline(store: InFile) -> None:
    for minute in range(4):
        add(store, f"t{minute}", minute)
        add(store, f"s{minute}", minute, pipeline="serving")
    assert pages(store, "serving", limit=3) == [["s3", "s2", "s1"], ["s0"]]
    between = store.list_runs("serving", after="t2")
    assert [run.name for run in between] == ["s1", "s0"]


def test_runs_that_begin_meanwhile_move_no_page(store: InFile) -> None:
    for minute in range(3):
        add(store, f"r{minute}", minute)
    (newest,) = store.list_runs(limit=1)
    add(store, "later", 9)
    assert [run.name for run in store.list_runs(after=newest.name)] == ["r1", "r0"]


def test_a_page_after_a_run_that_is_not_there_is_refused(store: InFile) -> None:
    with pytest.raises(RunNotFoundError, match="'r9'"):
        store.list_runs(after="r9")
    add(store, "nightly", 1)
    with pytest.raises(RunNotFoundError, match="Did you mean 'nightly'"):
        store.list_runs(after="nihgtly")
