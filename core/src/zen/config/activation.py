"""What is active here: read it, change it, and say when it leads nowhere."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from zen.config.environment import read_variable
from zen.config.repository_folder import LocalSettings, RepositoryFolder
from zen.config.resolution import resolve_profile, resolve_stack
from zen.errors import ConfigurationError, DanglingReferenceError, InUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen.catalog import Catalog
    from zen.config.global_configuration import GlobalConfiguration
    from zen.config.profile import ProfileConfiguration
    from zen.config.profiles import Profiles
    from zen.config.resolution import Choice

__all__ = ["Activation"]


class Activation:
    """Know which profile and which stack are active, and change it.

    Args:
        configuration: The global configuration.
        start: Where to look for a repository from; the working directory if None.
        notify: Takes each notice for the user.
    """

    def __init__(
        self,
        configuration: GlobalConfiguration,
        start: Path | None,
        notify: Callable[[str], None],
    ) -> None:
        self._configuration = configuration
        self._start = start
        self._notify = notify

    @cached_property
    def folder(self) -> RepositoryFolder | None:
        """The repository that we are in.

        Raises:
            DanglingReferenceError: `ZEN_REPOSITORY_PATH` names no repository.
        """
        return RepositoryFolder.find(os.environ, self._start)

    @property
    def required_folder(self) -> RepositoryFolder:
        """The repository that we are in.

        Raises:
            ConfigurationError: We are in none.
        """
        if self.folder:
            return self.folder
        start = self._start or Path.cwd()
        raise ConfigurationError(
            f"Unable to find a Zen repository in {start} or any parent directories.",
            hint="If you want to use an existing repository which is in a different"
            " location, set the environment variable 'ZEN_REPOSITORY_PATH'. If you want"
            " to create a new repository, run 'zen init'.",
        )

    def clean_folder(self) -> list[Path]:
        """Remove the repository's settings; see `RepositoryFolder.remove`."""
        left = self.required_folder.remove()
        del self.folder
        return left

    def migrate_legacy(self, profiles: Profiles, catalog: Catalog) -> None:
        """Migrate the repository if it is one of before there were profiles.

        What goes wrong is raised when it is asked what the repository pins.

        Args:
            profiles: The profiles of this host.
            catalog: What is installed.
        """
        try:
            folder = self.folder
        except ConfigurationError:
            return  # whoever asks for the folder is told
        if folder and folder.is_legacy:
            # Only those need it who come from before there were profiles.
            from zen.config.legacy import migrate

            migrate(folder, profiles, catalog, self._notify)

    def recall_legacy(self) -> None:
        """Let a repository that can't be written pin what it was migrated to.

        Unlike `migrate_legacy`, this changes nothing.
        """
        if self.folder and self.folder.is_legacy:
            # Only those need it who come from before there were profiles.
            from zen.config.legacy import recall

            recall(self.folder, self._configuration.load())

    @property
    def profile_choice(self) -> Choice:
        """The active profile's name, which may lead nowhere, and who says so.

        Raises:
            ConfigurationError: Nobody says so.
        """
        settings = self._configuration.load()
        choice = resolve_profile(os.environ, self.folder, self._configuration, settings)
        if choice:
            return choice
        raise ConfigurationError(
            f"{self._configuration.path} names no active profile.",
            hint="Choose one with 'zen profile set NAME'.",
        )

    @property
    def profile(self) -> ProfileConfiguration:
        """The active profile.

        Raises:
            DanglingReferenceError: A setting names a profile that is gone.
        """
        choice = self.profile_choice
        profiles = self._configuration.load().profiles
        if choice.name in profiles:
            return profiles[choice.name]
        raise dangling("profile", choice, profiles)

    @property
    def stack_choice(self) -> Choice | None:
        """The active stack's name, which may lead nowhere, and who says so."""
        return resolve_stack(
            os.environ,
            self.folder,
            self._configuration,
            self.profile_choice,
            self.profile,
        )

    def set_profile(self, name: str, *, globally: bool) -> None:
        """Make a profile active: in the repository, or outside of any."""
        profile = self._configuration.load().profile(name)
        folder = None if globally else self._folder_or_warning()
        if folder:
            folder.write(LocalSettings(name, profile.active_stack))
        else:
            with self._configuration.update() as settings:
                settings.profile(name)
                settings.active_profile_name = name
        self._warn_if_overridden("profile", name)

    def _folder_or_warning(self) -> RepositoryFolder | None:
        """Return the repository; a setting that names none mustn't be in the way."""
        try:
            return self.folder
        except DanglingReferenceError as error:
            self._notify(f"Warning: {error} {error.hint}")
            return None

    def set_stack(self, name: str, *, globally: bool) -> None:
        """Make a stack active: in the repository, or in the active profile."""
        profile = self.profile
        by_environment = self.profile_choice.scope == "environment"
        if not globally and not by_environment and self.folder:
            self.folder.write(LocalSettings(profile.name, name))
        else:
            with self._configuration.update() as settings:
                present = settings.profile(profile.name)
                settings.profiles[profile.name] = replace(present, active_stack=name)
        self._warn_if_overridden("stack", name)

    def rename_stack(
        self, old: str, new: str, of: ProfileConfiguration | None = None
    ) -> None:
        """Let the settings that name a stack of a profile follow its name.

        Args:
            old: The stack's name in the settings.
            new: Its new name.
            of: The profile; the active one if None.
        """
        if old == new:
            return
        profile = of or self.profile
        if _is_same(profile.active_stack, old):
            with self._configuration.update() as settings:
                present = settings.profile(profile.name)
                settings.profiles[profile.name] = replace(present, active_stack=new)
        if self.folder:
            local = self.folder.read()
            if local.active_profile_name == profile.name and _is_same(
                local.active_stack_name, old
            ):
                self.folder.replace(local, LocalSettings(profile.name, new))

    def check_profile_inactive(self, name: str) -> None:
        """Raise `InUseError` if a profile is active here, for it can't be deleted."""
        try:
            here = self.profile_choice.name
        except ConfigurationError:
            return  # what is active here can't be told, so it isn't this one
        if name == here:
            raise InUseError(
                f"Profile '{name}' can't be deleted while it is active.",
                hint=_other_first("profile"),
            )

    def check_stack_inactive(
        self, name: str, of: ProfileConfiguration | None = None
    ) -> None:
        """Raise `InUseError` if a stack is active in its profile, or here.

        Args:
            name: The stack.
            of: The profile; the active one if None.
        """
        active = [(of or self.profile).active_stack]
        if of is None or of.name == self.profile.name:
            choice = self.stack_choice
            active.append(choice.name if choice else None)
        if any(_is_same(each, name) for each in active):
            raise InUseError(
                f"Stack '{name}' can't be deleted while it is active.",
                hint=_other_first("stack"),
            )

    def _warn_if_overridden(self, kind: str, name: str) -> None:
        variable, value = read_variable(os.environ, f"ACTIVATED_{kind.upper()}")
        if value and value != name:
            self._notify(
                f"Warning: the environment variable {variable} is set, so {kind}"
                f" '{value}' stays active in this session."
            )


