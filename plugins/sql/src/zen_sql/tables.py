"""The tables, and the version of their layout."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, MetaData, String, Table

from zen_sql.columns import LONG_TEXT, SEQUENCE, TABLE_OPTIONS, exact_text
from zen_sql.schema import Schema

__all__ = [
    "ARTIFACTS",
    "CHANGES",
    "COMMITS",
    "GUARDS",
    "METADATA",
    "PROFILE",
    "RECORDS",
    "RUNS",
    "STEPS",
]

_UUID: Final = String(36)
# ISO 8601, always in UTC and with microseconds, so that the texts sort by time.
_TIME: Final = String(32)

PROFILE: Final = Schema("records", 1, MetaData())

RECORDS: Final = Table(
    "zen_records",
    PROFILE.tables,
    Column("kind", exact_text(100), primary_key=True),
    Column("key", exact_text(500), primary_key=True),
    Column("uuid", _UUID, nullable=False),
    Column("payload", LONG_TEXT, nullable=False),
    Column("revision", SEQUENCE, nullable=False),
    **TABLE_OPTIONS,
)
GUARDS: Final = Table(
    "zen_guards",
    PROFILE.tables,
    Column("kind", exact_text(100), primary_key=True),
    Column("revision", SEQUENCE, nullable=False),
    **TABLE_OPTIONS,
)
COMMITS: Final = Table(
    "zen_commits",
    PROFILE.tables,
    # Not counted by the database: many skip a number when a transaction fails.
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=False),
    Column("transaction_id", _UUID, nullable=False, unique=True),
    Column("time", _TIME, nullable=False),
    Column("user_name", LONG_TEXT, nullable=False),
    Column("host", LONG_TEXT, nullable=False),
    Column("command", LONG_TEXT, nullable=False),
    **TABLE_OPTIONS,
)
# What a record was and became, as JSON objects of uuid and payload.
CHANGES: Final = Table(
    "zen_changes",
    PROFILE.tables,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=False),
    Column("kind", exact_text(100), primary_key=True),
    Column("key", exact_text(500), primary_key=True),
    Column("content_before", LONG_TEXT),
    Column("content_after", LONG_TEXT),
    Index("zen_changes_record", "kind", "key", "sequence"),
    **TABLE_OPTIONS,
)

METADATA: Final = Schema("run metadata", 1, MetaData())

RUNS: Final = Table(
    "zen_runs",
    METADATA.tables,
    Column("id", _UUID, primary_key=True),
    Column("name", exact_text(255), nullable=False, unique=True),
    Column("pipeline", exact_text(255), nullable=False),
    Column("stack", exact_text(100), nullable=False),
    Column("status", String(20), nullable=False),
    Column("started", _TIME, nullable=False),
    Column("ended", _TIME),
    Column("runtime_configuration", LONG_TEXT, nullable=False),
    Column("error", LONG_TEXT, nullable=False),
    **TABLE_OPTIONS,
)
# As runs are listed: the newest first and, of equal times, sorted by name.
_NEWEST: Final = (RUNS.c.started.desc(), RUNS.c.name)
Index("zen_runs_newest", *_NEWEST)
Index("zen_runs_of_pipeline", RUNS.c.pipeline, *_NEWEST)
STEPS: Final = Table(
    "zen_steps",
    METADATA.tables,
    Column("run_id", _UUID, primary_key=True),
    Column("name", exact_text(255), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("started", _TIME),
    Column("ended", _TIME),
    Column("parameters", LONG_TEXT, nullable=False),
    Column("inputs", LONG_TEXT, nullable=False),
    Column("error", LONG_TEXT, nullable=False),
    **TABLE_OPTIONS,
)
ARTIFACTS: Final = Table(
    "zen_artifacts",
    METADATA.tables,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
    Column("id", _UUID, nullable=False, unique=True),
    Column("run_id", _UUID, nullable=False),
    Column("step", exact_text(255), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("output", exact_text(255), nullable=False),
    Column("uri", LONG_TEXT, nullable=False),
    Column("materializer", LONG_TEXT, nullable=False),
    Column("data_type", LONG_TEXT, nullable=False),
    Index("zen_artifacts_of_run", "run_id", "sequence"),
    **TABLE_OPTIONS,
)
