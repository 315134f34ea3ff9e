"""Track runs, steps and artifacts in the tables of a database."""

from __future__ import annotations

import logging
from abc import abstractmethod
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, delete, func, insert, or_, select, update

from zen.components import BaseMetadataStore
from zen.errors import ConflictError, DamagedDataError, RunExistsError, RunNotFoundError
from zen_sql.engine import Database
from zen_sql.rows import (
    artifact_from_row,
    artifact_row,
    in_utc,
    run_from_row,
    run_row,
    step_from_row,
    step_row,
)
from zen_sql.tables import ARTIFACTS, METADATA, PROFILE, RUNS, STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any
    from uuid import UUID

    from sqlalchemy import (
        URL,
        ColumnElement,
        Connection,
        Executable,
        RowMapping,
        Select,
        Table,
    )

    from zen.components.runs import ArtifactRecord, RunRecord, StepRecord

__all__ = ["RelationalMetadataStore"]

_ATTEMPT: Final = ("run_id", "name", "attempt")
# What a message about a name that leads nowhere offers instead.
_LATEST: Final = select(RUNS.c.name).order_by(RUNS.c.started.desc()).limit(100)


class RelationalMetadataStore(BaseMetadataStore):
    """Keep run metadata in a relational database.

    A flavor says where the database is. The tables, and a SQLite file, are made by
    the first write; before that, there are no runs.
    """

    @property
    @abstractmethod
    def database_url(self) -> URL:
        """The database's URL, with an absolute path if it is a SQLite file's."""

    @property
    def _url_texts(self) -> tuple[str, ...]:
        """The fields that the URL is made of, with `${NAME}` in them."""
        values = (getattr(self, name) for name in self.unexpanded_fields)
        return tuple(value for value in values if isinstance(value, str))

    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        """Record a run that is about to begin, with its steps."""
        same = select(RUNS.c.id).where(RUNS.c.id == str(run.id))

        def create(connection: Connection) -> None:
            taken = or_(RUNS.c.name == run.name, RUNS.c.id == str(run.id))
            if connection.scalar(select(RUNS.c.id).where(taken)) is not None:
                raise RunExistsError(
                    f"Pipeline run '{run.name}' already exists.",
                    hint="Choose another run_name, or see it:"
                    f" 'zen pipeline runs describe {run.name}'.",
                )
            connection.execute(insert(RUNS), run_row(run))
            if steps:
                connection.execute(insert(STEPS), [step_row(step) for step in steps])

        self._database.write(METADATA, create, is_done=_finds(same))

    def update_run(self, run: RunRecord) -> None:
        """Record how far a run has come."""
        values = run_row(run)
        del values["id"], values["name"]
        this = RUNS.c.id == str(run.id)

        def change(connection: Connection) -> None:
            _check_run(connection, run.id, run.name)
            connection.execute(update(RUNS).where(this).values(values))

        same = select(RUNS.c.id).where(this, *_equal(RUNS, values))
        self._database.write(METADATA, change, is_done=_finds(same))

    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        """Record how far an attempt at a step has come, and what it produced."""
        row = step_row(step)
        attempt = and_(*(STEPS.c[name] == row[name] for name in _ATTEMPT))
        begun = replace(step, started=step.started and in_utc(step.started))

        def save(connection: Connection) -> None:
            _check_run(connection, step.run_id, str(step.run_id))
            known = connection.execute(select(STEPS).where(attempt)).mappings().first()
            if known and begun.is_rival_of(step_from_row(known, self._database.place)):
                raise ConflictError(f"Attempt {step.attempt} at step '{step.name}'")
            connection.execute(delete(STEPS).where(attempt))
            connection.execute(insert(STEPS), row)
            for artifact in artifacts:
                same_artifact = ARTIFACTS.c.id == str(artifact.id)
                connection.execute(delete(ARTIFACTS).where(same_artifact))
                connection.execute(insert(ARTIFACTS), artifact_row(artifact))

        ids = [str(artifact.id) for artifact in artifacts]
        kept = select(func.count()).where(ARTIFACTS.c.id.in_(ids)).scalar_subquery()
        same = select(STEPS.c.name).where(*_equal(STEPS, row), kept == len(set(ids)))
        self._database.write(METADATA, save, is_done=_finds(same))

    def get_run(self, name: str) -> RunRecord:
        """Return the run of that name."""
        rows = self._read(select(RUNS).where(RUNS.c.name == name))
        if not rows:
            raise _not_found(name, self._read(_LATEST))
        return run_from_row(rows[0], self._database.place)

    def list_runs(
        self, pipeline: str = "", *, after: str = "", limit: int = 100
    ) -> list[RunRecord]:
        """Return a page of runs, newest first; of equal times, sorted by name."""
        query = select(RUNS).order_by(RUNS.c.started.desc(), RUNS.c.name).limit(limit)
        if pipeline:
            query = query.where(RUNS.c.pipeline == pipeline)
        if after:
            query = query.where(self._is_after(after))
        return [*self._readable(self._read(query))]

    def list_steps(self, run_id: UUID) -> list[StepRecord]:
        """Return all attempts at a run's steps, in the pipeline's order."""
        query = select(STEPS).where(STEPS.c.run_id == str(run_id))
        rows = self._read(query.order_by(STEPS.c.position, STEPS.c.attempt))
        return [step_from_row(row, self._database.place) for row in rows]

    def list_artifacts(self, run_id: UUID) -> list[ArtifactRecord]:
        """Return what a run's steps produced, in the order of production."""
        query = select(ARTIFACTS).where(ARTIFACTS.c.run_id == str(run_id))
        rows = self._read(query.order_by(ARTIFACTS.c.sequence))
        return [artifact_from_row(row, self._database.place) for row in rows]

    def upgrade(self) -> str | None:
        """Bring the tables to this version's layout, if an older one made them."""
        # Alembic is needed nowhere else.
        from zen_sql.upgrades import upgrade

        return upgrade(self._database, [PROFILE, METADATA])

    def _readable(self, rows: Sequence[RowMapping]) -> Iterator[RunRecord]:
        place = self._database.place
        for row in rows:
            try:
                yield run_from_row(row, place)
            except DamagedDataError as error:
                # It mustn't hide the others, and `get_run` says the same.
                logging.getLogger("zen").warning("A run is left out: %s", error)

    def _is_after(self, name: str) -> ColumnElement[bool]:
        rows = self._read(select(RUNS.c.started).where(RUNS.c.name == name))
        if not rows:
            raise _not_found(name, self._read(_LATEST))
        started = rows[0]["started"]
        # The first condition alone bounds the search in the index by time.
        return and_(
            RUNS.c.started <= started,
            or_(RUNS.c.started < started, RUNS.c.name > name),
        )

    @cached_property
    def _database(self) -> Database:
        return Database(self.database_url, self._url_texts)

    def _read(self, query: Executable) -> Sequence[RowMapping]:
        with self._database.reading(METADATA) as connection:
            if connection is None:
                return []
            return connection.execute(query).mappings().all()


def _equal(table: Table, row: Mapping[str, object]) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in row.items()]


def _finds(query: Select[Any]) -> Callable[[Connection], bool]:
    return lambda connection: connection.scalar(query) is not None


def _check_run(connection: Connection, run_id: UUID, name: str) -> None:
    known = select(RUNS.c.id).where(RUNS.c.id == str(run_id))
    if connection.scalar(known) is None:
        raise _not_found(name, connection.execute(_LATEST).mappings().all())


def _not_found(name: str, latest: Sequence[RowMapping]) -> RunNotFoundError:
    names = [row["name"] for row in latest]
    return RunNotFoundError(name, names, hint="See 'zen pipeline runs list'.")
