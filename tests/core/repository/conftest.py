"""A repository on stacks of a distribution made for the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen import Repository, Stack

if TYPE_CHECKING:
    from pathlib import Path

    from zen.catalog import Owner

TYPES = ("orchestrator", "artifact_store", "metadata_store")
DEFAULTS = dict.fromkeys(TYPES, "default")


@pytest.fixture
def repository(only_fakes: None, acme: Owner, notices: list[str]) -> Repository:
    """Outside of any repository folder, after the first use."""
    del only_fakes, acme  # what it needs is that they're there
    repository = Repository(notify=notices.append)
    notices.clear()
    return repository


@pytest.fixture
def inside(repository: Repository, here: Path) -> Repository:
    """In a repository folder."""
    del repository
    return Repository.initialize(here)


def register(repository: Repository, name: str, **changes: str) -> Stack:
    stack = repository.compose_stack(name, {**DEFAULTS, **changes})
    repository.register_stack(stack)
    return stack
