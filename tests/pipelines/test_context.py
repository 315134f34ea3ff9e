"""Where a pipeline runs: where we are, or where a repository was made."""

from __future__ import annotations

import pytest

from zen import Repository
from zen.errors import RunNotFoundError
from zen_pipelines import pipeline, step
from zen_pipelines.views import find_run


@step
def hello() -> str:
    """Say something."""
    return "hello"


@pipeline
def greeting() -> None:
    """Have one step."""
    hello()


@pytest.fixture
def moved() -> Repository:
    """A repository in profile `default`; somebody has made `b` active since."""
    repository = Repository()
    other = Repository()
    other.create_profile("b")
    other.activate_profile("b")
    return repository


def test_a_run_says_where_it_is(
    moved: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    run = greeting.run()
    told = capsys.readouterr().err
    assert "Running with active profile: 'b' (global)" in told
    assert told.count("'greeting'") == 1
    find_run(run.name, Repository().active_stack)
    with pytest.raises(RunNotFoundError):
        find_run(run.name, moved.active_stack)


def test_a_run_may_be_where_a_repository_is(
    moved: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    run = greeting().run(repository=moved)
    find_run(run.name, moved.active_stack)
    assert "active profile" not in capsys.readouterr().err
