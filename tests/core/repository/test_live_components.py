"""What is provisioned isn't forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.repository.conftest import register
from zen import Repository
from zen.errors import InUseError

if TYPE_CHECKING:
    from types import ModuleType

    from tests.core.conftest import FakeDistribution, MakePart

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
DEAF = """
    @property
    def is_provisioned(self): raise OSError("no answer")
"""


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
    with pytest.raises(InUseError, match=rf"(?i)'{name}' is prov.* to rename"):
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
