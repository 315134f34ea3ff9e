"""The commands that show the flavors of a component type."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from zen.cli.app import App, pass_app
from zen.cli.component._choice import pass_spec
from zen.cli.flavor import print_flavors
from zen.cli.options import output_option
from zen.cli.output import print_data, print_rows

if TYPE_CHECKING:
    from zen.plugin import ComponentTypeSpec

__all__ = ["describe_flavor", "list_flavors"]


@click.command("list")
@output_option
@pass_spec
@pass_app
def list_flavors(app: App, spec: ComponentTypeSpec, output: str) -> None:
    """List the flavors of {plural} that are installed.

    For example: zen {command} flavor list
    """
    print_flavors(app, output, component_type=spec.name)


@click.command("describe")
@click.argument("name")
@output_option
@pass_spec
@pass_app
def describe_flavor(app: App, spec: ComponentTypeSpec, name: str, output: str) -> None:
    """Show the attributes of a flavor of {plural}, and what each is for.

    For example: zen {command} flavor describe local
    """
    # Loads all that components need, which listing flavors doesn't.
    from zen.components.factory import ComponentFactory
    from zen.components.fields import describe_fields

    offer = app.catalog.flavor(spec.name, name)
    fields = describe_fields(ComponentFactory(app.catalog).load_flavor(offer))
    if output != "table":
        flavor = {
            "type": spec.name,
            "name": name,
            "distribution": offer.owner.distribution,
            "version": offer.owner.version,
            "source": offer.spec.source,
            "summary": offer.spec.summary,
        }
        print_data({**flavor, "attributes": [asdict(each) for each in fields]}, output)
        return
    click.echo(f"{offer.spec.summary} From {offer.owner}.".lstrip())
    rows = [
        {**asdict(each), "default": "(required)" if each.required else each.default}
        for each in fields
    ]
    headers = {"name": "ATTRIBUTE", "type": "TYPE", "default": "DEFAULT"}
    empty = "It has no attributes."
    print_rows(rows, output, headers={**headers, "meaning": "MEANING"}, empty=empty)
