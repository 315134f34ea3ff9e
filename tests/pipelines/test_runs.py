"""Pipelines run on a real stack."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import pytest
from pydantic import PrivateAttr, SecretStr

from tests.pipelines.parts import count, then, with_orchestrator
from zen.components import BaseOrchestrator
from zen.components.runs import RunStatus
from zen.errors import (
    PipelineError,
    RunExistsError,
    RunNotFoundError,
    StackValidationError,
    StepFailedError,
    StoreUnavailableError,
    ZenError,
)
from zen.stack import Stack, StackValidator
from zen_local.artifact_store import LocalArtifactStore
from zen_local.orchestrator import LocalOrchestrator
from zen_pipelines import pipeline, step
from zen_sqlite.metadata_store import SQLiteMetadataStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zen.components.deployment import Deployment
    from zen.components.runs import ArtifactRecord, RunRecord, StepRecord


class Halves(NamedTuple):
    """Two outputs."""

    low: list[int]
    high: list[int]


@step
def halve(numbers: list[int]) -> Halves:
    middle = len(numbers) // 2
    return Halves(numbers[:middle], numbers[middle:])


@step
def total(low: list[int], high: list[int], extra: list[int]) -> int:
    extra.append(0)  # a step may do what it likes with its arguments
    return sum(low) + sum(high) + sum(extra)


@pipeline
def sums(size: int = 4) -> None:
    halves = halve(count(size))
    total(halves.low, halves.high, [10])


@step
def fail(numbers: list[int]) -> int:
    message = f"{len(numbers)} are too many"
    raise ValueError(message)


@step
def interrupt(numbers: list[int]) -> int:
    raise KeyboardInterrupt(numbers)


@step
def leave(numbers: list[int]) -> int:
    raise SystemExit(len(numbers) - 2)


@step
def return_wrong(numbers: list[int]) -> Halves:
    return (numbers, numbers, numbers)  # type: ignore[return-value]


@step
def return_text(numbers: list[int]) -> Halves:
    return f"{numbers}"  # type: ignore[return-value]


@step
def return_field(numbers: list[int]) -> Halves:
    return Halves(numbers, len(numbers))  # type: ignore[arg-type]


@step
def return_no_number(numbers: list[int]) -> int:
    return f"{numbers}"  # type: ignore[return-value]


@step
def return_something(numbers: list[int]) -> None:
    return numbers  # type: ignore[return-value]


@step
def make_a_lambda(numbers: list[int]) -> Callable[[], int]:
    return lambda: len(numbers)


@step
def store(number: int) -> None:
    del number


class Watcher(LocalOrchestrator):
    """Note what the stack asks of its components."""

    ready: bool = True
    _events: list[object] = PrivateAttr(default_factory=list)

    @property
    def is_running(self) -> bool:
        """Whether it was made ready."""
        return self.ready

    def prepare_pipeline_deployment(
        self,
        deployment: Deployment,
        stack: Stack,
        runtime_configuration: Mapping[str, object],
    ) -> None:
        """Note the runtime configuration."""
        del deployment, stack
        self._events.append(dict(runtime_configuration))

    def prepare_step_run(self) -> None:
        """Note it."""
        self._events.append("prepare")

    def cleanup_step_run(self) -> None:
        """Note it, and break."""
        self._events.append("clean up")
        message = "no broom"
        raise OSError(message)


class Unready(Watcher):
    """Fail to prepare a step."""

    def prepare_step_run(self) -> None:
        """Note it, and break."""
        super().prepare_step_run()
        message = "not ready"
        raise OSError(message)


class WatchedStore(LocalArtifactStore):
    """Note what it is asked for, and leave instead of cleaning up."""

    _events: list[object] = PrivateAttr(default_factory=list)

    def prepare_step_run(self) -> None:
        """Note it."""
        self._events.append("prepare")

    def cleanup_step_run(self) -> None:
        """Note it, and leave."""
        self._events.append("clean up")
        raise SystemExit(3)


class Breaking(SQLiteMetadataStore):
    """Break when a failure is to be recorded."""

    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        """Record anything but a failure."""
        self._check(step.status)
        super().save_step(step, artifacts)

    def update_run(self, run: RunRecord) -> None:
        """Record anything but a failure."""
        self._check(run.status)
        super().update_run(run)

    def _check(self, status: RunStatus) -> None:
        if status is RunStatus.FAILED:
            message = "disk full"
            raise StoreUnavailableError(message)


class Idler(BaseOrchestrator):
    """Run the first step only, and say nothing."""

    FLAVOR: ClassVar[str] = "idler"

    def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
        """Run the first step."""
        deployment.run_step(deployment.steps[0].name, stack)


class Demanding(LocalOrchestrator):
    """Ask for an alerter."""

    @property
    def validator(self) -> StackValidator:
        """What it asks for."""
        return StackValidator(required_components=frozenset({"alerter"}))


def test_a_run_completes_and_its_results_can_be_read(
    stack: Stack, notices: list[str]
) -> None:
    run = sums(size=5).run_on(stack, notify=notices.append)
    assert run.status is RunStatus.COMPLETED
    assert [each.status for each in run.steps.values()] == [RunStatus.COMPLETED] * 3
    assert run.get_step("total").output.read() == 20
    assert run.get_step("halve").outputs["high"].read() == [2, 3, 4]


def test_what_happened_is_recorded(stack: Stack, notices: list[str]) -> None:
    run = sums().run_on(stack, "first", runtime={"gpu": 1}, notify=notices.append)
    assert (run.name, run.pipeline, run.stack) == ("first", "sums", "testing")
    assert run.runtime_configuration == {"gpu": 1}
    last = run.get_step("total")
    assert last.parameters == {"extra": [10]}
    assert last.inputs["low"].id == run.get_step("halve").outputs["low"].id
    first = run.get_step("count")
    assert run.ended
    assert first.started
    assert first.ended
    assert run.started <= first.started <= first.ended <= run.ended


def test_artifacts_are_kept_by_pipeline_run_step_attempt_and_output(
    stack: Stack, notices: list[str]
) -> None:
    run = sums().run_on(stack, notify=notices.append)
    folder = Path(stack.artifact_store.path) / "sums" / str(run.id) / "halve"
    assert run.get_step("halve").outputs["low"].uri == str(folder / "1" / "low")
    assert (folder / "1" / "low" / "data.json").read_text() == "[0, 1]"


def test_the_user_is_told(stack: Stack, notices: list[str]) -> None:
    sums().run_on(stack, "told", notify=notices.append)
    assert [notice.partition(" in ")[0] for notice in notices] == [
        "Creating run 'told' for pipeline 'sums' on stack 'testing'.",
        "Step 'count' has started.",
        "Step 'count' has finished",
        "Step 'halve' has started.",
        "Step 'halve' has finished",
        "Step 'total' has started.",
        "Step 'total' has finished",
        "Run 'told' has finished",
    ]


def test_by_default_notices_go_to_standard_error(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    sums().run_on(stack, "told")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Step 'halve' has started.\n" in shown.err


def test_quiet_silences_what_a_run_says(
    stack: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_QUIET", "1")
    sums().run_on(stack, "told")
    assert capsys.readouterr().err == ""


def test_a_failing_step_fails_the_run(stack: Stack, notices: list[str]) -> None:
    with pytest.raises(
        StepFailedError, match="Step 'fail' of run 'bad' failed"
    ) as info:
        pipeline(name="failing")(then(fail))().run_on(
            stack, "bad", notify=notices.append
        )
    assert isinstance(info.value.__cause__, ValueError)
    record = stack.metadata_store.get_run("bad")
    first, second = stack.metadata_store.list_steps(record.id)
    assert record.status is RunStatus.FAILED
    assert record.ended
    assert (first.status, second.status) == (RunStatus.COMPLETED, RunStatus.FAILED)
    assert second.error == "ValueError: 2 are too many"
    assert [notice.partition(" after ")[0] for notice in notices[-2:]] == [
        "Step 'fail' has failed",
        "Run 'bad' has failed",
    ]


def test_steps_after_a_failure_stay_pending(stack: Stack, notices: list[str]) -> None:
    def wire() -> None:
        store(fail(count(1)))

    with pytest.raises(StepFailedError):
        pipeline(wire)().run_on(stack, "bad", notify=notices.append)
    record = stack.metadata_store.get_run("bad")
    last = stack.metadata_store.list_steps(record.id)[-1]
    assert (last.name, last.status, last.started) == ("store", RunStatus.PENDING, None)


class Guarded(Watcher):
    """Refer to what isn't there."""

    token: SecretStr = SecretStr("${NO_SUCH}")
    keys: list[SecretStr] = [SecretStr("{{vault.key}}")]  # noqa: RUF012


