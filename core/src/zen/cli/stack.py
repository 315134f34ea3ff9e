"""`zen stack`: what pipelines run on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from zen.cli.app import App, notify, pass_app, warn
from zen.cli.completers import complete_stack, component_completer
from zen.cli.group import Group
from zen.cli.options import force_option, global_option, output_option, yes_option
from zen.cli.output import echo, print_name, print_object, print_rows
from zen.cli.stack_files import copy_stack, diff_stacks, export_stack, import_stack
from zen.cli.stack_lock import lock_stack, sync_stack
from zen.errors import ConfigurationError, ProvisioningError, StackValidationError
from zen.printable import Lines
from zen.records import REQUIRED_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zen.components import StackComponent
    from zen.context import Choice
    from zen.plugin import ComponentTypeSpec
    from zen.records import StackRecord
    from zen.repository import Repository
    from zen.stack import Stack

__all__ = ["stack"]


class _ComponentOptions(click.Command):
    """Take an option for each component type that is installed."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters and those of the component types."""
        types = ctx.ensure_object(App).catalog.component_types()
        return [*super().get_params(ctx), *map(self.option, types)]

    def option(self, spec: ComponentTypeSpec) -> click.Option:
        """Return the option of a component type: it takes the component's name."""
        help_text = f"The {spec.title} of the stack."
        return click.Option(
            _spellings(spec),
            metavar="NAME",
            help=help_text,
            shell_complete=component_completer(spec.name),
        )


class _ComponentFlags(_ComponentOptions):
    """Take a flag for each component type that is installed."""

    def option(self, spec: ComponentTypeSpec) -> click.Option:
        """Return the flag of a component type."""
        help_text = f"Remove the {spec.title}."
        return click.Option(_spellings(spec), is_flag=True, help=help_text)


def _spellings(spec: ComponentTypeSpec) -> list[str]:
    return [f"--{spec.command}", *([f"-{spec.option}"] if spec.option else [])]


# The original's options are spelt with underscores, as are the types.
_AS_OPTIONS: Final = {"token_normalize_func": lambda token: token.replace("_", "-")}


@click.group(cls=Group)
def stack() -> None:
    """Manage stacks.

    For example: zen stack list
    """


for _command in (
    *(export_stack, import_stack, copy_stack, diff_stacks),
    *(lock_stack, sync_stack),
):
    stack.add_command(_command)


@stack.command("list")
@output_option
@pass_app
def list_stacks(app: App, output: str) -> None:
    """List stacks, and mark the active one.

    For example: zen stack list
    """
    repository = app.announce()
    stacks, damaged = repository.store.stacks()
    active = _active_name(repository, stacks)
    rows = [
        {
            "active": each.name == active,
            "name": each.name,
            "uuid": str(each.uuid),
            "components": dict(each.components),
        }
        for each in stacks
    ]
    types = sorted({kind for each in stacks for kind in each.components})
    headers = {"active": "ACTIVE", "name": "STACK NAME"}
    if output == "table":
        rows = [
            {**row, **each.components} for row, each in zip(rows, stacks, strict=True)
        ]
        headers |= {kind: kind.upper() for kind in types}
    empty = "" if damaged else "No stacks registered."
    print_rows(rows, output, headers=headers, wrapped=types, empty=empty)
    app.report_damage(damaged)


@stack.command("register", cls=_ComponentOptions, context_settings=_AS_OPTIONS)
@click.argument("name")
@click.option("--set", "activate", is_flag=True, help="Make it the active stack.")
@pass_app
def register_stack(
    app: App, /, name: str, *, activate: bool, **names: str | None
) -> None:
    """Register a stack of known components.

    For example: zen stack register prod -o default -a bucket -m default
    """
    repository = app.announce()
    components = {kind: value for kind, value in names.items() if value is not None}
    try:
        composed = repository.compose_stack(name, components)
    except StackValidationError as error:
        if components.keys() >= {*REQUIRED_TYPES}:
            raise
        # What is missing is an option of this command.
        raise click.UsageError(Lines.of(error.message, error.hint)) from error
    repository.register_stack(composed)
    echo(f"Stack '{name}' successfully registered!")
    if activate:
        _activate(repository, name, globally=False)


@stack.command("update", cls=_ComponentOptions, context_settings=_AS_OPTIONS)
@click.argument("name", required=False, shell_complete=complete_stack)
@pass_app
def update_stack(app: App, /, name: str | None, **names: str | None) -> None:
    """Give a stack other components.

    Without NAME, it is the active one.

    For example: zen stack update prod -a bucket -al slack
    """
    changes = {kind: value for kind, value in names.items() if value is not None}
    if not changes:
        raise click.UsageError("No component is given, as in '-a NAME'.")
    _recompose(app.announce(), name, changes)


@stack.command("remove-component", cls=_ComponentFlags, context_settings=_AS_OPTIONS)
@click.argument("name", required=False, shell_complete=complete_stack)
@pass_app
def remove_component(app: App, /, name: str | None, **flags: bool) -> None:
    """Take components out of a stack.

    They stay registered. Without NAME, it is the active one.

    For example: zen stack remove-component prod -al
    """
    changes = {kind: None for kind, is_given in flags.items() if is_given}
    if not changes:
        raise click.UsageError("No component type is given, as in '-al'.")
    _recompose(app.announce(), name, changes)


