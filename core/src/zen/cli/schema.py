"""`zen schema`: what editors need to complete the files of Zen."""

from __future__ import annotations

import click

from zen.cli.app import App, pass_app
from zen.cli.output import print_data

__all__ = ["schema"]


@click.command()
@click.argument("kind", type=click.Choice(["stack", "lock"]), default="stack")
@pass_app
def schema(app: App, kind: str) -> None:
    """Print the JSON schema of stack files.

    That is a JSON Schema. It knows the flavors that are installed, with their
    attributes. Editors that are given it complete what is typed, and mark what is
    wrong. That of 'zen.lock' is shown for 'lock'.

    For example: zen schema stack > stack.schema.json
    """
    # Loads pydantic, which the program's help doesn't need.
    from zen.carrying import LockFile

    carrier = app.announce().carrier
    known = carrier.schema() if kind == "stack" else LockFile.model_json_schema()
    print_data(known, "json")
