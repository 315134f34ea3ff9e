"""Files that are cut short, whichever it is and wherever: all else goes on working."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING

import pytest

from zen import Repository
from zen.config import GlobalConfiguration
from zen.errors import DamagedDataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import RunPython
    from tests.core.cli.conftest import Zen
    from tests.sweeps import Instants

RECORDS = {
    "components/orchestrator/default.yaml": ["orchestrator", "list"],
    "components/artifact_store/default.yaml": ["artifact-store", "list"],
    "components/metadata_store/default.yaml": ["metadata-store", "list"],
    "stacks/default.yaml": ["stack", "list"],
}
STATE = [".state/log.jsonl", ".state/.gitignore", ".state/lock"]
# A prime, so that every kind of place is met.
STEP = 7
RUN = """\
import json, sys
from zen.cli.main import main
main(json.loads(sys.argv[1]), standalone_mode=True)
"""


@pytest.fixture
def profile(zen: Zen, config: Path) -> Path:
    """The active profile's folder; there is another profile, `other`."""
    zen("profile", "create", "other")
    return config / "profiles" / "default"


@pytest.fixture
def others_work(
    zen: Zen, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Demand that whatever needs no damaged file works."""
    del profile

    def check() -> None:
        assert "profile" in zen("--help").out
        names = [each["name"] for each in zen("profile", "list", "-o", "json").json]
        assert names == ["default", "other"]
        assert zen("plugin", "list").out
        with monkeypatch.context() as patch:
            patch.setenv("ZEN_ACTIVATED_PROFILE", "other")
            assert len(zen("stack", "list", "-o", "json").json) == 1

    return check


def shortened(file: Path, instants: Instants, step: int = 1) -> Iterator[int]:
    """Cut a file at one place after another, and mend it in the end."""
    content = file.read_bytes()
    for length in instants(range(0, len(content), step)):
        file.write_bytes(content[:length])
        yield length
    file.write_bytes(content)


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_is_cut_short_is_named_at_whatever_byte(
    profile: Path, name: str, instants: Instants
) -> None:
    file = profile / name
    store = Repository().store
    # A file without its last line end is whole.
    whole = len(file.read_bytes().rstrip())
    for length in shortened(file, instants):
        damaged = [*store.components()[1], *store.stacks()[1]]
        places = [error.where for error in damaged]
        assert places == ([file] if length < whole else []), length
        assert len(store.components()[0]) + len(store.stacks()[0]) == 4 - len(places)


@pytest.mark.parametrize(("name", "command"), RECORDS.items())
def test_a_record_that_is_cut_short_stops_nothing_else(
    zen: Zen,
    profile: Path,
    others_work: Callable[[], None],
    name: str,
    command: list[str],
    instants: Instants,
) -> None:
    file = profile / name
    for _ in shortened(file, instants, STEP):
        outcome = zen(*command, code=1)
        assert f"Error: {file}, line" in outcome.err
        assert len(outcome.err.splitlines()) <= 10
        others_work()
    zen(*command)


@pytest.mark.parametrize("name", STATE)
def test_what_belongs_to_the_host_may_be_cut_short(
    zen: Zen,
    profile: Path,
    others_work: Callable[[], None],
    name: str,
    instants: Instants,
) -> None:
    """A commit that isn't whole is none, and nothing that is there gets lost."""
    for length in shortened(profile / name, instants, 101):
        assert len(zen("stack", "list", "-o", "json").json) == 1
        zen("profile", "log")
        if length % 2:
            others_work()
    zen("artifact-store", "register", "bucket", "-f", "local")


def test_the_configuration_that_is_cut_short_is_named_at_whatever_byte(
    profile: Path, config: Path, instants: Instants
) -> None:
    del profile
    file = config / "config.yaml"
    whole = len(file.read_bytes().rstrip())
    for length in shortened(file, instants):
        if length >= whole:
            assert len(GlobalConfiguration().load().profiles) == 2
            continue
        with pytest.raises(DamagedDataError) as caught:
            GlobalConfiguration().load()
        assert caught.value.where == file
        assert caught.value.line


def test_the_configuration_that_is_cut_short_stops_nothing_that_does_without(
    zen: Zen, profile: Path, config: Path, instants: Instants
) -> None:
    del profile
    file = config / "config.yaml"
    for _ in shortened(file, instants, STEP):
        assert "profile" in zen("--help").out
        assert zen("plugin", "list").out
        assert zen("--version").out
        for command in (["profile", "list"], ["stack", "list"], ["profile", "log"]):
            assert f"Error: {file}, line" in zen(*command, code=1).err
    assert len(zen("profile", "list", "-o", "json").json) == 2


def test_the_doctor_works_though_everything_is_damaged(
    zen: Zen, profile: Path, config: Path
) -> None:
    for name in (*RECORDS, *STATE):
        file = profile / name
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    zen("plugin", "doctor")
    config.joinpath("config.yaml").write_text("broken")
    zen("--no-plugins", "plugin", "doctor")
    zen("--help")


def test_a_profile_that_cannot_be_written_can_be_read(
    profile: Path, run_python: RunPython
) -> None:
    folders = [profile, *(path for path in profile.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)

    def run(*arguments: str) -> str:
        return run_python(RUN, json.dumps(arguments), unprivileged=True)

    try:
        assert len(json.loads(run("stack", "list", "-o", "json"))) == 1
        assert len(json.loads(run("profile", "log", "-o", "json"))) == 1
        refused = f"can't be written: {os.strerror(errno.EACCES)}"
        with pytest.raises(AssertionError, match=refused):
            run("artifact-store", "register", "bucket", "-f", "local")
    finally:
        for path in folders:
            path.chmod(0o755)
    assert "Copied" in run("profile", "copy", "default", "team")


def test_names_that_differ_in_case_only_are_one_name(zen: Zen) -> None:
    new = ("-o", "default", "-a", "DEFAULT", "-m", "Default")
    zen("stack", "register", "Prod", *new)
    assert (
        "Stack 'prod' already exists"
        in zen("stack", "register", "PROD", *new, code=1).err
    )
    zen("stack", "set", "pROD")
    assert "Prod" in zen("stack", "describe", "PROD").out
    bucket = ("register", "DEFAULT", "-f", "local")
    assert "already exists" in zen("artifact-store", *bucket, code=1).err


@pytest.mark.parametrize("store_type", ["local", "sql"])
def test_names_may_have_a_hundred_characters(zen: Zen, store_type: str) -> None:
    name = "N" + "x-" * 49 + "9"
    zen("profile", "create", name, "-t", store_type)
    zen("profile", "set", name)
    zen("artifact-store", "register", name, "-f", "local")
    zen("stack", "register", name, "-o", "default", "-a", name, "-m", "default")
    names = [row["name"] for row in zen("stack", "list", "-o", "json").json]
    assert sorted(names) == sorted([name, "default"])
    long = f"{name}x"
    err = zen("stack", "rename", name, long, code=1).err
    assert f"'{long}' is not a valid stack name." in err


@pytest.mark.parametrize("store_type", ["local", "sql"])
def test_a_megabyte_may_be_an_attribute(zen: Zen, here: Path, store_type: str) -> None:
    zen("profile", "create", "team", "-t", store_type)
    zen("profile", "set", "team")
    path = "/" + "x" * (1 << 20)
    (here / "path").write_text(path)
    zen("artifact-store", "register", "bucket", "-f", "local", "--path=@path")
    described = zen("artifact-store", "describe", "bucket", "-o", "json").json
    assert described["configuration"]["path"] == path
    (change,) = zen("profile", "diff", "1", "-o", "json").json
    assert change["action"] == "added"


def test_where_all_is_damaged_a_list_does_not_say_that_there_is_nothing(
    zen: Zen, profile: Path
) -> None:
    (profile / "stacks" / "default.yaml").write_text("a: [")
    (profile / "components" / "alerter").mkdir()
    (profile / "components" / "alerter" / "horn.yaml").write_text("a: [")
    for group in ("stack", "alerter"):
        outcome = zen(group, "list", code=1)
        assert outcome.out == ""
        assert "Error: " in outcome.err
