"""`zen stack export` and its like: stacks that are carried and compared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from zen.cli.app import App, notify, pass_app
from zen.cli.changes import report_plan
from zen.cli.completers import (
    complete_file,
    complete_profile,
    complete_stack,
    complete_stack_or_file,
)
from zen.cli.input_files import read_input
from zen.cli.options import output_option, yes_option
from zen.cli.output import echo, print_rows
from zen.errors import ConfigurationError, UntrustedError
from zen.notices import Caution
from zen.printable import Lines

if TYPE_CHECKING:
    from zen.carrying import OnConflict

__all__ = ["copy_stack", "diff_stacks", "export_stack", "import_stack"]

# As `zen.carrying` has them; to list them here spares `zen stack list` loading that.
_ON_CONFLICT = ("fail", "skip", "rename", "update")


@click.command("export")
@click.argument("name", required=False, shell_complete=complete_stack)
@click.argument("file", required=False, type=click.Path())
@yes_option
@pass_app
def export_stack(app: App, name: str | None, file: str | None, *, yes: bool) -> None:
    """Write a stack to a file.

    'zen stack import' reads it elsewhere.

    The stack is the active one by default, and the file is called like it. If the
    file is '-', it is printed; that may be the only argument. Secrets aren't in it,
    but what refers to them is.

    \b
    For example:
      zen stack export prod
      zen stack export prod /mnt/usb/prod.yaml
      zen stack export -
    """
    # Loads pydantic, which listing stacks doesn't need.
    from zen.carrying import check_output

    if name == "-" and file is None:
        name, file = None, name
    repository = app.announce()
    exported = repository.carrier.export(
        repository.active_stack_name if name is None else name
    )
    if file == "-":
        echo(Lines(exported.to_yaml().decode()), newline=False)
        return
    path = Path(f"{exported.name}.yaml" if file is None else file)
    check_output(path)
    if os.path.exists(path):  # noqa: PTH110 - pathlib's raises for what can't be a name
        noted = _state_of(path)
        app.confirm(f"This will replace '{path}'.", yes=yes)
        if _state_of(path) != noted:
            raise ConfigurationError(
                f"'{path}' has changed meanwhile; nothing was written.",
                hint="Look at it, and repeat the command.",
            )
    exported.write(path)
    echo(f"Exported stack '{exported.name}' to file '{path}'.")


@click.command("import")
@click.argument("source", metavar="FILE|NAME", shell_complete=complete_file)
@click.argument(
    "named_file", metavar="[FILE]", required=False, shell_complete=complete_file
)
@click.option("--name", help="The stack's name here; the name in the file by default.")
@click.option(
    "--on-conflict",
    type=click.Choice(_ON_CONFLICT),
    default="fail",
    show_default=True,
    help="How to treat a record with the same name that differs: refuse the import,"
    " keep it, import the other one under a new name, or replace it.",
)
@click.option("--set", "activate", is_flag=True, help="Make it the active stack.")
@pass_app
def import_stack(  # noqa: PLR0913 - one for each argument and option
    app: App,
    source: str,
    named_file: str | None,
    name: str | None,
    on_conflict: str,
    *,
    activate: bool,
) -> None:
    """Bring in a stack from a file.

    'zen stack export' writes such files.

    NAME alone stands for the file NAME.yaml, and NAME FILE for --name NAME FILE.

    Components that are here already, the same in type, name, flavor and
    configuration, are used. Flavors that aren't installed can be so afterwards. If
    there is no active stack, this becomes the active one.

    For example: zen stack import prod.yaml --on-conflict rename
    """
    # Loads pydantic, which listing stacks doesn't need.
    from zen.carrying import StackFile

    path, given = _file_to_import(source, named_file)
    if name and given:
        raise click.UsageError("The stack's name is given twice.")
    carried = StackFile.from_yaml(*read_input(path))
    name = name or given
    if name is not None:
        carried = carried.called(name)
    repository = app.announce()
    strategy = cast("OnConflict", on_conflict)
    plan = repository.carrier.import_stack(carried, on_conflict=strategy)
    (stack,) = plan.stacks
    report_plan(plan)
    if any(not isinstance(e, UntrustedError) for e in plan.unusable.values()):
        notify(Caution("Run 'zen stack sync' to install what the active stack needs."))
    if plan.changes:
        echo(f"Stack '{stack}' successfully imported.")
    elif not plan.kept:
        echo(f"Stack '{stack}' already exists, and is the same as in the file.")
    if activate:
        repository.activate_stack(stack)
    if activate or repository.carrier.activate_first(plan):
        echo(f"Active stack set to: '{stack}'")


@click.command("copy")
@click.argument("source", shell_complete=complete_stack)
@click.argument("target")
@click.option(
    "--from",
    "source_profile",
    shell_complete=complete_profile,
    help="The profile that holds SOURCE.",
)
@click.option(
    "--to",
    "target_profile",
    shell_complete=complete_profile,
    help="The profile to copy to.",
)
@pass_app
def copy_stack(
    app: App,
    source: str,
    target: str,
    source_profile: str | None,
    target_profile: str | None,
) -> None:
    """Copy a stack to one that is called TARGET.

    In the same profile, the copy is of the same components. In another one, those
    that are there already and are the same are used, and the others are brought
    along. Both profiles are the active one by default.

    For example: zen stack copy prod prod --to team
    """
    carrier = app.announce().carrier
    plan = carrier.copy(source, target, source=source_profile, target=target_profile)
    report_plan(plan)
    echo(f"Stack '{source}' successfully copied to '{target}'.")


@click.command("diff")
@click.argument("left", shell_complete=complete_stack_or_file)
@click.argument("right", shell_complete=complete_stack_or_file)
@output_option
@pass_app
def diff_stacks(app: App, left: str, right: str, output: str) -> None:
    """Show how two stacks differ.

    Each of the two is a stack of the active profile, or else a file that holds one.

    For example: zen stack diff default prod.yaml
    """
    carrier = app.announce().carrier
    rows = [
        each._asdict() for each in carrier.diff(carrier.find(left), carrier.find(right))
    ]
    headers = {"type": "TYPE", "field": "FIELD", "left": left, "right": right}
    empty = "They are the same."
    print_rows(rows, output, headers=headers, wrapped=headers, empty=empty)


def _state_of(path: Path) -> tuple[int, ...] | None:
    """Return what tells a file, or a link, from what takes its place."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def _file_to_import(source: str, file: str | None) -> tuple[str, str | None]:
    """Return the file that is meant, and the stack's name where that is given.

    Both are given as to 'zen stack export', or the file alone.
    """
    if file is not None:
        return file, source
    if source != "-" and not os.path.exists(source):  # noqa: PTH110 - as above
        exported = f"{source}.yaml"
        if os.path.isfile(exported):  # noqa: PTH113 - as above
            return exported, source
    return source, None
