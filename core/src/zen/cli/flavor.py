"""`zen flavor`: what implements the component types."""

from __future__ import annotations

import click

from zen.cli.app import App, pass_app
from zen.cli.group import Group
from zen.cli.options import output_option
from zen.cli.output import print_rows

__all__ = ["flavor", "print_flavors"]


@click.group(cls=Group)
def flavor() -> None:
    """See the flavors there are."""


@flavor.command("list")
@output_option
@pass_app
def list_flavors(app: App, output: str) -> None:
    """List the flavors of all component types, with the distribution each is from.

    For example: zen flavor list
    """
    print_flavors(app, output)


def print_flavors(app: App, output: str, *, component_type: str = "") -> None:
    """Print the flavors of one component type, or of all.

    Args:
        app: What the command was handed.
        output: `table`, `json` or `yaml`.
        component_type: The type, or "" for all.
    """
    rows = [
        {
            "type": offer.spec.type,
            "name": offer.spec.name,
            "distribution": offer.owner.distribution,
            "version": offer.owner.version,
            "source": offer.spec.source,
            "summary": offer.spec.summary,
        }
        for offer in app.catalog.flavors(component_type)
    ]
    headers = {
        "type": "TYPE",
        "name": "FLAVOR",
        "distribution": "DISTRIBUTION",
        "version": "VERSION",
        "summary": "SUMMARY",
    }
    if component_type:
        del headers["type"]
    print_rows(rows, output, headers=headers, empty="No plugin offers a flavor.")
    app.report_troubled_plugins()
