"""A profile whose store was moved or deleted isn't taken for an empty one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from tests.programs import run_here
from zen.errors import StoreUnavailableError
from zen.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen

READERS = [
    ("stack", "list"),
    ("stack", "describe"),
    ("orchestrator", "list"),
    ("profile", "log", "team"),
    ("profile", "copy", "team", "other"),
    ("stack", "register", "new", "-o", "default", "-a", "default", "-m", "default"),
]


@pytest.fixture(params=["default place", "URL", "variable", "sql"])
def moved(
    request: pytest.FixtureRequest,
    zen: Zen,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Make the profile `team`, activate it, and move its store away."""
    monkeypatch.setenv("PLACE", str(tmp_path))
    place = tmp_path / "here" / "store"
    create = ("profile", "create", "team")
    if request.param == "default place":
        place = tmp_path / "config" / "profiles" / "team"
        zen(*create)
    elif request.param == "sql":
        place = place.with_name("zen.db")
        zen(*create, "-t", "sql", "--url", f"sqlite:///{place}")
    else:
        url = "${PLACE}/here/store" if request.param == "variable" else "store"
        zen(*create, "--url", url)
    zen("profile", "set", "team")
    place.rename(tmp_path / "moved")
    return place


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_the_error_says_where_it_was(
    zen: Zen, moved: Path, request: pytest.FixtureRequest
) -> None:
    is_variable = "variable" in request.node.callspec.id
    place = "${PLACE}/here/store" if is_variable else str(moved)
    told = one_line(zen("stack", "list", code=1).err)
    assert f"Profile 'team' can't be used: {place}," in told
    assert "Move it back" in told
    assert not moved.exists()


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_what_reads_or_writes_it_fails(
    zen: Zen, tmp_path: Path, command: tuple[str, ...]
) -> None:
    zen("profile", "create", "team", "--url", "store")
    zen("profile", "set", "team")
    rmtree(tmp_path / "here" / "store")
    assert "Profile 'team' can't be used" in one_line(zen(*command, code=1).err)
    assert not (tmp_path / "here" / "store").exists()


def test_it_is_there_again_when_it_is_moved_back(
    zen: Zen, moved: Path, tmp_path: Path
) -> None:
    (tmp_path / "moved").rename(moved)
    assert len(zen("stack", "list", "-o", "json").json) == 1


@pytest.mark.usefixtures("moved")
def test_status_tells_of_it(zen: Zen) -> None:
    troubles = zen("status", "-o", "json").json["troubles"]
    assert "Profile 'team' can't be used" in str(troubles)


def test_profiles_can_be_listed_and_another_one_be_chosen(
    zen: Zen, moved: Path
) -> None:
    listed = zen("profile", "list", "-o", "json").json
    assert [each["name"] for each in listed] == ["default", "team"]
    zen("profile", "describe", "team")
    zen("profile", "set", "default")
    zen("profile", "delete", "team", "-y")
    assert not moved.exists()
    assert len(zen("profile", "list", "-o", "json").json) == 1


@pytest.mark.usefixtures("moved")
def test_a_completion_offers_nothing(zen: Zen) -> None:
    del zen
    typed = {"_ZEN_COMPLETE": "bash_complete", "COMP_CWORD": "3"}
    done = run_here(env={**typed, "COMP_WORDS": "zen stack describe "})
    assert done.returncode == 0
    assert done.output.strip() == ""


def test_an_empty_folder_is_an_empty_profile(zen: Zen, tmp_path: Path) -> None:
    """Such as that of a clone, where no record was committed."""
    zen("profile", "create", "team", "--url", "store")
    zen("profile", "set", "team")
    rmtree(tmp_path / "here" / "store")
    (tmp_path / "here" / "store").mkdir()
    assert zen("stack", "list", "-o", "json").json == []


def test_an_open_repository_notices_it(zen: Zen, tmp_path: Path) -> None:
    zen("profile", "list")
    repository = Repository()
    assert repository.stacks
    (tmp_path / "config" / "profiles" / "default").rename(tmp_path / "moved")
    with pytest.raises(StoreUnavailableError, match="'default'"):
        _ = repository.stacks


@pytest.mark.parametrize(
    "command", [("stack", "list"), ("profile", "log", "team")], ids=" ".join
)
def test_a_file_in_its_place_is_no_empty_profile(
    zen: Zen, tmp_path: Path, command: tuple[str, ...]
) -> None:
    folder = tmp_path / "config" / "profiles" / "team"
    zen("profile", "create", "team")
    zen("profile", "set", "team")
    rmtree(folder)
    folder.write_text("notes")
    assert "a folder is needed" in one_line(zen(*command, code=1).err)
    zen("profile", "set", "default")
    zen("profile", "delete", "team", "-y")
    assert [*folder.parent.iterdir()] == [folder.with_name("default")]


