"""The repository folder `.zen`."""

from __future__ import annotations

from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from zen.config import LocalSettings, RepositoryFolder
from zen.errors import (
    ConfigurationError,
    DamagedDataError,
    DanglingReferenceError,
    InitializationException,
    StoreUnavailableError,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(here: Path) -> RepositoryFolder:
    return RepositoryFolder.create(here, LocalSettings("p", "s"))


def test_what_is_pinned_is_read_back(folder: RepositoryFolder, here: Path) -> None:
    assert folder.read() == LocalSettings("p", "s")
    assert (here / ".zen" / "config.yaml").read_text() == (
        "active_profile_name: p\nactive_stack_name: s\n"
    )


def test_what_is_pinned_may_change(folder: RepositoryFolder) -> None:
    folder.write(LocalSettings("q"))
    assert folder.read() == LocalSettings("q", None)


def test_a_repository_is_not_made_twice(folder: RepositoryFolder, here: Path) -> None:
    with pytest.raises(InitializationException, match=str(here)) as caught:
        RepositoryFolder.create(here, LocalSettings())
    assert caught.value.hint
    assert folder.read() == LocalSettings("p", "s")


@pytest.mark.parametrize("name", ["gone", "file"])
def test_what_is_no_folder_becomes_no_repository(here: Path, name: str) -> None:
    (here / "file").touch()
    with pytest.raises(InitializationException, match="is not a folder"):
        RepositoryFolder.create(here / name, LocalSettings())


def test_a_repository_is_found_from_below(folder: RepositoryFolder, here: Path) -> None:
    below = here / "a" / "b"
    below.mkdir(parents=True)
    found = RepositoryFolder.find({}, below)
    assert found is not None
    assert found.root == folder.root == here


def test_the_nearest_repository_is_found(folder: RepositoryFolder, here: Path) -> None:
    (here / "a").mkdir()
    inner = RepositoryFolder.create(here / "a", LocalSettings())
    found = RepositoryFolder.find({}, inner.root)
    assert found is not None
    assert found.root != folder.root


def test_the_working_directory_is_where_the_search_starts(
    folder: RepositoryFolder, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "a").mkdir()
    monkeypatch.chdir(here / "a")
    found = RepositoryFolder.find({})
    assert found is not None
    assert found.root == folder.root


def test_outside_of_any_repository_none_is_found(here: Path) -> None:
    (here / ".zen").touch()  # no folder
    assert RepositoryFolder.find({}) is None


@pytest.mark.parametrize("variable", ["ZEN_REPOSITORY_PATH", "ZENML_REPOSITORY_PATH"])
def test_the_environment_names_a_repository(
    folder: RepositoryFolder, tmp_path: Path, here: Path, variable: str
) -> None:
    found = RepositoryFolder.find({variable: str(here)})
    assert found is not None
    assert found.root == folder.root
    explicit = RepositoryFolder.find({variable: str(here)}, tmp_path)
    assert explicit is None


def test_the_environment_does_not_name_a_folder_below_a_repository(
    folder: RepositoryFolder, here: Path
) -> None:
    (here / "a").mkdir()
    variable = "ZEN_REPOSITORY_PATH"
    with pytest.raises(DanglingReferenceError) as caught:
        RepositoryFolder.find({variable: str(here / "a")})
    assert (caught.value.kind, caught.value.source) == ("repository", variable)
    assert variable in caught.value.hint
    assert folder.root == here


@pytest.mark.parametrize("content", ["", "  \n", "{}\n", "other: 1\n"])
def test_a_file_that_says_nothing_pins_nothing(
    folder: RepositoryFolder, content: str
) -> None:
    folder.path.write_text(content)
    assert folder.read() == LocalSettings()


def test_a_file_that_is_gone_pins_nothing(folder: RepositoryFolder) -> None:
    folder.path.unlink()
    assert folder.read() == LocalSettings()


@pytest.mark.parametrize(
    "content", ["active_profile_name: [", "- a\n", "active_stack_name: 7\n", "\x00"]
)
def test_a_file_that_was_broken_by_hand_is_damaged(
    folder: RepositoryFolder, content: str
) -> None:
    folder.path.write_text(content)
    with pytest.raises(DamagedDataError) as caught:
        folder.read()
    assert caught.value.where == folder.path


def test_a_file_that_was_broken_by_hand_is_mended_by_a_write(
    folder: RepositoryFolder,
) -> None:
    folder.path.write_text("active_profile_name: [")
    folder.write(LocalSettings("q"))
    assert folder.read() == LocalSettings("q")


def test_what_cannot_be_written_is_said(folder: RepositoryFolder) -> None:
    folder.path.unlink()
    folder.path.mkdir()
    with pytest.raises(StoreUnavailableError):
        folder.write(LocalSettings("q"))
    assert [path.name for path in folder.path.parent.iterdir()] == ["config.yaml"]


def test_what_else_is_pinned_is_kept(folder: RepositoryFolder) -> None:
    """As a newer version of Zen may have written it."""
    folder.path.write_text(folder.path.read_text() + "colour: red\n")
    folder.write(LocalSettings("q"))
    assert "colour: red" in folder.path.read_text()


def test_what_has_changed_meanwhile_is_not_replaced(folder: RepositoryFolder) -> None:
    assert folder.replace(LocalSettings("p", "s"), LocalSettings("p", "t"))
    assert not folder.replace(LocalSettings("p", "s"), LocalSettings("p", "u"))
    assert folder.read() == LocalSettings("p", "t")


def test_one_writes_at_a_time(folder: RepositoryFolder, config: Path) -> None:
    """What is written with the settings is read first, so it would be lost."""
    locks: list[str] = []

    class Watched(RepositoryFolder):
        def _content(self) -> dict[str, object]:
            locks.extend(path.name for path in config.glob("*.owner"))
            return super()._content()

    Watched(folder.root).write(LocalSettings("q"))
    Watched(folder.root).replace(LocalSettings("q"), LocalSettings("r"))
    assert locks == [".repositories.lock.owner"] * 3
    assert [path.name for path in folder.path.parent.iterdir()] == ["config.yaml"]


def test_writing_needs_no_configuration_folder_that_can_be_written(
    folder: RepositoryFolder, config: Path
) -> None:
    rmtree(config, ignore_errors=True)
    config.touch()
    folder.write(LocalSettings("q"))
    assert folder.read() == LocalSettings("q")


def test_a_repository_is_none_any_more(folder: RepositoryFolder, here: Path) -> None:
    assert folder.remove() == []
    assert not (here / ".zen").exists()
    assert RepositoryFolder.find({}, here) is None


def test_what_else_is_in_the_folder_stays(folder: RepositoryFolder, here: Path) -> None:
    kept = here / ".zen" / "stacks"
    kept.mkdir()
    assert folder.remove() == [kept]
    assert folder.read() == LocalSettings()


def test_stacks_that_are_in_no_profile_are_not_removed(
    folder: RepositoryFolder,
) -> None:
    folder.path.write_text("stack_components:\n  orchestrator: [")
    with pytest.raises(ConfigurationError, match="in any profile"):
        folder.remove()
    assert folder.path.exists()


def test_a_damaged_file_is_removed(folder: RepositoryFolder, here: Path) -> None:
    folder.path.write_text("a: [")
    assert folder.remove() == []
    assert not (here / ".zen").exists()


def test_settings_that_fill_the_memory_are_not_read(
    folder: RepositoryFolder, here: Path
) -> None:
    with (here / ".zen" / "config.yaml").open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(DamagedDataError, match="is larger than 1 MiB"):
        folder.read()
    folder.remove()
    assert not (here / ".zen").exists()
