"""One profile, as the global configuration holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.config import ProfileConfiguration
from zen.config.profile import masked_url
from zen.errors import InvalidNameError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["", "..", "a/b", "x" * 101])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidNameError, match="profile name"):
        ProfileConfiguration(name, "local", "/x")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mysql://root:hush@host/db", "mysql://root:***@host/db"),
        ("mysql://root:hush@host:3306/db", "mysql://root:***@host:3306/db"),
        ("mysql+pymysql://:hush@host", "mysql+pymysql://:***@host"),
        ("mysql://root@host:3306/db", "mysql://root@host:3306/db"),
        ("mysql://host/db?user=a@b", "mysql://host/db?user=a@b"),
        ("mysql://root:***@host/db?a=b@c", "mysql://root:***@host/db?a=b@c"),
        ("sqlite:////tmp/a:b@c/zen.db", "sqlite:////tmp/a:b@c/zen.db"),
        ("/tmp/a:b@c", "/tmp/a:b@c"),  # noqa: S108 - nothing is written there
    ],
)
def test_a_password_is_masked(url: str, shown: str) -> None:
    assert masked_url(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root:Se:cret@host/db",
        "mysql://root:Se/cret@host/db",
        "mysql://root:Se%40cret@host/db",
        "mysql://root:Se?cret@host/db",
        "mysql://root:Se@cret?Secret@host/db",
        "mysql://me@corp:Secret@host/db",
        "postgresql://host/db?user=a&password=Secret",
        "mysql://host/db?ssl_key_passphrase=Secret",
    ],
)
def test_no_part_of_a_password_is_shown(url: str) -> None:
    """Each is a URL that SQLAlchemy takes."""
    shown = masked_url(url)
    assert "Se" not in shown
    assert "cret" not in shown


def test_a_profile_has_a_folder_of_its_own(config: Path) -> None:
    assert ProfileConfiguration("p", "sql").folder == config / "profiles" / "p"
