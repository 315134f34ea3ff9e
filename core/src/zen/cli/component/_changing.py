"""The commands that change components."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

import click

from zen.cli.app import App, notify, pass_app
from zen.cli.attributes import read_attributes, read_keys
from zen.cli.completers import (
    complete_component,
    complete_component_first,
    complete_flavor,
)
from zen.cli.component._choice import pass_spec, record_of
from zen.cli.component._help import AttributeCommand
from zen.cli.options import yes_option
from zen.cli.output import echo
from zen.folders import absolute_path

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from zen import Repository
    from zen.components import BaseSecretsManager, StackComponent
    from zen.plugin import ComponentTypeSpec
    from zen.records import ComponentRecord

__all__ = ["delete", "register", "remove_attribute", "rename", "update"]


@click.command(
    "register",
    cls=AttributeCommand,
    context_settings={"ignore_unknown_options": True},
)
@click.argument("name")
@click.option(
    "--flavor",
    "-f",
    required=True,
    help="The flavor that implements it.",
    shell_complete=complete_flavor,
)
@click.option(
    "--interactive",
    "-i",
    is_flag=True,
    help="Ask for the attributes that are needed and not given.",
)
@click.argument("attributes", nargs=-1, type=click.UNPROCESSED)
@pass_spec
@pass_app
def register(  # noqa: PLR0913 - one for each argument and option
    app: App,
    spec: ComponentTypeSpec,
    name: str,
    flavor: str,
    attributes: Sequence[str],
    *,
    interactive: bool,
) -> None:
    """Register {a_title}.

    What the flavor needs is given as --KEY=VALUE. A list or a mapping is written as
    in YAML, and --KEY=@FILE takes the content of a file. --help shows the attributes of
    all flavors, and with --flavor those of one.

    \b
    For example, to see what a flavor needs and register one:
      zen {command} register --flavor=FLAVOR --help
      zen {command} register NAME --flavor=FLAVOR --KEY=VALUE
    """
    texts = read_attributes(attributes)
    repository = app.announce()
    if interactive:
        cls = repository.factory.flavors.get(spec.name, flavor).cls
        texts |= _asked_for(cls, known=texts)
    configuration = repository.factory.parse(spec.name, flavor, texts)
    component = repository.factory.create(spec.name, flavor, name, configuration)
    _tell_places(repository, component, texts)
    repository.register_stack_component(component)
    echo(f"Successfully registered {spec.title} `{name}`.")


@click.command(
    "update",
    cls=AttributeCommand,
    context_settings={"ignore_unknown_options": True},
)
@click.argument(
    "arguments",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="[NAME] --KEY=VALUE...",
    shell_complete=complete_component_first,
)
@pass_spec
@pass_app
def update(app: App, spec: ComponentTypeSpec, arguments: Sequence[str]) -> None:
    """Change attributes of {a_title}.

    Without NAME, it is that of the active stack.

    For example: zen {command} update NAME --KEY=VALUE
    """
    name, rest = _split(arguments)
    texts = read_attributes(rest)
    if not texts:
        raise click.UsageError("No attribute is given, as in '--KEY=VALUE'.")
    repository = app.announce()
    record = record_of(repository, spec, name)
    changes = repository.factory.parse(spec.name, record.flavor, texts)
    obsolete = repository.factory.obsolete(record)
    component = repository.factory.reconfigure(record, changes, removed=obsolete)
    _tell_places(repository, component, texts)
    repository.update_stack_component(
        record.name, spec.name, component, based_on=record
    )
    _tell_obsolete(record, obsolete)
    echo(f"Successfully updated {spec.title} `{record.name}`.")


@click.command("remove-attribute", context_settings={"ignore_unknown_options": True})
@click.argument(
    "arguments",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="[NAME] --KEY...",
    shell_complete=complete_component_first,
)
@pass_spec
@pass_app
def remove_attribute(
    app: App, spec: ComponentTypeSpec, arguments: Sequence[str]
) -> None:
    """Reset attributes of {a_title}.

    They have their defaults again. Without NAME, it is that of the active stack.

    For example: zen {command} remove-attribute NAME --KEY
    """
    name, rest = _split(arguments)
    keys = read_keys(rest)
    if not keys:
        raise click.UsageError("No attribute is given, as in '--KEY'.")
    repository = app.announce()
    record = record_of(repository, spec, name)
    obsolete = repository.factory.obsolete(record)
    component = repository.factory.reconfigure(record, {}, removed={*keys, *obsolete})
    repository.update_stack_component(
        record.name, spec.name, component, based_on=record
    )
    _tell_obsolete(record, obsolete.difference(keys))
    echo(f"Successfully updated {spec.title} `{record.name}`.")


@click.command("rename")
@click.argument("name", shell_complete=complete_component)
@click.argument("new_name")
@pass_spec
@pass_app
def rename(app: App, spec: ComponentTypeSpec, name: str, new_name: str) -> None:
    """Rename {a_title}.

    The stacks that use it follow.

    For example: zen {command} rename NAME NEW_NAME
    """
    app.announce().rename_stack_component(spec.name, name, new_name)
    echo(f"Successfully renamed {spec.title} `{name}` to `{new_name}`.")


@click.command("delete")
@click.argument("name", shell_complete=complete_component)
@yes_option
@pass_spec
@pass_app
def delete(app: App, spec: ComponentTypeSpec, name: str, *, yes: bool) -> None:
    """Delete {a_title}.

    No stack may use it any more.

    For example: zen {command} delete NAME
    """
    repository = app.announce()
    shown = repository.check_component_deletion(spec.name, name)
    left = _secrets_left(repository, name) if spec.name == "secrets_manager" else ""
    question = f"This will delete {spec.title} '{name}'."
    app.confirm(f"{question} {left}" if left else question, yes=yes)
    repository.deregister_stack_component(spec.name, name, shown=shown)
    echo(f"Deleted {spec.title}: {name}")
    if left and yes:
        echo(f"Warning: {left}", err=True)


def _secrets_left(repository: Repository, name: str) -> str:
    """Say which secrets outlast their manager and where, if there are any."""
    try:
        manager = cast(
            "BaseSecretsManager",
            repository.get_stack_component("secrets_manager", name),
        )
        names = manager.get_all_secret_keys()
    except Exception as error:  # noqa: BLE001 - what is broken can be deleted too
        return f"Zen can't tell whether '{name}' still holds secrets: {error}"
    if not names:
        return ""
    place = f"in {manager.path}" if hasattr(manager, "path") else "where they are"
    return (
        f"The secrets of secrets manager '{name}' ({', '.join(names)}) are not deleted:"
        f" they stay {place}."
    )


def _asked_for(
    flavor: type[StackComponent], *, known: Collection[str]
) -> dict[str, str]:
    """Ask for the attributes that a flavor needs and that aren't known yet."""
    # Loads all that components need, which listing them doesn't.
    from zen.components.fields import describe_fields
    from zen.components.secrets import secret_fields

    secrets = secret_fields(flavor)
    asked: dict[str, str] = {}
    for field in describe_fields(flavor):
        if field.required and field.name not in known:
            question = f"{field.name} ({field.meaning or field.type})"
            hide = field.name in secrets
            asked[field.name] = click.prompt(question, hide_input=hide, err=True)
    return asked


def _tell_places(
    repository: Repository, component: StackComponent, texts: Mapping[str, str]
) -> None:
    """Say where a relative path leads, in a profile that other hosts may share."""
    if repository.active_profile.store_url is None:
        return
    for key, text in texts.items():
        value = vars(component).get(key)  # it isn't there where it isn't known yet
        is_relative = text and not text.startswith(("~", os.sep))
        if is_relative and value == absolute_path(f"./{text}"):
            notify(
                f"`{key}` is kept as {value}. Every host that uses the profile will"
                " look there; give an absolute path that all of them have."
            )


def _tell_obsolete(record: ComponentRecord, obsolete: Collection[str]) -> None:
    """Name the attributes that were dropped because the flavor has them no longer."""
    for key in sorted(obsolete):
        value = record.shown_configuration[key]
        notify(
            f"Flavor '{record.flavor}' has no attribute `{key}` any more; its value,"
            f" {value!r}, was dropped."
        )


def _split(arguments: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """Return the name that comes before the attributes, if there is one, and those."""
    if arguments and not arguments[0].startswith("--"):
        return arguments[0], arguments[1:]
    return None, arguments
