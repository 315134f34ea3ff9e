"""`zen status`: where we are, what is active, and what is wrong."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from zen.cli.app import App, pass_app
from zen.cli.options import output_option
from zen.cli.output import echo, print_data, print_rows
from zen.printable import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen.config import Choice
    from zen.status import Status

__all__ = ["status"]

_HEADERS = {key: key.upper() for key in ("type", "name", "flavor", "provider", "state")}


@click.command()
@output_option
@pass_app
def status(app: App, output: str) -> None:
    """Show what is active and what is wrong.

    Each choice is shown with its source.

    For example: zen status
    """
    found = app.status()
    if output != "table":
        print_data(_content(found), output)
        return
    for line in _heading(found):
        echo(line)
    if found.components:
        echo()
        rows = [asdict(component) for component in found.components]
        print_rows(rows, output, headers=_HEADERS)
    if found.troubles:
        echo()
        echo("Trouble:")
    for error in found.troubles:
        lines = Lines.of(error.message, error.hint).split("\n")
        echo(Lines("- " + "\n  ".join(lines)))


def _heading(found: Status) -> Iterator[str]:
    yield f"Repository:  {found.root or 'none'}"
    yield f"Profile:     {_said(found.profile)}"
    if found.store_type:
        yield f"Store:       {found.store_type}, {found.store_url or 'unknown'}"
    yield f"Stack:       {_said(found.stack)}"


def _said(choice: Choice | None) -> str:
    if choice is None:
        return "none"
    source = choice.source.removeprefix("environment variable ")
    return f"{choice.name} ({choice.scope}: {source})"


def _content(found: Status) -> dict[str, object]:
    return {
        "repository": str(found.root) if found.root else None,
        "profile": found.profile and found.profile._asdict(),
        "store": {"type": found.store_type, "url": found.store_url},
        "stack": found.stack and found.stack._asdict(),
        "components": [asdict(component) for component in found.components],
        "troubles": [{"error": str(e), "remedy": e.hint} for e in found.troubles],
    }
