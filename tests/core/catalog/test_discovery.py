"""Distributions that are damaged, and what can still be told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.catalog import UNKNOWN, Claim, Owner, find_claims

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.conftest import FakeDistribution

    Info = Callable[[str], Path]


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
        ("entry_points.txt", b"[zen.plugins]\nhorn = \n", "names no module"),
        ("entry_points.txt", b"[zen.plugins]\n", "names no plugin"),
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
