"""`zen plugin`: what is installed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from zen.cli.app import App, pass_app
from zen.cli.group import Group
from zen.cli.output import output_option, print_rows

if TYPE_CHECKING:
    from zen.catalog import Plugin

__all__ = ["plugin"]


@click.group(cls=Group)
def plugin() -> None:
    """See the installed plugins."""


@plugin.command("list")
@output_option()
@pass_app
def list_plugins(app: App, output: str) -> None:
    """List the plugins, with what became of each and what it provides.

    For example: zen plugin list
    """
    rows = [
        {
            "name": each.owner.plugin,
            "distribution": each.owner.distribution,
            "version": each.owner.version,
            "state": each.state.value,
            "provides": _provides(app, each),
            "error": str(each.error) if each.error else None,
        }
        for each in app.catalog.plugins
    ]
    headers = {
        key: key.upper()
        for key in ("name", "distribution", "version", "state", "provides")
    }
    print_rows(rows, output, headers=headers, empty="No plugins installed.")
    app.report_troubled_plugins()


def _provides(app: App, each: Plugin) -> dict[str, int]:
    """Count what a plugin offers, by sort: `{"flavor": 2, "command": 1}`."""
    sorts = Counter(
        type(spec).__name__.removesuffix("Spec")
        for spec in app.catalog.offers_of(each.owner)
    )
    words = {
        "Flavor": "flavors",
        "StoreDriver": "store drivers",
        "ComponentType": "component types",
        "Command": "commands",
        "DefaultComponent": "default components",
    }
    return {words[sort]: count for sort, count in sorts.items()}
