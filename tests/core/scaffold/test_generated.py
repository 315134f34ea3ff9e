"""Each sort of plugin, written, installed, tested and used as its author would."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from tests.core.scaffold.cases import CASES, TYPES
from zen.builtin import zen_component_types
from zen.scaffold import Kind

if TYPE_CHECKING:
    from zen.testing import ZenProject


pytestmark = pytest.mark.slow


def test_each_kind_and_each_type_of_the_core_is_tried() -> None:
    assert {kind for kind, _ in CASES.values()} == {*get_args(Kind)}
    assert {*TYPES} == {spec.name for spec in zen_component_types()}


def run(*arguments: str, folder: Path) -> str:
    """Run this interpreter; it sees what this test sees."""
    path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def register_in_stack(zen_project: ZenProject, component_type: str) -> None:
    required = ("orchestrator", "artifact-store", "metadata-store")
    command = component_type.replace("_", "-")
    parts = {**dict.fromkeys(required, "default"), command: "mine"}
    options = [f"--{name}={part}" for name, part in parts.items()]
    zen_project.run("stack", "register", "trial", *options).assert_success()
    described = zen_project.run("stack", "describe", "trial", "-o", "json").json()
    assert isinstance(described, dict)
    assert described["components"][component_type] == "mine"


@pytest.mark.parametrize("name", CASES)
def test_a_new_plugin_works_as_it_is(
    name: str, zen_project: ZenProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, component_type = CASES[name]
    command = ["plugin", "new", name, "--kind", kind]
    command += ["--type", component_type] if component_type else []
    told = zen_project.run(*command).assert_success().out
    project, site = zen_project.path / name, tmp_path / "site"

    options = ("-q", "--no-deps", "--no-index", "--no-build-isolation")
    run("uv", "pip", "install", *options, "--target", str(site), ".", folder=project)
    monkeypatch.syspath_prepend(site)
    run("pytest", "-q", "-p", "no:cacheprovider", folder=project)

    steps = [shlex.split(line) for line in told.partition("try it:\n")[2].splitlines()]
    assert steps[:3] == [
        ["cd", name],
        ["pip", "install", "-e", ".[test]"],
        ["pytest"],
    ]
    for program, *arguments in steps[3:]:
        assert program == "zen"
        zen_project.run(*arguments).assert_success()
    if kind not in {"store", "command"}:
        register_in_stack(zen_project, component_type or kind)

    (plugin,) = [
        each
        for each in json.loads(zen_project.run("plugin", "list", "-o", "json").out)
        if each["distribution"] == name
    ]
    assert (plugin["version"], plugin["error"]) == ("0.1.0", None)
    only_it = {"ZEN_PLUGINS": plugin["name"]}
    zen_project.run("plugin", "doctor", env=only_it).assert_success()
