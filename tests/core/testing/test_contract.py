"""No test of a contract is left out unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.core.testing.conftest import RunTests

SUBJECT = """\
from functools import partial
from tests.core.testing.memory_driver import MemoryDriver

class Memory:
    @pytest.fixture
    def open_driver(self, tmp_path):
        return partial(MemoryDriver, f"memory:{tmp_path}")

"""
TEST = "test_kinds_are_open"
REPLACED = {
    "replaced": f"class TestIt(Memory, StoreDriverContract):\n    def {TEST}(self): 1",
    "removed": f"class TestIt(Memory, StoreDriverContract):\n    {TEST} = None",
    "replaced by a mixin": (
        f"class Mixin:\n    def {TEST}(self): 1\n"
        "class TestIt(Mixin, Memory, StoreDriverContract): pass"
    ),
    "replaced far below": (
        "class Ours(Memory, StoreDriverContract): pass\n"
        f"class TestIt(Ours):\n    def {TEST}(self): 1"
    ),
    "expected to fail, without a reason": (
        "class TestIt(Memory, StoreDriverContract):\n"
        f"    @pytest.mark.xfail\n    def {TEST}(self): assert False"
    ),
    "skipped": (
        "class TestIt(Memory, StoreDriverContract):\n"
        f"    @pytest.mark.skip(reason='no')\n    def {TEST}(self): 1"
    ),
}


@pytest.mark.parametrize("tests", REPLACED.values(), ids=REPLACED)
def test_a_contract_test_that_is_replaced_stops_the_collection(
    run_tests: RunTests, tests: str
) -> None:
    results = run_tests(SUBJECT + tests)
    assert "1 error during collection" in results.out
    assert f"{TEST} takes the place of a test of StoreRecordsContract" in results.out


def test_a_mixin_that_keeps_the_check_from_being_made_fails_later(
    run_tests: RunTests,
) -> None:
    mixin = (
        f"class Mixin:\n    def __init_subclass__(cls): 1\n    def {TEST}(self): 1\n"
    )
    tests = "class TestIt(Mixin, Memory, StoreDriverContract): pass"
    results = run_tests(SUBJECT + mixin + tests)
    assert not results.passed["TestIt"]
    assert f"TestIt.{TEST} takes the place" in results.out


def test_what_is_expected_to_fail_for_a_reason_may_replace_a_test(
    run_tests: RunTests,
) -> None:
    tests = f"""\
class TestIt(Memory, StoreDriverContract):
    @pytest.mark.xfail(reason="one kind is enough here")
    def {TEST}(self):
        assert False
"""
    results = run_tests(SUBJECT + tests)
    assert TEST in results.skipped["TestIt"]
    assert not results.failed["TestIt"], results.out


def test_further_tests_and_fixtures_may_be_added(run_tests: RunTests) -> None:
    tests = """\
class TestIt(Memory, StoreDriverContract):
    def test_more(self, driver):
        assert driver.url
"""
    assert "test_more" in run_tests(SUBJECT + tests).passed["TestIt"]


def test_contracts_are_collected_by_their_subclasses_only(run_tests: RunTests) -> None:
    results = run_tests("def test_it(): pass")
    assert "1 passed" in results.out
