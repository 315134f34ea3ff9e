"""What every command is handed: the catalog, the repository, and the user's ear."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import click

from zen.catalog import Catalog

if TYPE_CHECKING:
    from zen.repository import Repository

__all__ = ["App", "notify", "pass_app"]


def notify(text: str) -> None:
    """Tell the user something that is no result: on standard error."""
    click.echo(text, err=True)


@dataclass
class App:
    """Hold what is built once for a call of `zen`.

    Args:
        catalog: What is installed.
        debug: Whether errors show their traceback.
    """

    catalog: Catalog = field(default_factory=Catalog)
    debug: bool = False

    @cached_property
    def repository(self) -> Repository:
        """The repository that the user is in; the first use of Zen sets it up."""
        # Only commands that need the configuration pay for reading it.
        from zen.repository import Repository

        return Repository(catalog=self.catalog, notify=notify)

    def announce(self) -> Repository:
        """Say which profile is active, and return the repository."""
        repository = self.repository
        if repository.root is None:
            notify("Running without an active repository root.")
        scope = "global" if repository.root is None else "local"
        name = repository.active_profile_name
        notify(f"Running with active profile: '{name}' ({scope})")
        return repository


pass_app = click.make_pass_decorator(App, ensure=True)
