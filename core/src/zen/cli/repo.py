"""`zen repo`: the repository that the user is in."""

from __future__ import annotations

import click

from zen.cli.app import App, pass_app
from zen.cli.group import Group
from zen.cli.options import yes_option
from zen.cli.output import echo

__all__ = ["repo"]


@click.group(cls=Group)
def repo() -> None:
    """Manage the repository you are in.

    For example: zen repo clean
    """


@repo.command("clean")
@yes_option
@pass_app
def clean_repository(app: App, *, yes: bool) -> None:
    """Remove the repository's configuration.

    The folder is no repository any more; profiles, stacks and artifacts stay.

    For example: zen repo clean
    """
    repository = app.announce(tolerant=True)
    folder = repository.required_root / ".zen"
    app.confirm(
        f"This will remove the configuration of the Zen repository at '{folder}'."
        " Profiles, stacks and artifacts stay.",
        yes=yes,
    )
    left = repository.clean()
    echo(f"Removed the configuration of the Zen repository at '{folder}'.")
    if left:
        names = ", ".join(f"'{path.name}'" for path in left)
        echo(
            f"The folder is kept, for it holds something else: {names}."
            " As long as it is there, it makes the folder above it a repository."
        )
