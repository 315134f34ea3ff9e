"""Stacks whose components are built."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from zen.catalog import Catalog
from zen.components.deployment import Deployment
from zen.errors import InvalidNameError, StackValidationError
from zen.records import StackRecord
from zen.stack import Lifecycle, Stack

if TYPE_CHECKING:
    from types import ModuleType

    from tests.core.conftest import FakeDistribution, MakePart
    from zen.components import StackComponent

GADGETS = """\
from zen.components import StackComponent
from zen.stack import StackValidator

class Gadget(StackComponent):
    TYPE = "gadget"
    FLAVOR = "toy"
    needs: list[str] = []
    complaint: str = ""
    _seen: list = []

    @property
    def validator(self):
        check = lambda stack: (not self.complaint, f"{stack.name}: {self.complaint}")
        return StackValidator(frozenset(self.needs), check)

    def prepare_pipeline_deployment(self, deployment, stack, runtime_configuration):
        self._seen.append((deployment, stack, runtime_configuration))
"""
GADGET_HOOKS = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("gadget", "toy", "gadgets.parts:Gadget")]
"""


@pytest.fixture
def parts(part: MakePart) -> dict[str, StackComponent]:
    kinds = ("artifact_store", "orchestrator", "metadata_store")
    return {kind: part(kind) for kind in kinds}


@pytest.fixture
def gadget(fake_distribution: FakeDistribution, part: MakePart) -> MakePart:
    fake_distribution("gadgets", GADGET_HOOKS, GADGETS)
    return part


def test_a_stack_holds_its_components_by_type(
    parts: dict[str, StackComponent],
) -> None:
    stack = Stack.from_components("prod", parts)
    assert stack.components == parts
    assert stack.orchestrator is parts["orchestrator"]
    assert stack.artifact_store is parts["artifact_store"]
    assert stack.metadata_store is parts["metadata_store"]
    assert stack.alerter is None


def test_the_order_is_that_of_the_types(parts: dict[str, StackComponent]) -> None:
    stack = Stack.from_components("prod", parts)
    assert list(stack.components) == [
        "orchestrator",
        "metadata_store",
        "artifact_store",
    ]


def test_a_stack_describes_itself(parts: dict[str, StackComponent]) -> None:
    stack = Stack.from_components("prod", parts)
    names = dict.fromkeys(parts, "default")
    assert stack.record == StackRecord("prod", names, stack.uuid)
    assert repr(stack) == f"<Stack '{stack.name}'>"


def test_a_stack_keeps_the_identity_that_it_is_given(
    parts: dict[str, StackComponent],
) -> None:
    one, two = (Stack.from_components("prod", parts) for _ in range(2))
    assert one.uuid != two.uuid
    assert Stack.from_components("prod", parts, uuid=one.uuid).uuid == one.uuid


@pytest.mark.parametrize("missing", ["orchestrator", "artifact_store"])
def test_a_stack_needs_one_of_each_required_type(
    parts: dict[str, StackComponent], missing: str
) -> None:
    del parts[missing]
    with pytest.raises(StackValidationError, match=f"no {missing.replace('_', ' ')},"):
        Stack.from_components("prod", parts)


def test_a_component_of_another_type_is_refused(
    parts: dict[str, StackComponent],
) -> None:
    parts["orchestrator"] = parts["artifact_store"]
    with pytest.raises(StackValidationError, match="of type artifact_store as orch"):
        Stack.from_components("prod", parts)


def test_what_is_no_component_is_refused(parts: dict[str, Any]) -> None:
    parts["alerter"] = "mail"
    with pytest.raises(StackValidationError, match="of type str as alerter"):
        Stack.from_components("prod", parts)


@pytest.mark.parametrize("name", ["", "..", "a/b", "x" * 101])
def test_a_bad_name_is_refused(parts: dict[str, StackComponent], name: str) -> None:
    with pytest.raises(InvalidNameError):
        Stack.from_components(name, parts)


def test_a_type_of_a_plugin_has_its_place(
    parts: dict[str, StackComponent], gadget: MakePart
) -> None:
    parts["gadget"] = gadget("gadget", flavor="toy")
    stack = Stack.from_components("prod", parts)
    assert stack.components["gadget"] is parts["gadget"]
    assert stack.record.components["gadget"] == "default"
    stack.validate()


def test_a_component_may_ask_for_others(
    parts: dict[str, StackComponent], gadget: MakePart
) -> None:
    needs = ["alerter", "orchestrator", "feature_store"]
    parts["gadget"] = gadget("gadget", flavor="toy", needs=needs)
    with pytest.raises(StackValidationError, match=": alerter, feature_store") as e:
        Stack.from_components("prod", parts).validate()
    assert e.value.hint


def test_a_component_may_judge_the_whole_stack(
    parts: dict[str, StackComponent], gadget: MakePart
) -> None:
    parts["gadget"] = gadget("gadget", flavor="toy", complaint="too small")
    with pytest.raises(StackValidationError, match="not valid: prod: too small"):
        Stack.from_components("prod", parts).validate()


def test_every_component_hears_of_a_run(
    parts: dict[str, StackComponent], gadget: MakePart
) -> None:
    made: Any = gadget("gadget", flavor="toy")
    stack = Stack.from_components("prod", {**parts, "gadget": made})
    deployment = Deployment("p", "r", (), "a:b", {"gpus": 2})
    stack.prepare_pipeline_deployment(deployment)
    assert made._seen == [(deployment, stack, {"gpus": 2})]  # noqa: SLF001


def test_a_stack_goes_up_and_down(
    parts: dict[str, StackComponent], acme_parts: ModuleType
) -> None:
    stack = Stack.from_components("prod", parts)
    states = [(stack.is_provisioned, stack.is_running)]
    for verb in ("provision", "resume", "suspend", "deprovision"):
        getattr(stack, verb)()
        states.append((stack.is_provisioned, stack.is_running))
    assert states == [
        (False, False),
        (True, False),
        (True, True),
        (True, False),
        (False, False),
    ]
    assert len(acme_parts.calls) == 12


def test_a_stack_is_up_when_all_of_it_is(
    parts: dict[str, StackComponent], acme_parts: ModuleType
) -> None:
    stack = Stack.from_components("prod", parts)
    acme_parts.provisioned.update({"orchestrator", "artifact_store"})
    assert not stack.is_provisioned


def test_a_stack_keeps_the_lifecycle_that_it_is_given(
    parts: dict[str, StackComponent],
) -> None:
    stack = Stack.from_components("prod", parts)
    lifecycle = stack.lifecycle
    assert isinstance(lifecycle, Lifecycle)
    again = Stack.from_components("prod", parts, lifecycle=lifecycle)
    assert again.lifecycle is lifecycle


def test_a_stack_travels_to_another_process(parts: dict[str, StackComponent]) -> None:
    stack = Stack.from_components("prod", parts, lifecycle=Lifecycle(Catalog()))
    stack.up()
    copy = pickle.loads(pickle.dumps(stack))  # noqa: S301 - our own
    assert copy.record == stack.record
    assert copy.is_running
