"""The metadata store in a SQLite file: its path, and the contract for runs."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from zen.components.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord
from zen.errors import (
    DamagedDataError,
    RunExistsError,
    RunNotFoundError,
    StoreUnavailableError,
)
from zen.folders import local_stores_folder
from zen.testing.metadata_store import MetadataStoreContract
from zen_sqlite import SQLiteMetadataStore

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2024, 2, 29, 12, 0, 0, tzinfo=timezone.utc)


@pytest.fixture
def store() -> SQLiteMetadataStore:
    return SQLiteMetadataStore(name="store")


class TestSQLiteMetadataStore(MetadataStoreContract):
    @pytest.fixture
    def metadata_store(self, store: SQLiteMetadataStore) -> SQLiteMetadataStore:
        return store


def a_run(
    name: str = "run", *, pipeline: str = "training", minute: int = 0
) -> RunRecord:
    started = NOON + timedelta(minutes=minute)
    return RunRecord(name, pipeline, "default", RunStatus.RUNNING, started)


def an_artifact(run_id: UUID, output: str, *, attempt: int = 1) -> ArtifactRecord:
    return ArtifactRecord(
        run_id, "train", output, f"/a/{output}", "m:M", "float", attempt
    )


def execute(store: SQLiteMetadataStore, statement: str) -> None:
    """Change a database behind the store's back."""
    connection = sqlite3.connect(store.uri)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("given", [{}, {"uri": None}, {"uri": ""}])
def test_without_a_uri_it_is_in_the_hosts_own_folder(given: dict[str, object]) -> None:
    store = SQLiteMetadataStore.model_validate({"name": "store", **given})
    assert store.uri == str(local_stores_folder(store.uuid) / "metadata.db")


def test_a_stored_default_is_resolved_on_each_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: SQLiteMetadataStore
) -> None:
    stored = store.model_dump(mode="json")
    assert stored["uri"] is None
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "elsewhere"))
    there = SQLiteMetadataStore.model_validate(stored)
    assert there.uri == str(local_stores_folder(store.uuid) / "metadata.db")
    assert there.uri != store.uri


def test_a_given_uri_is_expanded_made_absolute_and_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for given in ("~/runs.db", "runs.db", f"{tmp_path}/runs.db"):
        store = SQLiteMetadataStore(name="store", uri=given)
        assert store.model_dump(mode="json")["uri"] == str(tmp_path / "runs.db")


@pytest.mark.parametrize("uri", ["sqlite:///runs.db", "mysql://host/db", ":memory:"])
def test_what_is_no_file_is_refused(uri: str) -> None:
    with pytest.raises(ValidationError, match=f"'{uri}' isn't one"):
        SQLiteMetadataStore(name="store", uri=uri)


def test_a_uri_must_be_text() -> None:
    with pytest.raises(ValidationError, match="valid string"):
        SQLiteMetadataStore.model_validate({"name": "store", "uri": 3})


def test_reading_before_the_first_run_makes_nothing(store: SQLiteMetadataStore) -> None:
    assert store.list_runs() == []
    assert store.list_steps(uuid4()) == []
    assert store.list_artifacts(uuid4()) == []
    with pytest.raises(RunNotFoundError):
        store.get_run("run")
    assert not Path(store.uri).parent.exists()


@pytest.fixture
def _in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_in_tokyo")
def test_times_are_kept_in_utc(store: SQLiteMetadataStore) -> None:
    tokyo = timezone(timedelta(hours=9))
    store.create_run(replace(a_run(), started=NOON.astimezone(tokyo)), [])
    naive = replace(a_run("naive"), started=NOON.replace(tzinfo=None))
    store.create_run(naive, [])
    for run in store.list_runs():
        assert run.started.isoformat() == "2024-02-29T12:00:00+00:00"


def test_a_time_without_an_offset_is_in_utc(store: SQLiteMetadataStore) -> None:
    """Another program may have written it; the others are listed all the same."""
    store.create_run(a_run(), [])
    store.create_run(a_run("other"), [])
    change(store, "UPDATE zen_runs SET started = '2024-02-29T12:00:00.000000'")
    runs = store.list_runs()
    assert [run.name for run in runs] == ["other", "run"]
    assert {run.started.utcoffset() for run in runs} == {timedelta(0)}
    assert sorted(runs, key=lambda run: run.started)


