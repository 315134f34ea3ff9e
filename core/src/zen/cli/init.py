"""`zen init`: make a folder a repository."""

from __future__ import annotations

import os
from pathlib import Path

import click

from zen.cli.app import App, notify, pass_app
from zen.cli.output import echo
from zen.config.environment import read_variable

__all__ = ["init"]


@click.command()
@click.argument(
    "path",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@pass_app
def init(app: App, path: Path) -> None:
    """Make a folder a Zen repository.

    It pins a profile and a stack for all that is run in it: at first those that are
    active outside of any repository.

    For example: zen init
    """
    repository = app.initialize(path.resolve())
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
    variable, elsewhere = read_variable(os.environ, "REPOSITORY_PATH")
    if elsewhere and Path(elsewhere).expanduser().resolve() != repository.root:
        notify(
            f"Warning: the environment variable {variable} is set, so '{elsewhere}'"
            " stays the repository in this session."
        )