def _is_same(name: str | None, other: str) -> bool:
    return name is not None and name.lower() == other.lower()


def dangling(
    kind: str, choice: Choice, available: Iterable[str]
) -> DanglingReferenceError:
    """Return the error for an active name that leads nowhere, with the way out."""
    names = ", ".join(sorted(available)) or "none"
    if choice.scope == "environment":
        remedy = f"Set {choice.source.rpartition(' ')[2]} to another one, or unset it"
    else:
        everywhere = " --global" if choice.scope == "global" else ""
        remedy = f"Choose one with 'zen {kind} set{everywhere} NAME'"
    if kind == "profile" and choice.scope == "repository":
        remedy += _taking_up(choice)
    return DanglingReferenceError(
        kind, choice.name, source=choice.source, hint=f"{remedy}. Available: {names}."
    )


def _taking_up(choice: Choice) -> str:
    """Say how to use what is kept in a repository, as when it comes from elsewhere."""
    folder = Path(choice.source).parent
    if not (folder / "stacks").is_dir():
        return ""
    create = f"zen profile create {choice.name} --url {folder}"
    return f", or take up the one that the repository holds with '{create}'"


def _other_first(kind: str) -> str:
    """Say how to have another profile or stack active; the environment comes first."""
    variable, value = read_variable(os.environ, f"ACTIVATED_{kind.upper()}")
    if value:
        return f"Unset the environment variable {variable} first, or change it."
    return f"Activate another one first, with 'zen {kind} set NAME'."
