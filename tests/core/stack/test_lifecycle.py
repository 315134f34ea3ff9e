"""Components that go up and down, and plugins that answer and watch."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from zen.catalog import Catalog
from zen.components import StackComponent
from zen.errors import ConfigurationError, ProvisioningError, VetoError
from zen.plugin import LifecycleContext, LifecycleEvent
from zen.stack import Lifecycle

if TYPE_CHECKING:
    from types import ModuleType

    from tests.core.conftest import FakeDistribution, MakePart
    from zen.catalog import Owner
    from zen.plugin import LifecycleVerb

ANSWER = """\
calls = []

@hookimpl
def zen_flavors():
    return [FlavorSpec("gadget", "toy", "toys.parts:Toy")]

@hookimpl
def zen_provision(component, context):
    calls.append((component, context))
    return {answer}
"""
TOY = """\
import builtins
from zen.components import StackComponent

calls = []

class Toy(StackComponent):
    TYPE, FLAVOR = "gadget", "toy"
    fault: str = ""

    @property
    def is_provisioned(self):
        from toys import plugin

        return bool(calls or plugin.calls)

    def provision(self):
        calls.append(self.name)
        if self.fault:
            raise getattr(builtins, self.fault)("no power")
"""
WATCH = """\
from zen.errors import VetoError

events = []

@hookimpl
def zen_before_lifecycle(event):
    events.append(event)
    {before}

@hookimpl
def zen_after_lifecycle(event):
    events.append(event)
    {after}
