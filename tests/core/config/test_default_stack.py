"""The stack that a new profile begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.catalog import Catalog
from zen.config import ConfigurationFile, ProfileConfiguration, Profiles
from zen.records import ComponentRecord, StackRecord

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import FakeDistribution
    from zen.catalog import Owner

TYPES = ("orchestrator", "artifact_store", "metadata_store")


@pytest.mark.usefixtures("acme")
def test_the_default_stack_is_made_of_what_plugins_offer(profiles: Profiles) -> None:
    store = profiles.open(profiles.create("p"))
    components, _ = store.components()
    assert {c.type: c.flavor for c in components} == dict.fromkeys(TYPES, "acme")
    assert {str(c.provider) for c in components} == {"acme 1.2"}
    assert store.stack("default").components == dict.fromkeys(TYPES, "default")


def test_without_plugins_there_is_a_profile_without_a_stack(
    profiles: Profiles, notices: list[str]
) -> None:
    profiles.ensure_default()
    profile = profiles.configuration.load().profile("default")
    assert profile.active_stack is None
    assert profiles.open(profile).stacks() == ([], [])
    told = "\n".join(notices)
    assert "orchestrator and artifact store and metadata store" in told
    assert "zen-plugin-local and zen-plugin-sqlite" in told
    assert "zen orchestrator register" in told


def test_what_there_is_of_a_default_stack_is_registered(
    profiles: Profiles, notices: list[str], fake_distribution: FakeDistribution
) -> None:
    hooks = """\
        @hookimpl
        def zen_flavors():
            return [FlavorSpec("orchestrator", "one", "one.parts:One")]

        @hookimpl
        def zen_default_components():
            return [DefaultComponentSpec("orchestrator", "one")]
    """
    parts = """\
        from zen import BaseOrchestrator
        class One(BaseOrchestrator):
            FLAVOR = "one"
            def run_pipeline(self, deployment, stack): pass
    """
    fake_distribution("one", hooks, parts)
    store = profiles.open(profiles.create("p"))
    assert [c.type for c in store.components()[0]] == ["orchestrator"]
    assert store.stacks() == ([], [])
    assert "zen-plugin-local and zen-plugin-sqlite" in notices[-1]


@pytest.mark.parametrize(
    ("offer", "parts", "text"),
    [
        ("acme", "1 / 0", "acme 2.0"),
        ("acme", "class AcmeOrchestrator: pass", "acme 2.0"),
        ("gone", "", "Flavor 'gone' does not exist for type orchestrator"),
    ],
)
def test_a_broken_plugin_keeps_no_profile_from_being_made(
    profiles: Profiles,
    notices: list[str],
    fake_distribution: FakeDistribution,
    offer: str,
    parts: str,
    text: str,
) -> None:
    hooks = f"""\
        @hookimpl
        def zen_flavors():
            return [FlavorSpec("orchestrator", "acme", "acme.parts:AcmeOrchestrator")]

        @hookimpl
        def zen_default_components():
            return [DefaultComponentSpec("orchestrator", {offer!r})]
    """
    fake_distribution("acme", hooks, parts, version="2.0")
    assert profiles.create("p").active_stack is None
    assert any(text in notice for notice in notices)


@pytest.mark.usefixtures("acme")
def test_a_store_that_holds_stacks_gets_no_other(
    profiles: Profiles, notices: list[str], here: Path
) -> None:
    store = profiles.open(ProfileConfiguration("x", "local", str(here / "data")))
    parts = [ComponentRecord(kind, "x", "x") for kind in TYPES]
    store.save(components=parts, stacks=[StackRecord("s", dict.fromkeys(TYPES, "x"))])
    assert profiles.create("p", url="data").active_stack == "s"
    assert [stack.name for stack in store.stacks()[0]] == ["s"]
    assert notices == ["Initializing profile `p`..."]


@pytest.mark.usefixtures("acme")
def test_a_shared_default_stack_becomes_active(profiles: Profiles) -> None:
    profiles.create("p", url="data")
    assert profiles.create("q", url="data").active_stack == "default"


@pytest.mark.usefixtures("acme")
def test_another_host_may_make_its_default_stack_at_the_same_time(
    profiles: Profiles, here: Path, notices: list[str]
) -> None:
    def overtake(notice: str) -> None:
        if notice == "Initializing store...":
            profiles.create("other", url="data")
        notices.append(notice)

    elsewhere = ConfigurationFile(str(here / "host" / "config.yaml"))
    overtaken = Profiles(Catalog(), overtake, file=elsewhere)
    assert overtaken.create("p", url="data").active_stack == "default"
    store = profiles.open(profiles.configuration.load().profile("other"))
    assert [stack.name for stack in store.stacks()[0]] == ["default"]
    assert len(store.components()[0]) == len(TYPES)
    assert notices.count("Registered stack with name 'default'.") == 1


@pytest.mark.usefixtures("acme")
def test_components_that_are_there_already_go_into_the_default_stack(
    profiles: Profiles, here: Path
) -> None:
    store = profiles.open(ProfileConfiguration("x", "local", str(here / "data")))
    store.save(components=[ComponentRecord("orchestrator", "default", "acme")])
    assert profiles.create("p", url="data").active_stack == "default"


def test_plugins_offer_default_components_of_any_type(
    profiles: Profiles, fake_distribution: FakeDistribution, acme: Owner
) -> None:
    del acme
    hooks = """\
        @hookimpl
        def zen_flavors():
            return [FlavorSpec("alerter", "horn", "horns.parts:Horn")]

        @hookimpl
        def zen_default_components():
            return [DefaultComponentSpec("alerter", "horn")]
    """
    parts = """\
        from zen import BaseAlerter

        class Horn(BaseAlerter):
            FLAVOR = "horn"

            def post(self, message):
                return True

            def ask(self, question):
                return True
    """
    fake_distribution("horns", hooks, parts)
    store = profiles.open(profiles.create("p"))
    assert store.stack("default").components["alerter"] == "default"
