"""`zen profile log` and its like: what was committed, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from zen.cli.app import App, pass_app
from zen.cli.changes import CHANGES
from zen.cli.completers import complete_profile
from zen.cli.options import output_option, yes_option
from zen.cli.output import echo, print_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zen.stores import Change, Commit

__all__ = ["diff", "log", "prune", "restore"]

_COMMITS: Final = {
    "sequence": "REV",
    "time": "WHEN (UTC)",
    "who": "WHO",
    "command": "COMMAND",
    "changes": "CHANGES",
}


@click.command("log")
@click.argument("name", required=False, shell_complete=complete_profile)
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Show at most this many.",
)
@output_option
@pass_app
def log(app: App, name: str | None, limit: int, output: str) -> None:
    """Show what was committed to a profile.

    The profile is the active one by default.

    For example: zen profile log --limit 5
    """
    commits = app.announce(tolerant=name is not None).history(name).commits(limit)
    show = _commit_in_words if output == "table" else _commit
    rows = [show(commit) for commit in commits]
    kept = ("sequence", "time")
    empty = "Nothing has been committed."
    print_rows(
        rows,
        output,
        headers=_COMMITS,
        kept=kept,
        wrapped=("command", "changes"),
        empty=empty,
    )


@click.command("diff")
@click.argument("since", metavar="REV", type=int)
@click.argument("until", metavar="[REV]", type=int, required=False)
@output_option
@pass_app
def diff(app: App, since: int, until: int | None, output: str) -> None:
    """Show what has changed since a revision.

    What the records were after the first REV is compared with what they were after
    the second one, or with what they are now. See 'zen profile log' for what REV
    can be.

    For example: zen profile diff 3
    """
    changes, damaged = app.announce().history().diff(since, until)
    _print_changes(changes, output)
    app.report_damage(damaged)


@click.command("restore")
@click.argument("revision", metavar="REV", type=int)
@yes_option
@pass_app
def restore(app: App, revision: int, *, yes: bool) -> None:
    """Bring the active profile back to a revision.

    That is a commit, too, so that nothing is lost by it.

    For example: zen profile restore 3
    """
    history = app.announce().history()
    restoration = history.restoration(revision)
    if not restoration.changes:
        echo(f"Everything is as it was after revision {revision}.")
        return
    for error in restoration.damaged:
        echo(f"Warning: {error}", err=True)
    _print_changes(restoration.changes, "table")
    app.confirm("This will change the profile's records as shown.", yes=yes)
    history.restore(restoration)
    echo(f"Successfully restored what was after revision {revision}.")


@click.command("prune")
@click.argument("name", required=False, shell_complete=complete_profile)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    required=True,
    help="How many of the last revisions to keep.",
)
@yes_option
@pass_app
def prune(app: App, name: str | None, keep: int, *, yes: bool) -> None:
    """Forget the oldest revisions for good.

    Those of the last 24 hours stay in any case. The profile is the active one by
    default, and is otherwise left as it is.

    For example: zen profile prune --keep 100
    """
    repository = app.announce(tolerant=name is not None)
    history = repository.history(name)
    pruned = name or repository.active_profile_name
    text = (
        f"This will forget the revisions of profile '{pruned}', except for the last"
        f" {keep} and those of the last 24 hours."
    )
    app.confirm(text, yes=yes)
    forgotten = history.prune(keep)
    plural = "" if forgotten == 1 else "s"
    echo(f"Forgot {forgotten} revision{plural} of profile '{pruned}'.")


def _commit(commit: Commit) -> dict[str, object]:
    return {
        "sequence": commit.sequence,
        "time": commit.time.isoformat(),
        "user": commit.user,
        "host": commit.host,
        "command": commit.command,
        "changes": [
            {"action": each.action, "kind": each.ref.kind, "key": each.ref.key}
            for each in sorted(commit.changes)
        ],
    }


def _commit_in_words(commit: Commit) -> dict[str, object]:
    return {
        "sequence": commit.sequence,
        "time": f"{commit.time:%Y-%m-%d %H:%M:%S}",
        "who": f"{commit.user} on {commit.host}",
        "command": commit.command,
        "changes": "; ".join(_in_words(sorted(commit.changes))),
    }


def _in_words(changes: Sequence[Change]) -> Iterator[str]:
    for action in ("added", "changed", "removed"):
        names = [str(each.ref) for each in changes if each.action == action]
        if names:
            yield f"{action} {', '.join(f'{n[:1].lower()}{n[1:]}' for n in names)}"


def _print_changes(changes: Iterable[Change], output: str) -> None:
    show = _change_in_words if output == "table" else _change
    rows = [row for change in changes for row in show(change)]
    empty = "Nothing has changed."
    print_rows(
        rows, output, headers=CHANGES, kept=("action",), wrapped=CHANGES, empty=empty
    )


def _change(change: Change) -> list[dict[str, object]]:
    fields = [
        {"field": name, "before": before, "after": after}
        for name, (before, after) in change.fields.items()
    ]
    return [
        {
            "action": change.action,
            "kind": change.ref.kind,
            "key": change.ref.key,
            "fields": fields,
        }
    ]


def _change_in_words(change: Change) -> list[dict[str, object]]:
    row: dict[str, object] = {"action": change.action, "record": str(change.ref)}
    if change.action != "changed":
        return [row]
    return [
        {**row, "field": name, "before": before, "after": after}
        for name, (before, after) in change.fields.items()
    ]
