"""The journal of a folder: what is torn, what is pending, and who reads it how."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from zen.errors import ConflictError, DamagedDataError, StoreUnavailableError
from zen.records import Ref
from zen.stores import Author, Check, Content, Delete, GuardCheck, Put, Transaction
from zen.stores.local import LocalStoreDriver
from zen.stores.yaml_files import put_in_place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunPython
    from tests.core.conftest import Tree
    from tests.sweeps import Instants

ALPHA = Ref("note", "alpha")
BETA = Ref("note", "beta")
GAMMA = Ref("note", "gamma")
ANA = Author("ana", "dev1", "zen note write")
READ = """\
import sys
from zen.stores.local import LocalStoreDriver
for record in LocalStoreDriver(sys.argv[1]).scan("note").records:
    print(record.payload["text"])
"""
PRUNE = """\
import sys
from zen.errors import ZenError
from zen.stores.local import LocalStoreDriver
try:
    LocalStoreDriver(sys.argv[1]).prune(1)
except ZenError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def driver(folder: Path) -> LocalStoreDriver:
    return LocalStoreDriver(str(folder))


def note(ref: Ref, text: str) -> Put:
    uuid = UUID(int=1)
    return Put(ref, uuid, {"name": ref.key, "uuid": str(uuid), "text": text})


def write(driver: LocalStoreDriver, text: str, *refs: Ref) -> None:
    driver.commit(Transaction(tuple(note(ref, text) for ref in refs), author=ANA))


def texts(driver: LocalStoreDriver) -> dict[str, object]:
    records = driver.scan("note").records
    assert list(driver.get_many([ALPHA, BETA, GAMMA]).values()) == list(records)
    return {record.ref.key: record.payload["text"] for record in records}


def sequences(driver: LocalStoreDriver) -> list[int]:
    return [commit.sequence for commit in driver.log()]


def log_file(folder: Path) -> Path:
    return folder / ".state" / "log.jsonl"


def file(folder: Path, ref: Ref) -> Path:
    return folder / f"{ref.kind}s" / f"{ref.key}.yaml"


