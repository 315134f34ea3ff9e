"""`zen flavor`: what implements the component types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from zen.cli.app import App, pass_app
from zen.cli.group import Group
from zen.cli.options import output_option
from zen.cli.output import print_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen.records import FlavorRecord

__all__ = ["flavor", "print_flavors"]

# What stands in place of a distribution.
_CUSTOM: Final = "(custom)"


@click.group(cls=Group)
def flavor() -> None:
    """See the available flavors.

    For example: zen flavor list
    """


@flavor.command("list")
@output_option
@pass_app
def list_flavors(app: App, output: str) -> None:
    """List the flavors of all component types.

    Each is shown with its distribution. Those that a profile's users have registered
    are shown by the type's own command, as in 'zen artifact-store flavor list'.

    For example: zen flavor list
    """
    print_flavors(app, output)


def print_flavors(
    app: App,
    output: str,
    *,
    component_type: str = "",
    custom: Sequence[FlavorRecord] = (),
) -> None:
    """Print the flavors of one component type, or of all.

    Args:
        app: What the command was handed.
        output: `table`, `json` or `yaml`.
        component_type: The type, or "" for all.
        custom: Those that the users of a profile have registered.
    """
    rows: list[dict[str, object]] = [
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
    rows += [
        {
            "type": record.type,
            "name": record.name,
            "distribution": _CUSTOM if output == "table" else None,
            "version": None,
            "source": record.source,
            "summary": record.summary,
        }
        for record in custom
    ]
    rows.sort(key=lambda row: (str(row["type"]), str(row["name"])))
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