def test_a_damaged_run_hides_no_other(
    store: SQLiteMetadataStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.create_run(a_run(), [])
    store.create_run(a_run("other"), [])
    change(store, "UPDATE zen_runs SET started = 'noon' WHERE name = 'run'")
    assert [run.name for run in store.list_runs()] == ["other"]
    (warning,) = caplog.records
    assert "zen_runs run in" in warning.getMessage()
    with pytest.raises(DamagedDataError, match="zen_runs run in"):
        store.get_run("run")


def change(store: SQLiteMetadataStore, statement: str) -> None:
    with closing(sqlite3.connect(store.uri)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_runs_name_is_taken_once(store: SQLiteMetadataStore) -> None:
    store.create_run(a_run(), [])
    step = StepRecord(uuid4(), "load", 0)
    with pytest.raises(RunExistsError, match="'run' already exists") as caught:
        store.create_run(a_run(pipeline="other"), [step])
    assert "Choose another run_name" in caught.value.hint
    assert store.get_run("run").pipeline == "training"
    assert store.list_steps(step.run_id) == []


def test_a_run_that_is_not_there_is_named_beside_those_that_are(
    store: SQLiteMetadataStore,
) -> None:
    store.create_run(a_run("training-1"), [])
    with pytest.raises(RunNotFoundError, match="Did you mean 'training-1'") as caught:
        store.get_run("training-2")
    assert caught.value.available == ["training-1"]


def test_only_a_run_that_is_there_can_be_updated(store: SQLiteMetadataStore) -> None:
    with pytest.raises(RunNotFoundError, match="'run' does not exist"):
        store.update_run(a_run())
    step = StepRecord(uuid4(), "load", 0)
    with pytest.raises(RunNotFoundError, match=str(step.run_id)):
        store.save_step(step)
    assert store.list_steps(step.run_id) == []


def test_artifacts_are_listed_in_the_order_of_production(
    store: SQLiteMetadataStore,
) -> None:
    run = a_run()
    store.create_run(run, [])
    model, loss = an_artifact(run.id, "model"), an_artifact(run.id, "loss")
    step = StepRecord(run.id, "train", 0)
    store.save_step(step, [model, loss])
    later = an_artifact(run.id, "model", attempt=2)
    store.save_step(replace(step, attempt=2), [later])
    assert store.list_artifacts(run.id) == [model, loss, later]
    assert store.list_artifacts(uuid4()) == []


DAMAGE = {
    "status = 'lost'": "'lost' is not a valid RunStatus",
    "started = 'noon'": "noon",
    "runtime_configuration = '{'": "Expecting property name",
    "runtime_configuration = '1'": "a JSON object is expected, not 1",
    "id = 'nonsense'": "badly formed",
}


@pytest.mark.parametrize(("change", "reason"), DAMAGE.items())
def test_a_damaged_run_says_where_it_is(
    store: SQLiteMetadataStore, change: str, reason: str
) -> None:
    store.create_run(a_run(), [])
    execute(store, f"UPDATE zen_runs SET {change}")  # noqa: S608 - from above
    with pytest.raises(DamagedDataError, match=reason) as caught:
        store.get_run("run")
    assert caught.value.where == f"zen_runs run in {store.uri}"


def test_a_file_that_is_no_database_is_an_error_in_zens_words(
    store: SQLiteMetadataStore,
) -> None:
    Path(store.uri).parent.mkdir(parents=True)
    Path(store.uri).write_bytes(b"garbage " * 1000)
    with pytest.raises(StoreUnavailableError, match="not a database"):
        store.list_runs()


def test_a_newer_schema_is_refused(store: SQLiteMetadataStore) -> None:
    store.create_run(a_run(), [])
    execute(store, "UPDATE zen_schema SET version = 9")
    with pytest.raises(StoreUnavailableError, match="run metadata in version 9"):
        SQLiteMetadataStore(name="store", uri=store.uri).list_runs()


CREATE = """
import sys
from datetime import datetime, timezone
from zen.components.runs import RunRecord, RunStatus
from zen.errors import RunExistsError
from zen_sqlite import SQLiteMetadataStore

store = SQLiteMetadataStore(name="store", uri=sys.argv[1])
for number in range(10):
    for name in (f"{sys.argv[2]}-{number}", f"shared-{number}"):
        now = datetime.now(timezone.utc)
        try:
            store.create_run(RunRecord(name, "p", "s", RunStatus.RUNNING, now), [])
            print(name)
        except RunExistsError:
            pass
"""


def test_processes_that_create_runs_get_each_name_once(
    store: SQLiteMetadataStore,
) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CREATE, store.uri, name],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "abcd"
    ]
    created = [
        name for process in processes for name in process.communicate()[0].split()
    ]
    assert [process.returncode for process in processes] == [0] * 4
    shared = [f"shared-{number}" for number in range(10)]
    own = [f"{name}-{number}" for name in "abcd" for number in range(10)]
    assert sorted(created) == sorted(own + shared)
    assert sorted(run.name for run in store.list_runs()) == sorted(created)
