"""`zen artifact-store` and its like: one group for each component type."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import click

from zen.cli.app import App, notify, pass_app, warn
from zen.cli.flavor import print_flavors
from zen.cli.group import Group
from zen.cli.options import output_option, yes_option
from zen.cli.output import print_object, print_rows
from zen.errors import ConfigurationError, FlavorNotFoundError, PluginError
from zen.plugin import ComponentTypeSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen.components import StackComponent
    from zen.records import ComponentRecord
    from zen.repository import Repository

__all__ = ["component_group"]

# Each command is written once; the group that it is called in tells the type.
_pass_spec = click.make_pass_decorator(ComponentTypeSpec)


def component_group(spec: ComponentTypeSpec) -> click.Group:
    """Return the commands of a component type.

    Args:
        spec: The type.
    """
    plural = spec.plural.replace("_", " ")
    group = Group(
        spec.command, help=f"Manage {plural}.", context_settings={"obj": spec}
    )
    flavor = Group("flavor", help=f"See the flavors of {plural}.")
    flavor.add_command(_worded(list_flavors, spec))
    group.add_command(flavor)
    for command in (list_, register, describe, delete, up, down):
        group.add_command(_worded(command, spec))
    return group


def _worded(command: click.Command, spec: ComponentTypeSpec) -> click.Command:
    """Return a copy of a command whose help speaks of the type."""
    worded = copy(command)
    article = "an" if spec.name[0] in "aeiou" else "a"
    worded.help = (command.help or "").format(
        a_title=f"{article} {spec.title}",
        plural=spec.plural.replace("_", " "),
        command=spec.command,
    )
    return worded


@click.command("list")
@output_option
@_pass_spec
@pass_app
def list_(app: App, spec: ComponentTypeSpec, output: str) -> None:
    """List the {plural} of the active profile.

    For example: zen {command} list
    """
    repository = app.announce()
    records, damaged = repository.store.components(spec.name)
    active = _active_name(repository, spec.name)
    headers = {key: key.upper() for key in ("active", "name", "flavor", "uuid")}
    if output == "table":
        attributes = {key for record in records for key in record.configuration}
        headers |= {key: key.upper() for key in sorted(attributes)}
        rows = [{**each.configuration, **_row(each, active)} for each in records]
    else:
        rows = [
            {**_row(each, active), "configuration": dict(each.configuration)}
            for each in records
        ]
    empty = f"No {spec.plural.replace('_', ' ')} registered."
    print_rows(rows, output, headers=headers, empty=empty)
    app.report_damage(damaged)


@click.command("register", context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.option("--flavor", "-f", required=True, help="What implements it.")
@click.argument("attributes", nargs=-1, type=click.UNPROCESSED)
@_pass_spec
@pass_app
def register(
    app: App, spec: ComponentTypeSpec, name: str, flavor: str, attributes: Sequence[str]
) -> None:
    """Register {a_title}.

    What the flavor needs is given as --KEY=VALUE.

    \b
    For example, to see the flavors and register one:
      zen {command} flavor list
      zen {command} register NAME --flavor=FLAVOR --KEY=VALUE
    """
    configuration = _configuration(attributes)
    repository = app.announce()
    component = repository.factory.create(spec.name, flavor, name, configuration)
    repository.register_stack_component(component)
    click.echo(f"Successfully registered {spec.title} `{name}`.")


@click.command("describe")
@click.argument("name", required=False)
@output_option
@_pass_spec
@pass_app
def describe(app: App, spec: ComponentTypeSpec, name: str | None, output: str) -> None:
    """Show {a_title}, the active stack's by default.

    For example: zen {command} describe default
    """
    repository = app.announce()
    record = _record(repository, spec, name)
    row = _row(record, _active_name(repository, spec.name))
    active = row.pop("active")
    configuration = _effective(repository, record)
    content = {
        "type": record.type,
        **row,
        "provider": str(record.provider) if record.provider else None,
    }
    if output == "table":
        content |= configuration
    else:
        content |= {"active": active, "configuration": configuration}
    suffix = " (ACTIVE)" if active else ""
    title = f"{spec.name.upper()} Component Configuration{suffix}"
    print_object(content, output, title=title)


@click.command("delete")
@click.argument("name")
@yes_option
@_pass_spec
@pass_app
def delete(app: App, spec: ComponentTypeSpec, name: str, *, yes: bool) -> None:
    """Delete {a_title} that no stack uses.

    For example: zen {command} delete NAME
    """
    repository = app.announce()
    repository.store.component(spec.name, name)
    app.confirm(f"This will delete {spec.title} '{name}'.", yes=yes)
    repository.deregister_stack_component(spec.name, name)
    click.echo(f"Deleted {spec.title}: {name}")


@click.command("up")
@click.argument("name", required=False)
@_pass_spec
@pass_app
def up(app: App, spec: ComponentTypeSpec, name: str | None) -> None:
    """Provision and resume {a_title}, the active stack's by default.

    For example: zen {command} up
    """
    component = _component(app.announce(), spec, name)
    if component.is_running:
        click.echo(f"{_title(component)} is running already.")
        return
    app.repository.lifecycle.up(component)
    click.echo(f"{_title(component)} is up.")


@click.command("down")
@click.argument("name", required=False)
@_pass_spec
@pass_app
def down(app: App, spec: ComponentTypeSpec, name: str | None) -> None:
    """Suspend and deprovision {a_title}, the active stack's by default.

    For example: zen {command} down
    """
    component = _component(app.announce(), spec, name)
    app.repository.lifecycle.down(component)
    if component.is_running:
        click.echo(f"{_title(component)} holds no resources to bring down.")
    else:
        click.echo(f"{_title(component)} is down.")


@click.command("list")
@output_option
@_pass_spec
@pass_app
def list_flavors(app: App, spec: ComponentTypeSpec, output: str) -> None:
    """List the flavors of {plural} that are installed.

    For example: zen {command} flavor list
    """
    print_flavors(app, output, component_type=spec.name)


def _configuration(attributes: Sequence[str]) -> dict[str, object]:
    """Read `--key=value` and `--key value`."""
    configuration: dict[str, object] = {}
    remaining = list(attributes)
    while remaining:
        option, separator, value = remaining.pop(0).partition("=")
        key = option.removeprefix("--").replace("-", "_")
        if not option.startswith("--") or not key.isidentifier():
            message = f"'{option}' is no attribute. The name comes first, and then"
            message += " attributes as in '--path=VALUE'."
            raise click.UsageError(message)
        if not separator:
            if not remaining or remaining[0].startswith("--"):
                raise click.UsageError(f"Attribute '{option}' has no value.")
            value = remaining.pop(0)
        if not _is_text(value):
            raise click.UsageError(f"The value of '{option}' is no text in UTF-8.")
        if key in configuration:
            raise click.UsageError(f"Attribute '{option}' is given twice.")
        configuration[key] = value
    return configuration


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _row(record: ComponentRecord, active: str | None) -> dict[str, object]:
    return {
        "active": record.name.lower() == (active or "").lower(),
        "name": record.name,
        "flavor": record.flavor,
        "uuid": str(record.uuid),
    }


def _record(
    repository: Repository, spec: ComponentTypeSpec, name: str | None
) -> ComponentRecord:
    if name is None:
        stack = repository.active_stack_record
        name = stack.components.get(spec.name)
        if name is None:
            raise ConfigurationError(
                f"The active stack '{stack.name}' has no {spec.title}.",
                hint=f"Name one; see 'zen {spec.command} list'.",
            )
        notify(f"No component name given; using `{name}` from active stack.")
    return repository.store.component(spec.name, name)


def _component(
    repository: Repository, spec: ComponentTypeSpec, name: str | None
) -> StackComponent:
    return repository.factory.build(_record(repository, spec, name))


def _effective(repository: Repository, record: ComponentRecord) -> dict[str, object]:
    """Return a configuration with its defaults, as far as its flavor can be loaded."""
    try:
        component = repository.factory.build(record)
    except (FlavorNotFoundError, PluginError) as error:
        warn(error)
        return dict(record.configuration)
    return {
        key: getattr(component, key)
        for key in type(component).model_fields
        if key not in {"name", "uuid"}
    }


def _active_name(repository: Repository, component_type: str) -> str | None:
    try:
        return repository.active_stack_record.components.get(component_type)
    except ConfigurationError as error:
        warn(error)
        return None


def _title(component: StackComponent) -> str:
    return f"{component.TYPE.replace('_', ' ').capitalize()} '{component.name}'"
