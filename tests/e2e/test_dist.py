"""The built distributions, used as a new user would."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import (
    DISTRIBUTIONS,
    PROJECT,
    clean_environ,
    make_environment,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Environment

pytestmark = pytest.mark.dist

PIPELINE = """
from zen_pipelines import pipeline, step

@step
def one() -> int:
    return 1

@pipeline
def counting() -> None:
    one()

print(counting.run().get_step("one").output.read())
"""
LOADED = """
import sys
from zen.cli.main import main

try:
    main(sys.argv[1:])
except SystemExit:
    print("loaded", *sys.modules, file=sys.stderr)
"""
# What no command loads that only lists.
HEAVY = {
    *("importlib.metadata", "importlib_metadata", "packaging", "pluggy"),
    *("pydantic", "rich", "sqlalchemy"),
    *("zen_local", "zen_mysql", "zen_pipelines", "zen_sql", "zen_sqlite"),
}


@pytest.fixture
def installed(environment: Environment, wheels: Path) -> Environment:
    environment.install(*map(str, sorted(wheels.glob("*.whl"))))
    return environment


def test_every_distribution_is_built_both_ways(wheels: Path) -> None:
    names = sorted(path.name for path in wheels.iterdir())
    assert len(names) == 2 * len(DISTRIBUTIONS)
    assert all("-1.0.0" in name for name in names)


def test_a_plugin_alone_is_not_installed_with_a_stranger(
    environment: Environment, wheels: Path
) -> None:
    """Another project owns the name zen-core on the public index."""
    (wheel,) = wheels.glob("zen_plugin_local-*.whl")
    failed = environment.run("pip", "install", str(wheel), code=1)
    assert "zen-core<2,>=1" in failed.stderr
    assert "zen-core" not in environment.run("pip", "list").stdout


def test_wheels_work_in_an_empty_environment(
    installed: Environment, tmp_path: Path
) -> None:
    script = tmp_path / "counting.py"
    script.write_text(PIPELINE)
    assert installed.run("zen", "run", str(script)).stdout == "1\n"
    listed = installed.run("zen", "stack", "list", "-o", "json")
    assert json.loads(listed.stdout)[0]["name"] == "default"
    assert "Running with active profile: 'default'" in listed.stderr


def test_listing_loads_no_library_and_no_plugin(installed: Environment) -> None:
    for command, unwanted in (
        ("--version", HEAVY | {"yaml"}),
        ("--help", HEAVY | {"yaml"}),
        ("flavor list", HEAVY),
        ("stack list", HEAVY),
    ):
        arguments = ("python", "-c", LOADED, *command.split())
        installed.run(*arguments)  # the first use makes the profile and the index
        err = installed.run(*arguments).stderr
        loaded = set(err.split("loaded ", 1)[1].split())
        assert "zen.cli.main" in loaded
        assert not loaded & unwanted, command


def test_a_missing_plugin_is_named_when_it_is_needed(
    installed: Environment, tmp_path: Path
) -> None:
    script = tmp_path / "counting.py"
    script.write_text(PIPELINE)
    installed.run("zen", "profile", "list")
    installed.run("pip", "uninstall", "-q", "-y", "zen-plugin-local")
    assert "zen-plugin-local" not in installed.run("zen", "flavor", "list").stdout
    assert "default" in installed.run("zen", "stack", "list").stdout
    failed = installed.run("zen", "run", str(script), code=1)
    assert "zen-plugin-local 1.0.0, which isn't installed" in failed.stderr
    assert "Install zen-plugin-local==1.0.0" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_the_core_alone_says_what_a_stack_needs(
    environment: Environment, wheels: Path
) -> None:
    (wheel,) = wheels.glob("zen_core-*.whl")
    environment.install(str(wheel))
    listed = environment.run("zen", "profile", "list")
    assert "zen-plugin-local and zen-plugin-sqlite" in listed.stderr
    assert environment.run("zen", "stack", "list", "-o", "json").stdout == "[]\n"


@pytest.fixture
def elsewhere(tmp_path: Path, wheels: Path) -> Environment:
    """Another environment, with its own configuration: the core, and nothing else."""
    made = make_environment(tmp_path / "elsewhere", tmp_path / "config-elsewhere")
    (wheel,) = wheels.glob("zen_core-*.whl")
    made.install(str(wheel))
    return made


def test_a_stack_is_carried_to_an_empty_environment_and_works_there(
    installed: Environment, elsewhere: Environment, wheels: Path, tmp_path: Path
) -> None:
    script, file = tmp_path / "counting.py", str(tmp_path / "prod.yaml")
    script.write_text(PIPELINE)
    installed.run("zen", "artifact-store", "register", "mine", "--flavor=local")
    installed.run("zen", "stack", "update", "default", "-a", "mine")
    installed.run("zen", "stack", "export", "default", file)
    elsewhere.run("zen", "stack", "import", file, "--name", "prod")
    elsewhere.run("zen", "stack", "sync", "--check", code=1)
    elsewhere.run("zen", "stack", "sync", "--find-links", str(wheels))
    done = elsewhere.run("zen", "run", str(script))
    assert done.stdout == "1\n"
    assert "on stack 'prod'" in done.stderr
    assert "zen-plugin-mysql" not in elsewhere.run("pip", "list").stdout


def test_a_lock_carries_the_versions_along(
    installed: Environment, elsewhere: Environment, wheels: Path, tmp_path: Path
) -> None:
    here, there = tmp_path / "project", tmp_path / "clone"
    links = ("--find-links", str(wheels))
    here.mkdir()
    for environment in (installed, elsewhere):
        # Another version is the point.
        environment.environ.update(PIP_CONSTRAINT="", UV_CONSTRAINT="")
    installed.install("platformdirs==4.3.6")
    installed.run("zen", "init", cwd=here)
    installed.run("zen", "stack", "lock", *links, cwd=here)
    installed.run("zen", "stack", "export", "default", "default.yaml", cwd=here)
    there.mkdir()
    elsewhere.run("zen", "init", cwd=there)
    for name in ("zen.lock", "default.yaml"):
        (there / name).write_bytes((here / name).read_bytes())
    elsewhere.run("zen", "stack", "import", "default.yaml", cwd=there)
    wrong = elsewhere.run("zen", "stack", "sync", "--check", cwd=there, code=1)
    assert re.search(r"platformdirs +│ 4\.3\.6 ", wrong.stdout)
    elsewhere.run("zen", "stack", "sync", *links, cwd=there)
    elsewhere.run("zen", "stack", "sync", "--check", cwd=there)
    assert re.search(r"platformdirs +4\.3\.6", elsewhere.run("pip", "list").stdout)
    (there / "counting.py").write_text(PIPELINE)
    assert elsewhere.run("zen", "run", "counting.py", cwd=there).stdout == "1\n"


def test_the_first_command_of_the_readme_runs_the_example(tmp_path: Path) -> None:
    readme = (PROJECT / "README.md").read_text()
    command, _ = re.findall(r"```shell\n(.*?)\n```", readme, re.DOTALL)
    clone = tmp_path / "clone"
    tracked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(
        tracked, cwd=PROJECT, capture_output=True, text=True, check=True
    )
    for name in files.stdout.splitlines():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_bytes((PROJECT / name).read_bytes())
    done = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - bash is where PATH says
        cwd=clone,
        env={**clean_environ(), "ZEN_CONFIG_PATH": str(tmp_path / "config")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^Accuracy: 0\.9\d+$", done.stdout, re.MULTILINE)


def test_the_gate_runs_the_test_command_of_the_readme() -> None:
    readme = (PROJECT / "README.md").read_text()
    _, command = re.findall(r"```shell\n(.*?)\n```", readme, re.DOTALL)
    assert command in (PROJECT / ".ci" / "run").read_text()
    assert shlex.split(command)[0] == "python3"
