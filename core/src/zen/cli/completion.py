"""`zen completion`: let a shell complete what is typed."""

from __future__ import annotations

import click

from zen.cli.output import echo
from zen.printable import Lines

__all__ = ["completion"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "fish", "zsh"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script for a shell's completion.

    It completes commands and options, and the names of profiles, stacks, components,
    flavors and plugins. To switch it on, add a line to the shell's start-up file:

    \b
      ~/.bashrc                    eval "$(zen completion bash)"
      ~/.zshrc, after 'compinit'   eval "$(zen completion zsh)"
      ~/.config/fish/config.fish   zen completion fish | source

    For example: zen completion bash
    """
    # Loaded by those who complete only.
    from zen.cli.shells import script_for

    echo(Lines(script_for(shell, ctx.find_root().command)), newline=False)
