"""The contract of store drivers finds every fault, and none where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.core.testing.conftest import RunTests
    from zen.testing import FakeDistribution

ONE_DRIVER = """\
from functools import partial
from tests.core.testing.memory_driver import UNREACHABLE, MemoryDriver, damage

class TestMemoryDriver(StoreDriverContract):
    @pytest.fixture
    def open_driver(self, tmp_path):
        return partial(MemoryDriver, f"memory:{tmp_path}")

    @pytest.fixture
    def open_unreachable(self):
        return partial(MemoryDriver, UNREACHABLE)

    @pytest.fixture
    def damage_record(self, tmp_path):
        return partial(damage, f"memory:{tmp_path}")

    @pytest.fixture
    def refused_urls(self):
        return ["", "elsewhere:x"]
"""
ALL_DRIVERS = """\
from functools import partial
from tests.core.testing.memory_driver import UNREACHABLE, damage
from tests.core.testing.wrong_drivers import wrong_drivers

def contract_for(driver):
    class Test(StoreDriverContract):
        @pytest.fixture
        def open_driver(self, tmp_path):
            return partial(driver, f"memory:{tmp_path}")

        @pytest.fixture
        def open_unreachable(self):
            return partial(driver, UNREACHABLE)

        @pytest.fixture
        def damage_record(self, tmp_path):
            return partial(damage, f"memory:{tmp_path}")

        @pytest.fixture
        def refused_urls(self):
            return ["", "elsewhere:x"]

    Test.__name__ = Test.__qualname__ = f"Test{driver.__name__}"
    return Test

for name, driver in wrong_drivers().items():
    globals()[f"Test{name}"] = contract_for(driver)
"""
OFFER = """\
@hookimpl
def zen_store_drivers():
    source = "tests.core.testing.memory_driver:MemoryDriver"
    return [StoreDriverSpec("memory", source, "In memory.", {capabilities}, {names!r})]
