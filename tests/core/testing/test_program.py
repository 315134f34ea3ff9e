"""The real program, in a project of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import zen
from zen.testing import Outcome

if TYPE_CHECKING:
    from zen.testing import FakeDistribution, ZenProject

FLAVOR = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "horn", "acme_horn.parts:Horn")]
"""


def test_it_runs_the_program_that_is_installed(zen_project: ZenProject) -> None:
    outcome = zen_project.run("--version").assert_success()
    assert outcome.command == ("zen", "--version")
    assert (outcome.exit_code, outcome.err) == (0, "")
    assert zen.__version__ in outcome.out


def test_it_runs_in_the_project_with_its_own_configuration(
    zen_project: ZenProject,
) -> None:
    zen_project.run("init").assert_success()
    assert (zen_project.path / ".zen").is_dir()
    zen_project.run("profile", "create", "other").assert_success()
    assert (zen_project.config / "config.yaml").is_file()


def test_nothing_leaks_in_but_what_is_handed_on(
    zen_project: ZenProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_ACTIVATED_PROFILE", "leaked")
    monkeypatch.setenv("ZENML_ACTIVATED_STACK", "leaked")
    zen_project.run("stack", "list").assert_success()
    settings = {"ZEN_ACTIVATED_PROFILE": "handed"}
    outcome = zen_project.run("stack", "list", env=settings).assert_failed()
    assert "handed" in outcome.err


def test_it_sees_the_distributions_of_the_test(
    zen_project: ZenProject, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("acme-horn", FLAVOR)
    listed = zen_project.run("alerter", "flavor", "list", "--output", "json").json()
    assert "horn" in json.dumps(listed)


def test_it_reads_what_it_is_given(zen_project: ZenProject) -> None:
    zen_project.run("profile", "create", "doomed").assert_success()
    zen_project.run("profile", "delete", "doomed", input="y\n").assert_success()
    assert "doomed" not in zen_project.run("profile", "list").assert_success().out


def test_wrong_usage_has_an_exit_code_of_its_own(zen_project: ZenProject) -> None:
    zen_project.run("no-such-command").assert_failed(2)


OUTCOME = Outcome(("zen", "stack", "list"), 1, "half a table\n", "no such stack\n")


def test_a_failed_demand_shows_everything() -> None:
    shown = ("zen stack list", "exit code: 1", "half a table", "no such stack")
    for demand in (OUTCOME.assert_success, lambda: OUTCOME.assert_failed(2)):
        with pytest.raises(pytest.fail.Exception) as caught:
            demand()
        assert all(words in str(caught.value) for words in shown)
    assert all(words in repr(OUTCOME) for words in shown)


def test_a_demand_that_is_met_returns_the_outcome() -> None:
    assert OUTCOME.assert_failed() is OUTCOME
    fine = Outcome(("zen",), 0, "[1]", "")
    assert fine.assert_success() is fine
    assert fine.json() == [1]


def test_output_that_is_no_json_is_shown() -> None:
    with pytest.raises(pytest.fail.Exception, match="half a table"):
        OUTCOME.json()
