"""Pipelines looked at after they ran."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zen.errors import (
    DamagedDataError,
    NotFoundError,
    PipelineError,
    PipelineNotFoundError,
    RunNotFoundError,
    StepFailedError,
)
from zen.repository import Repository
from zen.stack import Stack
from zen_local.artifact_store import LocalArtifactStore
from zen_pipelines import PipelineView, get_pipeline, get_pipelines, pipeline, step
from zen_sqlite.metadata_store import SQLiteMetadataStore

if TYPE_CHECKING:
    from zen.components.runs import RunRecord
    from zen_pipelines import PipelineRunView


@step
def load() -> tuple[int, str]:
    return 1, "one"


@step
def double(number: int) -> int:
    return 2 * number


@step
def discard(text: str) -> None:
    del text


@step
def fail() -> int:
    raise ValueError


@pipeline
def breaking() -> None:
    fail()


@pipeline
def doubling() -> None:
    number, text = load()
    double(number)
    discard(text)


@pipeline
def loading() -> None:
    load()


@pytest.fixture
def run() -> PipelineRunView:
    return doubling().run("only")


def test_pipelines_run_on_the_active_stack(run: PipelineRunView) -> None:
    stack = Repository().active_stack
    assert run.stack == "default"
    assert stack.metadata_store.get_run("only").id == run.id
    assert (
        Path(stack.artifact_store.path)
        in Path(run.get_step("double").output.uri).parents
    )


def test_pipelines_are_listed_by_name() -> None:
    assert get_pipelines() == []
    for each in (loading(), doubling(), loading()):
        each.run()
    listed = get_pipelines(Repository())
    assert [(each.name, len(each.runs)) for each in listed] == [
        ("doubling", 1),
        ("loading", 2),
    ]


def test_runs_are_in_the_order_in_which_they_began() -> None:
    for name in ("a", "c", "b"):
        doubling().run(name)
    loading().run("other")
    view = get_pipeline("doubling")
    assert [each.name for each in view.runs] == ["a", "c", "b"]
    assert get_pipeline("loading", Repository()).runs[-1].name == "other"


def test_all_runs_are_listed(stack: Stack, notices: list[str]) -> None:
    for number in range(101):
        loading().run_on(stack, f"run-{number}", notify=notices.append)
    repository = Repository()
    repository.register_stack(stack)
    repository.activate_stack(stack.name)
    assert len(get_pipeline("loading").runs) == 101


def test_runs_are_read_page_by_page(
    stack: Stack, notices: list[str], tmp_path: Path
) -> None:
    """Also from a store that gives fewer at a time than it is asked for."""

    class Brief(SQLiteMetadataStore):
        def list_runs(
            self, pipeline: str = "", *, after: str = "", limit: int = 100
        ) -> list[RunRecord]:
            assert limit <= 1000
            return super().list_runs(pipeline, after=after, limit=min(limit, 2))

    for number in range(5):
        loading().run_on(stack, f"run-{number}", notify=notices.append)
        doubling().run_on(stack, f"other-{number}", notify=notices.append)
    brief = Brief(name="brief", uri=str(tmp_path / "metadata.db"))
    paged = {**stack.components, "metadata_store": brief}
    view = PipelineView("loading", Stack.from_components("paged", paged))
    expected = [f"run-{number}" for number in range(5)]
    assert [each.name for each in view.runs] == expected


@pytest.mark.usefixtures("run")
def test_runs_are_found_by_name() -> None:
    view = get_pipeline("doubling")
    assert view.get_run("only").get_step("double").output.read() == 2
    with pytest.raises(RunNotFoundError, match=r"'onyl' .*Did you mean 'only'"):
        view.get_run("onyl")
    loading().run("other")
    with pytest.raises(RunNotFoundError, match="of pipeline 'doubling'"):
        view.get_run("other")


def test_of_many_runs_some_are_named_and_the_hint_says_so() -> None:
    for name in ("mine", "a", "b", "c", "d", "e"):
        doubling().run(name)
    with pytest.raises(RunNotFoundError, match=r"Available: mine\.") as info:
        get_pipeline("doubling").get_run("mines")
    assert info.value.hint == "There are more runs: see 'zen pipeline runs list'."


@pytest.mark.usefixtures("run")
def test_a_pipeline_that_never_ran_is_not_found() -> None:
    with pytest.raises(PipelineNotFoundError, match="mean 'doubling'") as info:
        get_pipeline("dubling")
    assert info.value.hint == "See 'zen pipeline runs list'."


def test_before_the_first_run_the_command_to_make_one_is_named() -> None:
    with pytest.raises(PipelineNotFoundError, match="'any' does not exist") as info:
        get_pipeline("any")
    assert info.value.hint == "Run one first: 'zen run FILE'."


def test_a_run_says_why_it_failed(run: PipelineRunView) -> None:
    assert run.error == ""
    with pytest.raises(StepFailedError):
        breaking().run("bad")
    error = get_pipeline("breaking").get_run("bad").error
    assert error == "zen.errors.StepFailedError: Step 'fail' of run 'bad' failed."


def test_steps_are_found_by_name(run: PipelineRunView) -> None:
    assert list(run.steps) == ["load", "double", "discard"]
    with pytest.raises(NotFoundError, match=r"Step 'duble' .*mean 'double'") as info:
        run.get_step("duble")
    assert info.value.hint == "See 'zen pipeline runs describe only'."


def test_output_stands_for_exactly_one(run: PipelineRunView) -> None:
    with pytest.raises(PipelineError, match=r"'load', .* has 2 outputs") as info:
        _ = run.get_step("load").output
    assert info.value.hint == "Use outputs[name]; names: output_0, output_1."
    with pytest.raises(PipelineError, match=r"'discard', .* has no outputs") as info:
        _ = run.get_step("discard").output
    assert "zen pipeline runs describe" in info.value.hint


def test_artifacts_know_their_type_and_origin(run: PipelineRunView) -> None:
    number, text = run.get_step("load").outputs.values()
    assert [number.data_type, text.data_type] == ["builtins.int", "builtins.str"]
    assert run.get_step("double").inputs["number"].uri == number.uri


def test_artifacts_that_are_gone_are_named(run: PipelineRunView) -> None:
    artifact = run.get_step("double").output
    (Path(artifact.uri) / "data.json").unlink()
    with pytest.raises(
        PipelineError, match="'output' of step 'double' is gone"
    ) as info:
        artifact.read()
    assert "zen run FILE" in info.value.hint


@pytest.mark.parametrize("content", ["", "[" * 200_000, "9" * 9_000])
def test_artifacts_that_are_damaged_are_named(
    run: PipelineRunView, content: str
) -> None:
    artifact = run.get_step("double").output
    file = Path(artifact.uri) / "data.json"
    file.write_text(content)
    with pytest.raises(DamagedDataError, match="not the JSON of a value") as caught:
        artifact.read()
    assert caught.value.where == str(file)


def test_artifacts_in_another_store_are_not_looked_for(
    stack: Stack, notices: list[str], tmp_path: Path
) -> None:
    """The folder's name begins with that of the other one, which must not confuse."""
    loading().run_on(stack, "first", notify=notices.append)
    elsewhere = LocalArtifactStore(name="new", path=str(tmp_path / "art"))
    moved = {**stack.components, "artifact_store": elsewhere}
    repository = Repository()
    repository.register_stack(Stack.from_components("moved", moved))
    repository.activate_stack("moved")
    view = get_pipeline("loading", repository).get_run("first")
    with pytest.raises(PipelineError, match="isn't in artifact store 'new'") as info:
        view.get_step("load").outputs["output_0"].read()
    assert "zen stack set" in info.value.hint


def test_reprs_name_what_they_show(run: PipelineRunView) -> None:
    assert repr(run) == "<PipelineRunView 'only' completed>"
    assert repr(run.get_step("load")) == "<StepView 'load' completed>"
    assert repr(get_pipeline("doubling")) == "<PipelineView 'doubling'>"
    assert repr(run.get_step("double").output).startswith("<ArtifactView /")
