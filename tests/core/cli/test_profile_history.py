"""`zen profile log`, `diff`, `restore` and `prune`."""

from __future__ import annotations

import getpass
import socket
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen

DEFAULTS = (
    *("artifact store 'default'", "metadata store 'default'"),
    *("orchestrator 'default'", "stack 'default'"),
)
STACK = ("-o", "default", "-a", "bucket", "-m", "default")


@pytest.fixture(autouse=True)
def past(zen: Zen, config: Path) -> Path:
    """Five commits; returns the profile's folder."""
    zen("artifact-store", "register", "bucket", "--flavor=local", "--path=/old")
    zen("stack", "register", "prod", *STACK)
    zen("artifact-store", "update", "bucket", "--path=/new")
    zen("stack", "delete", "prod", "-y")
    return config / "profiles" / "default"


def revisions(zen: Zen, *arguments: str) -> list[int]:
    rows = zen("profile", "log", *arguments, "-o", "json").json
    return [row["sequence"] for row in rows]


def stacks(zen: Zen) -> list[str]:
    return [row["name"] for row in zen("stack", "list", "-o", "json").json]


def test_the_log_is_read_from_the_newest(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    _, head, _, *rows, _ = zen("profile", "log").out.splitlines()
    titles = [cell.strip() for cell in head.strip("┃").split("│")]
    assert titles == ["REV", "WHEN (UTC)", "WHO", "COMMAND", "CHANGES"]
    cells = [[cell.strip() for cell in row.strip("┃").split("│")] for row in rows]
    who = f"{getpass.getuser()} on {socket.gethostname()}"
    assert [(number, by, what) for number, _, by, *_, what in cells] == [
        ("5", who, "removed stack 'prod'"),
        ("4", who, "changed artifact store 'bucket'"),
        ("3", who, "added stack 'prod'"),
        ("2", who, "added artifact store 'bucket'"),
        ("1", who, f"added {', '.join(DEFAULTS)}"),
    ]
    assert cells[3][3] == "zen artifact-store register bucket"
    today = datetime.now(timezone.utc)
    assert abs(datetime.fromisoformat(f"{cells[0][1]}+00:00") - today).days < 1


def test_programs_read_the_log_too(zen: Zen) -> None:
    first, *_ = zen("profile", "log", "-o", "json").json
    assert list(first) == ["sequence", "time", "user", "host", "command", "changes"]
    assert datetime.fromisoformat(first["time"]).tzinfo
    assert first["command"] == "zen stack delete prod"
    assert first["changes"] == [{"action": "removed", "kind": "stack", "key": "prod"}]


def test_the_log_may_be_short_or_that_of_another_profile(zen: Zen) -> None:
    assert revisions(zen, "--limit", "2") == [5, 4]
    assert revisions(zen, "-n", "1") == [5]
    zen("profile", "create", "team")
    assert revisions(zen, "team") == [1]
    zen("profile", "log", "--limit", "0", code=2)
    assert "Profile 'gone' does not exist" in zen("profile", "log", "gone", code=1).err


def test_a_difference_is_shown_field_by_field(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    rows = zen("profile", "diff", "3").out.splitlines()[3:-1]
    cells = [[cell.strip() for cell in row.strip("┃").split("│")] for row in rows]
    name = "Artifact store 'bucket'"
    assert cells == [
        ["changed", name, "configuration.path", "/old", "/new"],
        ["removed", "Stack 'prod'", "", "", ""],
    ]
    assert zen("profile", "diff", "5").out == "Nothing has changed.\n"


def test_programs_read_differences_too(zen: Zen) -> None:
    (change,) = zen("profile", "diff", "3", "4", "-o", "json").json
    field = {"field": "configuration.path", "before": "/old", "after": "/new"}
    assert change == {
        "action": "changed",
        "kind": "component",
        "key": "artifact_store/bucket",
        "fields": [field],
    }
    (change,) = zen("profile", "diff", "4", "5", "-o", "json").json
    assert (change["action"], change["key"]) == ("removed", "prod")
    assert {"field": "name", "before": "prod", "after": None} in change["fields"]


def test_a_record_that_is_damaged_is_named_beside_the_difference(
    zen: Zen, past: Path
) -> None:
    file = past / "components" / "artifact_store" / "bucket.yaml"
    file.write_text("<<<<<<< HEAD\n")
    outcome = zen("profile", "diff", "3", code=1)
    assert f"Error: {file}, line 1" in outcome.err
    assert "removed" in outcome.out


@pytest.mark.parametrize(
    "command", [["diff", "99"], ["diff", "1", "99"], ["restore", "99"]]
)
def test_an_unknown_revision_is_told_what_there_is(
    zen: Zen, command: list[str]
) -> None:
    err = zen("profile", *command, code=1).err
    assert "Revision '99' does not exist in the history, which goes from 1 to 5." in err
    assert "See 'zen profile log'." in err


def test_restoring_shows_the_way_and_asks(zen: Zen) -> None:
    outcome = zen("profile", "restore", "3", answer="n\n", code=1)
    assert "/new" in outcome.out
    assert "Are you sure" in outcome.err
    assert stacks(zen) == ["default"]
    outcome = zen("profile", "restore", "3", answer="y\n")
    assert "Successfully restored what was after revision 3." in outcome.out
    assert stacks(zen) == ["default", "prod"]
    described = zen("artifact-store", "describe", "bucket", "-o", "json").json
    assert described["configuration"]["path"] == "/old"
    assert revisions(zen, "-n", "1") == [6]
    assert zen("profile", "log", "-o", "json").json[0]["command"] == (
        "zen profile restore 3"
    )


def test_restoring_is_undone_by_restoring(zen: Zen) -> None:
    zen("profile", "restore", "1", "-y")
    assert stacks(zen) == ["default"]
    zen("profile", "restore", "5", "--yes")
    assert zen("profile", "diff", "5").out == "Nothing has changed.\n"


def test_restoring_what_is_asks_nothing(zen: Zen) -> None:
    outcome = zen("profile", "restore", "5")
    assert outcome.out == "Everything is as it was after revision 5.\n"
    assert revisions(zen, "-n", "1") == [5]


def test_restoring_keeps_the_active_stack(zen: Zen) -> None:
    zen("profile", "restore", "3", "-y")
    zen("stack", "set", "prod")
    err = zen("profile", "restore", "1", "-y", code=1).err
    assert "Stack 'prod' is active, and revision 1 doesn't have it." in err
    assert stacks(zen) == ["default", "prod"]


def test_restoring_mends_what_is_damaged(zen: Zen, past: Path) -> None:
    file = past / "stacks" / "default.yaml"
    content = file.read_bytes()
    file.write_bytes(content[:20])
    assert "cut short" in zen("stack", "list", code=1).err
    outcome = zen("profile", "restore", "5", "-y")
    assert f"Warning: {file}, line" in outcome.err
    assert file.read_bytes() == content
    assert stacks(zen) == ["default"]


def test_pruning_asks_and_says_how_many_have_gone(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    zen("profile", "prune", "--keep", "2", "-y")
    assert len(revisions(zen)) == 5, "those of the last day stay"
    monkeypatch.setattr("zen.stores.past.REMEMBERED", timedelta(0))
    outcome = zen("profile", "prune", "--keep", "2", answer="n\n", code=1)
    assert "except for the last 2 and those" in outcome.err
    assert len(revisions(zen)) == 5
    outcome = zen("profile", "prune", "--keep", "2", "-y")
    assert outcome.out == "Forgot 3 revisions of profile 'default'.\n"
    assert revisions(zen) == [5, 4]
    err = zen("profile", "restore", "2", "-y", code=1).err
    assert "goes from 4 to 5; what was before was pruned." in err
    zen("profile", "restore", "4", "-y")
    assert revisions(zen) == [6, 5, 4]


@pytest.mark.parametrize("arguments", [[], ["--keep", "0"], ["--keep", "x"]])
def test_pruning_is_told_how_many_to_keep(zen: Zen, arguments: list[str]) -> None:
    zen("profile", "prune", "-y", *arguments, code=2)


def test_another_profile_is_pruned_by_name(zen: Zen) -> None:
    zen("profile", "create", "team")
    out = zen("profile", "prune", "team", "--keep", "1", "-y").out
    assert out == "Forgot 0 revisions of profile 'team'.\n"
    assert len(revisions(zen)) == 5


def test_who_only_looks_back_changes_no_byte(zen: Zen, past: Path) -> None:
    def state() -> dict[Path, tuple[int, bytes]]:
        return {
            path: (path.stat().st_mtime_ns, path.read_bytes())
            for path in past.rglob("*")
            if path.is_file()
        }

    before = state()
    zen("profile", "log")
    zen("profile", "diff", "1", "-o", "yaml")
    zen("profile", "restore", "1", answer="n\n", code=1)
    assert state() == before
