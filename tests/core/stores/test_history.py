"""Who is named as the author of a change."""

from __future__ import annotations

import getpass
import os
import socket
from typing import TYPE_CHECKING

from zen.records import ComponentRecord
from zen.stores import Author, Store, Transaction
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_an_author_is_the_user_of_this_process() -> None:
    author = Transaction().author
    assert (author.user, author.host) == (getpass.getuser(), socket.gethostname())
    assert author.command == ""


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", fail)
    assert Author().user == str(os.getuid())


def test_an_author_reads_as_words() -> None:
    assert str(Author("ana", "dev1")) == "ana on dev1"
    assert str(Author("ana", "dev1", "zen up")) == "ana on dev1 (zen up)"
    assert str(Author("", "")) == "somebody on an unknown host"


def test_a_store_says_who_changes_it(tmp_path: Path) -> None:
    driver = LocalStoreDriver(str(tmp_path))
    author = Author(command="zen alerter register x")
    component = ComponentRecord("alerter", "x", "x")
    Store(driver, author=lambda: author).save(components=[component])
    Store(driver).delete_component("alerter", "x")
    first, second = driver.log()
    assert (first.user, first.host, first.command) == (
        author.user,
        author.host,
        author.command,
    )
    assert second.command == ""
