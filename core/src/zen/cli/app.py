"""What every command is handed: the catalog, the repository, and the user's ear."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

import click

from zen.catalog import Catalog, PluginPolicy, claims_in_use, find_claims
from zen.cli.output import echo
from zen.errors import ConfigurationError, ZenError
from zen.folders import cache_folder
from zen.notices import Caution
from zen.printable import Lines, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from zen.catalog import Answer, Claim, Index
    from zen.config import ConfigurationFile, PluginSettings
    from zen.errors import DamagedDataError
    from zen.repository import Repository
    from zen.status import Status

__all__ = ["App", "notify", "pass_app", "warn"]

_NO_REPOSITORY: Final = (
    "Unable to find a Zen repository in your current working directory ({folder}) or"
    " any parent directories. If you want to use an existing repository which is in a"
    " different location, set the environment variable 'ZEN_REPOSITORY_PATH'. If you"
    " want to create a new repository, run 'zen init'."
)
_DELAY: Final = "Examining new plugins..."


def warn(error: ZenError) -> None:
    """Tell the user of an error that doesn't stop the command."""
    echo(Lines(f"Warning: {printable(error.message)}"), err=True)
    if error.hint:
        echo(error.hint, err=True)


def notify(text: str) -> None:
    """Tell the user something that is no result, unless notices are silenced."""
    context = click.get_current_context(silent=True)
    app = context.find_object(App) if context else None
    (app or App()).notify(text)


