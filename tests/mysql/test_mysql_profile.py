"""A profile on a MySQL server, as the original's page on profiles describes it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.servers import execute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

    from tests.servers import FreshDatabase
    from zen.testing import ZenProject

GRANT = "GRANT ALL PRIVILEGES ON *.* TO 'zenml'@'%' IDENTIFIED BY 'password';"
CREATE = "CREATE DATABASE zenml;"
NOTICES = """\
Initializing profile `mysql_profile`...
Initializing store...
Registered stack component with type 'orchestrator' and name 'default'.
Registered stack component with type 'metadata_store' and name 'default'.
Registered stack component with type 'artifact_store' and name 'default'.
Registered stack with name 'default'.
"""


@pytest.fixture
def server(mysql_url: FreshDatabase) -> Iterator[URL]:
    """Return the URL of a server on which nobody has followed the recipe yet."""
    admin = mysql_url()
    yield make_url(admin)
    execute(admin, "DROP DATABASE IF EXISTS zenml", "DROP USER IF EXISTS zenml")


def mysql(server: URL, user: str | None, password: str | None, statement: str) -> None:
    """Let the program of that name execute a statement."""
    program = shutil.which("mysql") or shutil.which("mariadb")
    assert program
    where = [f"--host={server.host}", f"--port={server.port}", f"--user={user}"]
    subprocess.run(
        [program, "--no-defaults", *where, f"--password={password}", "-e", statement],
        check=True,
    )


def test_the_recipe_makes_a_profile(server: URL, zen_project: ZenProject) -> None:
    mysql(server, server.username, server.password, GRANT)
    mysql(server, "zenml", "password", CREATE)
    place = f"{server.host}:{server.port}/zenml"
    url = f"mysql://zenml:password@{place}"
    create = ("profile", "create", "--store-type", "sql", "--url", url, "mysql_profile")
    created = zen_project.run(*create).assert_success()
    assert created.out == "Profile 'mysql_profile' successfully created.\n"
    assert NOTICES in created.err
    # Where lines break depends on the length of the folder's name.
    assert "name an environment variable in its place" in " ".join(created.err.split())
    zen_project.run("profile", "set", "mysql_profile").assert_success()
    described = zen_project.run("profile", "describe", "-o", "json").assert_success()
    assert described.json() == {
        "name": "mysql_profile",
        "store_url": f"mysql://zenml:***@{place}",
        "store_type": "sql",
        "active_stack": "default",
        "active_user": "default",
    }
    assert ":password@" not in f"{created}{described}".replace(url, "")


def test_a_metadata_store_is_registered_and_keeps_runs(
    mysql_url: FreshDatabase, zen_project: ZenProject
) -> None:
    url = make_url(mysql_url())
    fields = {
        "host": url.host,
        "port": url.port,
        "database": url.database,
        "username": url.username,
        "password": "${DB_PASSWORD}",
    }
    options = [f"--{name}={value}" for name, value in fields.items()]
    register = ("metadata-store", "register", "shared", "--flavor", "mysql")
    zen_project.run(*register, *options).assert_success()
    zen_project.run("stack", "update", "default", "-m", "shared").assert_success()
    (zen_project.path / "run.py").write_text(PIPELINE)
    with_password = {"DB_PASSWORD": str(url.password)}
    ran = zen_project.run("run", "run.py", env=with_password).assert_success()
    assert ran.out == "45\n"
    listed = zen_project.run(
        "pipeline", "runs", "list", "-o", "json", env=with_password
    )
    assert "completed" in listed.assert_success().out
    failed = zen_project.run("pipeline", "runs", "list").assert_failed()
    assert "'DB_PASSWORD' isn't set" in failed.err


def test_a_password_is_refused(zen_project: ZenProject) -> None:
    register = ("metadata-store", "register", "shared", "--flavor", "mysql")
    options = ("--host=h", "--database=d", "--password=hush")
    refused = zen_project.run(*register, *options).assert_failed()
    assert "no store may keep one" in refused.err
    assert "password='${NAME}'" in refused.err
    assert "hush" not in refused.err


PIPELINE = """\
from zen_pipelines import pipeline, step


@step
def numbers(count: int) -> list[int]:
    return list(range(count))


@step
def total(values: list[int]) -> int:
    return sum(values)


@pipeline
def adding() -> None:
    total(numbers(10))


if __name__ == "__main__":
    print(adding.run().get_step("total").output.read())
"""