@pytest.fixture
def unfinished(
    driver: LocalStoreDriver, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> LocalStoreDriver:
    """A store whose last commit is in the journal only: alpha, beta and gamma."""
    write(driver, "old", ALPHA, BETA)

    def fail(_staged: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("zen.stores.local.put_in_place", fail)
    puts = (note(ALPHA, "new"), note(GAMMA, "new"))
    driver.commit(Transaction(puts, (Delete(BETA),), author=ANA))
    monkeypatch.undo()
    assert b"old" in file(folder, ALPHA).read_bytes()
    return driver


NEW = {"alpha": "new", "gamma": "new"}


def test_a_commit_whose_files_cannot_be_replaced_is_a_commit(
    unfinished: LocalStoreDriver, folder: Path
) -> None:
    assert texts(unfinished) == NEW
    assert texts(LocalStoreDriver(str(folder))) == NEW
    assert sequences(unfinished) == [1, 2]


def test_readers_overlay_and_never_write(
    unfinished: LocalStoreDriver, folder: Path, tree: type[Tree]
) -> None:
    before = tree(folder).state()
    assert texts(unfinished) == NEW
    assert unfinished.last_sequence() == 2
    assert unfinished.scan("stack").records == ()
    assert tree(folder).state() == before


def test_readers_who_may_not_write_overlay_as_well(
    unfinished: LocalStoreDriver, folder: Path, run_python: RunPython
) -> None:
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    output = run_python(READ, unfinished.folder, unprivileged=True)
    for path in folders:
        path.chmod(0o755)
    assert output.split() == ["new", "new"]


def test_the_next_writer_finishes_what_was_begun(
    unfinished: LocalStoreDriver, folder: Path
) -> None:
    unfinished.commit(Transaction((note(BETA, "later"),)))
    assert b"new" in file(folder, ALPHA).read_bytes()
    assert file(folder, GAMMA).exists()
    assert texts(unfinished) == {**NEW, "beta": "later"}
    assert sequences(unfinished) == [1, 2, 3]


def test_checks_see_what_was_begun(unfinished: LocalStoreDriver) -> None:
    guard = unfinished.scan("note").guard
    revision = unfinished.get_many([ALPHA])[ALPHA].revision
    checks = (GuardCheck("note", guard), Check(ALPHA, revision), Check(BETA, None))
    unfinished.commit(Transaction(checks=checks))
    assert unfinished.scan("note").guard == guard


def test_an_edit_by_hand_after_the_crash_stands(
    unfinished: LocalStoreDriver, folder: Path
) -> None:
    edited = file(folder, ALPHA).read_text().replace("old", "edited")
    file(folder, ALPHA).write_text(edited)
    assert texts(unfinished) == {"alpha": "edited", "gamma": "new"}
    unfinished.commit(Transaction())
    assert file(folder, ALPHA).read_text() == edited


def test_a_file_may_be_brought_back_by_hand_to_what_it_was(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, "old", ALPHA)
    old = file(folder, ALPHA).read_bytes()
    write(driver, "new", ALPHA)
    file(folder, ALPHA).write_bytes(old)
    assert texts(driver) == {"alpha": "old"}
    driver.commit(Transaction())
    assert texts(driver) == {"alpha": "old"}


def test_a_journal_that_was_copied_to_another_folder_does_no_harm(
    unfinished: LocalStoreDriver, tmp_path: Path
) -> None:
    other = LocalStoreDriver(str(tmp_path / "other"))
    write(other, "mine", ALPHA, BETA, GAMMA)
    log_file(other.folder).write_bytes(log_file(unfinished.folder).read_bytes())
    mine = dict.fromkeys(("alpha", "beta", "gamma"), "mine")
    assert texts(other) == mine
    other.commit(Transaction())
    assert texts(other) == mine


def test_a_journal_leads_to_no_file_outside_of_the_folder(
    unfinished: LocalStoreDriver, folder: Path
) -> None:
    line = log_file(folder).read_bytes()
    log_file(folder).write_bytes(line.replace(b'"key":"gamma"', b'"key":"../../g"'))
    assert texts(unfinished) == {"alpha": "old", "beta": "old"}
    unfinished.commit(Transaction())
    assert not (folder.parent / "g.yaml").exists()


def test_a_commit_that_is_cut_short_anywhere_is_none(
    unfinished: LocalStoreDriver, folder: Path, tree: type[Tree], instants: Instants
) -> None:
    content = log_file(folder).read_bytes()
    first = content.index(b"\n") + 1
    for length in instants(range(first, len(content))):
        log_file(folder).write_bytes(content[:length])
        before = tree(folder).state()
        assert texts(unfinished) == {"alpha": "old", "beta": "old"}
        assert sequences(unfinished) == [1]
        assert tree(folder).state() == before
    unfinished.commit(Transaction((note(GAMMA, "next"),)))
    assert sequences(unfinished) == [1, 2]
    assert texts(unfinished) == {"alpha": "old", "beta": "old", "gamma": "next"}


def test_a_first_commit_that_is_cut_short_anywhere_is_none(
    driver: LocalStoreDriver, folder: Path, instants: Instants
) -> None:
    write(driver, "old", ALPHA)
    content = log_file(folder).read_bytes()
    for length in instants(range(len(content))):
        log_file(folder).write_bytes(content[:length])
        assert sequences(driver) == []
        write(driver, "new", ALPHA)
        assert sequences(driver) == [1]


@pytest.mark.parametrize("content", [b"diary\n", b"x" * 9_000, b'{"a":1}\n', b"\n"])
def test_a_file_that_is_no_journal_is_not_overwritten(
    driver: LocalStoreDriver, folder: Path, content: bytes
) -> None:
    write(driver, "old", ALPHA)
    log_file(folder).write_bytes(content)
    with pytest.raises(DamagedDataError, match=r"log\.jsonl, line 1: .*not the log"):
        write(driver, "new", ALPHA)
    assert log_file(folder).read_bytes() == content
    assert texts(driver) == {"alpha": "old"}
    log_file(folder).unlink()
    write(driver, "new", ALPHA)
    assert texts(driver) == {"alpha": "new"}


@pytest.mark.parametrize("tail", [b"\0" * 5000, b"garbage\n", b"{}\n", b'{"a":1\n{"b"'])
def test_what_follows_the_last_commit_is_cut_off_by_the_next_writer(
    driver: LocalStoreDriver, folder: Path, tail: bytes
) -> None:
    write(driver, "old", ALPHA)
    with log_file(folder).open("ab") as stream:
        stream.write(tail)
    assert texts(driver) == {"alpha": "old"}
    assert sequences(driver) == [1]
    write(driver, "new", ALPHA)
    assert sequences(driver) == [1, 2]
    lines = log_file(folder).read_bytes().splitlines(keepends=True)
    assert [line[-14:] for line in lines] == [b',"applied":1}\n'] * 2


def test_a_line_in_the_middle_that_is_no_commit_is_placed(
    driver: LocalStoreDriver, folder: Path
) -> None:
    for text in ("a", "b"):
        write(driver, text, ALPHA)
    log_file(folder).write_bytes(b"x" + log_file(folder).read_bytes())
    with pytest.raises(DamagedDataError, match=r"log\.jsonl, line 1"):
        driver.log()
    assert texts(driver) == {"alpha": "b"}
    write(driver, "c", ALPHA)
    assert driver.last_sequence() == 3


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 200_000 + b',"applied":1}\n',
        b'{"sequence":Infinity,"time":"2026-01-01","applied":1}\n',
        b'{"sequence":' + b"9" * 9_000 + b',"time":"2026-01-01","applied":1}\n',
    ],
)
def test_no_line_is_too_strange_to_be_placed(
    driver: LocalStoreDriver, folder: Path, line: bytes
) -> None:
    write(driver, "a", ALPHA)
    whole = log_file(folder).read_bytes()
    log_file(folder).write_bytes(line + whole)
    with pytest.raises(DamagedDataError, match=r"log\.jsonl, line 1"):
        driver.log()
    log_file(folder).write_bytes(whole + line)
    assert texts(driver) == {"alpha": "a"}