"""
CAUGHT_BY = {
    "LosesAWrite": "test_kinds_are_open",
    "IgnoresRevisions": "test_a_stale_revision_is_refused",
    "IgnoresAbsence": "test_a_record_that_should_not_exist_is_refused",
    "IgnoresWhatItDoesNotWrite": "test_a_check_of_what_is_not_written_counts",
    "IgnoresGuards": "test_a_record_that_came_meanwhile_is_refused",
    "IgnoresUuids": "test_a_record_that_was_made_anew_is_refused",
    "WritesBeforeItChecks": "test_a_conflict_in_the_last_check_leaves_nothing",
    "ConflictsAfterItHasWritten": "test_a_stale_revision_is_refused",
    "ShowsHalf": "test_who_reads_during_a_commit_relies_on_no_half",
    "ForgetsDeletes": "test_a_commit_is_seen_by_others_at_once",
    "AppliesTwice": "test_a_transaction_is_applied_once",
    "ChecksWhatIsApplied": "test_a_repetition_overwrites_nothing",
    "RemembersWhatItRefused": "test_a_transaction_that_was_refused_can_be_repeated",
    "RemembersByItself": "test_a_repetition_by_another_driver_overwrites_nothing",
    "NamesNoCheck": "test_a_conflict_names_the_check_that_failed",
    "NamesTheFirstCheck": "test_a_conflict_names_the_check_that_failed",
    "ScansFromACache": "test_a_scan_shows_what_is_there_now",
    "ReadsFromACache": "test_a_commit_is_seen_by_others_at_once",
    "SkipsARecord": "test_pages_hold_each_record_once",
    "RepeatsARecord": "test_pages_hold_each_record_once",
    "CountsRecords": "test_records_that_come_and_go_move_no_page",
    "DoesNotSort": "test_records_are_sorted_by_key",
    "SortsAsPeopleDo": "test_records_are_sorted_by_key",
    "MatchesNeighbours": "test_a_prefix_matches_as_it_is",
    "MatchesWholeParts": "test_a_prefix_matches_as_it_is",
    "KeepsItsGuard": "test_a_guard_changes_with_its_kind",
    "CountsForAGuard": "test_a_guard_changes_with_its_kind",
    "GuardsEverything": "test_a_guard_does_not_change_with_other_kinds",
    "GuardsReading": "test_a_guard_does_not_change_by_reading",
    "GuardsAPage": "test_a_guard_is_that_of_the_whole_kind",
    "LosesUuids": "test_a_record_is_read_as_it_was_put",
    "KeepsTheFirstUuid": "test_what_is_put_again_is_replaced",
    "CutsLongTexts": "test_a_large_payload_is_kept_whole",
    "TakesBooleansForNumbers": "test_booleans_are_no_numbers",
    "SharesWhatIsRead": "test_a_payload_is_not_shared_with_who_reads_it",
    "SharesWhatIsWritten": "test_a_payload_is_not_shared_with_who_wrote_it",
    "DoesNotLock": "test_of_many_who_change_a_record_at_once_one_succeeds",
    "MixesKinds": "test_kinds_are_told_apart",
    "CannotBeClosedTwice": "test_a_closed_driver_can_be_used_again",
    "CannotBeUsedAgain": "test_a_closed_driver_can_be_used_again",
    "NeedsMoreThanItsUrl": "test_a_store_is_found_again_by_its_url",
    "DoesNotNormaliseItsDefault": "test_the_default_url_is_a_normal_one",
    "CountsFromZero": "test_commits_are_numbered_from_one",
    "SkipsNumbers": "test_the_log_has_what_was_applied_and_once",
    "LogsTheNewestFirst": "test_commits_are_numbered_from_one",
    "CountsCommits": "test_pruning_keeps_the_last_commits",
    "LogsPastTheLimit": "test_the_log_comes_in_pages",
    "LogsLocalTime": "test_a_commit_tells_who_made_it_and_when",
    "ForgetsWhoItWas": "test_a_commit_tells_who_made_it_and_when",
    "ForgetsWhatWas": "test_a_commit_tells_what_records_were_and_became",
    "LogsWhatWasNotThere": "test_what_was_not_there_was_not_removed",
    "ForgetsByItself": "test_a_hundred_commits_are_kept_and_more",
    "KnowsTwoKinds": "test_the_kinds_are_those_of_the_records",
    "NamesKindsThatAreGone": "test_the_kinds_are_those_of_the_records",
    "PrunesWhatIsNew": "test_pruning_keeps_what_was_made_lately",
    "PrunesNothing": "test_pruning_keeps_the_last_commits",
    "PrunesTheNewest": "test_pruning_keeps_the_last_commits",
    "PrunesRecords": "test_pruning_keeps_the_records",
    "CountsWhatItKeeps": "test_pruning_keeps_the_last_commits",
    "NumbersAnew": "test_numbers_go_on_after_pruning",
    "DestroysNoCommits": "test_a_store_that_was_destroyed_is_empty",
    "DestroysNoGuards": "test_a_store_that_was_destroyed_is_empty",
    "DestroysOnce": "test_there_may_be_nothing_to_destroy",
    "LetsErrorsThrough": "test_a_store_that_cannot_be_reached_is_reported",
    "SeesNothingFromAfar": "test_a_store_that_cannot_be_reached_is_reported",
    "ReadsPastDamage": "test_a_damaged_record_is_named",
    "FailsAtDamage": "test_a_damaged_record_is_named",
    "DoesNotSayWhere": "test_a_damaged_record_is_named",
    "HidesBehindDamage": "test_a_damaged_record_hides_no_other",
    "KeepsDamageToItself": "test_a_damaged_record_hides_no_other",
    "MissesItself": "test_a_store_with_a_commit_is_not_missing",
    "TakesAnyUrl": "test_a_url_that_means_nothing_is_refused",
    "AlwaysUpgrades": "test_a_new_store_needs_no_upgrade",
}
FAULTS = {
    "test_a_store_that_cannot_be_reached_is_reported",
    "test_a_damaged_record_is_named",
    "test_a_damaged_record_hides_no_other",
    "test_a_url_that_means_nothing_is_refused",
}
SHARED = {
    "test_a_commit_is_seen_by_others_at_once",
    "test_a_store_is_found_again_by_its_url",
    "test_what_others_have_changed_is_refused",
    "test_of_two_that_rely_on_each_other_one_succeeds",
    "test_of_two_that_rely_on_a_list_one_succeeds",
    "test_a_repetition_by_another_driver_overwrites_nothing",
}
CONCURRENT = {
    "test_what_was_acknowledged_is_there",
    "test_of_many_who_change_a_record_at_once_one_succeeds",
    "test_no_change_to_one_record_is_lost",
    "test_who_reads_during_a_commit_relies_on_no_half",
}
DESTROY = {
    "test_a_store_that_was_destroyed_is_empty",
    "test_there_may_be_nothing_to_destroy",
}
PRUNE = {
    "test_pruning_keeps_the_last_commits",
    "test_pruning_keeps_the_records",
    "test_numbers_go_on_after_pruning",
    "test_pruning_keeps_what_was_made_lately",
    "test_there_may_be_nothing_to_prune",
}


def test_a_driver_that_keeps_the_contract_passes_it_all(run_tests: RunTests) -> None:
    results = run_tests(ONE_DRIVER)
    assert len(results.passed["TestMemoryDriver"]) > 40, results.out
    assert (dict(results.failed), dict(results.skipped)) == (
        {"TestMemoryDriver": set()},
        {},
    )


def test_what_an_author_does_not_break_is_said_to_be_open(run_tests: RunTests) -> None:
    results = run_tests(
        ONE_DRIVER.partition("    @pytest.fixture\n    def open_unr")[0]
    )
    assert results.skipped["TestMemoryDriver"] == FAULTS
    assert not results.failed["TestMemoryDriver"], results.out


@pytest.mark.parametrize("names", ["right_names", "wrong_names"])
def test_what_reads_names_reads_what_the_driver_reads(
    run_tests: RunTests, fake_distribution: FakeDistribution, names: str
) -> None:
    source = f"tests.core.testing.memory_driver:{names}"
    fake_distribution("acme-memory", OFFER.format(capabilities="None", names=source))
    expected = {"test_names_are_those_that_the_driver_reads"}
    failed = run_tests(ONE_DRIVER).failed["TestMemoryDriver"]
    assert failed == (expected if names == "wrong_names" else set())


@pytest.mark.slow
def test_each_fault_fails_the_test_that_names_it(run_tests: RunTests) -> None:
    results = run_tests(ALL_DRIVERS)
    faulty = {
        name.removeprefix("Test"): tests for name, tests in results.failed.items()
    }
    assert faulty.keys() == CAUGHT_BY.keys(), results.out
    overlooked = {
        n: faulty[n] for n, test in CAUGHT_BY.items() if test not in faulty[n]
    }
    assert overlooked == {}


def test_what_a_driver_does_not_declare_is_skipped(
    run_tests: RunTests, fake_distribution: FakeDistribution
) -> None:
    offer = OFFER.format(capabilities='frozenset({"shared", "prune"})', names="")
    fake_distribution("acme-memory", offer)
    results = run_tests(ONE_DRIVER)
    assert results.skipped["TestMemoryDriver"] == CONCURRENT | DESTROY
    assert results.passed["TestMemoryDriver"] >= SHARED
    assert not results.failed["TestMemoryDriver"], results.out


def test_a_driver_may_declare_that_it_can_do_nothing_of_that(
    run_tests: RunTests, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("acme-memory", OFFER.format(capabilities="frozenset()", names=""))
    results = run_tests(ONE_DRIVER)
    assert results.skipped["TestMemoryDriver"] == CONCURRENT | DESTROY | SHARED | PRUNE


def test_what_is_left_open_must_pass(
    run_tests: RunTests, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("acme-memory", OFFER.format(capabilities="None", names=""))
    results = run_tests(ONE_DRIVER)
    assert results.passed["TestMemoryDriver"] >= CONCURRENT | DESTROY | SHARED | PRUNE


def test_a_capability_that_nobody_knows_is_a_fault(
    run_tests: RunTests, fake_distribution: FakeDistribution
) -> None:
    offer = OFFER.format(capabilities='frozenset({"shared", "telepathy"})', names="")
    fake_distribution("acme-memory", offer)
    results = run_tests(ONE_DRIVER)
    assert results.failed["TestMemoryDriver"] == {"test_capabilities_are_known"}
    assert "telepathy" in results.out
