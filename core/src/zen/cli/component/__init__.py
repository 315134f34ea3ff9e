"""`zen artifact-store` and its like: one group for each component type."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from zen.cli.component._changing import (
    delete,
    register,
    remove_attribute,
    rename,
    update,
)
from zen.cli.component._flavors import (
    delete_flavor,
    describe_flavor,
    list_flavors,
    register_flavor,
)
from zen.cli.component._lifecycle import down, up
from zen.cli.component._reading import describe, get, list_
from zen.cli.group import Group

if TYPE_CHECKING:
    import click

    from zen.plugin import ComponentTypeSpec

__all__ = ["component_group"]

_COMMANDS = (
    *(list_, get, describe),
    *(register, update, rename, remove_attribute, delete),
    *(up, down),
)
_FLAVOR_COMMANDS = (list_flavors, describe_flavor, register_flavor, delete_flavor)


def component_group(spec: ComponentTypeSpec) -> click.Group:
    """Return the commands of a component type.

    Args:
        spec: The type.
    """
    plural = spec.plural.replace("_", " ")
    example = f"For example: zen {spec.command}"
    about = f"Manage {plural}.\n\n{example} list"
    group = Group(spec.command, help=about, context_settings={"obj": spec})
    about = f"Manage the flavors of {plural}.\n\n{example} flavor list"
    flavor = Group("flavor", help=about)
    for command in _FLAVOR_COMMANDS:
        flavor.add_command(_worded(command, spec))
    group.add_command(flavor)
    for command in _COMMANDS:
        group.add_command(_worded(command, spec))
    return group


def _worded(command: click.Command, spec: ComponentTypeSpec) -> click.Command:
    """Return a copy of a command whose help speaks of the type."""
    worded = copy(command)
    article = "an" if spec.name[0] in "aeiou" else "a"
    worded.help = (command.help or "").format(
        a_title=f"{article} {spec.title}",
        plural=spec.plural.replace("_", " "),
        title=spec.title,
        command=spec.command,
    )
    return worded
