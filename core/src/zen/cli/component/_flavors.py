"""The commands about the flavors of a component type."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from zen.cli.app import App, notify, pass_app, warn
from zen.cli.completers import complete_flavor
from zen.cli.component._choice import pass_spec
from zen.cli.flavor import print_flavors
from zen.cli.options import output_option, yes_option
from zen.cli.output import echo, print_data, print_rows
from zen.errors import ConfigurationError, StoreError
from zen.notices import Caution

if TYPE_CHECKING:
    from zen.errors import DamagedDataError
    from zen.plugin import ComponentTypeSpec
    from zen.records import FlavorRecord

__all__ = ["delete_flavor", "describe_flavor", "list_flavors", "register_flavor"]


@click.command("list")
@output_option
@pass_spec
@pass_app
def list_flavors(app: App, spec: ComponentTypeSpec, output: str) -> None:
    """List the flavors of {plural}.

    They are those that plugins offer, and the active profile's own.

    For example: zen {command} flavor list
    """
    custom: list[FlavorRecord] = []
    damaged: list[DamagedDataError] = []
    repository = app.announce(tolerant=True)
    try:
        custom, damaged = repository.store.flavors(spec.name)
    except ConfigurationError:
        pass  # announce has said why no profile is active
    except StoreError as error:
        warn(error)
    print_flavors(app, output, component_type=spec.name, custom=custom)
    app.report_damage(damaged)


@click.command("describe")
@click.argument("name", shell_complete=complete_flavor)
@output_option
@pass_spec
@pass_app
def describe_flavor(app: App, spec: ComponentTypeSpec, name: str, output: str) -> None:
    """Show the attributes of a flavor.

    Each comes with its type, its default, and what it is for.

    For example: zen {command} flavor describe local
    """
    # Loads all that components need, which listing flavors doesn't.
    from zen.components.fields import describe_fields

    flavor = app.announce(tolerant=True).factory.flavors.get(spec.name, name)
    fields = describe_fields(flavor.cls)
    if output != "table":
        content = {
            "type": spec.name,
            "name": name,
            "provider": str(flavor.provider) if flavor.provider else None,
            "source": flavor.source,
            "summary": flavor.summary,
        }
        print_data({**content, "attributes": [asdict(each) for each in fields]}, output)
        return
    echo(f"{flavor.summary} From {flavor.origin}.".lstrip())
    rows = [
        {**asdict(each), "default": "(required)" if each.required else each.default}
        for each in fields
    ]
    headers = {"name": "ATTRIBUTE", "type": "TYPE", "default": "DEFAULT"}
    headers |= {"meaning": "MEANING"}
    empty = "It has no attributes."
    print_rows(rows, output, headers=headers, wrapped=headers, empty=empty)


@click.command("register")
@click.argument("source")
@pass_spec
@pass_app
def register_flavor(app: App, spec: ComponentTypeSpec, source: str) -> None:
    """Register a class of your own as a flavor.

    The active profile keeps its import string. The class is looked for from the root
    of the repository on, and then where Python looks for everything.
    A repository that it is found in is trusted from then on. In another repository,
    such as a clone, registering it again lets it be used there.

    For example: zen {command} flavor register path.to.MyClass
    """
    # Loads all that components need, which listing flavors doesn't.
    from zen.components.remarks import remarks_on

    app.advise_repository()
    repository = app.announce()
    record = repository.custom_flavors.register(source, spec.name)
    for remark in remarks_on(repository.custom_flavors.load(record)):
        notify(Caution(f"Warning: {remark}"))
    if record.revision:  # it was there already
        echo(f"Flavor '{record.name}' is already registered and will be used here.")
        return
    echo(
        f"Successfully registered new flavor '{record.name}' for stack component"
        f" '{record.type}'."
    )


@click.command("delete")
@click.argument("name", shell_complete=complete_flavor)
@yes_option
@pass_spec
@pass_app
def delete_flavor(app: App, spec: ComponentTypeSpec, name: str, *, yes: bool) -> None:
    """Delete a flavor of your own.

    The profile forgets it; its class stays.

    For example: zen {command} flavor delete mine
    """
    repository = app.announce()
    shown = repository.custom_flavors.check_deletion(spec.name, name)
    text = f"This will delete {spec.title} flavor '{name}' from the profile."
    app.confirm(text, yes=yes)
    repository.custom_flavors.delete(spec.name, name, shown=shown)
    echo(f"Deleted flavor: {name}")
