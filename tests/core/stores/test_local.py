"""The contract of store drivers, kept by the one of YAML files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import yaml

from zen.errors import (
    ConflictError,
    DamagedDataError,
    StoreLockedError,
    StoreUnavailableError,
)
from zen.records import ComponentRecord, Provider, Ref
from zen.stores import Check, Delete, GuardCheck, Put, StoreDriver, Transaction
from zen.stores.local import LocalStoreDriver
from zen.stores.locking import exclusive_lock

if TYPE_CHECKING:
    from tests.core.conftest import Tree

ALPHA = Ref("note", "alpha")
BETA = Ref("note", "beta")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def driver(folder: Path) -> LocalStoreDriver:
    return LocalStoreDriver(str(folder))


def note(ref: Ref, text: str = "", *, uuid: UUID | None = None) -> Put:
    uuid = uuid or UUID(int=1)
    return Put(ref, uuid, {"name": ref.key, "uuid": str(uuid), "text": text})


def write(driver: StoreDriver, *puts: Put) -> None:
    driver.commit(Transaction(puts))


def remove(driver: StoreDriver, *refs: Ref) -> None:
    driver.commit(Transaction(deletes=tuple(map(Delete, refs))))


def revision(driver: StoreDriver, ref: Ref) -> str:
    return driver.get_many([ref])[ref].revision


def file(folder: Path, ref: Ref) -> Path:
    return folder / f"{ref.kind}s" / f"{ref.key}.yaml"


def keys(driver: StoreDriver, prefix: str = "") -> list[str]:
    return [record.ref.key for record in driver.scan("note", prefix=prefix).records]


def test_an_empty_store_has_nothing_and_makes_nothing(
    driver: LocalStoreDriver, folder: Path
) -> None:
    page = driver.scan("note")
    assert (page.records, page.damaged, page.next) == ((), (), None)
    assert driver.get_many([ALPHA]) == {}
    assert not folder.exists()


def test_what_is_put_is_there(driver: LocalStoreDriver, folder: Path) -> None:
    put = note(ALPHA, "hello", uuid=uuid4())
    write(driver, put)
    record = driver.get_many([ALPHA, BETA])[ALPHA]
    assert (record.ref, record.uuid, record.payload) == (ALPHA, put.uuid, put.payload)
    assert record.origin == str(file(folder, ALPHA))


def test_what_is_there_is_seen_by_others(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, note(ALPHA))
    assert keys(LocalStoreDriver(str(folder))) == ["alpha"]
    driver.close()


def test_a_plugins_record_need_not_repeat_its_identity(
    driver: LocalStoreDriver,
) -> None:
    put = Put(ALPHA, uuid4(), {"text": "hello"})
    write(driver, put)
    record = driver.get_many([ALPHA])[ALPHA]
    assert (record.uuid, record.payload) == (put.uuid, put.payload)


def test_what_is_put_again_is_replaced(driver: LocalStoreDriver) -> None:
    write(driver, note(ALPHA, "old"))
    write(driver, note(ALPHA, "new"))
    assert driver.get_many([ALPHA])[ALPHA].payload["text"] == "new"


def test_what_is_deleted_is_gone(driver: LocalStoreDriver, folder: Path) -> None:
    write(driver, note(ALPHA), note(BETA))
    remove(driver, ALPHA)
    assert keys(driver) == ["beta"]
    assert not file(folder, ALPHA).exists()


def test_deleting_what_is_not_there_is_no_error(driver: LocalStoreDriver) -> None:
    remove(driver, ALPHA)
    assert keys(driver) == []


def test_a_record_that_is_deleted_and_put_at_once_is_put(
    driver: LocalStoreDriver,
) -> None:
    write(driver, note(ALPHA, "old"))
    driver.commit(Transaction((note(ALPHA, "new"),), (Delete(ALPHA),)))
    assert driver.get_many([ALPHA])[ALPHA].payload["text"] == "new"


def test_kinds_are_told_apart(driver: LocalStoreDriver) -> None:
    write(driver, note(ALPHA), note(Ref("stack", "alpha")))
    assert [r.ref for r in driver.scan("stack").records] == [Ref("stack", "alpha")]


def test_records_come_by_key(driver: LocalStoreDriver) -> None:
    names = ["b", "a", "a-b", "a.b", "a/b", "a_b", "ab", "a.yaml"]
    write(driver, *(note(Ref("note", name)) for name in names))
    assert keys(driver) == sorted(names)


def test_a_part_of_a_key_may_look_like_a_file(driver: LocalStoreDriver) -> None:
    write(driver, note(Ref("note", "a.yaml/b")), note(BETA))
    assert keys(driver) == ["a.yaml/b", "beta"]


def test_a_prefix_narrows_a_scan_to_what_begins_with_it(
    driver: LocalStoreDriver,
) -> None:
    write(driver, *(note(Ref("note", name)) for name in ("a/b", "a/c", "ab/d", "b/a")))
    assert keys(driver, prefix="a/") == ["a/b", "a/c"]
    assert keys(driver, prefix="a") == ["a/b", "a/c", "ab/d"]
    assert keys(driver, prefix="c") == []


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_pages_together_are_the_whole(driver: LocalStoreDriver, limit: int) -> None:
    names = [f"n{number}" for number in range(5)]
    write(driver, *(note(Ref("note", name)) for name in names))
    found: list[str] = []
    after: str | None = ""
    while after is not None and len(found) < 10:
        page = driver.scan("note", prefix="n", after=after, limit=limit)
        assert len(page.records) <= limit
        found += [record.ref.key for record in page.records]
        after = page.next
    assert found == names


def test_the_last_page_says_so(driver: LocalStoreDriver) -> None:
    write(driver, note(ALPHA), note(BETA))
    assert driver.scan("note", limit=2).next is None
    assert driver.scan("note", limit=1).next == "alpha"


def test_damage_counts_towards_the_limit(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, note(ALPHA), note(BETA))
    file(folder, ALPHA).write_text("broken")
    page = driver.scan("note", limit=1)
    assert (page.records, len(page.damaged), page.next) == ((), 1, "alpha")
    assert [r.ref for r in driver.scan("note", after="alpha").records] == [BETA]


def test_a_check_that_holds_lets_the_rest_happen(driver: LocalStoreDriver) -> None:
    write(driver, note(ALPHA))
    checks = (Check(ALPHA, revision(driver, ALPHA)), Check(BETA, None))
    driver.commit(Transaction((note(BETA),), checks=checks))
    assert keys(driver) == ["alpha", "beta"]


@pytest.mark.parametrize(
    "check", [Check(ALPHA, None), Check(ALPHA, "stale"), Check(BETA, "stale")]
)
def test_a_check_that_fails_changes_nothing(
    driver: LocalStoreDriver, folder: Path, tree: type[Tree], check: Check
) -> None:
    write(driver, note(ALPHA, "old"))
    before = tree(folder).files()
    puts = (note(ALPHA, "new"), note(Ref("note", "gamma")))
    good = Check(ALPHA, revision(driver, ALPHA))
    with pytest.raises(ConflictError) as caught:
        driver.commit(Transaction(puts, (Delete(ALPHA),), (good, check)))
    assert caught.value.subject == check.subject
    assert tree(folder).files() == before


def test_a_check_holds_for_what_is_not_written(driver: LocalStoreDriver) -> None:
    write(driver, note(ALPHA))
    stale = revision(driver, ALPHA)
    write(driver, note(ALPHA, "new"))
    with pytest.raises(ConflictError, match="Note 'alpha'"):
        driver.commit(Transaction((note(BETA),), checks=(Check(ALPHA, stale),)))
    assert keys(driver) == ["alpha"]


@pytest.mark.parametrize("change", ["add", "change", "remove", "edit by hand"])
def test_a_guard_notices_every_change_of_its_kind(
    driver: LocalStoreDriver, folder: Path, change: str
) -> None:
    write(driver, note(ALPHA))
    guard = driver.scan("note").guard
    if change == "remove":
        remove(driver, ALPHA)
    elif change == "edit by hand":
        file(folder, ALPHA).write_bytes(file(folder, ALPHA).read_bytes() + b"# x\n")
    else:
        write(driver, note(BETA if change == "add" else ALPHA, "new"))
    assert driver.scan("note").guard != guard
    with pytest.raises(ConflictError, match="The list of notes"):
        driver.commit(Transaction(checks=(GuardCheck("note", guard),)))


def test_a_guard_minds_only_its_kind(driver: LocalStoreDriver) -> None:
    guard = driver.scan("note", prefix="x", limit=1).guard
    write(driver, note(Ref("stack", "alpha")))
    assert driver.scan("note").guard == guard
    driver.commit(Transaction((note(ALPHA),), checks=(GuardCheck("note", guard),)))
    assert keys(driver) == ["alpha"]


def test_a_guard_is_that_of_the_kind_not_of_the_page(driver: LocalStoreDriver) -> None:
    write(driver, note(ALPHA), note(BETA))
    assert driver.scan("note", prefix="b", limit=1).guard == driver.scan("note").guard


def test_a_revision_changes_when_a_file_is_edited_by_hand(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, note(ALPHA, "old"))
    before = revision(driver, ALPHA)
    path = file(folder, ALPHA)
    path.write_text(path.read_text().replace("old", "new"))
    assert revision(driver, ALPHA) != before
    with pytest.raises(ConflictError):
        driver.commit(
            Transaction(deletes=(Delete(ALPHA),), checks=(Check(ALPHA, before),))
        )


def test_a_revision_stays_when_nothing_changes(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, note(ALPHA))
    before = revision(driver, ALPHA)
    write(driver, note(BETA))
    file(folder, ALPHA).touch()
    assert revision(driver, ALPHA) == before


def test_a_record_that_is_made_again_is_another(driver: LocalStoreDriver) -> None:
    write(driver, note(ALPHA, uuid=uuid4()))
    before = revision(driver, ALPHA)
    remove(driver, ALPHA)
    write(driver, note(ALPHA, uuid=uuid4()))
    with pytest.raises(ConflictError):
        driver.commit(Transaction(checks=(Check(ALPHA, before),)))


def test_a_removed_record_is_absent(driver: LocalStoreDriver) -> None:
    write(driver, note(ALPHA))
    remove(driver, ALPHA)
    driver.commit(Transaction((note(ALPHA),), checks=(Check(ALPHA, None),)))
    assert keys(driver) == ["alpha"]


def test_a_file_is_readable_stable_and_marked_at_its_end(
    driver: LocalStoreDriver, folder: Path
) -> None:
    component = ComponentRecord(
        "artifact_store", "Default", "s3", {"path": "s3://b"}, Provider("acme", "1.0")
    )
    write(driver, Put(component.ref, component.uuid, component.to_payload()))
    text = (folder / "components/artifact_store/default.yaml").read_text()
    assert text == (
        "name: Default\ntype: artifact_store\nflavor: s3\n"
        f"uuid: {component.uuid}\nconfiguration:\n  path: s3://b\n"
        "provider:\n  distribution: acme\n  version: '1.0'\n...\n"
    )


def test_git_is_spared_what_belongs_to_the_host(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, note(ALPHA))
    assert (folder / ".state" / ".gitignore").read_text() == "*\n"
    write(driver, note(BETA))
    visible = [p.name for p in folder.rglob("*.yaml")]
    assert sorted(visible) == ["alpha.yaml", "beta.yaml"]


def test_a_file_that_is_cut_short_anywhere_is_damaged(
    driver: LocalStoreDriver, folder: Path
) -> None:
    title = "caf\N{LATIN SMALL LETTER E WITH ACUTE}: [1] 'x' \N{GRINNING FACE}"
    write(driver, note(ALPHA, title), note(BETA))
    path = file(folder, ALPHA)
    content = path.read_bytes()
    for length in range(len(content.rstrip())):
        path.write_bytes(content[:length])
        page = driver.scan("note")
        assert [record.ref for record in page.records] == [BETA]
        (damage,) = page.damaged
        assert damage.where == path
        assert damage.line, content[:length]
        with pytest.raises(DamagedDataError):
            driver.get_many([ALPHA])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("name: alpha\n...\n", "'uuid' must be a UUID"),
        ("uuid: 7\n...\n", "'uuid' must be a UUID"),
        ("- a\n...\n", "a mapping is expected"),
        ("<<<<<<< HEAD\nname: a\n=======\n", "not valid YAML"),
    ],
)
def test_a_file_that_was_broken_by_hand_hides_no_other(
    driver: LocalStoreDriver, folder: Path, content: str, reason: str
) -> None:
    write(driver, note(ALPHA), note(BETA))
    file(folder, ALPHA).write_text(content)
    page = driver.scan("note")
    assert [record.ref for record in page.records] == [BETA]
    (damage,) = page.damaged
    assert reason in damage.reason
    assert str(file(folder, ALPHA)) in str(damage)


def test_a_file_whose_name_no_record_can_have_is_damaged(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, note(BETA))
    (folder / "notes" / "Alpha.yaml").write_bytes(file(folder, BETA).read_bytes())
    page = driver.scan("note")
    assert [record.ref for record in page.records] == [BETA]
    assert "lower case" in page.damaged[0].reason


def test_damage_can_be_mended_by_a_write(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, note(ALPHA))
    file(folder, ALPHA).write_text("broken")
    write(driver, note(ALPHA, "new"))
    assert driver.get_many([ALPHA])[ALPHA].payload["text"] == "new"


def test_what_is_not_a_record_is_left_alone(
    driver: LocalStoreDriver, folder: Path
) -> None:
    write(driver, note(ALPHA))
    for name in ("README.md", ".alpha.yaml.1.tmp", ".hidden.yaml", "alpha.yaml~"):
        (folder / "notes" / name).write_text("x")
    page = driver.scan("note")
    assert [record.ref for record in page.records] == [ALPHA]
    assert page.damaged == ()


def test_reading_changes_no_byte(
    driver: LocalStoreDriver, folder: Path, tree: type[Tree]
) -> None:
    write(driver, note(ALPHA), note(BETA))
    before = tree(folder).state()
    driver.get_many([ALPHA, Ref("note", "gone")])
    driver.scan("note")
    driver.scan("gone")
    assert tree(folder).state() == before


def test_a_conflict_leaves_no_file_behind(
    driver: LocalStoreDriver, folder: Path, tree: type[Tree]
) -> None:
    write(driver, note(ALPHA))
    before = tree(folder).files()
    with pytest.raises(ConflictError):
        driver.commit(Transaction((note(BETA),), checks=(Check(ALPHA, None),)))
    assert tree(folder).files() == before


def test_a_store_that_somebody_else_writes_is_locked_and_readable(
    driver: LocalStoreDriver, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(driver, note(ALPHA))
    monkeypatch.setattr("zen.stores.locking.LOCK_TIMEOUT", 0.1)
    with exclusive_lock(folder / ".state" / "lock"):
        assert keys(driver) == ["alpha"]
        with pytest.raises(StoreLockedError):
            write(driver, note(BETA))
    assert keys(driver) == ["alpha"]


def test_a_store_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailableError, match="can't be written"):
        write(LocalStoreDriver(str(tmp_path / "file")), note(ALPHA))


def test_a_url_may_hold_any_character(tmp_path: Path) -> None:
    folder = tmp_path / "a b%20#?\N{SNOWMAN}"
    url = LocalStoreDriver.default_url(folder)
    assert url.startswith("file:///")
    assert LocalStoreDriver.normalise_url(url) == url
    assert LocalStoreDriver(url).folder == folder


def test_a_path_is_made_absolute(here: Path) -> None:
    assert LocalStoreDriver.normalise_url("data") == str(here / "data")
    assert LocalStoreDriver.normalise_url("~/data") == str(Path.home() / "data")


def test_the_url_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a folder"):
        LocalStoreDriver.normalise_url("mysql://host/db")


def test_other_programs_can_read_the_files(
    driver: LocalStoreDriver, folder: Path
) -> None:
    put = note(ALPHA, "hello")
    write(driver, put)
    with file(folder, ALPHA).open() as stream:
        assert yaml.safe_load(stream) == put.payload


@pytest.mark.parametrize(
    "url",
    [
        "u:hush@127.0.0.1/db",
        "my_user:hu/sh@host/db",
        "//u:hush@host/db",
        "mysql:/u:hush@host/db",
        "mysql:u:hush@host",
        "sqlite:team.db",
        "mysql://u:hush@host/db",
    ],
)
def test_what_looks_like_a_database_is_refused(url: str) -> None:
    """A folder of that name would show the password to everyone."""
    with pytest.raises(ValueError, match="--store-type sql") as caught:
        LocalStoreDriver.normalise_url(url)
    assert "hu" not in str(caught.value)


def test_a_folder_may_have_a_colon_in_its_name(here: Path) -> None:
    for path in ("./a:b", "deep/a:b", str(here / "a:b")):
        url = LocalStoreDriver.normalise_url(path)
        assert LocalStoreDriver(url).folder == here / path


@pytest.mark.parametrize("url", ["", "file://elsewhere/folder", "s3://bucket"])
def test_a_url_that_is_no_folder_of_this_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="it must be a folder"):
        LocalStoreDriver.normalise_url(url)
