"""Show what is to be written to a profile, or was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen.cli.app import notify
from zen.cli.output import echo, print_rows
from zen.notices import Caution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zen.carrying import Plan
    from zen.stores import Change

__all__ = ["CHANGES", "print_changes", "report_plan"]

# The columns of a table of changes.
CHANGES: Final = {
    "action": "CHANGE",
    "record": "RECORD",
    "field": "FIELD",
    "before": "BEFORE",
    "after": "AFTER",
}


def print_changes(changes: Iterable[Change], output: str) -> None:
    """Print what happens to records, field by field.

    Args:
        changes: What happens to each.
        output: `table`, `json` or `yaml`.
    """
    show = _rows if output == "table" else _objects
    rows = [row for each in changes for row in show(each)]
    print_rows(rows, output, headers=CHANGES, kept=("action",), wrapped=CHANGES)


def report_plan(plan: Plan) -> None:
    """Say what else there is to know of a plan: what isn't as the file has it."""
    for old, new in plan.renamed.items():
        echo(f"{old} is called '{new.key.rpartition('/')[2]}' here.")
    for ref in plan.kept:
        echo(f"{ref} already existed and was left unchanged.")
    for ref, names in plan.users.items():
        others = ", ".join(f"'{name}'" for name in names)
        stacks = f"stack{'s' * (len(names) > 1)} {others}"
        notify(Caution(f"{ref} is also part of {stacks}."))
    for error in plan.unusable.values():
        echo(f"Warning: {error}", err=True)
    for hint in dict.fromkeys(error.hint for error in plan.unusable.values()):
        echo(hint, err=True)


def _rows(change: Change) -> Iterator[dict[str, object]]:
    fields = _fields(change)
    for name, (before, after) in fields.items():
        yield {
            "action": _action(change, before, after),
            "record": change.ref,
            "field": name,
            "before": before,
            "after": after,
        }
    if not fields:
        yield {"action": change.action, "record": change.ref}


def _action(change: Change, before: object, after: object) -> str:
    """Say of a stack what becomes of each of its components."""
    if change.action == "changed" and change.ref.kind == "stack":
        if after is None:
            return "removed"
        return "added" if before is None else "changed"
    return change.action


def _objects(change: Change) -> Iterator[dict[str, object]]:
    yield {
        "action": change.action,
        "kind": change.ref.kind,
        "key": change.ref.key,
        "fields": [
            {"field": name, "before": before, "after": after}
            for name, (before, after) in _fields(change).items()
        ],
    }


def _fields(change: Change) -> dict[str, tuple[object, object]]:
    # Loads pydantic, as whoever has changes to show has done.
    from zen.carrying import fields_of

    return fields_of(change)
