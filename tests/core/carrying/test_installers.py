"""What pip reports, and what is told of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.core.carrying.archives import hash_of, make_wheel
from zen.carrying._installers import Sources, _hash, _told, find_installer
from zen.errors import InstallationError


@pytest.mark.parametrize(
    "archive", [{"hashes": {"sha256": "ab"}}, {"hash": "sha256=ab"}]
)
def test_a_hash_is_that_of_the_report(archive: object) -> None:
    """However old pip is."""
    download = {"url": "https://x/a.whl", "archive_info": archive}
    assert _hash("a", download) == "sha256:ab"


def test_a_file_without_a_hash_in_the_report_has_its_own(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "some wheels", "a", "1")
    download = {"url": wheel.as_uri(), "archive_info": {}}
    assert _hash("a", download) == hash_of(wheel)


@pytest.mark.parametrize(
    "download",
    [
        {"url": "https://x/a.whl", "archive_info": {"hashes": {"md5": "ab"}}},
        {"url": "https://x/a.git", "vcs_info": {"vcs": "git"}},
        {"url": "file:///src/a", "dir_info": {}},
    ],
)
def test_what_has_no_hash_is_not_pinned(download: dict[str, object]) -> None:
    with pytest.raises(InstallationError, match="a can't be pinned: ") as caught:
        _hash("a", download)
    assert str(download["url"]) in caught.value.message


def test_of_much_that_is_said_the_beginning_and_the_end_are_told() -> None:
    said = "\n".join(["WARNING: x", "", *map(str, range(20)), "[notice] y"])
    assert _told(said) == ["0", "1", "…", *map(str, range(12, 20))]
    assert _told("a\n\nb\n") == ["a", "b"]


def test_folders_are_named_from_the_root_on(here: Path) -> None:
    sources = Sources(("wheels", "https://x/links"), index=False)
    assert sources.options == [
        f"--find-links={here / 'wheels'}",
        "--find-links=https://x/links",
        "--no-index",
    ]
    assert Sources().options == []


@pytest.mark.parametrize("name", ["pip", "uv"])
def test_the_working_directory_is_nothing_to_the_installer(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clone may hold modules that pip would import, and settings for uv."""
    (here / "pip.py").write_text("open('imported', 'w').close()")
    (here / "uv.toml").write_text("nonsense")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    if name == "uv":
        monkeypatch.setattr("zen.carrying._installers.find_spec", lambda _: None)
    with pytest.raises(InstallationError) as caught:
        find_installer().install(["zen-is-not-there"], Sources(index=False))
    assert str(caught.value).startswith(name)
    assert "uv.toml" not in str(caught.value)
    assert sorted(each.name for each in here.iterdir()) == ["pip.py", "uv.toml"]
