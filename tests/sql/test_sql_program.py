"""Profiles in databases, as users of the program see them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from tests.servers import free_port
from zen.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from click.testing import Result

PIPELINE = """\
from zen_pipelines import pipeline, step


@step
def total(values: list[int]) -> int:
    return sum(values)


@pipeline
def adding() -> None:
    total([1, 2, 3])


if __name__ == "__main__":
    print(adding.run().get_step("total").output.read())
"""


@dataclass(frozen=True)
class Host:
    """Run the program, in this process, with a configuration of its own."""

    config: Path

    def run(
        self, *arguments: str, code: int = 0, env: Mapping[str, str] | None = None
    ) -> Result:
        settings = {"ZEN_CONFIG_PATH": str(self.config), "COLUMNS": "240"}
        result = CliRunner().invoke(main, arguments, env={**settings, **(env or {})})
        assert result.exit_code == code, result.output
        return result

    def use(self, url: str) -> None:
        """Make a profile at a URL the active one."""
        self.run("profile", "create", "team", "-t", "sql", "--url", url)
        self.run("profile", "set", "team")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "one")


@pytest.fixture
def other_host(tmp_path: Path) -> Host:
    return Host(tmp_path / "other")


def test_a_profile_that_one_host_makes_is_used_by_another(
    any_url: str, host: Host, other_host: Host, here: Path
) -> None:
    host.use(any_url)
    host.run("artifact-store", "register", "mine", "--flavor", "local")
    other_host.use(any_url)
    assert '"mine"' in other_host.run("artifact-store", "list", "-o", "json").stdout
    (here / "run.py").write_text(PIPELINE)
    assert other_host.run("run", "run.py").stdout == "6\n"
    list_runs = ("pipeline", "runs", "list", "-o", "json")
    assert '"completed"' in other_host.run(*list_runs).stdout
    # What the default stack keeps is in each host's own folder.
    assert host.run(*list_runs).stdout == "[]\n"


@pytest.mark.slow
def test_hosts_may_make_a_profile_at_the_same_time(
    any_url: str, host: Host, tmp_path: Path
) -> None:
    """In a database without tables; one default stack is made, and all have it."""
    folders = [tmp_path / f"host-{number}" for number in range(4)]
    create = [sys.executable, "-m", "zen", "profile", "create", "team", "-t", "sql"]
    hosts = [
        subprocess.Popen(
            [*create, "--url", any_url],
            env={**os.environ, "ZEN_CONFIG_PATH": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for folder in folders
    ]
    outputs = [each.communicate(timeout=120) for each in hosts]
    assert [each.returncode for each in hosts] == [0] * 4, outputs
    for folder in folders:
        described = Host(folder).run("profile", "describe", "team", "-o", "json").stdout
        assert json.loads(described)["active_stack"] == "default"
    host.use(any_url)
    stacks = json.loads(host.run("stack", "list", "-o", "json").stdout)
    assert [stack["name"] for stack in stacks] == ["default"]
    stores = json.loads(host.run("artifact-store", "list", "-o", "json").stdout)
    assert len(stores) == 1


@pytest.mark.slow
def test_a_password_in_clear_is_kept_in_the_configuration_alone(
    server_url: str, host: Host
) -> None:
    password = str(make_url(server_url).password)
    created = host.run("profile", "create", "team", "-t", "sql", "--url", server_url)
    assert created.stderr.count("name an environment variable in its place") == 1
    listed = host.run("profile", "list")
    described = host.run("profile", "describe", "team", "-o", "json")
    deleted = host.run("profile", "delete", "team", "-y")
    assert "Its data stays at" in deleted.stderr
    assert host.config.joinpath("config.yaml").stat().st_mode & 0o777 == 0o600
    for result in (created, listed, described, deleted):
        assert f":{password}@" not in result.output


def test_a_password_is_looked_up_and_neither_kept_nor_shown(
    server_url: str, host: Host
) -> None:
    password = str(make_url(server_url).password)
    url = server_url.replace(f":{password}@", ":${DB_PASSWORD}@")
    env = {"DB_PASSWORD": password}
    create = ("profile", "create", "team", "-t", "sql", "--url", url)
    created = host.run(*create, env=env)
    host.run("profile", "set", "team")
    assert url in (host.config / "config.yaml").read_text()
    listed, described = host.run("stack", "list", env=env), host.run("profile", "list")
    failed = host.run("stack", "list", code=1)
    assert "'DB_PASSWORD' isn't set" in failed.stderr
    assert "export DB_PASSWORD=" in failed.stderr
    for result in (created, listed, described, failed):
        assert password not in result.output
    # Another profile works all the same.
    host.run("profile", "create", "own")
    host.run("profile", "set", "own")
    host.run("stack", "list")


def test_other_profiles_work_while_a_server_is_down(
    server_url: str, host: Host
) -> None:
    down = make_url(server_url).set(port=free_port())
    text = down.render_as_string(hide_password=False)
    create = ("profile", "create", "team", "-t", "sql", "--url", text)
    refused = host.run(*create, code=1)
    assert "Check that the server runs" in refused.stderr
    assert "Traceback" not in refused.stderr
    host.run("stack", "list")
    assert '"team"' not in host.run("profile", "list", "-o", "json").stdout


def test_other_profiles_work_while_a_file_is_damaged(host: Host) -> None:
    host.run("profile", "create", "laptop", "-t", "sql")
    host.run("profile", "set", "laptop")
    file = host.config / "profiles" / "laptop" / "zen.db"
    file.write_bytes(file.read_bytes()[:-100])
    failed = host.run("stack", "list", code=1)
    assert f"{file} can't be used: the file was cut short." in failed.stderr
    assert "Traceback" not in failed.stderr
    for command in ("profile list", "profile describe", "plugin list", "--help"):
        host.run(*command.split())
    host.run("profile", "create", "own")
    host.run("profile", "set", "own")
    host.run("stack", "list")