def test_all_references_are_checked_before_a_run(stack: Stack) -> None:
    guarded = {**stack.components, "orchestrator": Guarded(name="guarded")}
    made = Stack.from_components("guarded", guarded)
    with pytest.raises(StackValidationError, match="what isn't there") as info:
        sums().run_on(made)
    assert "'token' of orchestrator 'guarded' refers to ${NO_SUCH}" in str(info.value)
    assert "{{vault.key}} refers to a secrets manager" in str(info.value)
    assert "'export NO_SUCH=…'" in info.value.hint
    assert stack.metadata_store.list_runs() == []


def test_an_interruption_fails_the_run(stack: Stack, notices: list[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        pipeline(then(interrupt))().run_on(stack, "cut", notify=notices.append)
    record = stack.metadata_store.get_run("cut")
    assert record.status is RunStatus.FAILED
    last = stack.metadata_store.list_steps(record.id)[-1]
    assert (last.status, last.error) == (RunStatus.FAILED, "Interrupted, as by Ctrl-C")


@pytest.mark.parametrize(
    ("last", "error"),
    [
        (leave, "SystemExit: 0"),
        (return_wrong, "returned a tuple of 3, .* a tuple of 2: low, high"),
        (return_text, "'return_text' returned .* 'str', .* a tuple of 2: low, high"),
        (return_field, "'return_field' returned .* 'int' as 'high', .* list"),
        (return_no_number, "'return_no_number' returned .* 'str', .* int"),
        (return_something, "returned a value of type 'list', .* promises None"),
    ],
)
def test_other_ways_to_fail(
    stack: Stack,
    notices: list[str],
    last: Callable[[list[int]], object],
    error: str,
) -> None:
    with pytest.raises(StepFailedError) as info:
        pipeline(then(last))().run_on(stack, "bad", notify=notices.append)
    step_record = stack.metadata_store.list_steps(
        stack.metadata_store.get_run("bad").id
    )[-1]
    assert step_record.status is RunStatus.FAILED
    with pytest.raises(AssertionError, match=error):
        raise AssertionError(step_record.error)
    assert info.value.__cause__


def test_a_name_can_be_used_once(stack: Stack, notices: list[str]) -> None:
    sums().run_on(stack, "once", notify=notices.append)
    with pytest.raises(RunExistsError, match="'once'"):
        sums(size=1).run_on(stack, "once", notify=notices.append)
    assert stack.metadata_store.get_run("once").status is RunStatus.COMPLETED


def test_components_are_told_of_runs_and_steps(
    stack: Stack, notices: list[str]
) -> None:
    """Clean-up happens also after a failure, and its own failure stops nothing."""
    watcher = Watcher(name="watcher")
    watched = with_orchestrator(stack, watcher)
    with pytest.raises(StepFailedError):
        pipeline(then(fail))().run_on(
            watched, runtime={"gpu": 2}, notify=notices.append
        )
    assert watcher._events == [{"gpu": 2}, *["prepare", "clean up"] * 2]  # noqa: SLF001
    told = "Orchestrator 'watcher' couldn't clean up after step 'count': OSError: no"
    assert any(notice.startswith(told) for notice in notices)


def test_a_stack_that_does_not_run_is_refused(stack: Stack) -> None:
    idle = with_orchestrator(stack, Watcher(name="watcher", ready=False))
    with pytest.raises(StackValidationError, match="orchestrator 'watcher'") as info:
        sums().run_on(idle, "never")
    assert info.value.hint == "Run 'zen stack up other'."
    with pytest.raises(RunNotFoundError):
        stack.metadata_store.get_run("never")


class Unsayable(BaseException):
    """Fail in the very attempt to say what is wrong."""

    def __str__(self) -> str:
        raise SystemExit(0)


@pytest.mark.parametrize("error", [SystemExit(0), RuntimeError("boom"), Unsayable()])
@pytest.mark.parametrize("member", ["is_running", "prepare_pipeline_deployment"])
def test_a_flavor_that_breaks_before_the_run_is_named(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, member: str, error: BaseException
) -> None:
    """One that ends the process must not pass for a run that has succeeded."""

    def fail(*_: object) -> bool:
        raise error

    broken = property(fail) if member == "is_running" else fail
    monkeypatch.setattr(type(stack.orchestrator), member, broken)
    said = f"^Orchestrator 'here' can't .*: {type(error).__name__}"
    with pytest.raises(ZenError, match=said):
        sums().run_on(stack, "never")
    with pytest.raises(RunNotFoundError):
        stack.metadata_store.get_run("never")


def test_a_stack_that_is_not_valid_is_refused(stack: Stack) -> None:
    with pytest.raises(StackValidationError, match="alerter"):
        sums().run_on(with_orchestrator(stack, Demanding(name="demanding")))


def test_orchestrators_are_not_believed(stack: Stack, notices: list[str]) -> None:
    idle = with_orchestrator(stack, Idler(name="idler"))
    with pytest.raises(PipelineError, match=r"'idler' returned .*: halve, total"):
        sums().run_on(idle, "lazy", notify=notices.append)
    assert stack.metadata_store.get_run("lazy").status is RunStatus.FAILED


def test_a_step_without_its_inputs_fails(stack: Stack, notices: list[str]) -> None:
    class Hasty(LocalOrchestrator):
        def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
            deployment.run_step("halve", stack)

    hasty = with_orchestrator(stack, Hasty(name="hasty"))
    with pytest.raises(StepFailedError) as info:
        sums().run_on(hasty, notify=notices.append)
    assert "output 'output' of step 'count'" in str(info.value.__cause__)


def test_steps_of_unknown_runs_are_refused(stack: Stack) -> None:
    with pytest.raises(RunNotFoundError):
        sums().compile().run_step("count", stack)


@pytest.mark.parametrize(
    ("last", "expected"), [(fail, StepFailedError), (interrupt, KeyboardInterrupt)]
)
def test_a_store_that_breaks_hides_no_error_of_the_user(
    stack: Stack,
    notices: list[str],
    tmp_path: Path,
    *,
    last: Callable[[list[int]], object],
    expected: type[BaseException],
) -> None:
    breaking = Breaking(name="breaking", uri=str(tmp_path / "metadata.db"))
    broken = Stack.from_components(
        "broken", {**stack.components, "metadata_store": breaking}
    )
    with pytest.raises(expected) as info:
        pipeline(then(last))().run_on(broken, "bad", notify=notices.append)
    if expected is StepFailedError:
        assert repr(info.value.__cause__) == "ValueError('2 are too many')"
    reason = "couldn't record that: zen.errors.StoreUnavailableError: disk full"
    store = f"metadata store 'breaking' {reason}"
    assert notices[-2:] == [
        f"Step '{last.__name__}' of run 'bad' has failed, and {store}",
        f"Run 'bad' has failed, and {store}",
    ]


@pytest.mark.parametrize(
    ("orchestrator", "events"),
    [
        (Watcher, ["prepare", "clean up"] * 2),
        (Unready, ["clean up"]),
    ],
)
def test_all_components_clean_up(
    stack: Stack,
    notices: list[str],
    *,
    orchestrator: type[Watcher],
    events: list[object],
) -> None:
    """Also those that come after one that can't prepare; leaving ends nothing."""
    last = WatchedStore(name="last", path=stack.artifact_store.path)
    changed = {
        **stack.components,
        "orchestrator": orchestrator(name="first"),
        "artifact_store": last,
    }
    watched = Stack.from_components("watched", changed)
    with suppress(StepFailedError):
        pipeline(then(fail))().run_on(watched, notify=notices.append)
    assert last._events == events  # noqa: SLF001
    left = "Artifact store 'last' couldn't clean up after step 'count': SystemExit: 3"
    assert left in notices


def test_pickles_are_announced_once_for_each_step(
    stack: Stack, notices: list[str]
) -> None:
    run = pipeline(then(make_a_lambda))().run_on(stack, notify=notices.append)
    (notice,) = [notice for notice in notices if "pickle" in notice]
    assert "Step 'make_a_lambda' keeps 'output' (builtins.function)" in notice
    read = run.get_step("make_a_lambda").output.read()
    assert callable(read)
    assert read() == 2
