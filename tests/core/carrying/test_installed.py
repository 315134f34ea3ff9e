"""What is installed, where it is from, and what it needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from zen.carrying._installed import Need, closure, find_installed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import FakeDistribution

FOLDER = {"url": "file:///src/acme", "dir_info": {}}
EDITABLE = {"url": "file:///src/acme", "dir_info": {"editable": True}}
VCS = {"url": "https://git.example/acme", "vcs_info": {"vcs": "git"}}
ARCHIVE = {"url": "file:///w/acme.whl", "archive_info": {"hashes": {"sha256": "ab"}}}
OLD_ARCHIVE = {"url": "file:///w/acme.whl", "archive_info": {"hash": "sha256=ab"}}


def come_from(tmp_path: Path, origin: object) -> None:
    """Say where the distribution acme 1.0 was installed from."""
    (info,) = (tmp_path / "site").glob("*/acme-1.0.dist-info")
    text = origin if isinstance(origin, str) else json.dumps(origin)
    (info / "direct_url.json").write_text(text)


def test_what_is_not_installed_is_not_found() -> None:
    assert find_installed("no-such-distribution") is None
    assert find_installed("") is None


def test_a_distribution_is_found_however_it_is_spelt(
    fake_distribution: FakeDistribution,
) -> None:
    fake_distribution("acme-s3", version="1.2", requires=["click>=8", "!nonsense!"])
    found = find_installed("Acme_S3")
    assert found
    assert (found.name, found.version, found.key) == ("acme-s3", "1.2", "acme-s3")
    assert list(map(str, found.requirements)) == ["click>=8"]
    assert (found.obstacle, found.archive) == ("", "")


@pytest.mark.parametrize(
    ("origin", "obstacle", "archive"),
    [
        (EDITABLE, "it is installed for editing, file:///src/acme", ""),
        (FOLDER, "it is installed from a folder, file:///src/acme", ""),
        (VCS, "it is installed from a repository, https://git.example/acme", ""),
        (ARCHIVE, "", "sha256:ab"),
        (OLD_ARCHIVE, "", "sha256:ab"),
        ({"url": "https://x/acme.whl", "archive_info": {}}, "", ""),
        ("{", "", ""),
    ],
)
def test_where_a_distribution_is_from(
    fake_distribution: FakeDistribution,
    tmp_path: Path,
    origin: object,
    obstacle: str,
    archive: str,
) -> None:
    fake_distribution("acme")
    come_from(tmp_path, origin)
    found = find_installed("acme")
    assert found
    assert (found.obstacle, found.archive) == (obstacle, archive)


def test_what_is_needed_goes_all_the_way_down(
    fake_distribution: FakeDistribution,
) -> None:
    fake_distribution("acme", requires=["left[more]", "right; python_version<'3'"])
    fake_distribution(
        "left", requires=["acme", "deep; extra=='more'", "un; extra=='x'"]
    )
    fake_distribution("deep", requires=["gone>=2"])
    found, missing = closure(["acme"])
    assert sorted(found) == ["acme", "deep", "left"]
    assert missing == [Need("gone", ">=2", "deep")]


def test_what_is_needed_and_missing_is_told_with_who_needs_it() -> None:
    found, missing = closure(["no-such-distribution"])
    assert (found, missing) == ({}, [Need("no-such-distribution", "", "")])
