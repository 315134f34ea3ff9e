"""Options that several commands have, each written once."""

from __future__ import annotations

from typing import Final

import click

__all__ = ["force_option", "global_option", "output_option", "yes_option"]

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
    help="Set it globally, even inside a repository.",
)

force_option: Final = click.option(
    "--force",
    "-f",
    is_flag=True,
    help="Continue if a component fails: deprovision what can't be suspended, and bring"
    " down the others.",
)

yes_option: Final = click.option("--yes", "-y", is_flag=True, help="Don't ask.")
