"""Carrying a store's records to another store, and comparing both ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from tests.core.testing.memory_driver import MemoryDriver
from tests.core.testing.wrong_drivers.history import KnowsTwoKinds
from tests.core.testing.wrong_drivers.records import (
    CutsLongTexts,
    LosesAWrite,
    LosesUuids,
    TakesBooleansForNumbers,
)
from zen.errors import (
    ConfigurationError,
    ConflictError,
    StackValidationError,
    StoreError,
    StoreUnavailableError,
)
from zen.records import ComponentRecord, Record, Ref, StackRecord
from zen.stores import Delete, Put, Store, Transaction
from zen.stores.local import LocalStoreDriver
from zen.stores.transfer import copy_records, digest, read_everything

if TYPE_CHECKING:
    from pathlib import Path

    from zen.stores import Page

TYPES = ("orchestrator", "artifact_store", "metadata_store")
PAYLOAD = {
    "text": "a\r\nb \N{GRINNING FACE} ...\n---\n",
    "nested": {"list": [1, 1.0, True, None, "1", []], "": {}},
    "uuid": "not its own",
    "large": "x" * (1 << 20),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "source"


@pytest.fixture
def source(folder: Path) -> Store:
    """A stack, its components, and records of plugins' kinds."""
    store = Store(LocalStoreDriver(str(folder)))
    name = "N" * 100
    parts = [ComponentRecord(kind, name, "x", {"n": 1}) for kind in TYPES]
    store.save(components=parts, stacks=[StackRecord(name, dict.fromkeys(TYPES, name))])
    puts = [Put(Ref(kind, "a/b.c"), uuid4(), PAYLOAD) for kind in ("lease", "z_9")]
    store.commit(puts=puts)
    return store


@pytest.fixture
def target(tmp_path: Path) -> Store:
    return Store(MemoryDriver(f"memory:{tmp_path}"))


def contents(store: Store) -> dict[Ref, tuple[UUID, object]]:
    records, damaged = read_everything(store.driver)
    assert damaged == []
    return {each.ref: (each.uuid, each.payload) for each in records}


def test_everything_is_carried_as_it_is(source: Store, target: Store) -> None:
    copied = copy_records(source, target)
    assert copied == {"component": 3, "lease": 1, "stack": 1, "z_9": 1}
    assert contents(target) == contents(source)
    assert target.stacks() == source.stacks()
    assert target.driver.last_sequence() == 1


def test_and_back_again(source: Store, target: Store, tmp_path: Path) -> None:
    copy_records(source, target)
    back = Store(LocalStoreDriver(str(tmp_path / "back")))
    copy_records(target, back)
    assert contents(back) == contents(source)
    ends = [read_everything(each.driver)[0] for each in (source, target, back)]
    assert len({digest(records) for records in ends}) == 1


def test_an_empty_store_is_carried_too(target: Store, tmp_path: Path) -> None:
    source = Store(LocalStoreDriver(str(tmp_path / "empty")))
    assert copy_records(source, target) == {}
    assert target.driver.kinds() == []


@pytest.mark.parametrize("kind", ["stack", "lease", "other"])
def test_what_is_there_is_not_overwritten(
    source: Store, target: Store, kind: str
) -> None:
    target.driver.commit(Transaction((Put(Ref(kind, "x"), uuid4(), {}),)))
    with pytest.raises(StoreError, match=f"already holds {kind}s") as caught:
        copy_records(source, target)
    assert caught.value.hint
    assert target.driver.kinds() == [kind]
    assert target.driver.last_sequence() == 1


def test_what_comes_while_it_is_carried_is_not_overwritten(
    source: Store, tmp_path: Path
) -> None:
    class Busy(MemoryDriver):
        """Somebody else registers something between the look and the leap."""

        def commit(self, transaction: Transaction) -> None:
            if not self.memory.commits:
                super().commit(Transaction((Put(Ref("lease", "x"), uuid4(), {}),)))
            super().commit(transaction)

    target = Store(Busy(f"memory:{tmp_path}"))
    with pytest.raises(ConflictError):
        copy_records(source, target)
    assert target.driver.kinds() == ["lease"]


def test_all_that_is_damaged_is_named(
    source: Store, target: Store, folder: Path
) -> None:
    files = [
        folder / "components" / "orchestrator" / f"{'n' * 100}.yaml",
        folder / "leases" / "a" / "b.c.yaml",
    ]
    for file in files:
        file.write_text("broken")
    stack = folder / "stacks" / f"{'n' * 100}.yaml"
    stack.write_text(stack.read_text().replace("components:", "parts:"))
    with pytest.raises(ConfigurationError) as caught:
        copy_records(source, target)
    for file in (*files, stack):
        assert f"\n{file}" in str(caught.value)
    assert target.driver.kinds() == []


def test_a_value_that_only_yaml_has_is_damage(
    source: Store, target: Store, folder: Path
) -> None:
    file = folder / "leases" / "a" / "b.c.yaml"
    for value in ("2024-02-29", "{1: one}", ".nan", "!!binary aGk="):
        file.write_text(f"_uuid: {UUID(int=1)}\nx: {value}\n...\n")
        with pytest.raises(ConfigurationError, match=r"b\.c\.yaml: it holds a value"):
            copy_records(source, target)
    assert target.driver.kinds() == []


