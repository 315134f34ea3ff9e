"""What every metadata store must do."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import chain
from typing import ClassVar, Final, TypeVar, overload
from uuid import UUID, uuid4

import pytest

from zen.components import BaseMetadataStore, StackComponent
from zen.components.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord
from zen.errors import ConflictError, RunExistsError, RunNotFoundError, ZenError
from zen.testing.component import ComponentContract, recreate

__all__ = ["MetadataStoreContract"]

RecordT = TypeVar("RecordT")

NOON: Final = datetime(2024, 2, 29, 12, 0, 0, 123_456, tzinfo=timezone.utc)
MOMENT: Final = timedelta(microseconds=1)
TOKYO: Final = timezone(timedelta(hours=9))
TEXT: Final = "é 日本語 🦆 'one' \"two\" \\ \n%s {x}"
NESTED: Final[dict[str, object]] = {
    "seed": 1,
    "rate": 0.1,
    "big": 2**53 + 1,
    "none": None,
    "flags": [True, False, []],
    "deep": {TEXT: {"": [{"x": "y"}]}},
}
LONG_ERROR: Final = "ValueError: é\n" + "x" * 100_000


class MetadataStoreContract(ComponentContract):
    """Check a metadata store; subclass it with one fixture.

    ```python
    class TestAcmeMetadataStore(MetadataStoreContract):
        @pytest.fixture
        def metadata_store(self, tmp_path: Path) -> BaseMetadataStore:
            return AcmeMetadataStore(name="store", file=str(tmp_path / "runs"))
    ```

    The store holds no run.
    """

    BASE: ClassVar[type[StackComponent]] = BaseMetadataStore

    @pytest.fixture
    def metadata_store(self) -> BaseMetadataStore:
        """The metadata store under test, without a run; the subclass returns it."""
        raise NotImplementedError

    @pytest.fixture
    def component(self, metadata_store: BaseMetadataStore) -> StackComponent:
        """The metadata store."""
        return metadata_store

    def test_before_the_first_run_there_is_nothing(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Reading an empty store finds nothing, and is no error."""
        assert metadata_store.list_runs() == []
        assert metadata_store.list_steps(uuid4()) == []
        assert metadata_store.list_artifacts(uuid4()) == []

    @pytest.mark.parametrize("status", RunStatus)
    def test_a_run_is_read_as_it_was_written(
        self, metadata_store: BaseMetadataStore, status: RunStatus
    ) -> None:
        """In every field: to the microsecond, and to the last letter."""
        run = RunRecord(
            *("run", TEXT, "default", status, NOON, NOON + MOMENT, NESTED, LONG_ERROR)
        )
        metadata_store.create_run(run, [])
        assert metadata_store.get_run("run") == run
        assert metadata_store.list_runs() == [run]

    def test_a_run_that_has_not_ended_has_no_end(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """None stays None."""
        run = a_run()
        metadata_store.create_run(run, [])
        assert metadata_store.get_run("run") == run

    def test_times_are_given_back_in_utc(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """In whatever zone they were given."""
        there = NOON.astimezone(TOKYO)
        run = replace(a_run(), started=there, ended=there)
        step = replace(a_step(run.id), started=there, ended=there)
        metadata_store.create_run(run, [step])
        run = metadata_store.get_run("run")
        (step,) = metadata_store.list_steps(run.id)
        times = (run.started, run.ended, step.started, step.ended)
        assert [time and time.isoformat() for time in times] == [NOON.isoformat()] * 4

    def test_a_runs_name_is_taken_once(self, metadata_store: BaseMetadataStore) -> None:
        """By the same run, or by another that would be called the same."""
        run = a_run()
        metadata_store.create_run(run, [])
        for other in (run, replace(run, id=uuid4(), pipeline="other")):
            with pytest.raises(RunExistsError):
                metadata_store.create_run(other, [])
        assert metadata_store.list_runs() == [run]

    def test_a_run_that_is_refused_leaves_no_steps(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """And changes none of the one that is there."""
        run, other = a_run(), a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        with pytest.raises(RunExistsError):
            metadata_store.create_run(other, [a_step(other.id)])
        assert metadata_store.list_steps(other.id) == []
        assert metadata_store.list_steps(run.id) == [a_step(run.id)]

    def test_names_that_differ_in_case_are_two(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """A run's name is compared exactly."""
        for name in ("run", "Run"):
            metadata_store.create_run(a_run(name), [])
        assert metadata_store.get_run("Run").name == "Run"
        assert metadata_store.get_run("run").name == "run"

    def test_a_run_that_is_not_there_is_not_found(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """In an empty store, and beside others."""
        for known in ([], [a_run("run-10")]):
            for run in known:
                metadata_store.create_run(run, [])
            with pytest.raises(RunNotFoundError):
                metadata_store.get_run("run-1")
            with pytest.raises(RunNotFoundError):
                metadata_store.list_runs(after="run-1")

    def test_how_far_a_run_has_come_is_recorded(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Again and again, and its steps stay."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        for status in (RunStatus.FAILED, RunStatus.COMPLETED):
            ended, error = NOON + MOMENT, "" if status is RunStatus.COMPLETED else TEXT
            run = replace(run, status=status, ended=ended, error=error)
            metadata_store.update_run(run)
            assert metadata_store.get_run("run") == run
        assert metadata_store.list_steps(run.id) == [a_step(run.id)]

    def test_other_runs_are_left_alone(self, metadata_store: BaseMetadataStore) -> None:
        """Whatever becomes of one."""
        run, other = a_run("run"), a_run("other")
        for each in (run, other):
            metadata_store.create_run(each, [a_step(each.id)])
        metadata_store.update_run(replace(run, status=RunStatus.FAILED))
        metadata_store.save_step(
            a_step(run.id, status=RunStatus.FAILED), [an_artifact(run.id)]
        )
        assert metadata_store.get_run("other") == other
        assert metadata_store.list_steps(other.id) == [a_step(other.id)]
        assert metadata_store.list_artifacts(other.id) == []

    def test_a_run_that_is_not_there_is_not_updated(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """It goes by its identity: another of the same name is another run."""
        run = a_run()
        metadata_store.create_run(run, [])
        for unknown in (a_run("unknown"), a_run()):
            with pytest.raises(RunNotFoundError):
                metadata_store.update_run(replace(unknown, status=RunStatus.FAILED))
        assert metadata_store.list_runs() == [run]

    def test_a_step_of_a_run_that_is_not_there_is_refused(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """And nothing of it is kept."""
        metadata_store.create_run(a_run(), [])
        unknown = uuid4()
        with pytest.raises(RunNotFoundError):
            metadata_store.save_step(a_step(unknown), [an_artifact(unknown)])
        assert metadata_store.list_steps(unknown) == []
        assert metadata_store.list_artifacts(unknown) == []

    @pytest.mark.parametrize("status", RunStatus)
    def test_a_step_is_read_as_it_was_written(
        self, metadata_store: BaseMetadataStore, status: RunStatus
    ) -> None:
        """In every field, when it comes with its run."""
        run, inputs = a_run(), {"data": uuid4(), TEXT: uuid4()}
        step = StepRecord(
            *(run.id, TEXT, 7, status, NOON, NOON + MOMENT, NESTED, inputs, LONG_ERROR),
            attempt=3,
        )
        metadata_store.create_run(run, [step])
        assert metadata_store.list_steps(run.id) == [step]

    def test_a_step_is_saved_as_it_was_written(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """In every field, in place of what was pending."""
        run, inputs = a_run(), {"data": uuid4()}
        metadata_store.create_run(run, [a_step(run.id)])
        failed = (RunStatus.FAILED, NOON, NOON + MOMENT, NESTED, inputs, LONG_ERROR)
        step = StepRecord(run.id, "train", 0, *failed)
        metadata_store.save_step(step)
        assert metadata_store.list_steps(run.id) == [step]

    def test_steps_are_listed_in_the_pipelines_order(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """By position, as a number, in whatever order they are given."""
        run = a_run()
        steps = [StepRecord(run.id, f"step-{12 - n}", n) for n in range(12)]
        metadata_store.create_run(run, steps[::-1])
        metadata_store.save_step(steps[0])
        assert metadata_store.list_steps(run.id) == steps

    def test_every_attempt_is_kept(self, metadata_store: BaseMetadataStore) -> None:
        """A later one doesn't replace those before."""
        run = a_run()
        first = a_step(run.id, status=RunStatus.FAILED)
        later = StepRecord(run.id, "evaluate", 1)
        attempts = [first, *(replace(first, attempt=number) for number in (2, 3))]
        metadata_store.create_run(run, [a_step(run.id), later])
        for attempt in attempts:
            metadata_store.save_step(attempt)
        assert metadata_store.list_steps(run.id) == [*attempts, later]

    def test_an_attempt_is_saved_over_itself(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """It is one attempt, with one set of artifacts."""
        run, artifact = a_run(), None
        metadata_store.create_run(run, [a_step(run.id)])
        artifact = an_artifact(run.id)
        for status in (RunStatus.RUNNING, RunStatus.COMPLETED, RunStatus.COMPLETED):
            metadata_store.save_step(a_step(run.id, status=status), [artifact])
            assert metadata_store.list_steps(run.id) == [a_step(run.id, status=status)]
            assert metadata_store.list_artifacts(run.id) == [artifact]

    def test_an_attempt_is_begun_once(self, metadata_store: BaseMetadataStore) -> None:
        """Whoever begins it later is told, and changes nothing."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        begun = replace(a_step(run.id, status=RunStatus.RUNNING), started=NOON)
        ended = replace(begun, status=RunStatus.COMPLETED, ended=NOON + MOMENT)
        rival = replace(begun, started=NOON + MOMENT)
        for known in (begun, begun, ended):
            metadata_store.save_step(known)
            with pytest.raises(ConflictError):
                metadata_store.save_step(rival, [an_artifact(run.id)])
            assert metadata_store.list_steps(run.id) == [known]
        assert metadata_store.list_artifacts(run.id) == []
        metadata_store.save_step(replace(rival, attempt=2))

    def test_artifacts_are_read_as_they_were_written(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """In every field, in any order."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        model = ArtifactRecord(
            *(run.id, "train", TEXT, f"s3://b/{'x' * 1000}", "m:M", "numpy.ndarray"),
            attempt=1,
        )
        loss = an_artifact(run.id, "loss")
        metadata_store.save_step(a_step(run.id), [model, loss])
        assert in_order(metadata_store.list_artifacts(run.id)) == in_order(
            [model, loss]
        )

    def test_the_artifacts_of_every_attempt_are_kept(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Also when a step is saved once more without any."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        artifacts = [an_artifact(run.id, attempt=number) for number in (1, 2)]
        for artifact in artifacts:
            step = replace(a_step(run.id), attempt=artifact.attempt)
            metadata_store.save_step(step, [artifact])
            metadata_store.save_step(replace(step, status=RunStatus.COMPLETED))
        assert in_order(metadata_store.list_artifacts(run.id)) == in_order(artifacts)

    def test_runs_are_listed_newest_first(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """To the microsecond, and of equal times by name."""
        for name, moments in {"b": 1, "D": 1, "z": 0, "a": 1, "e": 2, "c": 1}.items():
            metadata_store.create_run(a_run(name, started=NOON + moments * MOMENT), [])
        names = ["e", "D", "a", "b", "c", "z"]
        assert [run.name for run in metadata_store.list_runs()] == names

    @pytest.mark.parametrize("limit", [1, 2, 3, 7])
    def test_pages_hold_every_run_once(
        self, metadata_store: BaseMetadataStore, limit: int
    ) -> None:
        """Also where a page ends between equal times."""
        for name, moments in {"b": 1, "D": 1, "a": 1, "c": 1, "z": 0, "e": 2}.items():
            metadata_store.create_run(a_run(name, started=NOON + moments * MOMENT), [])
        pages = list_pages(metadata_store, limit=limit)
        assert [*chain.from_iterable(pages)] == ["e", "D", "a", "b", "c", "z"]
        assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)

    def test_a_page_holds_the_runs_of_one_pipeline(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Full pages, also after a run of another."""
        for number in range(4):
            for name, pipeline in {"t": "training", "s": "serving"}.items():
                started = NOON + number * MOMENT
                run = a_run(f"{name}{number}", pipeline=pipeline, started=started)
                metadata_store.create_run(run, [])
        assert list_pages(metadata_store, "serving", limit=3) == [
            ["s3", "s2", "s1"],
            ["s0"],
        ]
        between = metadata_store.list_runs("serving", after="t2")
        assert [run.name for run in between] == ["s1", "s0"]
        assert metadata_store.list_runs("serv") == []

    def test_runs_that_begin_meanwhile_move_no_page(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """A page begins after a run, not at a number."""
        for number in range(3):
            run = a_run(f"r{number}", started=NOON + number * MOMENT)
            metadata_store.create_run(run, [])
        (newest,) = metadata_store.list_runs(limit=1)
        metadata_store.create_run(a_run("later", started=NOON + 9 * MOMENT), [])
        rest = metadata_store.list_runs(after=newest.name)
        assert [run.name for run in rest] == ["r1", "r0"]

    def test_many_runs_are_listed_page_by_page(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """And by default, a hundred of them."""
        names = [f"run-{number}" for number in range(250)]
        for number, name in enumerate(names):
            run = a_run(name, started=NOON - number * MOMENT)
            metadata_store.create_run(run, [])
        pages = list_pages(metadata_store, limit=100)
        assert [len(page) for page in pages] == [100, 100, 50]
        assert [*chain.from_iterable(pages)] == names
        assert len(metadata_store.list_runs()) == 100

    def test_a_run_is_recorded_whole_or_not_at_all(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """What fails midway leaves nothing in the way."""
        run = a_run()
        with pytest.raises((ZeroDivisionError, ZenError)):
            metadata_store.create_run(run, Failing([a_step(run.id)]))
        assert metadata_store.list_runs() == []
        assert metadata_store.list_steps(run.id) == []
        metadata_store.create_run(run, [])

    def test_an_attempt_is_recorded_whole_or_not_at_all(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """What fails midway changes nothing."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        done = a_step(run.id, status=RunStatus.COMPLETED)
        with pytest.raises((ZeroDivisionError, ZenError)):
            metadata_store.save_step(done, Failing([an_artifact(run.id)]))
        assert metadata_store.list_steps(run.id) == [a_step(run.id)]
        assert metadata_store.list_artifacts(run.id) == []

    def test_what_was_recorded_stays_as_it_was(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Whatever its writer or its reader does to the mapping later."""
        given: dict[str, object] = {"seed": 1}
        metadata_store.create_run(replace(a_run(), runtime_configuration=given), [])
        for configuration in (given, metadata_store.get_run("run")):
            if isinstance(configuration, dict):
                configuration["seed"] = 2
        read = metadata_store.get_run("run").runtime_configuration
        assert isinstance(read, dict)
        read["seed"] = 3
        assert metadata_store.get_run("run").runtime_configuration == {"seed": 1}

    def test_another_store_of_the_same_configuration_sees_the_same(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Made anew from what is stored, or sent to another process."""
        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        metadata_store.save_step(a_step(run.id), [an_artifact(run.id)])
        sent = pickle.loads(pickle.dumps(metadata_store))  # noqa: S301 - made here
        for status, other in {
            RunStatus.FAILED: recreate(metadata_store),
            RunStatus.COMPLETED: sent,
        }.items():
            assert other.get_run("run") == metadata_store.get_run("run")
            assert other.list_steps(run.id) == metadata_store.list_steps(run.id)
            assert other.list_artifacts(run.id) == metadata_store.list_artifacts(run.id)
            other.update_run(replace(run, status=status))
            assert metadata_store.get_run("run").status is status

    def test_threads_that_write_at_once_lose_nothing(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """Neither runs, steps nor artifacts."""
        run = a_run()
        metadata_store.create_run(run, [])

        def write(number: int) -> None:
            other = a_run(f"run-{number}")
            metadata_store.create_run(other, [a_step(other.id)])
            step = StepRecord(run.id, f"step-{number:02}", number)
            metadata_store.save_step(step, [an_artifact(run.id, f"out-{number:02}")])

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(24)))
        outputs = [each.output for each in metadata_store.list_artifacts(run.id)]
        assert sorted(outputs) == [f"out-{number:02}" for number in range(24)]
        positions = [step.position for step in metadata_store.list_steps(run.id)]
        assert positions == list(range(24))
        assert len(metadata_store.list_runs()) == 25

    def test_of_threads_that_take_one_name_one_gets_it(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """The others are told, and leave nothing."""

        def create(run: RunRecord) -> bool:
            try:
                metadata_store.create_run(run, [a_step(run.id)])
            except RunExistsError:
                return False
            return True

        runs = [a_run() for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            created = list(pool.map(create, runs))
        winners = [
            run for run, is_created in zip(runs, created, strict=True) if is_created
        ]
        assert metadata_store.list_runs() == winners
        assert [len(metadata_store.list_steps(run.id)) for run in winners] == [1]

    def test_of_threads_that_begin_an_attempt_one_does(
        self, metadata_store: BaseMetadataStore
    ) -> None:
        """The others are told."""

        def begin(number: int) -> bool:
            started = NOON + number * MOMENT
            running = a_step(run.id, status=RunStatus.RUNNING)
            try:
                metadata_store.save_step(replace(running, started=started))
            except ConflictError:
                return False
            return True

        run = a_run()
        metadata_store.create_run(run, [a_step(run.id)])
        with ThreadPoolExecutor(8) as pool:
            begun = list(pool.map(begin, range(8)))
        assert begun.count(True) == 1
        (step,) = metadata_store.list_steps(run.id)
        assert step.started == NOON + begun.index(True) * MOMENT


class Failing(Sequence[RecordT]):
    """Hold records, and raise where the next one would be."""

    def __init__(self, records: Sequence[RecordT]) -> None:
        self._records = records

    def __len__(self) -> int:
        return len(self._records) + 1

    @overload
    def __getitem__(self, index: int) -> RecordT: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[RecordT]: ...

    def __getitem__(self, index: int | slice) -> RecordT | Sequence[RecordT]:
        if isinstance(index, slice) or index >= len(self._records):
            raise ZeroDivisionError
        return self._records[index]


def a_run(
    name: str = "run", *, pipeline: str = "training", started: datetime = NOON
) -> RunRecord:
    """Return a run that has begun, with an identity of its own."""
    return RunRecord(name, pipeline, "default", RunStatus.RUNNING, started)


def a_step(run_id: UUID, *, status: RunStatus = RunStatus.PENDING) -> StepRecord:
    """Return the first attempt at a run's first step."""
    return StepRecord(run_id, "train", 0, status)


def an_artifact(
    run_id: UUID, output: str = "model", *, attempt: int = 1
) -> ArtifactRecord:
    """Return an output of a run's first step, with an identity of its own."""
    uri = f"/artifacts/{output}"
    return ArtifactRecord(run_id, "train", output, uri, "m:M", "float", attempt)


def in_order(artifacts: Sequence[ArtifactRecord]) -> list[ArtifactRecord]:
    """Sort artifacts, which a store may list in any order."""
    return sorted(artifacts, key=lambda artifact: artifact.id)


def list_pages(
    store: BaseMetadataStore, pipeline: str = "", *, limit: int
) -> list[list[str]]:
    """Return the names of the runs, page by page, until there is no more."""
    names: list[list[str]] = []
    after = ""
    while page := store.list_runs(pipeline, after=after, limit=limit):
        names.append([run.name for run in page])
        after = page[-1].name
    return names