def test_the_log_tells_who_did_what_and_when(driver: LocalStoreDriver) -> None:
    began = datetime.now(timezone.utc)
    transaction = Transaction((note(ALPHA, "old"),), (Delete(BETA),), author=ANA)
    driver.commit(transaction)
    write(driver, "new", ALPHA)
    driver.commit(Transaction(deletes=(Delete(ALPHA),)))
    first, second, third = driver.log()
    assert (first.sequence, first.id) == (1, transaction.id)
    assert (first.user, first.host, first.command) == ("ana", "dev1", "zen note write")
    assert began <= first.time <= second.time <= datetime.now(timezone.utc)
    old, new = (Content(UUID(int=1), note(ALPHA, t).payload) for t in ("old", "new"))
    found = [
        (change.ref, change.before, change.after)
        for commit in (first, second, third)
        for change in commit.changes
    ]
    assert found == [(ALPHA, None, old), (ALPHA, old, new), (ALPHA, new, None)]
    assert third.user


def test_the_log_comes_in_pages(driver: LocalStoreDriver) -> None:
    assert (driver.log(), driver.last_sequence()) == ([], 0)
    for number in range(5):
        write(driver, str(number), ALPHA)
    assert [c.sequence for c in driver.log(limit=2)] == [1, 2]
    assert [c.sequence for c in driver.log(after=2, limit=2)] == [3, 4]
    assert driver.log(after=5) == []
    assert driver.last_sequence() == 5


def test_a_damaged_record_has_no_content_in_the_log(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, "old", ALPHA)
    file(folder, ALPHA).write_bytes(b"\xff broken")
    write(driver, "new", ALPHA)
    (change,) = driver.log()[-1].changes
    assert change.before is None
    assert change.after


def test_a_long_commit_is_found_from_the_end(driver: LocalStoreDriver) -> None:
    write(driver, "x" * 300_000, ALPHA)
    transaction = Transaction((note(ALPHA, "y" * 300_000),))
    driver.commit(transaction)
    driver.commit(transaction)
    assert sequences(driver) == [1, 2]


def test_a_folder_without_a_state_begins_a_log(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, "old", ALPHA)
    for path in (folder / ".state").iterdir():
        path.unlink()
    (folder / ".state").rmdir()
    assert texts(driver) == {"alpha": "old"}
    write(driver, "new", ALPHA)
    assert sequences(driver) == [1]


def test_a_transaction_is_applied_once(driver: LocalStoreDriver) -> None:
    transaction = Transaction((note(ALPHA, "a"),), checks=(Check(ALPHA, None),))
    driver.commit(transaction)
    write(driver, "b", ALPHA)
    driver.commit(transaction)
    assert texts(driver) == {"alpha": "b"}
    assert sequences(driver) == [1, 2]


