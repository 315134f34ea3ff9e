"""Options that several commands have, each written once."""

from __future__ import annotations

from typing import Final

import click

__all__ = ["global_option", "output_option", "yes_option"]

output_option: Final = click.option(
    "--output",
    "-o",
    type=click.Choice(["table", "json", "yaml"]),
    default="table",
    show_default=True,
    help="How to show the result.",
)

global_option: Final = click.option(
    "--global",
    "-g",
    "globally",
    is_flag=True,
    help="Set it for everywhere, also when called inside of a repository.",
)

yes_option: Final = click.option("--yes", "-y", is_flag=True, help="Don't ask.")
