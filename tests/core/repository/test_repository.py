"""The Python face of Zen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.repository.conftest import DEFAULTS, TYPES, register
from zen import Repository, Stack
from zen.errors import (
    ComponentConfigurationError,
    ConflictError,
    DamagedDataError,
    FlavorNotFoundError,
    InUseError,
    StackComponentExistsError,
    StackComponentNotFoundError,
    StackExistsError,
    StackValidationError,
    ZenError,
)
from zen.records import ComponentRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import RunPython
    from tests.core.conftest import FakeDistribution, MakePart, Tree

ACTS: dict[str, Callable[[Repository, str], object]] = {
    "create_profile": lambda r, name: r.create_profile(name),
    "delete_profile": lambda r, name: r.delete_profile(name),
    "activate_profile": lambda r, name: r.activate_profile(name),
    "get_profile": lambda r, name: r.get_profile(name),
    "activate_stack": lambda r, name: r.activate_stack(name),
    "get_stack": lambda r, name: r.get_stack(name),
    "deregister_stack": lambda r, name: r.deregister_stack(name),
    "update_stack": lambda r, name: r.update_stack(name, r.active_stack),
    "stack": lambda r, name: r.compose_stack(name, DEFAULTS),
    "component of a stack": lambda r, name: r.compose_stack(
        "new", {**DEFAULTS, "orchestrator": name}
    ),
    "type in a stack": lambda r, name: r.compose_stack("new", {**DEFAULTS, name: "x"}),
    "component": lambda r, name: r.factory.create("orchestrator", "acme", name),
    "type": lambda r, name: r.factory.create(name, "acme", "x"),
    "flavor": lambda r, name: r.factory.create("orchestrator", name, "x"),
    "get_stack_component": lambda r, name: r.get_stack_component("orchestrator", name),
    "get_stack_component of type": lambda r, name: r.get_stack_component(name, "x"),
    "deregister_stack_component": lambda r, name: r.deregister_stack_component(
        "orchestrator", name
    ),
    "update_stack_component": lambda r, name: r.update_stack_component(
        name, "orchestrator", r.active_stack.orchestrator
    ),
}
READ_ALL = """\
import json
from zen import Repository

