"""What `zen plugin new` writes, held to its own tools in an environment of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.core.scaffold.cases import CASES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Environment

pytestmark = pytest.mark.dist


@pytest.fixture
def projects(environment: Environment, wheels: Path, tmp_path: Path) -> list[Path]:
    """Write one project of each sort, and install all of them for editing."""
    ours = map(str, sorted(wheels.glob("*.whl")))
    tools = ("editables", "hatchling", "mypy", "ruff")
    environment.install(*ours, *tools)
    folder = tmp_path / "projects"
    folder.mkdir()
    options = []
    for name, (kind, component_type) in CASES.items():
        typed = ("--type", component_type) if component_type else ()
        command = ("plugin", "new", name, "--kind", kind, *typed)
        environment.run("zen", *command, cwd=folder)
        options += ["-e", f"./{name}[test]"]
    environment.install("--no-build-isolation", *options, cwd=folder)
    return [folder / name for name in CASES]


def test_new_plugins_satisfy_their_tools(
    environment: Environment, projects: list[Path]
) -> None:
    for project in projects:
        environment.run("ruff", "check", "--no-cache", cwd=project)
        environment.run("ruff", "format", "--no-cache", "--check", cwd=project)
        cache = str(project.parent / ".mypy_cache")
        parts = (str(project / "src"), str(project / "tests"))
        environment.run("mypy", "--cache-dir", cache, *parts, cwd=project)
    environment.run("zen", "plugin", "doctor")
    listed = environment.run("zen", "plugin", "list", "-o", "json").stdout
    versions = {each["distribution"]: each["version"] for each in json.loads(listed)}
    assert {name: versions.get(name) for name in CASES} == dict.fromkeys(CASES, "0.1.0")
