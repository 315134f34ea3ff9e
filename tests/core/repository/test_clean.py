"""A repository that is to be none any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from zen import Repository


def test_what_was_pinned_is_forgotten(inside: Repository, here: Path) -> None:
    inside.create_profile("work")
    inside.activate_profile("work")
    assert inside.required_root == here
    assert inside.clean() == []
    assert (inside.root, inside.active_profile_name) == (None, "default")
    assert [*inside.profiles] == ["default", "work"]


def test_outside_there_is_nothing_to_remove(repository: Repository) -> None:
    with pytest.raises(ConfigurationError, match="Unable to find a Zen repository"):
        repository.clean()
