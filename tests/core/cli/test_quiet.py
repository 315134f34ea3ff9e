"""Notices, which are silenced, and errors, warnings and questions, which aren't."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import zen as zen_package

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.cli.conftest import Zen


@pytest.fixture(params=["-q", "--quiet", "ZEN_QUIET", "notices"])
def quiet(
    request: pytest.FixtureRequest,
    zen: Zen,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> list[str]:
    """Each way to silence notices; what to type for it."""
    zen("profile", "list")
    if request.param == "ZEN_QUIET":
        monkeypatch.setenv("ZEN_QUIET", "1")
    if request.param == "notices":
        file = config / "config.yaml"
        file.write_text(f"notices: false\n{file.read_text()}")
    return [request.param] if request.param.startswith("-") else []


def test_notices_are_silenced(zen: Zen, quiet: list[str]) -> None:
    registered = zen(
        *quiet,
        *("stack", "register", "a", "-o", "default", "-a", "default", "-m", "default"),
    )
    assert registered.err == ""
    assert registered.out == "Stack 'a' successfully registered!\n"
    assert zen(*quiet, "artifact-store", "describe").err == ""


def test_the_setting_stays_when_the_configuration_changes(
    zen: Zen, quiet: list[str]
) -> None:
    assert zen(*quiet, "profile", "create", "other").err == ""
    assert zen(*quiet, "profile", "set", "other").err == ""


def test_errors_warnings_and_questions_are_not(
    zen: Zen, quiet: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "does not exist" in zen(*quiet, "stack", "set", "gone", code=1).err
    asked = zen(*quiet, "profile", "delete", "default", "-y", code=1)
    assert asked.err.startswith("Error: ")
    zen(*quiet, "profile", "create", "other")
    asked = zen(*quiet, "profile", "delete", "other", code=1, answer="n\n")
    assert "This will delete" in asked.err
    monkeypatch.setenv("ZEN_ACTIVATED_PROFILE", "other")
    assert "Warning: the environment" in zen(*quiet, "profile", "set", "default").err


@pytest.mark.parametrize("value", ["", "0"])
def test_quiet_can_be_switched_off(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ZEN_QUIET", value)
    assert "Running with active profile" in zen("stack", "list").err


def test_a_setting_that_is_no_truth_value_is_refused(zen: Zen, config: Path) -> None:
    zen("profile", "list")
    file = config / "config.yaml"
    file.write_text(f"notices: sometimes\n{file.read_text()}")
    assert "'notices' must be true or false" in zen("stack", "list", code=1).err


@pytest.mark.parametrize("is_terminal", [True, False])
def test_work_that_takes_a_while_is_announced_at_a_terminal(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool
) -> None:
    monkeypatch.setattr(
        "click.testing._NamedTextIOWrapper.isatty", lambda _: is_terminal
    )
    told = zen("profile", "copy", "default", "other").err
    assert ("Copying profile 'default' to 'other'..." in told) is is_terminal


def test_what_the_user_must_act_on_is_not(zen: Zen, quiet: list[str]) -> None:
    path = "--path=/data/${NOT_SET}"
    told = zen(*quiet, "artifact-store", "register", "far", "-f", "local", path).err
    assert "isn't set here" in told
    assert "Registered" not in told


def _notices(file: Path) -> Iterator[str]:
    """Yield how each text begins that is handed to `notify` as it is."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if not ast.unparse(node.func).endswith("notify"):
            continue
        text = node.args[0]
        first = text.values[0] if isinstance(text, ast.JoinedStr) else text
        if isinstance(first, ast.Constant):
            yield str(first.value)


def test_no_warning_is_a_mere_notice() -> None:
    sources = [*Path(zen_package.__file__).parent.rglob("*.py")]
    begins = [begin for file in sources for begin in _notices(file)]
    assert "Creating default profile..." in begins
    assert not [begin for begin in begins if begin.startswith("Warning")]