@stack.command("rename")
@click.argument("name", shell_complete=complete_stack)
@click.argument("new_name")
@pass_app
def rename_stack(app: App, name: str, new_name: str) -> None:
    """Give a stack another name.

    For example: zen stack rename prod production
    """
    app.announce().rename_stack(name, new_name)
    echo(f"Stack `{name}` successfully renamed as `{new_name}`!")


@stack.command("set")
@click.argument("name", shell_complete=complete_stack)
@global_option
@pass_app
def set_stack(app: App, name: str, *, globally: bool) -> None:
    """Make a stack the active one.

    For example: zen stack set prod
    """
    _activate(app.announce(), name, globally=globally)


@stack.command("get")
@output_option
@pass_app
def get_stack(app: App, output: str) -> None:
    """Show the name of the active stack.

    For example: zen stack get
    """
    name = app.announce().active_stack_name
    print_name(name, output, sentence=f"The active stack is: '{name}'")


@stack.command("describe")
@click.argument("name", required=False, shell_complete=complete_stack)
@output_option
@pass_app
def describe_stack(app: App, name: str | None, output: str) -> None:
    """Show the components of a stack.

    Without NAME, it is the active one.

    For example: zen stack describe prod
    """
    repository = app.announce()
    record = (
        repository.active_stack_record if name is None else repository.store.stack(name)
    )
    active = name is None or record.name == _active_name(repository, [record])
    content: dict[str, object] = {"name": record.name, "uuid": str(record.uuid)}
    if output == "table":
        content |= record.components
    else:
        content |= {"active": active, "components": dict(record.components)}
    suffix = " (ACTIVE)" if active else ""
    print_object(content, output, title=f"'{record.name}' Stack Configuration{suffix}")


@stack.command("delete")
@click.argument("name", shell_complete=complete_stack)
@yes_option
@pass_app
def delete_stack(app: App, name: str, *, yes: bool) -> None:
    """Delete a stack. Its components stay.

    For example: zen stack delete prod
    """
    repository = app.announce()
    shown = repository.check_stack_deletion(name)
    app.confirm(f"This will delete stack '{name}'.", yes=yes)
    repository.deregister_stack(name, shown=shown)
    echo(f"Deleted stack '{name}'.")


@stack.command("up")
@click.argument("name", required=False, shell_complete=complete_stack)
@pass_app
def bring_up(app: App, name: str | None) -> None:
    """Bring up what a stack needs.

    Its components are provisioned and resumed. Without NAME, it is the active one.

    For example: zen stack up
    """
    repository = app.announce()
    built = repository.active_stack if name is None else repository.get_stack(name)
    if _is_running(built):
        echo(f"Stack '{built.name}' is already running.")
        return
    notify(f"Provisioning resources for stack '{built.name}'.")
    built.up()
    echo(f"Stack '{built.name}' is up.")


@stack.command("down")
@click.argument("name", required=False, shell_complete=complete_stack)
@force_option
@pass_app
def bring_down(app: App, name: str | None, *, force: bool) -> None:
    """Bring down what a stack needs.

    Its components are suspended and deprovisioned. Without NAME, it is the active
    one.

    For example: zen stack down
    """
    repository = app.announce()
    built = repository.active_stack if name is None else repository.get_stack(name)
    if any(_may_hold(built, each) for each in built.components.values()):
        notify(f"Deprovisioning resources for stack '{built.name}'.")
    built.down(force=force)
    if _is_running(built):
        echo(f"Stack '{built.name}' holds no resources to bring down.")
    else:
        echo(f"Stack '{built.name}' is down.")


def _is_running(built: Stack) -> bool:
    return all(map(built.lifecycle.is_running, built.components.values()))


def _may_hold(built: Stack, component: StackComponent) -> bool:
    """Tell whether a component holds resources; one that fails to tell may."""
    try:
        return built.lifecycle.is_live(component)
    except ProvisioningError:
        return True  # to bring it down says what is wrong


def _recompose(
    repository: Repository, name: str | None, changes: Mapping[str, str | None]
) -> None:
    known = repository.active_stack_name if name is None else name
    record = repository.store.stack(known)
    built = repository.recompose_stack(known, changes)
    repository.update_stack(built.name, built, based_on=record)
    echo(f"Stack `{built.name}` successfully updated!")


def _activate(repository: Repository, name: str, *, globally: bool) -> None:
    record = repository.store.stack(name)
    repository.activate_stack(record.name, globally=globally)
    echo(f"Active {'global ' if globally else ''}stack set to: '{record.name}'")


def _active_name(repository: Repository, known: Iterable[StackRecord]) -> str | None:
    """Return the active stack's name, or None after a warning.

    Args:
        repository: Where it is active.
        known: The stacks that have been read, which aren't read again.
    """
    try:
        return _name_among(known, repository.active_stack_choice) or (
            repository.active_stack_name
        )
    except ConfigurationError as error:
        warn(error)
        return None


def _name_among(known: Iterable[StackRecord], choice: Choice | None) -> str | None:
    wanted = choice.name.lower() if choice else ""
    return next((each.name for each in known if each.name.lower() == wanted), None)
