"""Carry all that a store holds to another one, and compare both ends."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from zen.errors import (
    ConfigurationError,
    ConflictError,
    DamagedDataError,
    StoreError,
    ZenError,
)
from zen.printable import Lines
from zen.records import (
    COMPONENT,
    FLAVOR,
    STACK,
    ComponentRecord,
    FlavorRecord,
    StackRecord,
)
from zen.stores.driver import Delete, GuardCheck, Put, Transaction
from zen.stores.history import is_same
from zen.stores.identity import IDENTITY
from zen.stores.scanning import scan_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from zen.records import Record
    from zen.stores.driver import StoreDriver
    from zen.stores.store import Store

__all__ = ["copy_records", "digest", "read_everything"]

_ATTEMPTS: Final = 20
_READERS: Final[dict[str, Callable[[Record], object]]] = {
    COMPONENT: ComponentRecord.from_record,
    FLAVOR: FlavorRecord.from_record,
    STACK: StackRecord.from_record,
}


def copy_records(source: Store, target: Store) -> dict[str, int]:
    """Write all that a store holds to another one, which must hold nothing.

    It is done in one transaction and under the rules. What was written is read again,
    and compared with what it was made from.

    Args:
        source: The store to read.
        target: The store to write.

    Returns:
        How many records of each kind there were.

    Raises:
        ConfigurationError: There are records that can't be read; nothing was written.
        StoreError: The target holds records already, or doesn't give back what was
            written; what was written is removed.
        ZenError: As `Store.commit` does.
    """
    records, damaged = read_everything(source.driver)
    _refuse([*damaged, *_unusable(records)])
    _check_empty(target.driver)
    undo = [Delete(record.ref) for record in records]
    if not target.get_many([IDENTITY]):
        undo.append(Delete(IDENTITY))
    kinds = Counter(record.ref.kind for record in records)
    checks = [GuardCheck(kind, target.driver.scan(kind).guard) for kind in kinds]
    target.commit(puts=map(_put, records), checks=checks)
    try:
        _check_copy(target.driver, records)
    except BaseException:  # also when the user interrupts it
        with suppress(ZenError):
            target.driver.commit(Transaction(deletes=tuple(undo)))
        raise
    return dict(sorted(kinds.items()))


def digest(records: Iterable[Record]) -> str:
    """Return a text that is the same for the same records, wherever they are kept.

    Args:
        records: Records whose payloads are JSON-able.
    """
    contents = sorted(
        (each.ref.kind, each.ref.key, str(each.uuid), each.payload) for each in records
    )
    return sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


def read_everything(
    driver: StoreDriver,
) -> tuple[list[Record], list[DamagedDataError]]:
    """Return all records of a store, as of one moment, and what couldn't be read.

    Its identity isn't among them.

    Args:
        driver: Where they are.

    Raises:
        ConflictError: Somebody writes again and again.
    """
    for _ in range(_ATTEMPTS):
        before = driver.last_sequence()
        scans = [scan_all(driver, kind) for kind in _kinds(driver)]
        if driver.last_sequence() == before:
            records = [record for found, _, _ in scans for record in found]
            return records, [error for _, damaged, _ in scans for error in damaged]
    raise ConflictError("The store")


def _check_copy(driver: StoreDriver, records: list[Record]) -> None:
    """Raise `StoreError` unless a store gives back what was written, and no more."""
    driver.close()  # what it may have kept is no proof
    written, damaged = read_everything(driver)
    if damaged or digest(written) != digest(records):
        raise StoreError(
            "The copy differs from the original when it is read back; nothing was"
            " copied.",
            hint="Try again, or copy to another place.",
        )


def _unusable(records: Iterable[Record]) -> Iterator[DamagedDataError]:
    """Yield what isn't as its kind asks for, or can't be written as JSON."""
    for record in records:
        read = _READERS.get(record.ref.kind)
        try:
            if read:
                read(record)
            _check_json(record)
        except DamagedDataError as error:
            yield error


def _check_json(record: Record) -> None:
    # A hand may have written YAML that is more than JSON, such as a date.
    with suppress(TypeError, ValueError):
        if is_same(json.loads(json.dumps(record.payload)), record.payload):
            return
    where = record.origin or str(record.ref)
    raise DamagedDataError(where, "it holds a value that isn't one of JSON")


def _refuse(damaged: list[DamagedDataError]) -> None:
    if damaged:
        raise ConfigurationError(
            Lines.of(
                "These records can't be read, so they can't be copied:",
                *map(str, damaged),
            ),
            hint="Repair it, or restore it with 'zen profile restore'.",
        )


def _check_empty(driver: StoreDriver) -> None:
    if kinds := _kinds(driver):
        names = " and ".join(f"{kind.replace('_', ' ')}s" for kind in kinds)
        raise StoreError(
            f"The target store already holds {names}.",
            hint="Choose another '--url', or another name for the profile.",
        )


def _kinds(driver: StoreDriver) -> list[str]:
    return [kind for kind in driver.kinds() if kind != IDENTITY.kind]


def _put(record: Record) -> Put:
    return Put(record.ref, record.uuid, record.payload)
