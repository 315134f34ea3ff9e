"""Each hook is described, with its exact arguments, and its example does its work."""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import TYPE_CHECKING, ClassVar

import pytest

from tests.docs.pages import DOCS
from zen import hookspecs
from zen.catalog import Catalog
from zen.components import StackComponent
from zen.errors import VetoError
from zen.stack import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.plugin import LifecycleVerb
    from zen.testing import FakeDistribution, IsolatedCatalog

PAGE = DOCS / "reference" / "hooks.md"
HOOKS = {
    name: list(inspect.signature(hook).parameters)
    for name, hook in vars(hookspecs).items()
    if name.startswith("zen_")
}
LEADS = ["When", "Order", "Return value", "If it raises"]
FLAVOR = """
from zen.plugin import FlavorSpec

@hookimpl
def zen_flavors():
    return [FlavorSpec("gadget", "cluster", "acme.parts:Cluster")]
"""


def section_of(hook: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    (section,) = re.findall(
        rf"^### {hook}\(.*?\)\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE
    )
    return str(section)


def example_of(hook: str) -> str:
    (example,) = re.findall(r"```python\n(.*?)```", section_of(hook), re.DOTALL)
    return str(example)


def test_every_hook_has_a_section_with_its_exact_arguments() -> None:
    headings = re.findall(r"^### (.*)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert headings == [f"{name}({', '.join(args)})" for name, args in HOOKS.items()]


@pytest.mark.parametrize("hook", HOOKS)
def test_a_section_says_all_that_an_author_asks(hook: str) -> None:
    leads = re.findall(r"^\*\*(.*?)\.\*\* \S", section_of(hook), re.MULTILINE)
    assert leads == LEADS


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_test(hook: str) -> None:
    """Of its name, in this module, in which its example does its work."""
    assert callable(globals().get(f"test_{hook}"))


@pytest.mark.parametrize("hook", HOOKS)
def test_its_example_is_a_plugin(hook: str, isolated_catalog: IsolatedCatalog) -> None:
    """It implements the hook, and the catalog finds nothing wrong with it."""
    module = ModuleType(f"acme_{hook}")
    exec(compile(example_of(hook), str(PAGE), "exec"), vars(module))  # noqa: S102
    (plugin,) = isolated_catalog(module).plugins
    assert plugin.error is None
    assert list(inspect.signature(getattr(module, hook)).parameters) == HOOKS[hook]


@pytest.fixture
def catalog_with(fake_distribution: FakeDistribution) -> Callable[[str], Catalog]:
    """Make a catalog that knows a hook's example as an installed plugin."""

    def make(hook: str) -> Catalog:
        fake_distribution("acme", example_of(hook))
        return Catalog()

    return make


def test_zen_store_drivers(catalog_with: Callable[[str], Catalog]) -> None:
    offer = catalog_with("zen_store_drivers").store_driver("etcd")
    assert (offer.owner.plugin, offer.spec.summary) == ("acme", "Profiles in etcd.")


def test_zen_flavors(catalog_with: Callable[[str], Catalog]) -> None:
    offer = catalog_with("zen_flavors").flavor("artifact_store", "s3")
    assert (offer.owner.plugin, offer.spec.capabilities) == ("acme", frozenset())


def test_zen_component_types(catalog_with: Callable[[str], Catalog]) -> None:
    types = catalog_with("zen_component_types").component_types()
    assert [spec.option for spec in types if spec.name == "data_validator"] == ["dv"]


def test_zen_commands(catalog_with: Callable[[str], Catalog]) -> None:
    offer = catalog_with("zen_commands").command("greet")
    assert offer
    assert offer.owner.plugin == "acme"


def test_zen_default_components(catalog_with: Callable[[str], Catalog]) -> None:
    defaults = catalog_with("zen_default_components").default_components()
    assert defaults["alerter"] == "terminal"


class Machine:
    """Note down what is done with it."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def create(self, label: str) -> None:
        self.calls.append(f"create {label}")

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")

    def remove(self) -> None:
        self.calls.append("remove")


class Cluster(StackComponent):
    """Hold a machine; its own methods would do nothing."""

    TYPE: ClassVar[str] = "gadget"
    FLAVOR: ClassVar[str] = "cluster"
    machine: ClassVar[Machine]

    provisioned: bool
    running: bool

    @property
    def is_provisioned(self) -> bool:
        return self.provisioned is not bool(self.machine.calls)

    @property
    def is_running(self) -> bool:
        return self.running is not bool(self.machine.calls)


def make_cluster(*, provisioned: bool, running: bool) -> Cluster:
    """Return a component in a state, which the first call of its machine changes."""
    Cluster.machine = Machine()
    return Cluster(name="trial", provisioned=provisioned, running=running)


@pytest.fixture
def apply(fake_distribution: FakeDistribution) -> Callable[[LifecycleVerb], list[str]]:
    """Apply a verb to a component whose flavor's owner has the example."""

    def apply(verb: LifecycleVerb) -> list[str]:
        fake_distribution("acme", example_of(f"zen_{verb}") + FLAVOR)
        is_up = verb in {"suspend", "deprovision"}
        cluster = make_cluster(provisioned=verb != "provision", running=is_up)
        Lifecycle(Catalog()).apply(verb, [cluster], stack="lab")
        return Cluster.machine.calls

    return apply


def test_zen_provision(apply: Callable[[LifecycleVerb], list[str]]) -> None:
    assert apply("provision") == ["create lab"]


def test_zen_resume(apply: Callable[[LifecycleVerb], list[str]]) -> None:
    assert apply("resume") == ["start"]


def test_zen_suspend(apply: Callable[[LifecycleVerb], list[str]]) -> None:
    assert apply("suspend") == ["stop"]


def test_zen_deprovision(apply: Callable[[LifecycleVerb], list[str]]) -> None:
    assert apply("deprovision") == ["remove"]


def test_zen_before_lifecycle(fake_distribution: FakeDistribution) -> None:
    fake_distribution("acme", example_of("zen_before_lifecycle"))
    cluster = make_cluster(provisioned=True, running=False)
    lifecycle = Lifecycle(Catalog())
    with pytest.raises(VetoError, match="'acme' won't let 'trial' be deprov"):
        lifecycle.apply("deprovision", [cluster], stack="production")
    lifecycle.apply("deprovision", [cluster], stack="lab")


def test_zen_after_lifecycle(
    fake_distribution: FakeDistribution, caplog: pytest.LogCaptureFixture
) -> None:
    fake_distribution("acme", example_of("zen_after_lifecycle"))
    cluster = make_cluster(provisioned=True, running=False)
    Lifecycle(Catalog()).apply("resume", [cluster])
    assert caplog.messages == ["resume: trial"]
