"""`zen schema`: what editors need to complete the files of Zen."""

from __future__ import annotations

import click

from zen.cli.app import App, pass_app
from zen.cli.output import print_data

__all__ = ["schema"]


@click.command()
@click.argument("kind", type=click.Choice(["stack"]), default="stack")
@pass_app
def schema(app: App, kind: str) -> None:
    """Show what editors need to complete files of stacks.

    That is a JSON Schema. It knows the flavors that are installed, with their
    attributes. Editors that are given it complete what is typed, and mark what is
    wrong.

    For example: zen schema stack > stack.schema.json
    """
    del kind
    print_data(app.announce().carrier.schema(), "json")