def test_an_id_in_a_payload_is_no_transactions(driver: LocalStoreDriver) -> None:
    transaction = Transaction((note(BETA, "b"),))
    write(driver, f'"id":"{transaction.id}"', ALPHA)
    driver.commit(transaction)
    assert sequences(driver) == [1, 2]


@pytest.mark.parametrize("check", [Check(ALPHA, None), GuardCheck("note", "stale")])
def test_a_conflict_says_who_and_when(
    driver: LocalStoreDriver, check: Check | GuardCheck
) -> None:
    write(driver, "old", ALPHA)
    driver.commit(Transaction((Put(Ref("stack", "x"), uuid4(), {}),)))
    with pytest.raises(ConflictError) as caught:
        driver.commit(Transaction(checks=(check,)))
    assert "by ana on dev1 (zen note write) at 20" in str(caught.value)
    assert caught.value.time == driver.log()[0].time


def test_nobody_is_blamed_for_an_edit_by_hand(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, "old", ALPHA)
    file(folder, ALPHA).write_bytes(b"edited")
    with pytest.raises(ConflictError, match="by another process in the meantime") as e:
        driver.commit(Transaction(checks=(Check(ALPHA, None),)))
    assert e.value.author == ""


def test_a_journal_that_cannot_be_written_leaves_the_old_state(
    driver: LocalStoreDriver, folder: Path, tree: type[Tree]
) -> None:
    write(driver, "old", ALPHA)
    log = log_file(folder)
    log.rename(folder / "kept")
    log.mkdir()
    before = tree(folder).files()
    with pytest.raises(StoreUnavailableError, match=r"log\.jsonl can't be"):
        write(driver, "new", ALPHA)
    assert tree(folder).files() == before


