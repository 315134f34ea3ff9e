"""The commands that show components."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import click

from zen.cli.app import App, pass_app, warn
from zen.cli.completers import complete_component
from zen.cli.component._choice import (
    active_name,
    active_record,
    pass_spec,
    record_of,
)
from zen.cli.options import output_option
from zen.cli.output import print_name, print_object, print_rows
from zen.errors import (
    ComponentConfigurationError,
    CustomFlavorError,
    FlavorNotFoundError,
    PluginError,
    UntrustedError,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from zen.plugin import ComponentTypeSpec
    from zen.records import ComponentRecord
    from zen.repository import Repository

__all__ = ["describe", "get", "list_"]

# Why a flavor can't tell its defaults.
_UNUSABLE = (
    ComponentConfigurationError,
    CustomFlavorError,
    FlavorNotFoundError,
    PluginError,
    UntrustedError,
)


@click.command("list")
@output_option
@pass_spec
@pass_app
def list_(app: App, spec: ComponentTypeSpec, output: str) -> None:
    """List the {plural}.

    They are those of the active profile; that of the active stack is marked.

    For example: zen {command} list
    """
    repository = app.announce()
    records, damaged = repository.store.components(spec.name)
    active = active_name(repository, spec.name)
    headers = {key: key.upper() for key in ("active", "name", "flavor", "uuid")}
    if output == "table":
        shown = [_beside(headers, each.shown_configuration) for each in records]
        headers |= {key: key.upper() for key in sorted({*chain.from_iterable(shown)})}
        rows = [
            {**_row(each, active), **attributes}
            for each, attributes in zip(records, shown, strict=True)
        ]
    else:
        rows = [
            {**_row(each, active), "configuration": each.shown_configuration}
            for each in records
        ]
    empty = "" if damaged else f"No {spec.plural.replace('_', ' ')} registered."
    print_rows(rows, output, headers=headers, empty=empty)
    app.report_damage(damaged)


@click.command("get")
@output_option
@pass_spec
@pass_app
def get(app: App, spec: ComponentTypeSpec, output: str) -> None:
    """Show the active stack's {title}.

    For example: zen {command} get
    """
    record = active_record(app.announce(), spec)
    sentence = f"Active {spec.title}: '{record.name}'"
    print_name(record.name, output, sentence=sentence)


@click.command("describe")
@click.argument("name", required=False, shell_complete=complete_component)
@output_option
@pass_spec
@pass_app
def describe(app: App, spec: ComponentTypeSpec, name: str | None, output: str) -> None:
    """Show {a_title} in full.

    Without NAME, it is that of the active stack. A table shows the attributes as they
    are in effect on this host. JSON and YAML show them as they are kept, too.

    For example: zen {command} describe default
    """
    repository = app.announce()
    record = record_of(repository, spec, name)
    # Without a name, it was the active one that was read.
    used = record.name if name is None else active_name(repository, spec.name)
    row = _row(record, used)
    active = row.pop("active")
    configuration = _effective(repository, record)
    content = {
        "type": record.type,
        **row,
        "provider": str(record.provider) if record.provider else None,
    }
    if output == "table":
        content |= _beside(content, configuration)
    else:
        content |= {
            "active": active,
            "configuration": record.shown_configuration,
            "effective_configuration": configuration,
        }
    suffix = " (ACTIVE)" if active else ""
    title = f"{spec.name.upper()} Component Configuration{suffix}"
    print_object(content, output, title=title)


def _row(record: ComponentRecord, active: str | None) -> dict[str, object]:
    return {
        "active": record.name.lower() == (active or "").lower(),
        "name": record.name,
        "flavor": record.flavor,
        "uuid": str(record.uuid),
    }


def _beside(
    own: Collection[str], configuration: Mapping[str, object]
) -> dict[str, object]:
    """Return a configuration that hides nothing of a table's own."""
    return {
        f"configuration.{key}" if key in own else key: value
        for key, value in configuration.items()
    }


def _effective(repository: Repository, record: ComponentRecord) -> dict[str, object]:
    """Return a configuration with its defaults, as far as its flavor can be loaded."""
    # Loads all that components need, which listing them doesn't.
    from zen.components.deferred import referring_fields
    from zen.components.fields import as_shown, describe_fields

    try:
        component = repository.factory.build(record)
    except _UNUSABLE as error:
        warn(error)
        return record.shown_configuration
    cls = type(component)
    if referring_fields(cls, record.configuration):
        # Not what the references stand for, on which other defaults may depend.
        defaults = {field.name: field.default for field in describe_fields(cls)}
        return {**defaults, **record.shown_configuration}
    # What a secret refers to may be seen, unlike the secret.
    kept = {key: record.shown_configuration.get(key) for key in record.secrets}
    return {
        key: kept.get(key) or as_shown(getattr(component, key))
        for key in cls.model_fields
        if key not in {"name", "uuid"}
    }