repository = Repository()
print(json.dumps([
    repository.active_profile_name,
    repository.active_stack_name,
    [stack.name for stack in repository.list_stacks()],
    [part.name for part in repository.list_components("orchestrator")],
    list(repository.profiles),
]))
"""


def test_the_first_use_makes_and_activates_a_profile(repository: Repository) -> None:
    assert repository.active_profile_name == "default"
    assert repository.active_profile == repository.get_profile("default")
    assert list(repository.profiles) == ["default"]
    assert repository.active_stack_name == "default"
    assert repository.root is None


def test_stacks_are_listed_with_and_without_their_components(
    repository: Repository,
) -> None:
    assert [stack.name for stack in repository.stacks] == ["default"]
    assert [stack.name for stack in repository.list_stacks()] == ["default"]
    assert repository.stack_configurations == {"default": DEFAULTS}


def test_components_are_listed_with_and_without_being_built(
    repository: Repository,
) -> None:
    (record,) = repository.list_components("orchestrator")
    (part,) = repository.get_stack_components("orchestrator")
    assert record.uuid == part.uuid
    assert repository.get_stack_component("orchestrator", "default") == part


def test_a_flavor_is_found_with_its_owner(repository: Repository) -> None:
    flavor = repository.get_flavor("acme", "orchestrator")
    assert (flavor.source, flavor.origin) == ("acme.parts:AcmeOrchestrator", "acme 1.2")
    assert flavor == repository.get_flavor("acme", "orchestrator")
    with pytest.raises(FlavorNotFoundError):
        repository.get_flavor("gone", "orchestrator")


def test_a_composed_stack_is_not_registered(repository: Repository) -> None:
    stack = repository.compose_stack("new", DEFAULTS)
    assert stack.record.components == DEFAULTS
    assert [s.name for s in repository.list_stacks()] == ["default"]


@pytest.mark.parametrize(
    ("name", "changes", "error_type"),
    [
        ("default", {}, StackExistsError),
        ("new", {"orchestrator": "gone"}, StackComponentNotFoundError),
        ("new", {"gadget": "x"}, StackComponentNotFoundError),
    ],
)
def test_a_stack_that_cannot_be_is_not_composed(
    repository: Repository, name: str, changes: dict[str, str], error_type: type
) -> None:
    with pytest.raises(error_type):
        repository.compose_stack(name, {**DEFAULTS, **changes})


def test_a_stack_without_a_required_type_is_not_composed(
    repository: Repository,
) -> None:
    with pytest.raises(StackValidationError, match="no orchestrator"):
        repository.compose_stack("new", {"artifact_store": "default"})


@pytest.mark.parametrize("act", ACTS)
def test_bad_names_are_refused_everywhere(
    repository: Repository, tmp_path: Path, tree: type[Tree], act: str
) -> None:
    before = tree(tmp_path).files()
    for name in ("", "..", "a/b", "../x", "x" * 101):
        with pytest.raises(ZenError):
            ACTS[act](repository, name)
    assert tree(tmp_path).files() == before


def test_registering_a_stack_registers_its_new_components(
    repository: Repository, part: MakePart, notices: list[str]
) -> None:
    parts = {kind: part(kind, "default") for kind in TYPES}
    parts["orchestrator"] = part("orchestrator", "big", workers=8)
    for kind in TYPES[1:]:
        parts[kind] = repository.get_stack_component(kind, "default")
    repository.register_stack(Stack.from_components("prod", parts))
    assert notices == [
        "Registered stack component with type 'orchestrator' and name 'big'.",
        "Registered stack with name 'prod'.",
    ]
    stored: Any = repository.get_stack("prod").orchestrator
    assert stored.workers == 8


def test_registering_a_stack_does_not_replace_a_component_of_that_name(
    repository: Repository, part: MakePart
) -> None:
    before = repository.list_components("orchestrator")
    parts = {kind: part(kind, "default") for kind in TYPES}
    with pytest.raises(StackComponentExistsError):
        repository.register_stack(Stack.from_components("prod", parts))
    assert repository.list_components("orchestrator") == before
    assert [stack.name for stack in repository.list_stacks()] == ["default"]


def test_registering_a_stack_does_not_reconfigure_a_component(
    repository: Repository,
) -> None:
    stack = repository.compose_stack("prod", DEFAULTS)
    changed = stack.orchestrator.model_copy(update={"workers": 9})
    parts = {**stack.components, "orchestrator": changed}
    with pytest.raises(StackComponentExistsError, match="another configuration") as e:
        repository.register_stack(Stack.from_components("prod", parts))
    assert e.value.hint
    assert repository.get_stack_component("orchestrator", "default") != changed


def test_a_stack_that_does_not_fit_is_not_registered(
    repository: Repository, fake_distribution: FakeDistribution, part: MakePart
) -> None:
    hooks = """\
        @hookimpl
        def zen_flavors():
            return [FlavorSpec("alerter", "picky", "picky.parts:Picky")]
    """
    parts = """\
        from zen import BaseAlerter, StackValidator
        class Picky(BaseAlerter):
            FLAVOR = "picky"
            @property
            def validator(self): return StackValidator(frozenset({"step_operator"}))
            def post(self, message): return True
            def ask(self, question): return True
    """
    fake_distribution("picky", hooks, parts)
    components = dict(repository.active_stack.components)
    components["alerter"] = part("alerter", flavor="picky")
    with pytest.raises(StackValidationError, match="step_operator"):
        repository.register_stack(Stack.from_components("prod", components))
    assert [stack.name for stack in repository.list_stacks()] == ["default"]


def test_a_stack_is_updated_in_its_place(
    repository: Repository, part: MakePart
) -> None:
    before = repository.get_stack("default")
    repository.register_stack_component(part("orchestrator", "big"))
    parts = {**before.components, "orchestrator": part("orchestrator", "bigger")}
    repository.update_stack("default", Stack.from_components("default", parts))
    after = repository.get_stack("default")
    assert after.uuid == before.uuid
    assert after.orchestrator.name == "bigger"


def test_a_component_is_registered_once(
    repository: Repository, part: MakePart, notices: list[str]
) -> None:
    repository.register_stack_component(part("orchestrator", "big"))
    assert notices == [
        "Registered stack component with type 'orchestrator' and name 'big'."
    ]
    with pytest.raises(StackComponentExistsError):
        repository.register_stack_component(part("orchestrator", "BIG"))


def test_a_loaded_component_that_was_changed_is_not_registered_again(
    repository: Repository, part: MakePart, notices: list[str]
) -> None:
    loaded = repository.get_stack_component("orchestrator", "default")
    theirs = part("orchestrator", "default", workers=3)
    Repository().update_stack_component("default", "orchestrator", theirs)
    with pytest.raises(StackComponentExistsError, match="default' already"):
        repository.register_stack_component(loaded.model_copy(update={"workers": 9}))
    kept: Any = repository.get_stack_component("orchestrator", "default")
    assert (kept.workers, notices) == (3, [])


def test_a_loaded_stack_that_was_changed_is_not_registered_again(
    repository: Repository, part: MakePart, notices: list[str]
) -> None:
    loaded = repository.active_stack
    parts = {**loaded.components, "orchestrator": part("orchestrator", "big")}
    changed = Stack.from_components(loaded.name, parts, uuid=loaded.uuid)
    for stack in (loaded, changed):
        with pytest.raises(StackExistsError, match="'default' already exists"):
            repository.register_stack(stack)
    assert repository.stack_configurations == {"default": DEFAULTS}
    assert [c.name for c in repository.list_components("orchestrator")] == ["default"]
    assert notices == []


def test_a_component_is_updated_and_renamed(
    repository: Repository, part: MakePart
) -> None:
    before = repository.get_stack_component("orchestrator", "default")
    repository.update_stack_component(
        "default", "orchestrator", part("orchestrator", "main", workers=3)
    )
    after: Any = repository.active_stack.orchestrator
    assert (after.name, after.workers, after.uuid) == ("main", 3, before.uuid)


def test_an_update_that_is_based_on_something_older_is_a_conflict(
    repository: Repository, part: MakePart
) -> None:
    record = repository.store.component("orchestrator", "default")
    stack = repository.active_stack_record
    one, other = (part("orchestrator", "default", workers=n) for n in (3, 4))
    repository.update_stack_component("default", "orchestrator", one, based_on=record)
    with pytest.raises(ConflictError):
        repository.update_stack_component(
            "default", "orchestrator", other, based_on=record
        )
    kept: Any = repository.active_stack.orchestrator
    assert kept.workers == 3
    repository.rename_stack("default", "renamed")
    built = repository.recompose_stack("renamed", {})
    with pytest.raises(ConflictError):
        repository.update_stack("renamed", built, based_on=stack)


def test_a_component_is_deleted_when_nothing_uses_it(
    repository: Repository, part: MakePart
) -> None:
    repository.register_stack_component(part("orchestrator", "big"))
    repository.deregister_stack_component("orchestrator", "big")
    with pytest.raises(InUseError):
        repository.deregister_stack_component("orchestrator", "default")
    assert [c.name for c in repository.list_components("orchestrator")] == ["default"]


def test_a_damaged_record_is_an_error_and_hides_no_other(
    repository: Repository, config: Path
) -> None:
    register(repository, "prod")
    folder = config / "profiles" / "default"
    (folder / "stacks" / "prod.yaml").write_text("broken")
    (folder / "components" / "orchestrator" / "default.yaml").write_text("broken")
    with pytest.raises(DamagedDataError, match=r"prod\.yaml"):
        repository.list_stacks()
    with pytest.raises(DamagedDataError, match=r"default\.yaml"):
        repository.list_components("orchestrator")
    assert [stack.name for stack in repository.store.stacks()[0]] == ["default"]


def test_a_flavor_that_is_gone_is_named_by_what_to_install(
    repository: Repository, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("acme", version="9.0")  # which offers nothing any more
    again = Repository()
    assert again.list_stacks() == repository.list_stacks()
    with pytest.raises(FlavorNotFoundError) as caught:
        _ = again.active_stack
    assert "Install acme==1.2" in caught.value.hint


def test_a_stack_with_a_type_that_no_plugin_offers_any_more_can_be_built(
    repository: Repository, fake_distribution: FakeDistribution, part: MakePart
) -> None:
    """The flavor's plugin is there; the one that brought its type is not."""
    hooks = """\
        @hookimpl
        def zen_flavors():
            return [FlavorSpec("gadget", "toy", "toys.parts:Toy")]
    """
    parts = """\
        from zen import StackComponent
        class Toy(StackComponent):
            TYPE, FLAVOR = "gadget", "toy"
    """
    fake_distribution("toys", hooks, parts)
    again = Repository()
    components = {
        **repository.active_stack.components,
        "gadget": part("gadget", flavor="toy"),
    }
    again.register_stack(Stack.from_components("prod", components))
    assert again.get_stack("prod").components["gadget"].FLAVOR == "toy"


