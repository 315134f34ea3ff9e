"""A repository that is to be none any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.errors import ConfigurationError, InUseError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from zen import Repository


def test_what_was_pinned_is_forgotten(inside: Repository, here: Path) -> None:
    inside.create_profile("work")
    inside.activate_profile("work")
    assert inside.required_root == here
    assert inside.clean() == []
    assert (inside.root, inside.active_profile_name) == (None, "default")
    assert [*inside.profiles] == ["default", "work"]


def test_what_is_provisioned_is_brought_down_first(
    inside: Repository, here: Path, acme_parts: ModuleType
) -> None:
    """It may be shared with other stacks: this folder is what knows of it here."""
    inside.activate_stack("default")
    acme_parts.provisioned.add("orchestrator")
    for clean in (inside.check_clean, inside.clean):
        with pytest.raises(InUseError, match="is provisioned") as caught:
            clean()
        assert "'zen stack down default'" in caught.value.hint
    assert inside.required_root == here
    acme_parts.provisioned.clear()
    assert inside.clean() == []


def test_a_stack_that_is_gone_is_in_nobodys_way(inside: Repository) -> None:
    inside.activate_stack("default")
    (inside.active_profile.folder / "stacks" / "default.yaml").unlink()
    inside.refresh()
    assert inside.clean() == []


def test_outside_there_is_nothing_to_remove(repository: Repository) -> None:
    with pytest.raises(ConfigurationError, match="Unable to find a Zen repository"):
        repository.clean()
