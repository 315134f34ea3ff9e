"""`zen version`: which Zen this is."""

from __future__ import annotations

import click

import zen
from zen.cli.options import output_option
from zen.cli.output import echo, print_data

__all__ = ["version"]


@click.command()
@output_option
def version(output: str) -> None:
    """Show the version of Zen.

    For example: zen version
    """
    if output == "table":
        echo(f"zen {zen.__version__}")
    else:
        print_data({"version": zen.__version__}, output)
