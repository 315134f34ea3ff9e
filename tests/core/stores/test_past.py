"""The past of a store: what was, what has changed since, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from zen.errors import (
    ConflictError,
    DamagedDataError,
    InUseError,
    RevisionNotFoundError,
    StackComponentNotFoundError,
    StoreError,
)
from zen.records import ComponentRecord, Ref, StackRecord
from zen.stores import Change, Content, Put, Store, StoreDriver, Transaction
from zen.stores.local import LocalStoreDriver
from zen.stores.past import History

if TYPE_CHECKING:
    from pathlib import Path

    from zen.stores.history import Commit

TYPES = ("orchestrator", "artifact_store", "metadata_store")
ALERTER = Ref.to_component("alerter", "x")
LEASE = Ref("lease", "a/b")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Store:
    return Store(LocalStoreDriver(str(folder)))


@pytest.fixture
def history(store: Store) -> History:
    return History(store)


def alerter(path: str, name: str = "x", uuid: UUID | None = None) -> ComponentRecord:
    return ComponentRecord("alerter", name, "log", {"path": path}, uuid=uuid or uuid4())


@pytest.fixture
def changed(store: Store) -> Store:
    """Three commits: an alerter is added, changed and removed."""
    old = alerter("old")
    store.save(components=[old])
    store.replace_component("alerter", "x", alerter("new"))
    store.delete_component("alerter", "x")
    return store


def stack(store: Store, name: str) -> StackRecord:
    """Register a stack with components of its own."""
    parts = [ComponentRecord(kind, name, "x") for kind in TYPES]
    record = StackRecord(name, dict.fromkeys(TYPES, name))
    store.save(components=parts, stacks=[record])
    return record


def path_of(store: Store) -> object:
    return store.component("alerter", "x").configuration["path"]


def restore(history: History, sequence: int) -> None:
    history.restore(history.restoration(sequence))


def test_the_newest_commits_come_first(changed: Store, history: History) -> None:
    assert [commit.sequence for commit in history.commits()] == [3, 2, 1]
    assert [commit.sequence for commit in history.commits(2)] == [3, 2]
    changes = [change.action for c in history.commits() for change in c.changes]
    assert changes == ["removed", "changed", "added"]
    assert History(Store(changed.driver)).commits(1)[0].sequence == 3


def test_an_empty_store_has_no_commits(history: History) -> None:
    assert history.commits() == []
    for sequence in (0, 1):
        with pytest.raises(RevisionNotFoundError, match="history, which is empty"):
            history.diff(sequence)


def test_fields_are_compared_one_by_one() -> None:
    uuid = UUID(int=1)
    old = Content(uuid, {"a": 1, "b": {"c": [1], "d": 2, "e": {}}, "f": True, "g": 0})
    new = Content(uuid, {"a": 1, "b": {"c": [2], "d": 2, "e": 3}, "f": 1, "h": None})
    change = Change(LEASE, old, new)
    assert change.action == "changed"
    assert change.fields == {
        "b.c": ([1], [2]),
        "b.e": ({}, 3),
        "f": (True, 1),
        "g": (0, None),
    }
    assert Change(LEASE, None, Content(uuid, {"a": 1})).fields == {
        "uuid": (None, str(uuid)),
        "a": (None, 1),
    }


def test_a_difference_is_that_of_two_states(changed: Store, history: History) -> None:
    (change,), damaged = history.diff(1, 2)
    assert (change.ref, change.action) == (ALERTER, "changed")
    assert change.fields == {"configuration.path": ("old", "new")}
    assert damaged == []
    (back,), _ = history.diff(2, 1)
    assert back.fields == {"configuration.path": ("new", "old")}
    ((now,), _) = history.diff(1)
    assert (now.action, now.after) == ("removed", None)
    assert history.diff(2, 2) == history.diff(3) == ([], [])
    changed.save(components=[alerter("newer")])
    ((now,), _) = history.diff(1)
    assert now.fields["configuration.path"] == ("old", "newer")


def test_what_was_added_later_is_added(store: Store, history: History) -> None:
    store.driver.commit(Transaction((Put(LEASE, uuid4(), {"n": 1}),)))
    stack(store, "s")
    added = [(c.ref.kind, c.action) for c in history.diff(1)[0]]
    assert added == [("component", "added")] * 3 + [("stack", "added")]


def test_an_edit_by_hand_is_a_difference(
    store: Store, history: History, folder: Path
) -> None:
    store.save(components=[alerter("old")])
    file = folder / "components" / "alerter" / "x.yaml"
    file.write_text(file.read_text().replace("path: old", "path: edited"))
    ((change,), _) = history.diff(1)
    assert change.fields == {"configuration.path": ("old", "edited")}
    restore(history, 1)
    assert path_of(store) == "old"


def test_a_record_that_no_commit_made_is_left_alone(
    store: Store, history: History, folder: Path
) -> None:
    store.save(components=[alerter("old")])
    other = folder / "components" / "alerter" / "y.yaml"
    record = alerter("other", "y")
    store.driver.commit(Transaction((Put(record.ref, record.uuid, {}),)))
    content = other.read_bytes()
    restore(history, 1)
    assert not other.exists()
    other.write_bytes(content)
    by_hand = folder / "components" / "alerter" / "z.yaml"
    by_hand.write_bytes(content)
    assert [change.ref.key for change in history.diff(1)[0]] == ["alerter/y"]
    restore(history, 1)
    assert (other.exists(), by_hand.exists()) == (False, True)


@pytest.mark.parametrize("sequence", [-1, 0, 4, 99])
def test_a_commit_that_is_not_there_is_named_with_those_that_are(
    changed: Store, history: History, sequence: int
) -> None:
    del changed  # what it needs is the three commits
    with pytest.raises(RevisionNotFoundError) as caught:
        history.restoration(sequence)
    assert f"Revision '{sequence}' does not exist" in str(caught.value)
    assert "goes from 1 to 3" in str(caught.value)
    assert "pruned" not in str(caught.value)
    with pytest.raises(RevisionNotFoundError):
        history.diff(1, sequence)


@pytest.fixture
def _a_day_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zen.stores.past.REMEMBERED", timedelta(0))


def test_pruning_keeps_the_last_day(changed: Store, history: History) -> None:
    assert history.prune(1) == 0
    assert len(changed.driver.log()) == 3


@pytest.mark.usefixtures("_a_day_later")
def test_what_was_pruned_is_said_to_be(changed: Store, history: History) -> None:
    del changed
    assert history.prune(2) == 1
    for act in (history.diff, history.restoration):
        with pytest.raises(RevisionNotFoundError, match=r"from 2 to 3; .* was pruned"):
            act(1)
    restore(history, 2)
    assert [commit.sequence for commit in history.commits()] == [4, 3, 2]


def test_at_least_one_commit_is_kept(changed: Store, history: History) -> None:
    with pytest.raises(ValueError, match="at least one"):
        history.prune(0)
    assert changed.driver.last_sequence() == 3


def test_a_driver_that_keeps_everything_says_so(changed: Store) -> None:
    class KeepsAll(LocalStoreDriver):
        prune = StoreDriver.prune

    history = History(Store(KeepsAll(changed.driver.url)))
    with pytest.raises(StoreError, match="can't prune") as caught:
        history.prune(1)
    assert "zen profile copy" in caught.value.hint


def test_restoring_brings_back_what_was(changed: Store, history: History) -> None:
    was = history.commits()[-1].changes[0].after
    for sequence, path in ((1, "old"), (2, "new"), (4, "old")):
        restore(history, sequence)
        assert path_of(changed) == path
    assert was
    assert changed.component("alerter", "x").uuid == was.uuid
    restore(history, 3)
    assert changed.components()[0] == []
    assert [commit.sequence for commit in history.commits(3)] == [7, 6, 5]


def test_restoring_what_is_says_that_there_is_nothing_to_do(
    changed: Store, history: History
) -> None:
    del changed
    restoration = history.restoration(3)
    assert (restoration.changes, restoration.damaged) == ((), ())


def test_restoring_takes_whole_states(store: Store, history: History) -> None:
    """Of every kind, and in one commit."""
    before = stack(store, "s")
    store.driver.commit(Transaction((Put(LEASE, uuid4(), {"n": [1]}),)))
    store.delete_stack("s")
    for kind in TYPES:
        store.delete_component(kind, "s")
    store.driver.commit(Transaction((Put(LEASE, uuid4(), {"n": [2]}),)))
    count = store.driver.last_sequence()
    restore(history, 2)
    assert store.driver.last_sequence() == count + 1
    assert store.stacks()[0] == [before]
    assert len(store.components_of(before)) == 3
    assert store.driver.get_many([LEASE])[LEASE].payload == {"n": [1]}
    assert history.diff(2) == ([], [])


def test_what_has_taken_the_place_of_another_is_replaced(
    store: Store, history: History
) -> None:
    old = alerter("same")
    store.save(components=[old])
    store.delete_component("alerter", "x")
    store.save(components=[alerter("same")])
    ((change,), _) = history.diff(1)
    assert [*change.fields] == ["uuid"]
    restore(history, 1)
    assert store.component("alerter", "x") == old


def test_a_store_that_has_changed_meanwhile_is_left_alone(
    changed: Store, history: History
) -> None:
    restoration = history.restoration(1)
    changed.save(components=[alerter("theirs", "y")])
    with pytest.raises(ConflictError, match="The list of components was changed by"):
        history.restore(restoration)
    assert [each.name for each in changed.components()[0]] == ["y"]


class Busy(LocalStoreDriver):
    """Somebody commits whenever the log has been read to its end, so many times."""

    commits = 1

    def log(self, *, after: int = 0, limit: int = 100) -> list[Commit]:
        found = super().log(after=after, limit=limit)
        if not found and self.commits:
            self.commits -= 1
            other = alerter("theirs", f"y{self.commits}")
            self.commit(Transaction((Put(other.ref, other.uuid, other.to_payload()),)))
        return found


def test_what_comes_while_the_log_is_read_is_taken_back(changed: Store) -> None:
    history = History(Store(Busy(changed.driver.url)))
    restore(history, 1)
    assert [each.name for each in changed.components()[0]] == ["x"]


def test_what_comes_while_the_log_is_read_is_a_difference(changed: Store) -> None:
    found, _ = History(Store(Busy(changed.driver.url))).diff(3)
    assert [(each.ref.key, each.action) for each in found] == [("alerter/y0", "added")]


def test_a_store_that_never_rests_is_a_conflict(changed: Store) -> None:
    driver = Busy(changed.driver.url)
    driver.commits = 1_000
    with pytest.raises(ConflictError, match="The store was changed"):
        History(Store(driver)).restoration(1)


def test_the_rules_hold_for_what_is_restored(
    store: Store, history: History, folder: Path
) -> None:
    """A stack that was made by hand uses what a restoration would remove."""
    store.save(components=[alerter("x")])
    record = stack(store, "s")
    path = folder / "stacks" / "s.yaml"
    content = path.read_text()
    store.delete_stack("s")
    path.with_name("mine.yaml").write_text(content.replace("name: s", "name: mine"))
    with pytest.raises(InUseError, match="is part of stack 'mine'"):
        restore(history, 1)
    path.with_name("mine.yaml").unlink()
    restore(history, 2)
    assert store.stacks()[0] == [record]
    restore(history, 1)
    assert store.stacks()[0] == []


def test_what_a_stack_needs_must_be_there_when_it_comes_back(
    store: Store, history: History, folder: Path
) -> None:
    store.save(components=[ComponentRecord(kind, "s", "x") for kind in TYPES])
    store.save(stacks=[StackRecord("s", dict.fromkeys(TYPES, "s"))])
    store.delete_stack("s")
    store.driver.prune(2)
    (folder / "components" / "orchestrator" / "s.yaml").unlink()
    with pytest.raises(StackComponentNotFoundError):
        restore(history, 2)


@pytest.mark.parametrize("content", ["", "<<<<<<< HEAD\nname: x\n=======\n"])
def test_what_is_damaged_is_brought_back(
    store: Store, history: History, folder: Path, content: str
) -> None:
    good = alerter("good")
    store.save(components=[good, alerter("other", "y")])
    file = folder / "components" / "alerter" / "x.yaml"
    file.write_text(content)
    changes, damaged = history.diff(1)
    assert changes == []
    assert [error.where for error in damaged] == [file]
    restoration = history.restoration(1)
    assert [change.ref for change in restoration.changes] == [ALERTER]
    assert [error.where for error in restoration.damaged] == [file]
    history.restore(restoration)
    assert store.component("alerter", "x") == good
    assert store.components()[1] == []


def test_what_is_damaged_and_was_not_there_goes(
    changed: Store, history: History, folder: Path
) -> None:
    file = folder / "components" / "alerter" / "x.yaml"
    file.write_text("broken")
    (change,) = history.restoration(3).changes
    assert change.action == "removed"
    restore(history, 3)
    assert not file.exists()
    assert changed.components() == ([], [])


def test_a_damaged_log_is_placed(
    changed: Store, history: History, folder: Path
) -> None:
    del changed
    log = folder / ".state" / "log.jsonl"
    log.write_bytes(b"x" + log.read_bytes())
    for act in (history.diff, history.restoration):
        with pytest.raises(DamagedDataError, match=r"log\.jsonl, line 1"):
            act(2)


def test_the_names_that_stacks_get_back_are_told(
    store: Store, history: History
) -> None:
    stack(store, "a")
    record = stack(store, "b")
    store.replace_stack("b", StackRecord("B2", record.components))
    stack(store, "c")
    restoration = history.restoration(2)
    assert restoration.renamed_stacks == {"B2": "b"}
    assert restoration.removed_stacks == ["c"]
    assert [c.ref.key for c in restoration.changes if c.ref.kind == "stack"] == [
        *("b", "b2", "c")
    ]


def test_clocks_that_go_backwards_change_no_order(
    changed: Store, history: History, folder: Path
) -> None:
    """The numbers tell what came after what."""
    log = folder / ".state" / "log.jsonl"
    year = str(history.commits()[0].time.year)
    log.write_text(log.read_text().replace(f'"time":"{year}', '"time":"2999'))
    changed.save(components=[alerter("later")])
    first, *others = history.commits()
    assert [first.sequence, *(c.sequence for c in others)] == [4, 3, 2, 1]
    assert first.time < others[0].time
    restore(history, 2)
    assert path_of(changed) == "new"


def test_many_commits_are_looked_through(
    store: Store, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zen.stores.past._PAGE", 50)
    for number in range(130):
        store.driver.commit(Transaction((Put(LEASE, UUID(int=1), {"n": number}),)))
    ((change,), _) = history.diff(1)
    assert change.fields == {"n": (0, 129)}
    restore(history, 30)
    assert store.driver.get_many([LEASE])[LEASE].payload == {"n": 29}
