"""The commands that bring components up and down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zen.cli.app import App, pass_app
from zen.cli.completers import complete_component
from zen.cli.component._choice import component_of, pass_spec, title_of
from zen.cli.options import force_option
from zen.cli.output import echo

if TYPE_CHECKING:
    from zen.plugin import ComponentTypeSpec

__all__ = ["down", "up"]


@click.command("up")
@click.argument("name", required=False, shell_complete=complete_component)
@pass_spec
@pass_app
def up(app: App, spec: ComponentTypeSpec, name: str | None) -> None:
    """Bring up {a_title}.

    It is provisioned and resumed. Without NAME, it is that of the active stack.

    For example: zen {command} up
    """
    component = component_of(app.announce(), spec, name)
    lifecycle = app.repository.lifecycle
    if lifecycle.is_running(component):
        echo(f"{title_of(component)} is already running.")
        return
    lifecycle.up(component)
    echo(f"{title_of(component)} is up.")


@click.command("down")
@click.argument("name", required=False, shell_complete=complete_component)
@force_option
@pass_spec
@pass_app
def down(app: App, spec: ComponentTypeSpec, name: str | None, *, force: bool) -> None:
    """Bring down {a_title}.

    It is suspended and deprovisioned. Without NAME, it is that of the active stack.

    For example: zen {command} down
    """
    component = component_of(app.announce(), spec, name)
    lifecycle = app.repository.lifecycle
    lifecycle.down(component, force=force)
    if lifecycle.is_running(component):
        echo(f"{title_of(component)} holds no resources to bring down.")
    else:
        echo(f"{title_of(component)} is down.")
