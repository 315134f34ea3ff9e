"""What the log says of the command that was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen import Repository

if TYPE_CHECKING:
    from tests.core.cli.conftest import Zen


def last_command() -> str:
    driver = Repository().store.driver
    return driver.log(after=driver.last_sequence() - 1)[0].command


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["profile", "list"], "zen profile list"),
        (["--debug", "stack", "list", "-o", "json"], "zen stack list"),
        (["init"], "zen init"),
    ],
)
def test_the_first_command_makes_the_default_profile(
    zen: Zen, arguments: list[str], command: str
) -> None:
    zen(*arguments)
    assert last_command() == command


def test_a_command_is_named_with_what_it_is_about(zen: Zen) -> None:
    zen("stack", "register", "prod", "-o", "default", "-a", "default", "-m", "default")
    assert last_command() == "zen stack register prod"
    zen("stack", "rename", "prod", "live")
    assert last_command() == "zen stack rename prod live"


def test_no_value_is_named_for_it_may_be_a_secret(zen: Zen) -> None:
    flavor = ("--flavor", "local")
    zen("artifact-store", "register", "bucket", *flavor, "--path=/s3cret")
    assert last_command() == "zen artifact-store register bucket"
    zen("artifact-store", "update", "bucket", "--path", "/s3cret2")
    assert last_command() == "zen artifact-store update"


def test_who_uses_no_command_names_none() -> None:
    repository = Repository()
    repository.store.delete_stack("default")
    assert last_command() == ""