def test_a_repository_that_was_moved_with_its_profile_has_one_command(
    zen: Zen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it pins stays."""
    (tmp_path / "before").mkdir()
    monkeypatch.chdir(tmp_path / "before")
    zen("init")
    zen("profile", "create", "team", "--url", ".zenprofile")
    zen("profile", "set", "team")
    required = ("-o", "default", "-a", "default", "-m", "default")
    zen("stack", "register", "training", *required)
    zen("stack", "set", "training")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "before").rename(tmp_path / "after")
    monkeypatch.chdir(tmp_path / "after")
    command = f"zen profile create team --url {tmp_path / 'after' / '.zenprofile'}"
    assert f"'{command}'" in one_line(zen("stack", "list", code=1).err)
    done = zen(*command.split()[1:])
    assert "Profile 'team' successfully updated." in done.out
    assert f"it was at {tmp_path / 'before' / '.zenprofile'}," in one_line(done.err)
    assert zen("stack", "get", "-o", "json").json["name"] == "training"
    zen("profile", "create", "team", "--url", "elsewhere", code=1)


def test_a_profile_that_was_moved_is_used_where_it_is_now(
    zen: Zen, moved: Path, tmp_path: Path
) -> None:
    kind, scheme = ("sql", "sqlite:///") if moved.suffix == ".db" else ("local", "")
    create = ("profile", "create", "team", "-t", kind, "--url")
    told = zen(*create, f"{scheme}{tmp_path / 'empty'}", code=1).err
    assert "Profile 'team' already exists" in told
    assert not (tmp_path / "empty").exists()
    zen(*create, f"{scheme}{tmp_path / 'moved'}")
    assert zen("stack", "get", "-o", "json").json["name"] == "default"


def test_a_folder_with_the_files_of_others_is_no_empty_profile(
    zen: Zen, tmp_path: Path
) -> None:
    zen("profile", "create", "team", "--url", "store")
    zen("profile", "set", "team")
    store = tmp_path / "here" / "store"
    store.rename(tmp_path / "moved")
    (store / "src").mkdir(parents=True)
    (store / "src" / "main.c").touch()
    for command in READERS:
        told = one_line(zen(*command, code=1).err)
        assert f"{store} holds files but no profile: src." in told
        assert "put the profile's folder back" in told
    assert [path.name for path in store.iterdir()] == ["src"]


def test_a_clone_of_a_profile_has_no_state(zen: Zen, tmp_path: Path) -> None:
    """Only its records, one of which says which store it is, and a README."""
    zen("profile", "create", "team", "--url", "store")
    zen("profile", "set", "team")
    store = tmp_path / "here" / "store"
    rmtree(store / ".state")
    (store / "README.md").touch()
    assert len(zen("stack", "list", "-o", "json").json) == 1
    rmtree(store / "stacks")
    rmtree(store / "components")
    assert zen("stack", "list", "-o", "json").json == []


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """The database of another program."""
    file = tmp_path / "here" / "foreign.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE diary (day TEXT)")
    return file


def test_a_database_of_others_is_no_empty_profile(
    zen: Zen, tmp_path: Path, foreign: Path
) -> None:
    zen("profile", "create", "team", "-t", "sql", "--url", "sqlite:///team.db")
    zen("profile", "set", "team")
    foreign.replace(tmp_path / "here" / "team.db")
    before = (tmp_path / "here" / "team.db").read_bytes()
    for command in READERS:
        told = one_line(zen(*command, code=1).err)
        assert "holds no profile, but tables of another program: diary." in told
    assert (tmp_path / "here" / "team.db").read_bytes() == before


def test_no_profile_is_made_in_a_file_of_others(zen: Zen, foreign: Path) -> None:
    before = foreign.read_bytes()
    create = ("profile", "create", "team", "-t", "sql", "--url", f"sqlite:///{foreign}")
    copy = ("profile", "copy", "default", *create[2:])
    for command in (create, copy):
        told = one_line(zen(*command, code=1).err)
        assert "holds no profile, but tables of another program: diary." in told
    assert foreign.read_bytes() == before


def test_an_empty_file_is_an_empty_profile(zen: Zen, tmp_path: Path) -> None:
    zen("profile", "create", "team", "-t", "sql", "--url", "sqlite:///team.db")
    zen("profile", "set", "team")
    (tmp_path / "here" / "team.db").write_bytes(b"")
    assert zen("stack", "list", "-o", "json").json == []
    zen("orchestrator", "register", "o", "--flavor", "local")
