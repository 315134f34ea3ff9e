"""The contract for runs, kept in the tables of a database."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path  # noqa: TC003 - pydantic reads the annotation of a field
from typing import ClassVar

import pytest
from sqlalchemy import URL

from zen.components.runs import RunRecord, RunStatus
from zen.errors import RunNotFoundError
from zen.testing.metadata_store import MetadataStoreContract
from zen_sql.metadata_store import RelationalMetadataStore


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


class TestRelationalMetadataStore(MetadataStoreContract):
    @pytest.fixture
    def metadata_store(self, store: InFile) -> InFile:
        return store


def test_a_page_after_a_run_that_is_not_there_names_one_that_is(store: InFile) -> None:
    now = datetime.now(timezone.utc)
    store.create_run(RunRecord("nightly", "p", "s", RunStatus.RUNNING, now), [])
    with pytest.raises(RunNotFoundError, match="Did you mean 'nightly'"):
        store.list_runs(after="nihgtly")
