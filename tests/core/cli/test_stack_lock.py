"""`zen stack lock` and `zen stack sync`, as far as they install nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.carrying import LockedEnvironment, LockFile, Pin

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution


@pytest.fixture
def inside(zen: Zen, here: Path) -> Path:
    """In a repository."""
    zen("init")
    return here


@pytest.fixture
def lock(inside: Path, fake_distribution: FakeDistribution) -> LockFile:
    """A lock of two distributions, of which one is installed in another version."""
    fake_distribution("acme", version="1.0")
    pins = [Pin(name=n, version="2.0", hashes=["sha256:ab"]) for n in ("acme", "gone")]
    here = LockedEnvironment.here(pins)
    lock = LockFile(format_version=1, stack="default", environments=[here])
    lock.write(inside / "zen.lock")
    return lock


def test_what_the_active_stack_needs_is_installed_here(zen: Zen) -> None:
    everything = "Everything that stack 'default' needs is installed.\n"
    outcome = zen("stack", "sync", "--check")
    assert outcome.out == everything
    assert "zen.lock" not in outcome.err
    assert zen("stack", "sync").out == everything
    assert zen("stack", "sync", "--check", "-o", "json").json == []


def test_in_a_repository_without_a_lock_that_is_said(zen: Zen, inside: Path) -> None:
    assert "There is no 'zen.lock' here" in zen("stack", "sync", "--dry-run").err
    del inside


def test_what_is_missing_for_a_stack_without_a_lock(zen: Zen, here: Path) -> None:
    zen("stack", "export", "default", "x.yaml")
    text = (here / "x.yaml").read_text()
    for old, new in (
        ("flavor: local", "flavor: s3"),
        ("zen-plugin-local", "acme-s3"),
        ("artifact_store:\n    name: default", "artifact_store:\n    name: s3"),
    ):
        text = text.replace(old, new, 1)
    (here / "x.yaml").write_text(text)
    imported = zen("stack", "import", "x.yaml", "--name", "s3", "--set")
    assert "zen stack sync" in imported.err
    assert zen("stack", "sync", "--check", "-o", "json", code=1).json == [
        {
            "name": "acme-s3",
            "wanted": "1.0.0",
            "installed": "",
            "problem": "missing",
            "detail": "for flavor 's3' of artifact store 's3'",
        }
    ]


@pytest.mark.parametrize(("option", "code"), [("--check", 1), ("--dry-run", 0)])
def test_what_differs_from_the_lock_is_shown(
    zen: Zen, lock: LockFile, option: str, code: int
) -> None:
    shown = zen("stack", "sync", option, "-o", "json", code=code).json
    assert [(row["name"], row["problem"]) for row in shown] == [
        ("acme", "version"),
        ("gone", "missing"),
        ("zen-core", "unlocked"),
        ("zen-plugin-local", "unlocked"),
        ("zen-plugin-pipelines", "unlocked"),
        ("zen-plugin-sqlite", "unlocked"),
    ]
    table = zen("stack", "sync", option, code=code).out.splitlines()
    assert "DISTRIBUTION" in table[1]
    assert [row.split()[1] for row in table[3:-1] if row[2] != " "] == [
        row["name"] for row in shown
    ]
    del lock


def test_what_the_lock_lacks_is_not_installed(zen: Zen, lock: LockFile) -> None:
    outcome = zen("stack", "sync", code=1)
    assert (
        "The lock lacks distributions that are needed: zen-core, for Zen itself;"
        in outcome.err
    )
    assert "zen stack lock" in outcome.err
    del lock


def test_a_damaged_lock_is_located(zen: Zen, inside: Path) -> None:
    (inside / "zen.lock").write_text("format_version: 1\nstak: x\n...\n")
    outcome = zen("stack", "sync", "--check", code=1)
    assert f"{inside / 'zen.lock'}, line 1: 'environments' is missing" in outcome.err
    assert "line 2: 'stak' is unknown. Did you mean 'stack'?" in outcome.err


def test_a_lock_is_written_through_no_link(zen: Zen, inside: Path) -> None:
    zen("stack", "list")
    (inside / "zen.lock").symlink_to(inside / "target")
    assert "zen.lock' is a symbolic link" in zen("stack", "lock", "-y", code=1).err
    assert not (inside / "target").exists()


def test_check_and_dry_run_are_not_given_together(zen: Zen) -> None:
    outcome = zen("stack", "sync", "--check", "--dry-run", code=2)
    assert "can't be used together" in outcome.err


def test_a_lock_needs_a_repository(zen: Zen) -> None:
    outcome = zen("stack", "lock", code=1)
    assert (
        "A lock is kept in a repository, and this folder isn't in one." in outcome.err
    )
    assert "zen init" in outcome.err


def test_a_stack_that_is_gone_needs_nothing(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_ACTIVATED_STACK", "gone")
    outcome = zen("stack", "sync", code=1)
    assert "environment variable ZEN_ACTIVATED_STACK" in outcome.err


@pytest.mark.parametrize("command", [("stack", "import"), ("apply", "-y", "-f")])
def test_a_component_type_that_nobody_has_is_refused(
    zen: Zen, here: Path, command: tuple[str, ...]
) -> None:
    """No command could remove the component again."""
    zen("stack", "export", "default", "x.yaml")
    text = (here / "x.yaml").read_text()
    widget = "components:\n  alertr:\n    name: w\n    flavor: z\n"
    changed = text.replace("components:\n", widget, 1)
    (here / "x.yaml").write_text(changed.replace("name: default", "name: other", 1))
    err = zen(*command, "x.yaml", code=1).err
    assert "offers the component type 'alertr'. Did you mean 'alerter'?" in err
    assert len(zen("stack", "list", "-o", "json").json) == 1


def test_what_nothing_can_be_installed_for_is_told(zen: Zen, here: Path) -> None:
    """A flavor that nobody says a distribution for is no flavor that is there."""
    zen("stack", "export", "default", "x.yaml")
    text = (here / "x.yaml").read_text()
    for old, new in (
        ("name: default\n    flavor: local", "name: o\n    flavor: gone"),
        ("    provider:\n      distribution: zen-plugin-local\n", ""),
        ("      version: 1.0.0\n", ""),
    ):
        text = text.replace(old, new, 1)
    (here / "x.yaml").write_text(text)
    zen("stack", "import", "x.yaml", "--name", "lost", "--set")
    outcome = zen("stack", "sync", "--check", code=1)
    assert outcome.out.startswith("Everything that stack")
    assert "Flavor 'gone' does not exist" in outcome.err
    assert "Flavor 'gone' does not exist" in zen("stack", "sync", code=1).err