def test_an_interruption_before_the_commit_takes_it_back(
    driver: LocalStoreDriver, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(driver, "old", ALPHA)
    before = log_file(folder).read_bytes()

    def interrupt(_descriptor: int) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    def stage_then_interrupt(*_: object) -> None:
        monkeypatch.setattr("zen.stores.journal.os.fsync", interrupt)

    monkeypatch.setattr(LocalStoreDriver, "_ignore", stage_then_interrupt)
    with pytest.raises(KeyboardInterrupt):
        driver.commit(Transaction((), (Delete(ALPHA),)))
    assert log_file(folder).read_bytes() == before
    assert texts(driver) == {"alpha": "old"}


def test_an_interruption_after_the_commit_leaves_it(
    driver: LocalStoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(driver, "old", ALPHA)

    def interrupt(_staged: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("zen.stores.local.put_in_place", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(driver, "new", ALPHA)
    monkeypatch.setattr("zen.stores.local.put_in_place", put_in_place)
    assert texts(driver) == {"alpha": "new"}


def test_a_reader_sees_a_commit_whole_that_is_made_while_it_reads(
    driver: LocalStoreDriver, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(driver, "old", ALPHA, BETA)
    other = LocalStoreDriver(str(folder))
    read = LocalStoreDriver._path  # noqa: SLF001 - to step in between two files

    def commit_in_between(self: LocalStoreDriver, kind: str, key: str) -> Path:
        if key == "beta":
            monkeypatch.undo()
            write(other, "new", ALPHA, BETA)
        return read(self, kind, key)

    monkeypatch.setattr(LocalStoreDriver, "_path", commit_in_between)
    found = driver.get_many([ALPHA, BETA]).values()
    assert [record.payload["text"] for record in found] == ["new", "new"]


def test_a_reader_sees_a_commit_whole_though_the_journal_is_pruned_meanwhile(
    driver: LocalStoreDriver, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("older", "old"):
        write(driver, text, ALPHA, BETA)
    other = LocalStoreDriver(str(folder))
    read = LocalStoreDriver._path  # noqa: SLF001 - to step in between two files

    def prune_in_between(self: LocalStoreDriver, kind: str, key: str) -> Path:
        if key == "beta":
            monkeypatch.undo()
            assert other.prune(1) == 1
            write(other, "new", ALPHA, BETA)
        return read(self, kind, key)

    monkeypatch.setattr(LocalStoreDriver, "_path", prune_in_between)
    found = driver.get_many([ALPHA, BETA]).values()
    assert [record.payload["text"] for record in found] == ["new", "new"]


def test_a_reader_sees_the_first_commit_whole(
    driver: LocalStoreDriver, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = LocalStoreDriver(str(folder))
    read = LocalStoreDriver._path  # noqa: SLF001 - to step in between two files

    def commit_in_between(self: LocalStoreDriver, kind: str, key: str) -> Path:
        if key == "beta":
            monkeypatch.undo()
            write(other, "new", ALPHA, BETA)
            other.commit(Transaction((note(GAMMA, "new"),)))
            other.prune(1)
        return read(self, kind, key)

    monkeypatch.setattr(LocalStoreDriver, "_path", commit_in_between)
    assert list(driver.get_many([ALPHA, BETA])) == [ALPHA, BETA]


def test_pruning_finishes_what_was_begun(
    unfinished: LocalStoreDriver, folder: Path
) -> None:
    assert unfinished.prune(1) == 1
    assert b"new" in file(folder, ALPHA).read_bytes()
    assert sequences(unfinished) == [2]
    assert texts(unfinished) == NEW


def test_pruning_forgets_a_line_that_is_no_commit_and_what_is_torn(
    driver: LocalStoreDriver, folder: Path
) -> None:
    for text in ("a", "b", "c"):
        write(driver, text, ALPHA)
    content = log_file(folder).read_bytes()
    log_file(folder).write_bytes(b"x" + content + b'{"torn')
    assert driver.prune(2) == 1
    assert sequences(driver) == [2, 3]
    assert log_file(folder).read_bytes() == content[content.index(b"\n") + 1 :]


def test_pruning_what_is_not_there_makes_nothing(
    driver: LocalStoreDriver, folder: Path
) -> None:
    assert driver.prune(1) == 0
    assert not folder.exists()


def test_a_journal_that_cannot_be_pruned_is_whole(
    driver: LocalStoreDriver, folder: Path, run_python: RunPython
) -> None:
    for text in ("a", "b"):
        write(driver, text, ALPHA)
    before = log_file(folder).read_bytes()
    (folder / ".state").chmod(0o555)
    output = run_python(PRUNE, folder, unprivileged=True)
    (folder / ".state").chmod(0o755)
    assert output.startswith("StoreUnavailableError")
    assert log_file(folder).read_bytes() == before


def test_the_kinds_are_those_of_folders_with_records(
    unfinished: LocalStoreDriver, folder: Path
) -> None:
    for name in ("empty", "s", "Notes", ".states", "note", "no-kinds"):
        (folder / name).mkdir()
        (folder / name / "a.yaml").touch()
    for name in ("plains", "nothings"):
        (folder / name).mkdir()
    (folder / "plains" / "README.md").touch()
    unfinished.commit(Transaction((Put(Ref("lease", "a/b"), uuid4(), {}),)))
    (folder / "leases" / "a" / "b.yaml").write_text("broken")
    assert unfinished.kinds() == ["lease", "note"]


def test_the_kinds_are_those_of_what_was_begun_as_well(
    driver: LocalStoreDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_staged: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("zen.stores.local.put_in_place", fail)
    write(driver, "new", ALPHA)
    assert driver.kinds() == ["note"]


def test_a_transaction_is_known_however_much_came_after_it(here: Path) -> None:
    """Whoever repeats it within a day changes nothing."""
    driver = LocalStoreDriver(str(here))
    first = Transaction((Put(Ref("note", "a"), uuid4(), {"text": "a"}),))
    driver.commit(first)
    for number in range(4):
        big = {"text": str(number) * 100_000}
        driver.commit(Transaction((Put(Ref("note", "b"), uuid4(), big),)))
    driver.commit(first)
    assert driver.last_sequence() == 5


def test_a_transaction_of_another_day_is_looked_for_no_longer(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = LocalStoreDriver(str(here))
    monkeypatch.setattr("zen.stores.journal._REMEMBERED", timedelta(0))
    first = Transaction((Put(Ref("note", "a"), uuid4(), {"text": "a"}),))
    driver.commit(first)
    for number in range(20):
        big = {"text": str(number) * 5_000}
        driver.commit(Transaction((Put(Ref("note", "b"), uuid4(), big),)))
    driver.commit(first)
    assert driver.last_sequence() == 22
