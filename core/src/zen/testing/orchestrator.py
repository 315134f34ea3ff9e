"""What every orchestrator must do."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

import pytest

from zen.components import BaseOrchestrator, StackComponent
from zen.errors import PipelineError, StepFailedError
from zen.stack import Stack
from zen.testing._demands import demand_error
from zen.testing._folder_stores import FolderArtifactStore, FolderMetadataStore
from zen.testing._recorder import Pipelines
from zen.testing.component import ComponentContract, recreate

if TYPE_CHECKING:
    from pathlib import Path

    from zen.components.deployment import Deployment

__all__ = ["OrchestratorContract"]

# The steps of a pipeline, each with those that it needs.
CHAIN: Final = {"a": "", "b": "a", "c": "b", "d": "c"}
DIAMOND: Final = {"top": "", "left": "top", "right": "top", "end": "left right"}
WIDE: Final = {f"branch-{number}": "top" for number in range(50)}
GRAPHS: Final = {
    "nothing": {},
    "single": {"only": ""},
    "independent": {"c": "", "a": "", "b": ""},
    "chain": CHAIN,
    "diamond": DIAMOND,
    # The order of the names is not that of the pipeline.
    "backwards": {"z": "", "y": "z", "m": "z y", "b": "m", "a": "z b"},
    "wide": {"top": "", **WIDE, "end": " ".join(WIDE)},
}


class OrchestratorContract(ComponentContract):
    """Check an orchestrator; subclass it with one fixture.

    ```python
    class TestAcmeOrchestrator(OrchestratorContract):
        @pytest.fixture
        def orchestrator(self) -> BaseOrchestrator:
            return AcmeOrchestrator(name="orchestrator")
    ```

    Two more may be replaced: `shared_folder`, for workers that don't see `tmp_path`,
    and `stack`, for an orchestrator that asks for more components than there are.
    """

    BASE: ClassVar[type[StackComponent]] = BaseOrchestrator

    @pytest.fixture
    def orchestrator(self) -> BaseOrchestrator:
        """The orchestrator under test; the subclass returns it."""
        raise NotImplementedError

    @pytest.fixture
    def component(self, orchestrator: BaseOrchestrator) -> StackComponent:
        """The orchestrator."""
        return orchestrator

    @pytest.fixture
    def shared_folder(self, tmp_path: Path) -> Path:
        """A folder that every process that runs a step sees and may write."""
        return tmp_path / "shared"

    @pytest.fixture
    def stack(self, orchestrator: BaseOrchestrator, shared_folder: Path) -> Stack:
        """The stack that pipelines run on, with stores in the shared folder."""
        return make_stack("trial", orchestrator, shared_folder)

    @pytest.fixture
    def pipelines(self, shared_folder: Path, stack: Stack) -> Pipelines:
        """What makes pipelines, and tells how they were run."""
        return Pipelines(shared_folder / "calls", stack)

    @pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
    def test_each_step_is_run_once(
        self, pipelines: Pipelines, graph: dict[str, str]
    ) -> None:
        """And all of them have ended when the orchestrator returns."""
        deployment = pipelines.deploy(graph)
        pipelines.run(deployment)
        check_each_ran_once(pipelines, deployment)
        attempts = pipelines.attempts(deployment)
        assert attempts == dict.fromkeys(graph, 1), (
            f"Steps were attempted so often: {attempts}. Once each is enough."
        )

    @pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
    def test_a_step_begins_when_all_that_it_needs_is_finished(
        self, pipelines: Pipelines, graph: dict[str, str]
    ) -> None:
        """Whatever runs beside it."""
        deployment = pipelines.deploy(graph)
        pipelines.run(deployment)
        missing = {
            call.step: {*graph[call.step].split()} - {*call.finished}
            for call in pipelines.calls(deployment)
        }
        assert missing == {name: set() for name in graph}, (
            f"Steps began before these had finished: {missing}."
        )

    @pytest.mark.parametrize("name", DIAMOND)
    def test_a_failed_step_is_raised_by_name(
        self, pipelines: Pipelines, name: str
    ) -> None:
        """Whichever it is; after the last one there is nothing that would notice."""
        deployment = pipelines.deploy(DIAMOND, "nightly", faults={name: "fails"})
        doing = f"A run whose step {name!r} fails"
        error = demand_error(StepFailedError, doing, partial(pipelines.run, deployment))
        told = (error.step, error.run_name)
        assert told == (name, "nightly"), (
            f"Step {name!r} of run 'nightly' failed, and the error names {told}."
        )

    @pytest.mark.parametrize(
        ("graph", "name", "later"),
        [
            (CHAIN, "a", {"b", "c", "d"}),
            (CHAIN, "c", {"d"}),
            (DIAMOND, "left", {"end"}),
            (DIAMOND, "right", {"end"}),
            (GRAPHS["wide"], "top", {*WIDE, "end"}),
        ],
    )
    def test_no_step_that_needs_a_failed_one_runs(
        self, pipelines: Pipelines, graph: dict[str, str], name: str, later: set[str]
    ) -> None:
        """Neither at once nor further on."""
        deployment = pipelines.deploy(graph, faults={name: "fails"})
        doing = f"A run whose step {name!r} fails"
        demand_error(PipelineError, doing, partial(pipelines.run, deployment))
        ran = later & {*pipelines.called(deployment)}
        assert not ran, f"Step {name!r} failed, and these, which need it, ran: {ran}."

    @pytest.mark.parametrize("fault", ["interrupts", "breaks"])
    def test_what_keeps_a_step_from_running_is_raised_too(
        self, pipelines: Pipelines, fault: str
    ) -> None:
        """As what, is open: another process can't interrupt this one."""
        deployment = pipelines.deploy(CHAIN, faults={"b": fault})
        doing = "A run whose step 'b' can't run"
        demand_error(BaseException, doing, partial(pipelines.run, deployment))
        ran = {"c", "d"} & {*pipelines.called(deployment)}
        assert not ran, f"Step 'b' couldn't run, and these, which need it, ran: {ran}."

    def test_a_failed_pipeline_can_be_run_again(self, pipelines: Pipelines) -> None:
        """What was finished isn't repeated, and what wasn't is run."""
        deployment = pipelines.deploy(CHAIN, faults={"c": "fails once"})
        doing = "A run whose step 'c' fails"
        demand_error(StepFailedError, doing, partial(pipelines.run, deployment))
        pipelines.run(deployment)
        attempts = pipelines.attempts(deployment)
        assert attempts == {"a": 1, "b": 1, "c": 2, "d": 1}, (
            "Step 'c' failed, and the pipeline was run again; the attempts were"
            f" {attempts}. Repeat what wasn't finished, and nothing else."
        )

    def test_pipelines_are_run_one_after_another(self, pipelines: Pipelines) -> None:
        """A failure in one is of no concern to the next."""
        failing = pipelines.deploy(CHAIN, "failing", faults={"b": "fails"})
        doing = "A run whose step 'b' fails"
        demand_error(StepFailedError, doing, partial(pipelines.run, failing))
        for run_name, graph in {"first": CHAIN, "second": {"b": "", "a": "b"}}.items():
            deployment = pipelines.deploy(graph, run_name)
            pipelines.run(deployment)
            check_each_ran_once(pipelines, deployment)

    def test_pipelines_that_run_at_once_do_not_mix(self, pipelines: Pipelines) -> None:
        """Each run has its own steps."""
        deployments = [pipelines.deploy(CHAIN, f"run-{n}") for n in range(3)]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(pipelines.run, deployments))
        for deployment in deployments:
            check_each_ran_once(pipelines, deployment)

    def test_each_step_gets_the_stack(self, pipelines: Pipelines) -> None:
        """With the very components that it was made of."""
        stack = pipelines.stack
        deployment = pipelines.deploy(DIAMOND)
        pipelines.run(deployment)
        identities = [str(part.uuid) for part in stack.components.values()]
        for call in pipelines.calls(deployment):
            assert (call.stack, call.components) == (stack.name, identities), (
                f"Step {call.step!r} got stack {call.stack!r} with the components"
                f" {call.components}, and not {stack.name!r} with {identities}."
            )
        check_each_ran_once(pipelines, deployment)

    def test_another_stack_is_another_stack(
        self, pipelines: Pipelines, shared_folder: Path
    ) -> None:
        """Each run is on the stack that it was given, not on one of before."""
        pipelines.run(pipelines.deploy({"a": ""}, "before"))
        stack = make_stack(
            "other", pipelines.stack.orchestrator, shared_folder / "other"
        )
        others = Pipelines(shared_folder / "calls", stack)
        deployment = others.deploy({"a": ""}, "after")
        others.run(deployment)
        stacks = [call.stack for call in others.calls(deployment)]
        assert stacks == ["other"], (
            f"A pipeline was run on stack 'other', and its step got {stacks}."
        )

    def test_each_step_gets_the_deployment(self, pipelines: Pipelines) -> None:
        """All of it, with what the user passed to the run."""
        runtime: dict[str, object] = {"seed": 1, "deep": {"é": [None, 0.5]}}
        deployment = pipelines.deploy(DIAMOND, runtime=runtime)
        pipelines.run(deployment)
        whole = [str(deployment.run_id), *DIAMOND]
        for call in pipelines.calls(deployment):
            assert call.deployment == whole, (
                f"Step {call.step!r} got a deployment with the run and the steps"
                f" {call.deployment}, and not {whole}."
            )
            assert call.runtime_configuration == runtime, (
                f"Step {call.step!r} got the runtime configuration"
                f" {call.runtime_configuration}, and not {runtime}."
            )
        check_each_ran_once(pipelines, deployment)

    def test_the_deployment_stays_as_it_is(self, pipelines: Pipelines) -> None:
        """No data passes through an orchestrator."""
        deployment = pipelines.deploy(DIAMOND, runtime={"seed": 1})
        before = deepcopy(deployment)
        pipelines.run(deployment)
        assert deployment == before, (
            f"The orchestrator changed the deployment: {before} became {deployment}."
        )

    def test_another_of_the_same_configuration_runs_pipelines(
        self, pipelines: Pipelines
    ) -> None:
        """Made anew from what is stored, or sent to another process."""
        orchestrator = pipelines.stack.orchestrator
        sent = pickle.loads(pickle.dumps(orchestrator))  # noqa: S301 - made here
        for other in (recreate(orchestrator), sent):
            deployment = pipelines.deploy(CHAIN, f"run-{id(other)}")
            other.run_pipeline(deployment, pipelines.stack)
            check_each_ran_once(pipelines, deployment)


def check_each_ran_once(pipelines: Pipelines, deployment: Deployment) -> None:
    """Demand that each step of a deployment was run, and none of them twice."""
    ran = pipelines.called(deployment)
    steps = sorted(step.name for step in deployment.steps)
    assert ran == steps, f"Of the steps {steps}, these were run: {ran}."


def make_stack(name: str, orchestrator: BaseOrchestrator, folder: Path) -> Stack:
    """Return a stack of an orchestrator and of stores in a folder."""
    return Stack(
        name,
        orchestrator=orchestrator,
        artifact_store=FolderArtifactStore(name=name, path=str(folder / "artifacts")),
        metadata_store=FolderMetadataStore(name=name, path=str(folder / "metadata")),
    )
