"""`zen artifact-store` and its like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.builtin import zen_component_types

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen

TYPES = [spec.command for spec in zen_component_types()]


@pytest.mark.parametrize("component_type", TYPES)
def test_every_type_has_the_same_commands(zen: Zen, component_type: str) -> None:
    listed = zen(component_type, "--help").out
    for command in ("delete", "describe", "down", "flavor", "list", "register", "up"):
        assert f"\n  {command} " in listed
    zen(component_type, "list")
    zen(component_type, "flavor", "list")


def test_list_says_when_there_is_none(zen: Zen) -> None:
    out = zen("container-registry", "list").out
    assert out == "No container registries registered.\n"
    assert zen("alerter", "list", "-o", "json").json == []


def test_list_shows_attributes(zen: Zen, tmp_path: Path) -> None:
    zen("artifact-store", "register", "mine", "-f", "local", f"--path={tmp_path}")
    default, mine = zen("artifact-store", "list", "-o", "json").json
    assert default["active"] is True
    assert default["configuration"] == {"path": None}
    assert mine["active"] is False
    assert mine["configuration"] == {"path": str(tmp_path)}
    assert "PATH" in zen("artifact-store", "list").out


def test_attributes_may_follow_their_name(zen: Zen, tmp_path: Path) -> None:
    zen("artifact-store", "register", "mine", "-f", "local", "--path", str(tmp_path))
    described = zen("artifact-store", "describe", "mine", "-o", "json").json
    assert described["configuration"] == {"path": str(tmp_path)}
    assert described["provider"] == "zen-plugin-local 1.0.0"


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (["path=/x"], "'path' is no attribute"),
        (["--path"], "'--path' has no value"),
        (["--path", "--other=1"], "'--path' has no value"),
        (["--path=/x", "--path=/y"], "'--path' is given twice"),
        (["--1=2"], "'--1' is no attribute"),
    ],
)
def test_malformed_attributes_are_usage_errors(
    zen: Zen, attributes: list[str], message: str
) -> None:
    arguments = ("artifact-store", "register", "mine", "-f", "local", *attributes)
    assert message in zen(*arguments, code=2).err


def test_an_unknown_attribute_is_refused_with_a_suggestion(zen: Zen) -> None:
    arguments = ("artifact-store", "register", "mine", "-f", "local", "--pth=/x")
    outcome = zen(*arguments, code=1)
    assert "no attribute 'pth'. Did you mean 'path'?" in outcome.err
    assert "--path" in outcome.err
    assert len(zen("artifact-store", "list", "-o", "json").json) == 1


def test_an_unknown_flavor_is_refused_with_what_there_is(zen: Zen) -> None:
    outcome = zen("artifact-store", "register", "mine", "-f", "locl", code=1)
    assert "Flavor 'locl' does not exist for type artifact_store" in outcome.err
    assert "Did you mean 'local'?" in outcome.err
    assert "zen artifact-store flavor list" in outcome.err


def test_register_needs_a_flavor(zen: Zen) -> None:
    assert "--flavor" in zen("artifact-store", "register", "mine", code=2).err


def test_register_refuses_a_name_that_is_taken(zen: Zen) -> None:
    outcome = zen("artifact-store", "register", "default", "-f", "local", code=1)
    assert "Artifact store 'default' exists already." in outcome.err


@pytest.mark.parametrize("name", ["a/b", "..", ""])
def test_register_refuses_invalid_names(zen: Zen, name: str) -> None:
    outcome = zen("artifact-store", "register", name, "-f", "local", code=1)
    assert "is not a valid artifact store name" in outcome.err


def test_describe_shows_the_active_one_by_default(zen: Zen) -> None:
    outcome = zen("artifact-store", "describe")
    assert "No component name given; using `default`" in outcome.err
    assert "ARTIFACT_STORE Component Configuration (ACTIVE)" in outcome.out


def test_describe_shows_where_this_host_keeps_it(zen: Zen, tmp_path: Path) -> None:
    described = zen("artifact-store", "describe", "-o", "json").json
    assert described["configuration"]["path"].startswith(str(tmp_path / "config"))


def test_describe_of_a_type_that_the_stack_lacks(zen: Zen) -> None:
    outcome = zen("alerter", "describe", code=1)
    assert "The active stack 'default' has no alerter." in outcome.err


def test_delete_refuses_what_a_stack_uses(zen: Zen) -> None:
    outcome = zen("artifact-store", "delete", "default", "-y", code=1)
    assert "is part of stack 'default'" in outcome.err


def test_delete_asks_and_takes_no_for_an_answer(zen: Zen) -> None:
    zen("artifact-store", "register", "mine", "-f", "local")
    zen("artifact-store", "delete", "mine", answer="n\n", code=1)
    assert len(zen("artifact-store", "list", "-o", "json").json) == 2
    zen("artifact-store", "delete", "mine", "--yes")
    assert len(zen("artifact-store", "list", "-o", "json").json) == 1


def test_delete_of_an_unknown_component_is_no_success(zen: Zen) -> None:
    outcome = zen("artifact-store", "delete", "defaul", "-y", code=1)
    assert "Did you mean 'default'?" in outcome.err
    assert outcome.out == ""


def test_up_and_down_of_a_component_without_resources(zen: Zen) -> None:
    up = zen("orchestrator", "up", "default").out
    assert up == "Orchestrator 'default' is running already.\n"
    down = zen("orchestrator", "down").out
    assert down == "Orchestrator 'default' holds no resources to bring down.\n"


def test_flavors_name_their_distribution(zen: Zen) -> None:
    flavors = zen("metadata-store", "flavor", "list", "-o", "json").json
    sqlite = next(flavor for flavor in flavors if flavor["name"] == "sqlite")
    assert sqlite["distribution"] == "zen-plugin-sqlite"
    assert sqlite["type"] == "metadata_store"