@dataclass
class App:
    """Hold what is built once for a call of `zen`.

    Args:
        debug: Whether errors show their traceback.
        plugins: Whether plugins may be used at all.
        quiet: Whether the user wants no notices in this call.
    """

    debug: bool = False
    plugins: bool = True
    quiet: bool = False

    def notify(self, text: str) -> None:
        """Print a notice to standard error; from any thread.

        Notices are silenced by `-q`, by `ZEN_QUIET` and by `notices: false` in the
        configuration. Errors, warnings and questions aren't notices.
        """
        if isinstance(text, Caution) or not self._is_silent:
            echo(text, err=True)

    def progress(self, text: str) -> None:
        """Say at a terminal what may take a while; a log has no use for it."""
        if sys.stderr.isatty():
            self.notify(text)

    @cached_property
    def _is_silent(self) -> bool:
        # Only commands that need the configuration pay for reading it.
        from zen.config import wants_notices

        return self.quiet or not wants_notices(self.configuration)

    @cached_property
    def catalog(self) -> Catalog:
        """What is installed."""
        return Catalog(self._find, self._ask_all, policy=self.plugin_policy)

    @cached_property
    def index(self) -> Index:
        """What is remembered of the installed plugins."""
        # The core's own commands need no plugin.
        from zen.catalog import Index

        return Index(cache_folder(), on_delay=partial(self.notify, _DELAY))

    def claims_to_use(self) -> list[Claim]:
        """Return the plugins that may be used, importing none of them."""
        return claims_in_use(find_claims(), self.plugin_policy())

    @cached_property
    def configuration(self) -> ConfigurationFile:
        """The global configuration, which all of a call read only once."""
        # Only commands that need the configuration pay for reading it.
        from zen.config import ConfigurationFile

        return ConfigurationFile()

    @cached_property
    def plugin_settings(self) -> PluginSettings:
        """What is said about plugins in the configuration."""
        # Only commands that need the configuration pay for reading it.
        from zen.config import PluginSettings

        return PluginSettings(self.configuration)

    def plugin_policy(self) -> PluginPolicy:
        """Return what is decided about plugins in this call."""
        if not self.plugins:
            return PluginPolicy(allow=(), source="the option --no-plugins")
        try:
            return self.plugin_settings.policy()
        except ZenError:
            # What must always work can't depend on the configuration; the commands
            # that do will say what is wrong with it. Until then nobody knows which
            # plugins may be imported.
            return PluginPolicy(allow=(), source="a configuration that can't be read")

    @cached_property
    def repository(self) -> Repository:
        """The repository that the user is in; the first use of Zen sets it up."""
        # Only commands that need the configuration pay for reading it.
        from zen.repository import Repository

        return Repository(
            catalog=self.catalog,
            notify=self.notify,
            command=_command(),
            configuration=self.configuration,
        )

    def announce(self, *, tolerant: bool = False) -> Repository:
        """Say which profile is active, and return the repository.

        Args:
            tolerant: Whether a setting that can't be used is only a warning, as it
                must be for the commands with which users look for the fault.
        """
        repository = self.repository
        try:
            self._announce(repository)
        except ConfigurationError as error:
            if not tolerant:
                raise
            warn(error)
        return repository

    @contextmanager
    def announced(self) -> Iterator[Repository]:
        """Say which profile is active, around a command that may change that.

        A setting that can't be used is a warning only if the command leaves it so.
        """
        repository = self.repository
        try:
            self._announce(repository)
        except ConfigurationError:
            yield repository
        else:
            yield repository
            return
        try:
            _ = repository.active_profile_name
        except ConfigurationError as error:
            warn(error)

    def advise_repository(self) -> None:
        """Say how to get a repository if there is none, where that would matter."""
        if self.repository.root is None:
            # The repository has loaded it, which most commands need not.
            from pathlib import Path

            self.notify(_NO_REPOSITORY.format(folder=Path.cwd()))

    def initialize(self, root: Path) -> Repository:
        """Make a folder a repository, and return that."""
        # Only commands that need the configuration pay for reading it.
        from zen.repository import Repository

        return Repository.initialize(
            root,
            catalog=self.catalog,
            notify=self.notify,
            command=_command(),
            configuration=self.configuration,
        )

    def trust(self, root: Path) -> Repository:
        """Trust the repository that a folder is in, and return that."""
        # Only commands that need the configuration pay for reading it.
        from zen.repository import Repository

        return Repository.trust(
            root,
            catalog=self.catalog,
            notify=notify,
            command=_command(),
            configuration=self.configuration,
        )

    def status(self) -> Status:
        """Return where the user is, what is active, and what is wrong."""
        # Only commands that need the configuration pay for reading it.
        from zen.repository import Repository

        return Repository.status(
            catalog=self.catalog,
            notify=self.notify,
            command=_command(),
            configuration=self.configuration,
        )

    def confirm(self, text: str, *, yes: bool) -> None:
        """Ask whether to go on, and end the program if the answer is no.

        Where the profile has gone while the user thought about it, an error says so.

        Args:
            text: What is about to happen.
            yes: Whether the user has agreed beforehand.
        """
        if not yes:
            echo(text, err=True)
            if "repository" in vars(self):
                self.repository.note_present()
            click.confirm("Are you sure you want to proceed?", abort=True, err=True)
            if "repository" in vars(self):
                self.repository.check_present()

    def report_damage(self, damaged: Sequence[DamagedDataError]) -> None:
        """Say what a listing left out because it can't be read, and exit with 1."""
        for error in damaged:
            echo(f"Error: {error}", err=True)
        if damaged:
            echo(damaged[0].hint, err=True)
            raise click.exceptions.Exit(1)

    def report_troubled_plugins(self) -> None:
        """Say which plugins a listing is without, and why."""
        try:
            self.plugin_settings.policy()
            self.catalog.check_policy()
        except ZenError as error:
            warn(error)
        told: set[str] = set()
        for plugin in self.catalog.troubled_plugins:
            # Two plugins that clash have one error.
            if plugin.error and plugin.error.in_full not in told:
                told.add(plugin.error.in_full)
                warn(plugin.error)
                if self.debug and plugin.error.__cause__:
                    echo(Lines(plugin.error.__cause__), err=True)

    def _find(self) -> list[Claim]:
        return self.index.find()

    def _ask_all(self, claims: Sequence[Claim]) -> list[Answer]:
        return self.index.ask_all(claims)

    def _announce(self, repository: Repository) -> None:
        name = repository.active_profile_name
        if repository.root is None:
            self.notify("Running without an active repository root.")
        scope = "global" if repository.root is None else "local"
        self.notify(f"Running with active profile: '{name}' ({scope})")


def _command() -> str:
    """Return the command that was given, for the log, with nothing but names.

    Any other value may be a secret.
    """
    context = click.get_current_context(silent=True)
    words: list[str] = []
    names: list[str] = []
    while context and context.parent:
        words.insert(0, context.info_name or "")
        names = [*_names(context), *names]
        context = context.parent
    return " ".join(["zen", *words, *names])


def _names(context: click.Context) -> list[str]:
    return [
        str(context.params[parameter.name])
        for parameter in context.command.params
        if isinstance(parameter, click.Argument)
        and (parameter.name or "").endswith(("name", "revision"))
        and context.params.get(parameter.name or "") is not None
    ]


pass_app = click.make_pass_decorator(App, ensure=True)
