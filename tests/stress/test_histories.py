"""What the stress tests rely on notices whatever a log or a store does wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from tests.core.testing.memory_driver import MemoryDriver
from tests.core.testing.wrong_drivers import history as wrong_histories
from tests.core.testing.wrong_drivers.transactions import AppliesTwice
from tests.stress.histories import History
from zen.errors import ConflictError
from zen.records import Ref
from zen.stores import Check, Delete, Put, Transaction

if TYPE_CHECKING:
    from pathlib import Path

    from zen.stores import StoreDriver

ALPHA = Ref("note", "alpha")
BETA = Ref("note", "beta")


def put(ref: Ref, text: str) -> Put:
    return Put(ref, UUID(int=1), {"text": text})


def write_some(driver: StoreDriver) -> None:
    """Write, change and delete records; send one again, and one that is refused."""
    with pytest.raises(ConflictError):
        driver.commit(Transaction((put(ALPHA, "x"),), checks=(Check(BETA, "x"),)))
    repeated = Transaction((put(ALPHA, "a"),))
    for change in (
        repeated,
        Transaction((put(ALPHA, "b"), put(BETA, "b"))),
        Transaction((put(BETA, "c"),), (Delete(ALPHA),)),
        repeated,
        Transaction(deletes=(Delete(BETA), Delete(ALPHA))),
        Transaction((put(BETA, "d"),)),
    ):
        driver.commit(change)


def test_a_driver_that_is_right_passes(tmp_path: Path) -> None:
    driver, history = MemoryDriver(str(tmp_path)), History()
    write_some(driver)
    assert len(history.check(driver, ["note"])) == 5
    assert history.check(driver, ["note"]) == []
    write_some(driver)
    assert len(history.check(driver, ["note"])) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        AppliesTwice,
        wrong_histories.CountsFromZero,
        wrong_histories.ForgetsWhatWas,
        wrong_histories.LogsTheNewestFirst,
        wrong_histories.SkipsNumbers,
    ],
)
def test_a_driver_that_is_wrong_is_caught(
    tmp_path: Path, wrong: type[MemoryDriver]
) -> None:
    driver = wrong(str(tmp_path))
    write_some(driver)
    with pytest.raises(AssertionError):
        History().check(driver, ["note"])


def test_a_record_that_no_commit_has_written_is_caught(tmp_path: Path) -> None:
    driver, history = MemoryDriver(str(tmp_path)), History()
    write_some(driver)
    driver.memory.rows[ALPHA] = driver.memory.rows[BETA]
    with pytest.raises(AssertionError):
        history.check(driver, ["note"])