def test_the_rules_hold_for_what_is_carried(
    source: Store, target: Store, folder: Path
) -> None:
    stack = folder / "stacks" / f"{'n' * 100}.yaml"
    stack.write_text(stack.read_text().replace("  orchestrator:", "  alerter:"))
    with pytest.raises(StackValidationError, match="would have no orchestrator"):
        copy_records(source, target)
    assert target.driver.kinds() == []


@pytest.mark.parametrize(
    "driver", [CutsLongTexts, LosesUuids, TakesBooleansForNumbers, LosesAWrite]
)
def test_a_target_that_gives_back_something_else_is_refused(
    source: Store, tmp_path: Path, driver: type[MemoryDriver]
) -> None:
    target = driver(f"memory:{tmp_path}")
    with pytest.raises(StoreError, match="differs from the original"):
        copy_records(source, Store(target))
    assert target.memory.rows == {}


def test_a_target_that_is_lost_while_it_is_read_again_holds_nothing(
    source: Store, tmp_path: Path
) -> None:
    class Lost(MemoryDriver):
        is_lost = False

        def close(self) -> None:
            self.is_lost = True

        def kinds(self) -> list[str]:
            if self.is_lost:
                self.is_lost = False
                raise StoreUnavailableError("the connection was lost")
            return super().kinds()

    target = Lost(f"memory:{tmp_path}")
    with pytest.raises(StoreUnavailableError, match="was lost"):
        copy_records(source, Store(target))
    assert target.memory.rows == {}


def test_a_target_that_stays_lost_is_told(source: Store, tmp_path: Path) -> None:
    class Lost(MemoryDriver):
        def close(self) -> None:
            self.apply = self.fail  # type: ignore[method-assign]
            raise StoreUnavailableError("the connection was lost")

        def fail(self, transaction: Transaction) -> None:
            raise StackValidationError(str(transaction))

    with pytest.raises(StoreUnavailableError, match="was lost"):
        copy_records(source, Store(Lost(f"memory:{tmp_path}")))


def test_what_a_target_only_remembers_is_no_proof(
    source: Store, tmp_path: Path
) -> None:
    class Hopeful(CutsLongTexts):
        is_open = True

        def load(self, payload: str) -> dict[str, object]:
            return json.loads(payload) if self.is_open else super().load(payload)

        def close(self) -> None:
            self.is_open = False

    target = Hopeful(f"memory:{tmp_path}")
    with pytest.raises(StoreError, match="differs from the original"):
        copy_records(source, Store(target))


def test_a_target_that_hides_records_is_refused(source: Store, tmp_path: Path) -> None:
    target = KnowsTwoKinds(f"memory:{tmp_path}")
    with pytest.raises(StoreError, match="differs from the original"):
        copy_records(source, Store(target))
    assert target.memory.rows == {}


def test_a_state_is_that_of_one_moment(tmp_path: Path) -> None:
    """A record that moves from a kind to another one is seen once."""

    class Moving(MemoryDriver):
        moved = False

        def kinds(self) -> list[str]:
            return ["a", "b"]

        def scan(self, kind: str, **options: object) -> Page:
            page = super().scan(kind, **options)  # type: ignore[arg-type]
            if not self.moved:
                self.moved = True
                put = Put(Ref("b", "x"), UUID(int=1), {})
                self.commit(Transaction((put,), (Delete(Ref("a", "x")),)))
            return page

    driver = Moving(f"memory:{tmp_path}")
    driver.commit(Transaction((Put(Ref("a", "x"), UUID(int=1), {}),)))
    records, _ = read_everything(driver)
    assert [record.ref for record in records] == [Ref("b", "x")]


def test_a_store_that_never_rests_is_a_conflict(tmp_path: Path) -> None:
    class Restless(MemoryDriver):
        def kinds(self) -> list[str]:
            self.commit(Transaction())
            return super().kinds()

    with pytest.raises(ConflictError, match="The store was changed"):
        read_everything(Restless(f"memory:{tmp_path}"))


def record(payload: dict[str, object]) -> Record:
    return Record(Ref("lease", "x"), UUID(int=1), payload, "any")


def test_a_digest_tells_contents_and_nothing_else() -> None:
    one = record({"a": 1, "b": {"c": 2, "d": 3}})
    same = Record(one.ref, one.uuid, {"b": {"d": 3, "c": 2}, "a": 1}, "other", "there")
    others = [
        record({"a": 1.0, "b": {"c": 2, "d": 3}}),
        record({"a": True, "b": {"c": 2, "d": 3}}),
        record({"a": 1, "b": {"c": 2}}),
        Record(Ref("lease", "y"), one.uuid, one.payload, "any"),
        Record(Ref("other", "x"), one.uuid, one.payload, "any"),
        Record(one.ref, UUID(int=2), one.payload, "any"),
    ]
    assert digest([one]) == digest([same])
    assert len({digest([each]) for each in (one, *others)}) == 1 + len(others)
    assert digest([one, others[3]]) == digest([others[3], one])
    assert digest([one, others[3]]) != digest([one])