"""


@pytest.fixture
def lifecycle(notices: list[str]) -> Lifecycle:
    return Lifecycle(Catalog(), notices.append)


@pytest.fixture
def parts(part: MakePart) -> list[StackComponent]:
    return [part(kind) for kind in ("orchestrator", "artifact_store")]


@pytest.fixture
def toy(fake_distribution: FakeDistribution, part: MakePart) -> MakePart:
    """Make components whose owner leaves it to them to be provisioned."""
    hooks = ANSWER.format(answer=None)
    fake_distribution("toys", hooks, TOY, version="0.3")
    return part


def watcher(
    fake_distribution: FakeDistribution,
    *,
    name: str = "watcher",
    before: str = "",
    after: str = "",
) -> ModuleType:
    hooks = WATCH.format(before=before, after=after)
    fake_distribution(name, hooks)
    return import_module(f"{name}.plugin")


def test_up_provisions_all_then_resumes_all_in_order(
    lifecycle: Lifecycle, parts: list[StackComponent], acme_parts: ModuleType
) -> None:
    lifecycle.up(*parts)
    assert acme_parts.calls == [
        "provision orchestrator",
        "provision artifact_store",
        "resume orchestrator",
        "resume artifact_store",
    ]


def test_down_suspends_all_then_deprovisions_all_in_the_opposite_order(
    lifecycle: Lifecycle, parts: list[StackComponent], acme_parts: ModuleType
) -> None:
    lifecycle.up(*parts)
    acme_parts.calls.clear()
    lifecycle.down(*parts)
    assert acme_parts.calls == [
        "suspend artifact_store",
        "suspend orchestrator",
        "deprovision artifact_store",
        "deprovision orchestrator",
    ]


def test_what_is_there_already_is_skipped(
    lifecycle: Lifecycle, parts: list[StackComponent], acme_parts: ModuleType
) -> None:
    acme_parts.provisioned.update({"orchestrator", "artifact_store"})
    acme_parts.running.add("artifact_store")
    lifecycle.up(*parts)
    assert acme_parts.calls == ["resume orchestrator"]


def test_what_is_gone_already_is_skipped(
    lifecycle: Lifecycle, parts: list[StackComponent], acme_parts: ModuleType
) -> None:
    acme_parts.provisioned.add("orchestrator")
    lifecycle.down(*parts)
    assert acme_parts.calls == ["deprovision orchestrator"]


def test_what_is_not_provisioned_cannot_be_resumed(
    lifecycle: Lifecycle, parts: list[StackComponent], acme_parts: ModuleType
) -> None:
    with pytest.raises(ProvisioningError, match="Orchestrator 'default'") as caught:
        lifecycle.apply("resume", parts)
    assert "zen orchestrator up default" in caught.value.hint
    assert acme_parts.calls == []


@pytest.mark.parametrize(
    ("verb", "provisioned", "running"),
    [
        ("provision", False, False),
        ("resume", True, False),
        ("suspend", True, True),
        ("deprovision", True, False),
    ],
)
def test_without_a_hook_a_components_own_method_answers(
    lifecycle: Lifecycle,
    parts: list[StackComponent],
    acme_parts: ModuleType,
    verb: LifecycleVerb,
    provisioned: bool,  # noqa: FBT001 - a state of the table above
    running: bool,  # noqa: FBT001 - a state of the table above
) -> None:
    acme_parts.provisioned.update({"orchestrator"} if provisioned else ())
    acme_parts.running.update({"orchestrator"} if running else ())
    lifecycle.apply(verb, parts[:1])
    assert acme_parts.calls == [f"{verb} orchestrator"]


def test_a_hook_that_returns_true_replaces_the_components_method(
    fake_distribution: FakeDistribution, lifecycle: Lifecycle, part: MakePart
) -> None:
    fake_distribution("toys", ANSWER.format(answer=True), TOY)
    made = part("gadget", flavor="toy")
    lifecycle.apply("provision", [made], stack="prod")
    assert import_module("toys.plugin").calls == [(made, LifecycleContext("prod"))]
    assert import_module("toys.parts").calls == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("True", "says that it is, but the component says that it isn't"),
        ("component + 1", "raised TypeError: unsupported operand"),
    ],
)
def test_a_hook_that_lies_or_raises_is_named_with_its_plugin(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    part: MakePart,
    answer: str,
    problem: str,
) -> None:
    parts = TOY.replace("bool(calls or plugin.calls)", "False")
    fake_distribution("toys", ANSWER.format(answer=answer), parts, plugin="brio")
    with pytest.raises(ProvisioningError) as caught:
        lifecycle.up(part("gadget", "x", flavor="toy"))
    message = "Gadget 'x' couldn't be provisioned: hook 'zen_provision' of plugin"
    assert f"{message} 'brio' {problem}" in str(caught.value)
    assert "comes from toys 1.0. Tell its author" in caught.value.hint
    assert "'zen plugin disable brio'" in caught.value.hint
    assert "install" not in caught.value.hint


def test_a_component_that_is_not_provisioned_afterwards_is_named(
    fake_distribution: FakeDistribution, lifecycle: Lifecycle, part: MakePart
) -> None:
    parts = TOY.replace("bool(calls or plugin.calls)", "False")
    fake_distribution("toys", ANSWER.format(answer=None), parts)
    with pytest.raises(ProvisioningError, match="'is_provisioned' is false") as caught:
        lifecycle.up(part("gadget", "x", flavor="toy"))
    assert "comes from toys 1.0. Tell its author" in caught.value.hint
    assert "zen gadget up" not in caught.value.hint


def test_a_hook_that_returns_none_leaves_it_to_the_component(
    toy: MakePart, lifecycle: Lifecycle
) -> None:
    made = toy("gadget", flavor="toy")
    lifecycle.apply("provision", [made])
    assert import_module("toys.plugin").calls == [(made, LifecycleContext(None))]
    assert import_module("toys.parts").calls == ["default"]


def test_no_plugin_answers_for_anothers_component(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    parts: list[StackComponent],
    acme_parts: ModuleType,
) -> None:
    fake_distribution("toys", ANSWER.format(answer=True), TOY)
    lifecycle.apply("provision", parts[:1])
    assert import_module("toys.plugin").calls == []
    assert acme_parts.calls == ["provision orchestrator"]


def test_a_component_that_raises_is_named_with_its_owner(
    toy: MakePart, lifecycle: Lifecycle
) -> None:
    with pytest.raises(ProvisioningError) as caught:
        lifecycle.apply(
            "provision", [toy("gadget", "x", flavor="toy", fault="OSError")]
        )
    message = "Gadget 'x' couldn't be provisioned: OSError: no power"
    assert str(caught.value) == message
    assert "toys 0.3" in caught.value.hint
    assert isinstance(caught.value.__cause__, OSError)


def test_a_component_that_cannot_tell_its_state_is_named_with_its_owner(
    fake_distribution: FakeDistribution, lifecycle: Lifecycle, part: MakePart
) -> None:
    parts = TOY.replace("return bool(", "return 1 / (")
    fake_distribution("toys", ANSWER.format(answer=None), parts, version="0.3")
    made = part("gadget", "x", flavor="toy")
    with pytest.raises(ProvisioningError, match="Gadget 'x'") as caught:
        lifecycle.apply("provision", [made])
    assert "toys 0.3" in caught.value.hint


@pytest.mark.parametrize("fault", ["1 / 0", "exit(7)"])
def test_a_component_that_cannot_tell_whether_it_runs_is_named_with_its_owner(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    part: MakePart,
    fault: str,
) -> None:
    parts = f"{TOY}\n    @property\n    def is_running(self):\n        {fault}\n"
    fake_distribution("toys", ANSWER.format(answer=None), parts, version="0.3")
    with pytest.raises(ProvisioningError, match="'x' can't tell its state: ") as caught:
        lifecycle.is_running(part("gadget", "x", flavor="toy"))
    assert "toys 0.3" in caught.value.hint


def test_whether_a_component_runs_is_told(
    lifecycle: Lifecycle, parts: list[StackComponent]
) -> None:
    assert not lifecycle.is_running(parts[0])
    lifecycle.up(*parts)
    assert lifecycle.is_running(parts[0])


@pytest.mark.parametrize("verb", ["suspend", "deprovision"])
def test_going_down_passes_over_a_component_that_does_not_implement_it(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    notices: list[str],
    part: MakePart,
    parts: list[StackComponent],
    acme_parts: ModuleType,
    verb: LifecycleVerb,
) -> None:
    toy = TOY.replace("bool(calls or plugin.calls)", "True")
    toy = toy.replace("def provision", f"def {verb}")
    fake_distribution("toys", ANSWER.format(answer=None), toy)
    seen = watcher(fake_distribution)
    lifecycle.up(*parts)
    stubborn = part("gadget", "x", flavor="toy", fault="NotImplementedError")
    lifecycle.down(parts[0], stubborn, parts[1])
    told = [text for text in notices if "Gadget 'x' can't be" in text]
    assert len(told) == 1
    assert f"doesn't implement '{verb}'" in told[0]
    assert acme_parts.provisioned == acme_parts.running == set()
    moments = [e for e in seen.events if (e.type, e.verb) == ("gadget", verb)]
    assert len(moments) == 1  # before it; afterwards nothing has happened


def test_going_up_needs_what_is_not_implemented(
    toy: MakePart, lifecycle: Lifecycle
) -> None:
    missing = toy("gadget", flavor="toy", fault="NotImplementedError")
    with pytest.raises(ProvisioningError, match="couldn't be provisioned: NotImpl"):
        lifecycle.up(missing)


def test_an_error_of_zen_is_passed_on(
    fake_distribution: FakeDistribution, lifecycle: Lifecycle, part: MakePart
) -> None:
    parts = TOY.replace("getattr(builtins, self.fault)", "ConfigurationError")
    parts = "from zen.errors import ConfigurationError\n" + parts
    fake_distribution("toys", ANSWER.format(answer=None), parts)
    with pytest.raises(ConfigurationError, match="no power"):
        lifecycle.apply("provision", [part("gadget", flavor="toy", fault="x")])


def test_those_before_one_that_raises_have_changed_state(
    toy: MakePart,
    lifecycle: Lifecycle,
    parts: list[StackComponent],
    acme_parts: ModuleType,
) -> None:
    bad = toy("gadget", flavor="toy", fault="OSError")
    with pytest.raises(ProvisioningError):
        lifecycle.apply("provision", [parts[0], bad, parts[1]])
    assert acme_parts.calls == ["provision orchestrator"]


def test_watchers_see_each_operation_before_and_after(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    parts: list[StackComponent],
) -> None:
    seen: Any = watcher(fake_distribution)
    lifecycle.apply("provision", parts, stack="prod")
    assert seen.events == [
        event
        for kind in ("orchestrator", "artifact_store")
        for event in 2 * [LifecycleEvent("provision", kind, "default", "acme", "prod")]
    ]


def test_watchers_see_nothing_of_what_is_skipped(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    parts: list[StackComponent],
) -> None:
    seen = watcher(fake_distribution)
    lifecycle.down(*parts)
    assert seen.events == []


def test_a_watcher_need_not_take_the_event(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    parts: list[StackComponent],
) -> None:
    hooks = "count = []\n@hookimpl\ndef zen_after_lifecycle():\n    count.append(1)"
    fake_distribution("counter", hooks)
    lifecycle.apply("provision", parts)
    assert import_module("counter.plugin").count == [1, 1]


def test_a_veto_stops_what_has_not_begun(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    parts: list[StackComponent],
    acme_parts: ModuleType,
) -> None:
    seen = watcher(
        fake_distribution, before="raise VetoError('It is night.', hint='Wait.')"
    )
    with pytest.raises(VetoError) as caught:
        lifecycle.apply("provision", parts)
    assert str(caught.value) == (
        "Plugin 'watcher' won't let 'default' be provisioned: It is night."
    )
    assert caught.value.hint == "Wait."
    assert len(seen.events) == 1
    assert acme_parts.calls == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_watcher_that_raises_is_reported_and_stops_nothing(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    parts: list[StackComponent],
    notices: list[str],
    moment: str,
) -> None:
    watcher(fake_distribution, **{moment: "raise OSError('no disk')"})
    other = watcher(fake_distribution, name="zzz")
    lifecycle.apply("provision", parts[:1])
    assert notices == [
        f"Warning: plugin 'watcher' failed in zen_{moment}_lifecycle: OSError: no disk"
    ]
    assert len(other.events) == 2


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("fault", ["SystemExit(3)", "GeneratorExit()"])
def test_a_watcher_that_ends_the_program_is_kept_from_it(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    parts: list[StackComponent],
    notices: list[str],
    moment: str,
    fault: str,
) -> None:
    watcher(fake_distribution, **{moment: f"raise {fault}"})
    lifecycle.apply("provision", parts[:1])
    assert fault.partition("(")[0] in notices[0]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_user_can_interrupt_a_watcher(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    parts: list[StackComponent],
    moment: str,
) -> None:
    watcher(fake_distribution, **{moment: "raise KeyboardInterrupt"})
    with pytest.raises(KeyboardInterrupt):
        lifecycle.apply("provision", parts)


@pytest.mark.parametrize("fault", ["SystemExit", "GeneratorExit"])
def test_a_component_that_ends_the_program_is_kept_from_it(
    lifecycle: Lifecycle, toy: MakePart, fault: str
) -> None:
    with pytest.raises(ProvisioningError, match=f"{fault}: no power") as caught:
        lifecycle.apply("provision", [toy("gadget", flavor="toy", fault=fault)])
    assert "toys 0.3" in caught.value.hint


def test_the_user_can_interrupt_a_component(
    lifecycle: Lifecycle, toy: MakePart
) -> None:
    with pytest.raises(KeyboardInterrupt):
        lifecycle.apply(
            "provision", [toy("gadget", flavor="toy", fault="KeyboardInterrupt")]
        )


def test_a_veto_after_the_fact_is_a_failure_like_any_other(
    fake_distribution: FakeDistribution,
    lifecycle: Lifecycle,
    parts: list[StackComponent],
    notices: list[str],
) -> None:
    watcher(fake_distribution, after="raise VetoError('Too late.')")
    lifecycle.apply("provision", parts[:1])
    assert "zen_after_lifecycle: VetoError: Too late." in notices[0]


def test_watchers_hear_only_of_success_afterwards(
    fake_distribution: FakeDistribution, toy: MakePart, lifecycle: Lifecycle
) -> None:
    seen = watcher(fake_distribution)
    with pytest.raises(ProvisioningError):
        lifecycle.apply("provision", [toy("gadget", flavor="toy", fault="OSError")])
    assert len(seen.events) == 1


def test_nobody_need_listen_to_reports(
    fake_distribution: FakeDistribution, parts: list[StackComponent], acme: Owner
) -> None:
    watcher(fake_distribution, before="raise OSError")
    Lifecycle(Catalog()).apply("provision", parts)
    assert all(component.is_provisioned for component in parts), acme


def test_the_marker_of_pluggy_does_as_well(
    fake_distribution: FakeDistribution, lifecycle: Lifecycle, part: MakePart
) -> None:
    hooks = ANSWER.format(answer=True)
    last = "@pluggy.HookimplMarker('zen')(trylast=True)\ndef zen_provision"
    hooks = hooks.replace("@hookimpl\ndef zen_provision", last)
    fake_distribution("toys", f"import pluggy\n{hooks}", TOY)
    lifecycle.apply("provision", [part("gadget", "x", flavor="toy")])
    assert import_module("toys.parts").calls == []


def test_a_users_own_class_provisions_itself(lifecycle: Lifecycle) -> None:
    class Own(StackComponent):
        TYPE: ClassVar[str] = "gadget"
        FLAVOR: ClassVar[str] = "own"
        provisioned: ClassVar[list[str]] = []

        @property
        def is_provisioned(self) -> bool:
            return bool(self.provisioned)

        def provision(self) -> None:
            self.provisioned.append(self.name)

    lifecycle.apply("provision", [Own(name="mine")])
    assert Own.provisioned == ["mine"]
