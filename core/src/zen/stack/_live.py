"""Keep what is provisioned from being forgotten."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from zen.errors import DamagedDataError, InUseError, ZenError
from zen.notices import Caution
from zen.records import ComponentRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from zen.components import StackComponent
    from zen.records import Ref, StackRecord
    from zen.stack._lifecycle import Lifecycle
    from zen.stores import Store

__all__ = ["LiveComponents"]


class LiveComponents:
    """Refuse to delete or rename what is provisioned, or to take it out of all stacks.

    A component that can't tell its state, because its flavor isn't installed or fails,
    may be deleted and renamed all the same; a notice tells of it.

    Args:
        lifecycle: Tells which components are live.
        store: Where they are kept.
        build: Makes a component of its record.
        notify: Takes each notice for the user.
    """

    def __init__(
        self,
        lifecycle: Lifecycle,
        store: Store,
        build: Callable[[ComponentRecord], StackComponent],
        notify: Callable[[str], None],
    ) -> None:
        self._lifecycle = lifecycle
        self._store = store
        self._build = build
        self._notify = notify

    def check(
        self, record: ComponentRecord, verb: Literal["delete", "rename"] = "delete"
    ) -> None:
        """Raise `InUseError` if a component is provisioned.

        Args:
            record: The component.
            verb: What is about to be done to it.
        """
        if self._is_live(record):
            command = record.type.replace("_", "-")
            raise InUseError(
                f"{record.ref} is provisioned. To {verb} it would leave its resources"
                " behind.",
                hint=f"Bring it down first, with 'zen {command} down {record.name}'.",
            )

    def check_stack(self, stack: StackRecord) -> None:
        """Raise `InUseError` if components are provisioned that no other stack has."""
        self._check_refs(stack, self._alone(stack, stack.component_refs.values()))

    def check_removals(self, stack: StackRecord, updated: StackRecord) -> None:
        """Raise `InUseError` if a stack loses what is provisioned for it alone.

        Args:
            stack: The stack.
            updated: What it is to become.
        """
        kept = {*updated.component_refs.values()}
        gone = [ref for ref in stack.component_refs.values() if ref not in kept]
        for record in self._readable(self._alone(stack, gone)):
            if self._is_live(record):
                command = record.type.replace("_", "-")
                raise InUseError(
                    f"{record.ref} is provisioned, and no other stack than"
                    f" '{stack.name}' has it.",
                    hint="Bring it down first, with"
                    f" 'zen {command} down {record.name}'.",
                )

    def _alone(self, stack: StackRecord, refs: Collection[Ref]) -> list[Ref]:
        """Return those of a stack's components that no other stack has."""
        if not refs:
            return []
        others = {
            ref
            for other in self._store.stacks()[0]
            if other.ref != stack.ref
            for ref in other.component_refs.values()
        }
        return [ref for ref in refs if ref not in others]

    def check_components(self, stack: StackRecord) -> None:
        """Raise `InUseError` if any component of a stack is provisioned."""
        self._check_refs(stack, stack.component_refs.values())

    def _check_refs(self, stack: StackRecord, own: Iterable[Ref]) -> None:
        live = [record for record in self._readable(own) if self._is_live(record)]
        if live:
            names = " and ".join(str(record.ref) for record in live)
            raise InUseError(
                f"{names} of stack '{stack.name}' {'is' if len(live) == 1 else 'are'}"
                " provisioned.",
                hint=f"Bring the stack down first, with 'zen stack down {stack.name}'.",
            )

    def _readable(self, refs: Iterable[Ref]) -> Iterator[ComponentRecord]:
        """Yield the components that are there; a stack may name one that is damaged."""
        for ref in refs:
            with suppress(DamagedDataError):
                for record in self._store.driver.get_many([ref]).values():
                    yield ComponentRecord.from_record(record)

    def _is_live(self, record: ComponentRecord) -> bool:
        try:
            return self._lifecycle.is_live(self._build(record))
        except ZenError as error:
            problem = f"Zen can't tell whether {record.ref} is provisioned"
            self._notify(Caution(f"Warning: {problem}: {error}"))
            return False
