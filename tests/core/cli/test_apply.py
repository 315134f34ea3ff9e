"""`zen apply`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen

STACK = """\
format_version: 1
name: prod
components:
  artifact_store:
    name: bucket
    flavor: local
    configuration:
      path: /b
  metadata_store:
    name: default
    flavor: sqlite
  orchestrator:
    name: default
    flavor: local
"""


@pytest.fixture
def file(here: Path) -> Path:
    path = here / "stack.yaml"
    path.write_text(STACK)
    return path


@pytest.fixture(params=["local", "sql"])
def profile(request: pytest.FixtureRequest, zen: Zen, tmp_path: Path) -> str:
    """The kind of store that the active profile has."""
    kind = str(request.param)
    place = {"local": f"{tmp_path}/team", "sql": f"sqlite:///{tmp_path}/team.db"}
    zen("profile", "create", "team", "-t", kind, "--url", place[kind])
    zen("profile", "set", "team")
    return kind


def path_of(zen: Zen) -> str:
    described = zen("artifact-store", "describe", "bucket", "-o", "json").json
    return str(described["configuration"]["path"])


def last_revision(zen: Zen) -> int:
    return int(zen("profile", "log", "-n", "1", "-o", "json").json[0]["sequence"])


def test_a_plan_shows_exactly_the_change_and_does_nothing(
    zen: Zen, file: Path, profile: str
) -> None:
    zen("apply", "-f", str(file), "-y")
    before = last_revision(zen)
    file.write_text(STACK.replace("/b", "/c"))
    assert zen("apply", "-f", str(file), "--plan", "-o", "json").json == [
        {
            "action": "changed",
            "kind": "component",
            "key": "artifact_store/bucket",
            "fields": [
                {"field": "configuration.path", "before": "/b", "after": "/c"},
            ],
        }
    ]
    (row,) = zen("apply", "-f", str(file), "--plan").out.splitlines()[3:-1]
    cells = [cell.strip() for cell in row.strip("┃").split("│")]
    assert cells == [
        "changed",
        "Artifact store 'bucket'",
        "configuration.path",
        "/b",
        "/c",
    ]
    assert last_revision(zen) == before
    del profile


def test_apply_asks_and_takes_no_for_an_answer(zen: Zen, file: Path) -> None:
    outcome = zen("apply", "-f", str(file), answer="n\n", code=1)
    assert "configuration.path" in outcome.out
    assert "This will change the active profile as shown." in outcome.err
    zen("apply", "-f", str(file), answer="", code=1)
    assert [s["name"] for s in zen("stack", "list", "-o", "json").json] == ["default"]


def test_apply_is_one_commit_and_says_what_it_did(
    zen: Zen, file: Path, profile: str
) -> None:
    before = last_revision(zen)
    outcome = zen("apply", "-f", str(file), answer="y\n")
    assert outcome.out.endswith("Successfully applied: 2 added.\n")
    assert last_revision(zen) == before + 1
    assert path_of(zen) == "/b"
    del profile


def test_apply_twice_is_apply_once(zen: Zen, file: Path) -> None:
    zen("apply", "-f", str(file), "-y")
    assert (
        zen("apply", "-f", str(file)).out
        == "Nothing to do: 'prod' already matches the file.\n"
    )
    assert zen("apply", "-f", str(file), "-o", "json").json == []


def test_apply_reads_what_export_writes(zen: Zen, here: Path) -> None:
    zen("stack", "export", "default")
    outcome = zen("apply", "-f", str(here / "default.yaml"))
    assert outcome.out == "Nothing to do: 'default' already matches the file.\n"


def test_apply_reads_standard_input(zen: Zen) -> None:
    outcome = zen("apply", "-f", "-", "-y", answer=STACK)
    assert "Successfully applied" in outcome.out


def test_apply_with_json_prints_nothing_else(zen: Zen, file: Path) -> None:
    outcome = zen("apply", "-f", str(file), "-y", "-o", "json")
    assert [each["key"] for each in outcome.json] == ["artifact_store/bucket", "prod"]


def test_apply_tells_who_else_has_what_changes(zen: Zen, file: Path) -> None:
    zen("apply", "-f", str(file), "-y")
    zen("stack", "copy", "prod", "other")
    file.write_text(STACK.replace("/b", "/c"))
    outcome = zen("apply", "-f", str(file), "--plan")
    assert "Artifact store 'bucket' is also part of stack 'other'." in outcome.err


def test_what_a_file_leaves_out_is_removed_from_the_stack_and_stays(
    zen: Zen, file: Path
) -> None:
    zen("apply", "-f", str(file), "-y")
    zen("secrets-manager", "register", "safe", "-f", "local")
    zen("stack", "update", "prod", "-x", "safe")
    outcome = zen("apply", "-f", str(file), "-y")
    (row,) = outcome.out.splitlines()[3:-2]
    assert [cell.strip() for cell in row.strip("┃").split("│")] == [
        "removed",
        "Stack 'prod'",
        "components.secrets_manager",
        "safe",
        "",
    ]
    assert outcome.out.endswith("Successfully applied: 1 changed.\n")
    assert [m["name"] for m in zen("secrets-manager", "list", "-o", "json").json] == [
        "safe"
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("flavor: local", "flavor: locl"), "Did you mean 'local'?"),
        (("path: /b", "paht: /b"), "Did you mean 'path'?"),
        (("name: bucket", "nam: bucket"), "stack.yaml, line 4: 'components."),
        (("name: prod", "format_version: 1"), "line 2: 'format_version' is given tw"),
    ],
)
def test_apply_explains_what_is_wrong_and_does_nothing(
    zen: Zen, file: Path, change: tuple[str, str], message: str
) -> None:
    file.write_text(STACK.replace(*change, 1))
    outcome = zen("apply", "-f", str(file), "-y", code=1)
    assert message in outcome.err
    assert [s["name"] for s in zen("stack", "list", "-o", "json").json] == ["default"]


def test_apply_of_an_empty_file(zen: Zen, file: Path) -> None:
    file.write_text("")
    assert "it holds no stack" in zen("apply", "-f", str(file), code=1).err


def test_of_two_who_apply_at_once_one_gets_the_conflict(
    zen: Zen, file: Path, profile: str, here: Path
) -> None:
    """The one who was shown what is no longer so."""
    zen("apply", "-f", str(file), "-y")
    file.write_text(STACK.replace("/b", "/slow"))
    command = [sys.executable, "-m", "zen", "apply", "-f", str(file)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as slow:
        assert slow.stdout
        shown = ""
        while not shown.endswith("[y/N]:"):
            shown += slow.stdout.read(1)
        (here / "other.yaml").write_text(STACK.replace("/b", "/quick"))
        zen("apply", "-f", str(here / "other.yaml"), "-y")
        rest, _ = slow.communicate("y\n", timeout=300)
    assert "/slow" in shown
    assert slow.returncode == 1
    assert "Artifact store 'bucket' was changed by " in rest
    assert "(zen apply) at " in rest
    assert "nothing was written" in rest
    assert path_of(zen) == "/quick"
    del profile


def test_a_wrong_attribute_is_not_to_be_repaired_in_the_profile(
    zen: Zen, file: Path
) -> None:
    """For it is the file that is wrong, and the component isn't there."""
    file.write_text(STACK.replace("path: /b", "pth: /b"))
    err = zen("apply", "-f", str(file), "-y", code=1).err
    assert "'pth'" in err
    assert "Did you mean 'path'?" in err
    assert "zen artifact-store update" not in err
