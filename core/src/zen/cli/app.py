"""What every command is handed: the catalog, the repository, and the user's ear."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import click

from zen.catalog import Catalog
from zen.errors import ConfigurationError, ZenError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zen.errors import DamagedDataError
    from zen.repository import Repository

__all__ = ["App", "notify", "pass_app", "warn"]


def warn(error: ZenError) -> None:
    """Tell the user of an error that doesn't stop the command."""
    notify(f"Warning: {error}")
    if error.hint:
        notify(error.hint)


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

    def announce(self, *, tolerant: bool = False) -> Repository:
        """Say which profile is active, and return the repository.

        Args:
            tolerant: Whether a setting that can't be used is a warning only, as it
                must be for the commands that mend it.
        """
        repository = self.repository
        try:
            self._announce(repository)
        except ConfigurationError as error:
            if not tolerant:
                raise
            warn(error)
        return repository

    def initialize(self, root: Path) -> Repository:
        """Make a folder a repository, and return that."""
        # Only commands that need the configuration pay for reading it.
        from zen.repository import Repository

        return Repository.initialize(root, catalog=self.catalog, notify=notify)

    def confirm(self, text: str, *, yes: bool) -> None:
        """Ask whether to go on, and end the program if the answer is no.

        Args:
            text: What is about to happen.
            yes: Whether the user has agreed beforehand.
        """
        if not yes:
            notify(text)
            click.confirm("Are you sure you want to proceed?", abort=True, err=True)

    def report_damage(self, damaged: Sequence[DamagedDataError]) -> None:
        """Say what a listing left out because it can't be read, and exit with 1."""
        for error in damaged:
            notify(f"Error: {error}")
        if damaged:
            notify(damaged[0].hint)
            raise click.exceptions.Exit(1)

    def report_troubled_plugins(self) -> None:
        """Say which plugins a listing is without, and why."""
        for plugin in self.catalog.troubled_plugins:
            if plugin.error:
                warn(plugin.error)

    def _announce(self, repository: Repository) -> None:
        name = repository.active_profile_name
        if repository.root is None:
            notify("Running without an active repository root.")
        scope = "global" if repository.root is None else "local"
        notify(f"Running with active profile: '{name}' ({scope})")


pass_app = click.make_pass_decorator(App, ensure=True)
