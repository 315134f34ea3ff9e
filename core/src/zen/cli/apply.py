"""`zen apply`: stacks as a file has them."""

from __future__ import annotations

from collections import Counter

import click

from zen.cli.app import App, pass_app
from zen.cli.changes import print_changes, report_plan
from zen.cli.input_files import read_input
from zen.cli.options import output_option, yes_option
from zen.cli.output import echo

__all__ = ["apply"]


@click.command()
@click.option(
    "--file",
    "-f",
    type=click.Path(allow_dash=True),
    metavar="FILENAME",
    required=True,
    help="The file with the stacks; '-' stands for standard input.",
)
@click.option(
    "--plan", "only_plan", is_flag=True, help="Show the changes without making them."
)
@yes_option
@output_option
@pass_app
def apply(app: App, file: str, output: str, *, only_plan: bool, yes: bool) -> None:
    """Change stacks to match a file.

    They are those of the active profile. What would change is shown, and then asked
    for. The file is as 'zen stack export' writes it, with '---' between stacks. What
    it doesn't say of a component gets its default. A component that it leaves out of
    a stack is taken out, and stays in the profile. If what is shown is no longer so
    when you agree, nothing is changed.

    \b
    For example:
      zen apply -f stack.yaml --plan
      zen apply -f stack.yaml
    """
    # Loads pydantic, which the program's help doesn't need.
    from zen.carrying import StackFile

    files = StackFile.all_from_yaml(*read_input(file, option="'--file' / '-f'"))
    carrier = app.announce().carrier
    plan = carrier.plan(files)
    if plan.changes or output != "table":
        print_changes(plan.changes, output)
    else:
        names = ", ".join(f"'{name}'" for name in plan.stacks)
        verb = "match" if len(plan.stacks) > 1 else "matches"
        echo(f"Nothing to do: {names} already {verb} the file.")
    report_plan(plan)
    if only_plan or not plan.changes:
        return
    app.confirm("This will change the active profile as shown.", yes=yes)
    carrier.apply(plan)
    if output == "table":
        counts = Counter(change.action for change in plan.changes)
        text = ", ".join(f"{number} {action}" for action, number in counts.items())
        echo(f"Successfully applied: {text}.")
