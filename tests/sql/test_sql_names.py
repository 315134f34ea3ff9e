"""Names are read for completion without SQLAlchemy, or left to the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.servers import execute
from zen.records import Ref
from zen.stores import Put, Transaction
from zen_sql.names import _LAYOUT, names
from zen_sql.store import SQLStoreDriver
from zen_sql.tables import PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import RunPython

ALICE = {"name": "Zoë", "type": "x"}


@pytest.fixture
def fill(connect: Callable[[str], SQLStoreDriver]) -> Callable[[str], None]:
    """Return what writes a note, and a record of another kind, to a database."""

    def fill(url: str) -> None:
        puts = (
            Put(Ref("note", "a"), uuid4(), ALICE),
            Put(Ref("not", "a"), uuid4(), {}),
        )
        connect(url).commit(Transaction(puts))

    return fill


def test_the_payloads_of_a_kind_are_read(
    any_url: str, fill: Callable[[str], None], tmp_path: Path
) -> None:
    fill(any_url)
    assert names(any_url, tmp_path, "note") == [ALICE]
    assert names(any_url, tmp_path, "nothing") == []


def test_a_profile_is_in_its_own_folder(
    file: Path, fill: Callable[[str], None]
) -> None:
    fill(SQLStoreDriver.default_url(file.parent))
    assert names(None, file.parent, "note") == [ALICE]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/zen.db?timeout=1",
        "sqlite:////no%20where/zen.db",
        "mysql+mysqldb://root@localhost/zen",
        "oracle://root@localhost/zen",
        "mysql:///zen",
        "mysql://root@localhost/zen?charset=utf8mb4",
        "mysql://root@localhost/zen?ssl_ca=/ca.pem",
    ],
)
def test_what_is_unusual_is_left_to_the_driver(url: str, tmp_path: Path) -> None:
    assert names(url, tmp_path, "note") is None


def test_another_layout_is_left_to_the_driver(
    file: Path, fill: Callable[[str], None]
) -> None:
    url = SQLStoreDriver.default_url(file.parent)
    fill(url)
    execute(url, "UPDATE zen_schema SET version = 2")
    assert names(None, file.parent, "note") is None


def test_the_layout_is_the_one_that_the_driver_makes() -> None:
    assert PROFILE.version == _LAYOUT


def test_a_database_that_is_not_there_is_not_made(file: Path) -> None:
    file.parent.mkdir()
    with pytest.raises(Exception, match="unable to open"):
        names(None, file.parent, "note")
    assert not file.exists()


def test_sqlalchemy_stays_out(
    any_url: str, fill: Callable[[str], None], tmp_path: Path, run_python: RunPython
) -> None:
    fill(any_url)
    script = (
        "import sys; from pathlib import Path; from zen_sql.names import names;"
        " print(len(names(sys.argv[1], Path(sys.argv[2]), 'note')),"
        " 'sqlalchemy' in sys.modules)"
    )
    assert run_python(script, any_url, str(tmp_path)) == "1 False\n"
