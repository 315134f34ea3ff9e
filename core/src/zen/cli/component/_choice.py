"""Which component a command is about: the one that is named, or the active one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from zen.cli.app import notify, warn
from zen.errors import ConfigurationError
from zen.plugin import ComponentTypeSpec

if TYPE_CHECKING:
    from zen.components import StackComponent
    from zen.records import ComponentRecord
    from zen.repository import Repository

__all__ = [
    "active_name",
    "active_record",
    "component_of",
    "pass_spec",
    "record_of",
    "title_of",
]

# Each command is written once; the group that it is called in tells the type.
pass_spec: Final = click.make_pass_decorator(ComponentTypeSpec)


def active_record(repository: Repository, spec: ComponentTypeSpec) -> ComponentRecord:
    """Return the active stack's component.

    Raises:
        ConfigurationError: It has none of this type.
    """
    stack = repository.active_stack_record
    name = stack.components.get(spec.name)
    if name is None:
        raise ConfigurationError(
            f"The active stack '{stack.name}' has no {spec.title}.",
            hint=f"Give it one with 'zen stack update --{spec.command} NAME'; see"
            f" 'zen {spec.command} list'.",
        )
    return repository.store.component(spec.name, name)


def record_of(
    repository: Repository, spec: ComponentTypeSpec, name: str | None
) -> ComponentRecord:
    """Return the component of that name, or the active stack's."""
    if name is not None:
        return repository.store.component(spec.name, name)
    record = active_record(repository, spec)
    notify(f"No component name given; using `{record.name}` from active stack.")
    return record


def component_of(
    repository: Repository, spec: ComponentTypeSpec, name: str | None
) -> StackComponent:
    """Return the component of that name, or the active stack's, built."""
    return repository.build(record_of(repository, spec, name))


def active_name(repository: Repository, component_type: str) -> str | None:
    """Return the name of the active stack's component; None if it can't be told."""
    try:
        return repository.active_stack_record.components.get(component_type)
    except ConfigurationError as error:
        warn(error)
        return None


def title_of(component: StackComponent) -> str:
    """Return what a component is called in a sentence."""
    return f"{component.TYPE.replace('_', ' ').capitalize()} '{component.name}'"
