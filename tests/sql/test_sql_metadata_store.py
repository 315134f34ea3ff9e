"""The metadata store in any database: its URL, the contract, and what it looks up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

import pytest
from pydantic import ValidationError
from sqlalchemy import event, insert, text

from zen.errors import RunNotFoundError, StoreUnavailableError
from zen.testing._metadata_base import MOMENT, NOON, a_run, a_step, an_artifact
from zen.testing.metadata_store import MetadataStoreContract
from zen_sql import SQLMetadataStore
from zen_sql.rows import artifact_row, run_row, step_row
from zen_sql.tables import ARTIFACTS, METADATA, RUNS, STEPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Engine, Table

    from tests.servers import FreshDatabase
    from zen.components import BaseMetadataStore
    from zen.components.runs import RunRecord


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], SQLMetadataStore]:
    """Return what makes a store of a URL, which is in the environment."""

    def at(url: str) -> SQLMetadataStore:
        monkeypatch.setenv("RUNS_URL", url)
        return SQLMetadataStore(name="runs", url="${RUNS_URL}")

    return at


@pytest.fixture
def store(any_url: str, at: Callable[[str], SQLMetadataStore]) -> SQLMetadataStore:
    return at(any_url)


class TestOnPostgreSQL(MetadataStoreContract):
    @pytest.fixture
    def metadata_store(
        self, postgres_url: FreshDatabase, at: Callable[[str], SQLMetadataStore]
    ) -> BaseMetadataStore:
        return at(postgres_url())


def test_a_page_after_a_run_that_is_not_there_names_one_that_is(
    store: SQLMetadataStore,
) -> None:
    store.create_run(a_run("nightly"), [])
    with pytest.raises(RunNotFoundError, match="Did you mean 'nightly'"):
        store.list_runs(after="nihgtly")


def test_a_path_is_made_absolute(here: Path) -> None:
    store = SQLMetadataStore(name="runs", url="sqlite:///runs.db")
    assert store.url == f"sqlite:///{here}/runs.db"
    store.create_run(a_run(), [])
    assert (here / "runs.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:secret@host/db",
        "postgresql://user:secret${NAME}@host/db",
        "postgresql://user:${NAME}secret@host/db",
        "postgresql:///db?user=user&password=secret",
    ],
)
def test_a_password_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="no store may keep a password") as caught:
        SQLMetadataStore(name="runs", url=url)
    assert "secret" not in caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user@host/db",
        "postgresql://user:${NAME}@host/db",
        "postgresql://${USER}:${NAME}@${HOST}:${PORT}/${DB}",
        "postgresql:///db?user=user&password=${NAME}",
        "${NAME}",
    ],
)
def test_a_reference_is_kept_as_it_is(url: str) -> None:
    store = SQLMetadataStore(name="runs", url=url)
    assert store.model_dump(mode="json")["url"] == url


@pytest.mark.parametrize("url", ["", "runs.db", "sqlite://", "sqlite:///:memory:"])
def test_what_can_keep_no_runs_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        SQLMetadataStore(name="runs", url=url)


def test_a_variable_that_is_not_set_is_named() -> None:
    store = SQLMetadataStore(name="runs", url="postgresql://u:${NO_SUCH}@host/db")
    with pytest.raises(StoreUnavailableError, match="'NO_SUCH' isn't set"):
        store.list_runs()


LISTS: dict[str, tuple[Callable[[SQLMetadataStore, RunRecord], object], str]] = {
    "runs": (lambda store, _: store.list_runs(limit=10), "zen_runs_newest"),
    "next runs": (
        lambda store, run: store.list_runs(after=run.name, limit=10),
        "zen_runs_newest",
    ),
    "a pipeline's runs": (
        lambda store, run: store.list_runs(run.pipeline, limit=10),
        "zen_runs_of_pipeline",
    ),
    "a pipeline's next runs": (
        lambda store, run: store.list_runs(run.pipeline, after=run.name, limit=10),
        "zen_runs_of_pipeline",
    ),
    "steps": (lambda store, run: store.list_steps(run.id), ""),
    "artifacts": (lambda store, run: store.list_artifacts(run.id), "zen_artifacts_of"),
}
# What each database calls the index of zen_steps's primary key.
PRIMARY_KEYS = {
    "mysql": "PRIMARY",
    "postgresql": "zen_steps_pkey",
    "sqlite": "sqlite_autoindex_zen_steps_1",
}
SORTS = ("temp b-tree for order by", "'node type': 'sort'", "incremental", "filesort")


def test_every_list_is_read_from_an_index(store: SQLMetadataStore) -> None:
    run = fill(store)
    engine = store._database._engine  # noqa: SLF001 - to listen to it
    with engine.connect() as connection:
        for table in METADATA.tables.tables:
            command = "ANALYZE TABLE" if engine.dialect.name == "mysql" else "ANALYZE"
            connection.execute(text(f"{command} {table}"))
        for title, (read, index) in LISTS.items():
            statement = last_query(engine, partial(read, store, run))
            plan = explain(connection, *statement)
            name = index or PRIMARY_KEYS[engine.dialect.name]
            assert name in plan, title
            is_sorted = any(sort in plan.lower() for sort in SORTS)
            assert not (is_sorted and "runs" in title), title


def fill(store: SQLMetadataStore) -> RunRecord:
    """Record so many runs that it pays to use an index; return one of them."""
    runs = [
        a_run(
            f"run-{number}", pipeline=f"p{number % 20}", started=NOON - number * MOMENT
        )
        for number in range(3000)
    ]
    rows: dict[Table, list[dict[str, object]]] = {
        RUNS: [run_row(run) for run in runs],
        STEPS: [step_row(a_step(run.id)) for run in runs],
        ARTIFACTS: [artifact_row(an_artifact(run.id)) for run in runs],
    }

    def insert_all(connection: Connection) -> None:
        for table, content in rows.items():
            connection.execute(insert(table), content)

    database = store._database  # noqa: SLF001 - for the sake of speed
    database.write(METADATA, insert_all, is_done=lambda _: False)
    return runs[1500]


def last_query(
    engine: Engine, do: Callable[[], object]
) -> tuple[str, dict[str, object]]:
    """Return the last query that a database gets, with its values."""
    queries: list[tuple[str, dict[str, object]]] = []

    def note(*given: object) -> None:
        queries.append((str(given[2]), cast("dict[str, object]", given[3])))

    event.listen(engine, "before_cursor_execute", note)
    do()
    event.remove(engine, "before_cursor_execute", note)
    return queries[-1]


def explain(connection: Connection, statement: str, values: object) -> str:
    """Return how a database goes about a statement."""
    how = {
        "mysql": "EXPLAIN FORMAT=JSON ",
        "postgresql": "EXPLAIN (FORMAT JSON) ",
        "sqlite": "EXPLAIN QUERY PLAN ",
    }[connection.dialect.name]
    rows = connection.exec_driver_sql(how + statement, values)  # type: ignore[arg-type]
    return " ".join(str(value) for row in rows for value in row)
