"""What is provisioned isn't forgotten."""

from __future__ import annotations

from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from tests.core.repository.conftest import register
from zen import Repository
from zen.errors import InUseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from tests.core.conftest import FakeDistribution, MakePart
    from zen.carrying import StackFile

HOOKS = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "horn", "horns.parts:Horn")]
"""
PARTS = """\
from zen import BaseAlerter

class Horn(BaseAlerter):
    FLAVOR = "horn"

    def post(self, message): return True

    def ask(self, question): return True
"""
BOX = """
from pathlib import Path

class Box(Horn):
    FLAVOR = "box"
    box: str = "nowhere"

    @property
    def is_provisioned(self):
        if self.box == "far": raise OSError("no answer")
        return Path(self.box).is_dir()

class Crate(Box):
    FLAVOR = "crate"

class Other(Crate):
    pass
"""
BOX_HOOKS = f"""{HOOKS}
@hookimpl(specname="zen_flavors")
def more_flavors():
    return [FlavorSpec("alerter", "box", "horns.parts:Box")]
"""
DEAF = """
    @property
    def is_provisioned(self): raise OSError("no answer")
"""


@pytest.fixture
def box(
    repository: Repository,
    part: MakePart,
    fake_distribution: FakeDistribution,
    here: Path,
    notices: list[str],
) -> Repository:
    """A profile with alerter 'al', whose resource is the folder 'box', in stack 'st'.

    It is in revision 2, and the stack in revision 3.
    """
    fake_distribution("horns", BOX_HOOKS, PARTS + BOX)
    repository = Repository(repository.root, notify=notices.append)
    (here / "box").mkdir()
    al = part("alerter", "al", flavor="box", box=str(here / "box"))
    repository.register_stack_component(al)
    register(repository, "st", alerter="al")
    notices.clear()
    return repository


def update(repository: Repository, box: Path | str) -> None:
    """Give the alerter another box."""
    record = repository.store.component("alerter", "al")
    component = repository.factory.reconfigure(record, {"box": str(box)})
    repository.update_stack_component("al", "alerter", component)


def file_of(repository: Repository, **configuration: object) -> StackFile:
    """Stack 'st' as a file has it, with another configuration of 'al'."""
    file = repository.carrier.export("st")
    entry = file.components["alerter"].model_copy(
        update={"configuration": configuration}
    )
    components = {**file.components, "alerter": entry}
    return file.model_copy(update={"components": components})


def add_orchestrator(repository: Repository, part: MakePart, name: str) -> None:
    repository.register_stack_component(part("orchestrator", name))


def test_a_component_that_is_provisioned_stays(
    repository: Repository, part: MakePart, acme_parts: ModuleType
) -> None:
    add_orchestrator(repository, part, "mine")
    acme_parts.provisioned.add("orchestrator")
    for delete in (
        repository.check_component_deletion,
        repository.deregister_stack_component,
    ):
        with pytest.raises(InUseError, match="'mine' is provisioned") as caught:
            delete("orchestrator", "mine")
        assert "'zen orchestrator down mine'" in caught.value.hint
    acme_parts.provisioned.clear()
    repository.deregister_stack_component("orchestrator", "mine")


def test_a_stack_stays_while_something_is_provisioned_for_it_alone(
    repository: Repository, part: MakePart, acme_parts: ModuleType
) -> None:
    add_orchestrator(repository, part, "mine")
    register(repository, "prod", orchestrator="mine")
    acme_parts.provisioned.add("orchestrator")
    for delete in (repository.check_stack_deletion, repository.deregister_stack):
        with pytest.raises(
            InUseError, match=r"'mine' of stack 'prod' is prov"
        ) as caught:
            delete("prod")
        assert "'zen stack down prod'" in caught.value.hint
    register(repository, "other", orchestrator="mine")
    repository.deregister_stack("prod")  # the other one still has it
    acme_parts.provisioned.clear()
    repository.deregister_stack("other")


def test_what_is_provisioned_leaves_no_last_stack(
    repository: Repository, part: MakePart, acme_parts: ModuleType
) -> None:
    add_orchestrator(repository, part, "mine")
    register(repository, "prod", orchestrator="mine")
    acme_parts.provisioned.add("orchestrator")
    replaced = repository.recompose_stack("prod", {"orchestrator": "default"})
    with pytest.raises(InUseError, match="no other stack than 'prod' has") as caught:
        repository.update_stack("prod", replaced)
    assert "'zen orchestrator down mine'" in caught.value.hint
    register(repository, "other", orchestrator="mine")
    repository.update_stack("prod", replaced)  # the other one still has it
    last = repository.recompose_stack("other", {"orchestrator": "default"})
    acme_parts.provisioned.clear()
    repository.update_stack("other", last)


def test_what_is_provisioned_is_not_restored_away(
    repository: Repository, part: MakePart, acme_parts: ModuleType
) -> None:
    add_orchestrator(repository, part, "mine")
    acme_parts.provisioned.add("orchestrator")
    with pytest.raises(InUseError, match="'mine' is provisioned"):
        repository.history().restoration(1)
    acme_parts.provisioned.clear()
    history = repository.history()
    history.restore(history.restoration(1))
    assert len(repository.list_components("orchestrator")) == 1


def test_a_component_that_is_provisioned_keeps_its_name(
    repository: Repository, part: MakePart, acme_parts: ModuleType
) -> None:
    add_orchestrator(repository, part, "mine")
    acme_parts.provisioned.add("orchestrator")
    mine = repository.get_stack_component("orchestrator", "mine")
    renamed = mine.model_copy(update={"name": "Mine"})
    update = repository.update_stack_component
    with pytest.raises(InUseError, match=r"'mine' is prov.* To rename it") as caught:
        repository.rename_stack_component("orchestrator", "mine", "ours")
    assert "'zen orchestrator down mine'" in caught.value.hint
    with pytest.raises(InUseError, match=r"'mine' is prov.* To rename it"):
        update("mine", "orchestrator", renamed)
    update("mine", "orchestrator", mine)  # under its own name
    acme_parts.provisioned.clear()
    update("mine", "orchestrator", renamed)
    repository.rename_stack_component("orchestrator", "Mine", "ours")
    assert repository.store.component("orchestrator", "ours").uuid == mine.uuid


@pytest.mark.parametrize("name", ["ours", "MINE"])
def test_what_is_provisioned_does_not_get_its_old_name_back(
    repository: Repository, part: MakePart, acme_parts: ModuleType, name: str
) -> None:
    add_orchestrator(repository, part, "mine")
    repository.rename_stack_component("orchestrator", "mine", name)
    last = repository.history().commits()[0].sequence
    acme_parts.provisioned.add("orchestrator")
    with pytest.raises(InUseError, match=rf"(?i)'{name}' is prov.* To rename"):
        repository.history().restoration(last - 1)
    acme_parts.provisioned.clear()
    repository.history().restore(repository.history().restoration(last - 1))
    assert repository.store.component("orchestrator", "mine").name == "mine"


def test_what_is_provisioned_is_replaced_by_no_namesake(
    repository: Repository, part: MakePart, acme_parts: ModuleType
) -> None:
    add_orchestrator(repository, part, "mine")
    last = repository.history().commits()[0].sequence
    repository.deregister_stack_component("orchestrator", "mine")
    add_orchestrator(repository, part, "mine")
    acme_parts.provisioned.add("orchestrator")
    with pytest.raises(InUseError, match="To delete it would leave"):
        repository.history().restoration(last)


def test_a_component_without_a_lifecycle_of_its_own_is_never_live(
    repository: Repository, part: MakePart, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("horns", HOOKS, PARTS)
    repository = Repository(repository.root)
    horn = part("alerter", "horn", flavor="horn")
    assert horn.is_provisioned
    repository.register_stack_component(horn)
    repository.deregister_stack_component("alerter", "horn")


def test_what_cannot_tell_its_state_can_be_deleted(
    repository: Repository,
    part: MakePart,
    fake_distribution: FakeDistribution,
    notices: list[str],
) -> None:
    """Its flavor may be gone for good, and with it all that could bring it down."""
    fake_distribution("horns", HOOKS, PARTS + DEAF)
    repository = Repository(repository.root, notify=notices.append)
    repository.register_stack_component(part("alerter", "horn", flavor="horn"))
    notices.clear()
    repository.deregister_stack_component("alerter", "horn")
    (notice,) = notices
    assert "can't tell whether Alerter 'horn' is provisioned" in notice
    assert "no answer" in notice


@pytest.mark.parametrize("box_is", ["nowhere", "far"])
@pytest.mark.parametrize(
    "change",
    [
        update,
        lambda r, box: r.carrier.plan([file_of(r, box=box)]),
        lambda r, box: r.carrier.import_stack(
            file_of(r, box=box), on_conflict="update"
        ),
    ],
    ids=["update", "apply", "import"],
)
def test_a_configuration_that_loses_what_is_provisioned_is_refused(
    box: Repository, change: Callable[[Repository, str], object], box_is: str
) -> None:
    last = box.history().commits()[0].sequence
    with pytest.raises(InUseError, match=r"'al' is prov.* new configuration") as caught:
        change(box, box_is)
    assert "'zen alerter down al'" in caught.value.hint
    assert ("no answer" in str(caught.value)) is (box_is == "far")
    assert box.history().commits()[0].sequence == last


def test_a_configuration_that_keeps_what_is_provisioned_is_taken(
    box: Repository, here: Path
) -> None:
    (here / "other").mkdir()
    update(box, here / "other")
    file = file_of(box, box=str(here / "box"))
    box.carrier.import_stack(file, on_conflict="update")
    assert box.store.component("alerter", "al").configuration["box"] == str(
        here / "box"
    )


def test_what_is_not_provisioned_is_configured_at_will(
    box: Repository, here: Path
) -> None:
    (here / "box").rmdir()
    update(box, here / "other")
    box.carrier.apply(box.carrier.plan([file_of(box, box="nowhere")]))


def test_what_was_brought_up_while_a_plan_waited_is_kept(
    box: Repository, here: Path
) -> None:
    (here / "box").rmdir()
    plan = box.carrier.plan([file_of(box, box="nowhere")])
    (here / "box").mkdir()
    with pytest.raises(InUseError, match="new configuration"):
        box.carrier.apply(plan)


def test_another_flavor_cannot_take_what_is_provisioned(
    box: Repository, part: MakePart
) -> None:
    horn = part("alerter", "al", flavor="horn")
    with pytest.raises(InUseError, match="Flavor 'horn' would leave its resources"):
        box.update_stack_component("al", "alerter", horn)


def test_a_configuration_that_loses_what_is_provisioned_is_not_restored(
    box: Repository, here: Path
) -> None:
    (here / "other").mkdir()
    update(box, here / "other")
    history = box.history()
    history.restore(history.restoration(3))  # the folder of then is there
    (here / "other").rmdir()
    with pytest.raises(InUseError, match="new configuration"):
        history.restoration(4)


def test_a_stack_that_alone_holds_what_is_provisioned_is_not_restored_away(
    box: Repository,
) -> None:
    with pytest.raises(InUseError, match=r"'al' is prov.* no other stack than 'st'"):
        box.history().restoration(2)
    register(box, "other", alerter="al")
    history = box.history()
    with pytest.raises(InUseError, match="no other stack than 'other' and 'st'"):
        history.restoration(2)
    box.deregister_stack("other")
    history.restore(history.restoration(3))


def test_a_file_without_it_does_not_take_what_is_provisioned_out_of_its_stack(
    box: Repository,
) -> None:
    file = box.carrier.export("st")
    parts = {k: part for k, part in file.components.items() if k != "alerter"}
    without = file.model_copy(update={"components": parts})
    with pytest.raises(InUseError, match="no other stack than 'st'"):
        box.carrier.plan([without])
    with pytest.raises(InUseError, match="no other stack than 'st'"):
        box.carrier.import_stack(without, on_conflict="update")
    both = box.carrier.plan([without, file.called("other")])  # which has it then
    box.carrier.apply(both)
    assert box.store.stack("other").components["alerter"] == "al"


def test_a_profile_with_something_provisioned_stays(
    box: Repository, here: Path
) -> None:
    box.create_profile("next")
    box.activate_profile("next", globally=True)
    for delete in (box.check_profile_deletion, box.delete_profile):
        with pytest.raises(InUseError, match="'al' of profile 'default' is") as caught:
            delete("default")
        assert "'zen profile set default'" in caught.value.hint
        assert "'zen alerter down al'" in caught.value.hint
    (here / "box").rmdir()
    box.delete_profile("default")


def test_a_profile_is_deleted_once_another_one_has_what_is_provisioned(
    box: Repository,
) -> None:
    box.copy_profile("default", "next")
    box.activate_profile("next", globally=True)
    box.delete_profile("default")


def test_a_profile_with_another_component_of_the_name_is_no_copy(
    box: Repository, here: Path
) -> None:
    box.copy_profile("default", "next")
    box.activate_profile("next", globally=True)
    (here / "other").mkdir()
    update(box, here / "other")
    with pytest.raises(InUseError, match="'al' of profile 'default' is"):
        box.delete_profile("default")


def test_another_class_cannot_take_what_is_provisioned(
    box: Repository, here: Path
) -> None:
    box.custom_flavors.register("horns.parts:Crate", "alerter")
    (here / "box").rmdir()
    al = box.factory.create("alerter", "crate", "al", {"box": str(here / "box")})
    box.update_stack_component("al", "alerter", al)
    file = file_of(box, box=str(here / "box"))
    (flavor,) = file.flavors
    other = flavor.model_copy(update={"source": "horns.parts:Other"})
    replaced = file.model_copy(update={"flavors": [other]})
    box.carrier.plan([replaced])
    (here / "box").mkdir()
    box.carrier.plan([file])
    with pytest.raises(InUseError, match="Another class for its flavor"):
        box.carrier.plan([replaced])


def test_a_profile_whose_components_cannot_be_asked_is_deleted(
    box: Repository, fake_distribution: FakeDistribution, notices: list[str]
) -> None:
    box.create_profile("next")
    box.activate_profile("next", globally=True)
    fake_distribution("horns", HOOKS, PARTS)
    repository = Repository(box.root, notify=notices.append)
    notices.clear()
    repository.check_profile_deletion("default")
    repository.delete_profile("default")
    (notice,) = notices
    assert "can't tell whether Alerter 'al' is provisioned" in notice


def test_a_profile_whose_store_is_gone_is_deleted(box: Repository) -> None:
    box.create_profile("next")
    box.activate_profile("next", globally=True)
    rmtree(box.get_profile("default").folder)
    box.delete_profile("default")


def test_a_profile_whose_data_stays_is_deleted(box: Repository, tmp_path: Path) -> None:
    box.copy_profile("default", "elsewhere", url=str(tmp_path / "elsewhere"))
    assert box.delete_profile("elsewhere") == str(tmp_path / "elsewhere")


def test_of_what_cannot_tell_its_state_a_notice_is_given_once(
    box: Repository, fake_distribution: FakeDistribution, notices: list[str]
) -> None:
    fake_distribution("horns", HOOKS, PARTS)
    repository = Repository(box.root, notify=notices.append)
    notices.clear()
    shown = repository.check_stack_deletion("st")
    repository.deregister_stack("st", shown=shown)
    assert len(notices) == 1
