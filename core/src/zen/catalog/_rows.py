"""Turn claims and answers into rows of JSON, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

from zen import errors, plugin
from zen.catalog._discovery import Claim
from zen.catalog._plugins import Answer, Breakage, Owner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    ClaimRow: TypeAlias = tuple[str, str, str, str, str, str, bool, str]

__all__ = [
    "AnswerRow",
    "ClaimRow",
    "Elsewhere",
    "read_answer",
    "read_claim",
    "read_error",
    "row_of",
    "row_of_claim",
    "row_of_error",
]


# The end of a traceback tells the most.
_LONGEST: Final = 8_000


class Elsewhere(Exception):  # noqa: N818 - it is a cause, and never raised
    """What was raised in another process; the text is its traceback there."""


class AnswerRow(TypedDict):
    """Hold an answer as JSON.

    `specs` has a row for each, its class first; an error has its class, the text, the
    hint, whom it blames, and the traceback of its cause.
    """

    specs: Sequence[Sequence[object]]
    hooks: Sequence[str]
    error: Sequence[str] | None
    broken: dict[str, tuple[Sequence[str], bool]]
    is_fatal: bool


def row_of_claim(claim: Claim) -> ClaimRow:
    """Return a claim as a row."""
    owner = claim.owner
    return (
        owner.plugin,
        owner.distribution,
        owner.version,
        claim.module,
        claim.unmet,
        claim.damage,
        claim.editable,
        claim.holder,
    )


def read_claim(row: Sequence[object]) -> Claim:
    """Return the claim that a row holds."""
    plugin_name, distribution, version, module, unmet, damage, editable, holder = row
    owner = Owner(str(plugin_name), str(distribution), str(version))
    module, unmet, damage, holder = map(str, (module, unmet, damage, holder))
    return Claim(owner, module, unmet, damage, bool(editable), holder)


def row_of(answer: Answer) -> AnswerRow:
    """Return an answer as JSON."""
    return {
        "specs": [_row_of_spec(spec) for spec in answer.specs],
        "hooks": answer.hooks,
        "error": row_of_error(answer.error) if answer.error else None,
        "broken": {
            source: (row_of_error(error), is_fatal)
            for source, (error, is_fatal) in answer.broken.items()
        },
        "is_fatal": answer.is_fatal,
    }


def read_answer(row: AnswerRow) -> Answer:
    """Return the answer that JSON holds."""
    return Answer(
        tuple(map(_read_spec, row["specs"])),
        tuple(row["hooks"]),
        read_error(row["error"]) if row["error"] else None,
        {
            source: Breakage(read_error(error), is_fatal)
            for source, (error, is_fatal) in row["broken"].items()
        },
        row["is_fatal"],
    )


def _row_of_spec(spec: object) -> list[object]:
    values = (getattr(spec, name) for name in type(spec).__dataclass_fields__)  # type: ignore[attr-defined]
    return [
        type(spec).__name__,
        *(sorted(value) if isinstance(value, frozenset) else value for value in values),
    ]


def _read_spec(row: Sequence[object]) -> plugin.Spec:
    class_name, *values = row
    cls: type[plugin.Spec] = getattr(plugin, str(class_name))
    return cls(*(frozenset(v) if isinstance(v, list) else v for v in values))


def row_of_error(error: errors.PluginError) -> list[str]:
    """Return an error as a row."""
    return [
        type(error).__name__,
        error.message,
        error.hint,
        error.plugin,
        error.distribution,
        _trace_of(error),
    ]


def read_error(row: Sequence[str]) -> errors.PluginError:
    """Return the error that a row holds."""
    class_name, message, hint, plugin_name, distribution, trace = row
    cls: type[errors.PluginError] = getattr(errors, class_name)
    error = cls(message, plugin=plugin_name, distribution=distribution, hint=hint)
    if trace:
        error.__cause__ = Elsewhere(trace)
    return error


def _trace_of(error: errors.PluginError) -> str:
    cause = error.__cause__
    if isinstance(cause, Elsewhere):
        return str(cause)
    if cause is None:
        return ""
    # Only where something fails.
    from traceback import format_exception

    return "".join(format_exception(cause))[-_LONGEST:]
