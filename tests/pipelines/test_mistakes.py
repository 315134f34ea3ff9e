"""Every wrong argument is an error, or has the effect; never neither."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from zen.errors import PipelineInterfaceError
from zen_pipelines import pipeline, step
from zen_pipelines._mistakes import _OF_DECORATORS, _OF_RUN
from zen_pipelines.materializers import Materializer

if TYPE_CHECKING:
    from zen.stack import Stack
    from zen_pipelines import PipelineRunView


@step
def fit(n_estimators: int, rate: float = 0.1) -> int:
    del rate
    return n_estimators


@pipeline
def training(n_estimators: int = 50, rate: float = 0.1) -> None:
    fit(n_estimators, rate)


@pipeline
def demanding(n_estimators: int) -> None:
    fit(n_estimators)


@pytest.fixture(autouse=True)
def active_stack(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `run()` find this stack without a profile."""
    monkeypatch.setattr("zen.repository.Repository.__init__", lambda *_, **__: None)
    monkeypatch.setattr("zen.repository.Repository.active_stack", stack)
    monkeypatch.setattr("zen.repository.Repository.active_profile_name", "default")
    monkeypatch.setattr("zen.repository.Repository.root", None)


def result(run: PipelineRunView) -> object:
    return run.get_step("fit").output.read()


@pytest.mark.parametrize(
    ("keywords", "message", "advice"),
    [
        ({"config_path": "missing.yaml"}, "takes no 'config_path'", "epochs=3"),
        ({"schedule": "0 * * * *"}, "takes no 'schedule'", "cron"),
        ({"enable_cache": True}, "takes no 'enable_cache'", "no cache"),
        ({"unlisted": True}, "takes no 'unlisted'", "every run is listed"),
        ({"settings": {}}, "takes no 'settings'", "zen orchestrator update"),
        ({"stack": "prod"}, "takes no 'stack'", "run_on(stack)"),
        ({"run_nam": "y"}, "Did you mean 'run_name'?", "run_on(stack, runtime="),
        (
            {"enable_cach": True},
            "takes no 'enable_cach', nor 'enable_cache'",
            "no cache",
        ),
        ({"enable_cach": ""}, "takes no 'enable_cach', nor 'enable_cache'", "no cache"),
        ({"setting": {}}, "takes no 'setting', nor 'settings'", "zen orchestrator"),
        ({"runName": "y"}, "Did you mean 'run_name'?", "run_on(stack, runtime="),
        ({"n_estimator": 5}, "Did you mean 'n_estimators'?", "{'n_estimator': …}"),
        ({"n_estimators": "many"}, "takes int, and was given 'many'", "type int"),
        ({"rate": math.nan}, "that JSON can't carry", "pipeline(rate=…)"),
        ({"gpus": {1}}, "that JSON can't carry", "one of"),
        ({"run_name": "a/b"}, "not a valid run name", "1 to 100"),
    ],
)
def test_a_wrong_keyword_of_a_run_is_refused(
    keywords: dict[str, Any],
    message: str,
    advice: str,
    stack: Stack,
) -> None:
    for runnable in (training, training()):
        with pytest.raises((PipelineInterfaceError, ValueError)) as info:
            runnable.run(**keywords)
        assert message in str(info.value)
        assert advice in getattr(info.value, "hint", "")
    assert stack.metadata_store.list_runs() == []


@pytest.mark.parametrize("word", _OF_RUN)
def test_a_word_of_the_original_is_refused_with_what_to_write(word: str) -> None:
    with pytest.raises(PipelineInterfaceError, match=f"takes no '{word}'"):
        training.run(**{word: 1})  # type: ignore[arg-type]


def test_a_keyword_that_is_a_parameter_sets_it() -> None:
    assert result(training.run(n_estimators=500)) == 500
    assert result(training(n_estimators=5).run(n_estimators="500")) == 500
    run = demanding.run(n_estimators=500)
    assert result(run) == 500
    assert run.runtime_configuration == {"n_estimators": 500}


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(PipelineInterfaceError, match="'n_estimators'"):
        demanding.run()


def test_explicit_runtime_configuration_may_be_called_anything(
    stack: Stack, notices: list[str]
) -> None:
    run = training().run_on(stack, runtime={"run_nam": 1}, notify=notices.append)
    assert run.runtime_configuration == {"run_nam": 1}
    assert any("'run_nam'" in notice for notice in notices)


@pytest.mark.parametrize("decorate", [step, pipeline])
@pytest.mark.parametrize("word", [*_OF_DECORATORS, "unknown", "nane"])
def test_a_wrong_keyword_of_a_decorator_is_refused(decorate: Any, word: str) -> None:  # noqa: ANN401
    with pytest.raises(PipelineInterfaceError, match=f"takes no '{word}'") as info:
        decorate(**{word: True})
    assert info.value.hint


@pytest.mark.parametrize("decorate", [step, pipeline])
def test_a_name_that_is_given_by_position_is_refused(decorate: Any) -> None:  # noqa: ANN401
    with pytest.raises(PipelineInterfaceError, match="'train' isn't one") as info:
        decorate("train")
    assert "(name=…)" in info.value.hint


def test_a_materializer_of_the_users_own_is_refused() -> None:
    with pytest.raises(PipelineInterfaceError, match=r"'Own'|Own' in") as info:
        type("Own", (Materializer,), {"__module__": "mine"})
    assert "bytes" in info.value.hint


def test_the_cause_of_a_failure_is_the_exception_of_the_step() -> None:
    with pytest.raises(Exception, match="failed") as info:
        pipeline(failing_pipeline)().run()
    assert isinstance(info.value.__cause__, ZeroDivisionError)


@step
def divide(number: int) -> float:
    return number / 0


def failing_pipeline() -> None:
    divide(1)


def test_a_misspelled_parameter_comes_before_the_missing_one() -> None:
    with pytest.raises(PipelineInterfaceError, match="Did you mean 'n_estimators'"):
        demanding.run(n_estimator=3)