def test_a_repository_goes_up_through_its_own_lifecycle(
    repository: Repository,
) -> None:
    stack = repository.active_stack
    stack.provision()
    assert stack.is_provisioned


@pytest.mark.usefixtures("repository")
def test_reading_changes_no_byte_also_where_nothing_can_be_written(
    config: Path, run_python: RunPython, tree: type[Tree]
) -> None:
    folders = [config, *(path for path in config.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    before = tree(config).state()
    output = run_python(READ_ALL, unprivileged=True)
    for folder in folders:
        folder.chmod(0o755)
    assert json.loads(output) == [
        *("default", "default", ["default"], ["default"], ["default"])
    ]
    assert {k: v[1] for k, v in tree(config).state().items()} == {
        k: v[1] for k, v in before.items()
    }


def test_listing_what_a_plugin_that_is_gone_made_needs_no_plugin(
    repository: Repository,
) -> None:
    gone = ComponentRecord("alerter", "x", "gone")
    repository.store.save(components=[gone])
    assert repository.list_components("alerter") == [gone]


def test_what_another_repository_activates_is_seen_whole_after_a_refresh(
    repository: Repository, tmp_path: Path
) -> None:
    repository.create_profile("b", url=str(tmp_path / "b"))
    Repository().activate_profile("b")
    assert repository.active_profile_name == "default"
    repository.refresh()
    assert repository.active_profile_name == "b"
    assert (tmp_path / "b" / "stacks" / "default.yaml").is_file()
    assert repository.store.driver.url == str(tmp_path / "b")


def test_a_hand_written_component_goes_into_a_new_stack(
    repository: Repository, config: Path
) -> None:
    """What the file leaves out is what the flavor has by default."""
    folder = config / "profiles" / "default" / "components"
    for file in folder.rglob("*.yaml"):
        text = file.read_text()
        head, _, tail = text.partition("configuration:")
        rest = tail[tail.index("provider:") :] if "provider:" in tail else "...\n"
        file.write_text(f"{head}configuration: {{}}\n{rest}")
    repository.register_stack(repository.compose_stack("new", DEFAULTS))
    assert "new" in repository.stack_configurations


def test_a_type_that_is_none_is_named(repository: Repository) -> None:
    with pytest.raises(ComponentConfigurationError, match="Did you mean 'artifact_st"):
        repository.list_components("artifact_stor")
    with pytest.raises(ComponentConfigurationError, match="'artifact-store' is not a"):
        repository.get_stack_components("artifact-store")
    with pytest.raises(ComponentConfigurationError, match="'default' is not a"):
        repository.get_stack_component("default", "artifact_store")
