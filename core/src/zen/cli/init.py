"""`zen init`: make a folder a repository."""

from __future__ import annotations

import os
from pathlib import Path

import click

from zen.cli.app import App, pass_app
from zen.cli.output import echo
from zen.config.environment import read_variable

__all__ = ["init"]


@click.command()
@click.argument(
    "path",
    required=False,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--path",
    "elsewhere",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder, as PATH.",
)
@pass_app
def init(app: App, path: Path | None, elsewhere: Path | None) -> None:
    """Make a folder a Zen repository.

    It pins a profile and a stack for all that is run in it: at first those that are
    active outside of any repository.

    For example: zen init
    """
    if path and elsewhere:
        raise click.UsageError("The folder is given twice.")
    repository = app.initialize((path or elsewhere or Path()).resolve())
    choice = repository.active_stack_choice
    stack = f"the local active stack to '{choice.name}'" if choice else "no stack yet"
    echo(f"Zen repository initialized at {repository.root}.")
    echo(
        f"The local active profile was initialized to"
        f" '{repository.active_profile_name}' and {stack}. This local configuration"
        " will only take effect when you're running Zen from the initialized"
        " repository root, or from a subdirectory. For more information on profile"
        " and stack configuration, run 'zen profile --help'."
    )
    variable, other = read_variable(os.environ, "REPOSITORY_PATH")
    if other and Path(other).expanduser().resolve() != repository.root:
        echo(
            f"Warning: the environment variable {variable} is set, so '{other}'"
            " remains the repository in this session.",
            err=True,
        )
