"""Distributions of plugins: which count, and what is told of damaged ones."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import zen
from tests.core.catalog.plugins import plugin_of
from zen.catalog import (
    CORE,
    UNKNOWN,
    Catalog,
    Claim,
    Owner,
    PluginState,
    find_claims,
    find_copies,
)
from zen.errors import PluginIncompatibleError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.conftest import FakeDistribution

    Info = Callable[[str], Path]


LEAVE_MARK = """\
import pathlib
pathlib.Path({path!r}).touch()
"""


@pytest.fixture
def info(tmp_path: Path) -> Info:
    """Return the folder in which a distribution describes itself."""

    def find(name: str) -> Path:
        (found,) = tmp_path.glob(f"site/{name}/*.dist-info")
        return found

    return find


def claims_of(distribution: str) -> list[Claim]:
    return [c for c in find_claims() if c.owner.distribution == distribution]


@pytest.mark.parametrize(
    ("file", "content", "damage"),
    [
        ("METADATA", b"", "can't be read"),
        ("METADATA", b"\xff", "UnicodeDecodeError"),
        ("METADATA", b"Name: acme-horn\n", "can't be read"),
        ("METADATA", b"Version: 1.0\n", "can't be read"),
        ("entry_points.txt", b"[zen.plugins]\nnonsense\n", "can't be read"),
        ("entry_points.txt", b"[zen.plugins]\nhorn = \n", "can't be read"),
        ("entry_points.txt", b"[zen.plugins]\n", "doesn't name a plugin"),
        ("entry_points.txt", b"[zen.plugin", "can't be read"),
        ("entry_points.txt", b"[zen.plugins]\nhorn = \xff", "UnicodeDecodeError"),
    ],
)
def test_one_that_is_damaged_is_told_by_its_folder(
    fake_distribution: FakeDistribution,
    info: Info,
    file: str,
    content: bytes,
    damage: str,
) -> None:
    fake_distribution("acme-horn", version="0.3")
    folder = info("acme-horn-0.3")
    (folder / file).write_bytes(content)
    (claim,) = claims_of("acme-horn")
    assert claim.owner == Owner("acme-horn", "acme-horn", "0.3")
    assert claim.damage.startswith(f"{folder} can't be read: ")
    assert damage in claim.damage


def test_a_folder_without_a_version_tells_none(
    fake_distribution: FakeDistribution, info: Info
) -> None:
    fake_distribution("horn")
    folder = info("horn-1.0")
    (folder / "METADATA").unlink()
    folder.rename(folder.with_name("horn.dist-info"))
    (claim,) = claims_of("horn")
    assert claim.owner.version == UNKNOWN


@pytest.mark.parametrize("file", ["entry_points.txt", "METADATA"])
def test_one_that_is_damaged_and_no_plugin_is_nobodys_concern(
    fake_distribution: FakeDistribution, info: Info, file: str
) -> None:
    fake_distribution("other")
    (info("other-1.0") / "entry_points.txt").write_text("[console_scripts]\nx = y:z\n")
    (info("other-1.0") / file).write_bytes(b"[console_scripts]\nx = \xff")
    assert claims_of("other") == []


def test_a_newer_copy_that_is_no_plugin_any_more_hides_the_older(
    fake_distribution: FakeDistribution, info: Info
) -> None:
    fake_distribution("horn", version="1.0")
    fake_distribution("horn", version="2.0")
    (info("horn-2.0") / "entry_points.txt").unlink()
    assert claims_of("horn") == []


def test_an_older_copy_that_is_damaged_does_not_count(
    fake_distribution: FakeDistribution, info: Info
) -> None:
    fake_distribution("horn", version="1.0")
    new = fake_distribution("horn", version="2.0")
    (info("horn-1.0") / "METADATA").write_bytes(b"")
    assert claims_of("horn") == [Claim(new, "horn.plugin")]


@pytest.mark.parametrize(
    ("content", "editable"),
    [
        ('{"url": "file:///x", "dir_info": {"editable": true}}', True),
        ('{"url": "file:///x", "dir_info": {}}', False),
        ('{"url": "file:///x"}', False),
        # Nobody knows, so nothing is taken for granted.
        ("{", True),
        ("[]", True),
        ('{"dir_info": 3}', True),
    ],
)
def test_one_that_somebody_works_on_is_told_from_the_others(
    fake_distribution: FakeDistribution, info: Info, content: str, *, editable: bool
) -> None:
    fake_distribution("horn")
    (info("horn-1.0") / "direct_url.json").write_text(content)
    (claim,) = claims_of("horn")
    assert claim.editable is editable


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("METADATA", None),
        ("METADATA", ""),
        ("entry_points.txt", "[zen.plugins]\nnonsense\n"),
        ("entry_points.txt", "[zen.plugins]\nbroken = \n"),
        ("entry_points.txt", "[zen.plugins\n"),
    ],
)
def test_a_distribution_that_is_half_there_breaks_no_other(
    fake_distribution: FakeDistribution,
    mail: Owner,
    tmp_path: Path,
    file: str,
    content: str | None,
) -> None:
    """As an interrupted removal leaves it."""
    fake_distribution("broken")
    path = tmp_path / "site" / "broken-1.0" / "broken-1.0.dist-info" / file
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    assert plugin_of(mail).state is PluginState.LOADED


@pytest.mark.parametrize(
    "requirement", ["zen-core>=2", "Zen_Core >=2,<3", "zen.core==0.2.*", "zen-core<1"]
)
def test_a_plugin_for_another_core_is_not_even_imported(
    fake_distribution: FakeDistribution, tmp_path: Path, requirement: str
) -> None:
    hooks = LEAVE_MARK.format(path=str(tmp_path / "mark"))
    owner = fake_distribution("other", hooks, requires=["click", requirement])
    plugin = plugin_of(owner)
    assert plugin.state is PluginState.INCOMPATIBLE
    assert isinstance(plugin.error, PluginIncompatibleError)
    assert f"zen-core {zen.__version__}" in str(plugin.error)
    assert "other 1.0 needs" in str(plugin.error)
    assert f"a version of other that works with {CORE}" in plugin.error.hint
    assert "pip install" not in plugin.error.hint
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    "requirement",
    [
        "zen-core>=1,<2",
        "zen-core",
        "zen-core>=2; extra == 'next'",
        "zen-core>=2; python_version < '3'",
        "zen-corentin>=9",
        "not a requirement at all",
    ],
)
def test_a_plugin_for_this_core_is_loaded(
    fake_distribution: FakeDistribution, requirement: str
) -> None:
    owner = fake_distribution("other", requires=[requirement])
    assert plugin_of(owner).state is PluginState.LOADED


def test_an_older_copy_further_down_the_path_does_not_count(
    fake_distribution: FakeDistribution,
) -> None:
    fake_distribution("twice", "1 / 0", version="1.0", plugin="twice-old")
    new = fake_distribution("twice", version="2.0")
    found = [p for p in Catalog().plugins if p.owner.distribution == "twice"]
    assert [(p.owner, p.state) for p in found] == [(new, PluginState.LOADED)]


def test_a_distribution_without_a_version_is_a_plugin_that_failed(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    fake_distribution("torn")
    (metadata,) = tmp_path.glob("site/torn-*/*.dist-info/METADATA")
    metadata.write_text("Name: torn\n")
    plugin = plugin_of(Owner("torn", "torn", "1.0"))
    assert plugin.state is PluginState.FAILED
    assert f"{metadata.parent} can't be read" in str(plugin.error)
    assert "Delete that folder" in str(plugin.error and plugin.error.hint)


def test_a_distribution_may_sit_in_a_folder_of_another_name(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    owner = fake_distribution("mislaid")
    (info,) = tmp_path.glob("site/mislaid-*/*.dist-info")
    info.rename(info.with_name("elsewhere-3.dist-info"))
    assert plugin_of(owner).state is PluginState.LOADED


@pytest.mark.parametrize("file", ["METADATA", "entry_points.txt", "direct_url.json"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "large"])
def test_a_file_whose_reading_has_no_end_is_told_of(
    fake_distribution: FakeDistribution, info: Info, file: str, kind: str
) -> None:
    fake_distribution("horn")
    path = info("horn-1.0") / file
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        path.touch()
        os.truncate(path, 1 << 40)
    (claim,) = claims_of("horn")
    reason = "is larger than 16 MiB" if kind == "large" else "is not a regular file"
    assert f"{path.parent} can't be read: ValueError: {file} {reason}" in claim.damage


def test_copies_of_a_distribution_are_found(
    fake_distribution: FakeDistribution, info: Info
) -> None:
    assert find_copies() == []
    fake_distribution("horn", version="1.0")
    fake_distribution("horn", version="2.0")
    new = info("horn-2.0")
    assert find_copies() == [[str(new), str(info("horn-1.0"))]]
    assert [claim.owner.version for claim in claims_of("horn")] == ["2.0"]
    # As a removal that was interrupted leaves it.
    torn = new.with_name("horn-1.9.dist-info")
    torn.mkdir()
    assert find_copies() == [[str(new), str(info("horn-1.0")), str(torn)]]
    assert [claim.owner.version for claim in claims_of("horn")] == ["2.0"]
