"""Versions of our schemas that don't exist yet, for tests of the way there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, String, Table

from zen_sql import store
from zen_sql.tables import METADATA, PROFILE

if TYPE_CHECKING:
    from zen_sql.schema import Schema

__all__ = ["next_metadata", "next_profile", "use"]


def next_profile(step: str = "to_2") -> Schema:
    """Return the next version of a profile's tables, reached by a step."""
    tables = MetaData()
    for table in PROFILE.tables.tables.values():
        table.to_metadata(tables)
    Table("zen_tags", tables, Column("tag", String(50), primary_key=True))
    steps = {2: f"tests.sql.migrations.{step}"}
    return replace(PROFILE, version=2, tables=tables, needs="1.1.0", steps=steps)


def next_metadata() -> Schema:
    """Return the next version of the run metadata's tables."""
    step = {2: "tests.sql.migrations.runs_to_2"}
    return replace(METADATA, version=2, needs="1.2.0", steps=step)


def use(profile: Schema) -> None:
    """Let the driver take this for the version that it knows."""
    setattr(store, "PROFILE", profile)  # noqa: B010 - mypy knows that it is final
