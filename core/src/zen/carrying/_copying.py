"""Plan a stack of the same components as another one in its profile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from zen.carrying._plan import Draft, Plan
from zen.errors import StackExistsError
from zen.names import check_name
from zen.records import Ref

if TYPE_CHECKING:
    from zen.records import StackRecord
    from zen.stores import Store

__all__ = ["check_free", "plan_copy"]


def plan_copy(stack: StackRecord, new_name: str, store: Store) -> Plan:
    """Return what is to be written for a copy of a stack in the same profile.

    Raises:
        StackExistsError: There is a stack of the new name.
    """
    draft = Draft(store)
    copied = replace(stack, name=new_name, uuid=uuid4())
    draft.stack(copied.ref)
    draft.put(copied)
    draft.check_rules()
    return Plan((new_name,), draft.changes, draft.checks, store=draft.identity)


def check_free(name: str, store: Store) -> None:
    """Raise `StackExistsError` if there is a stack of that name."""
    ref = Ref.to_stack(check_name(name, "stack"))
    if store.get_many([ref]):
        raise StackExistsError(
            f"{ref} already exists.",
            hint=f"Choose another name than '{name}'; see 'zen stack list'.",
        )
