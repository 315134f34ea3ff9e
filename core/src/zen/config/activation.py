"""What is active here: look it up, change it, and say when it leads nowhere."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from zen.config.environment import read_variable
from zen.config.moved_stores import creation_command, holds_records
from zen.config.repository_folder import LocalSettings, RepositoryFolder
from zen.config.resolution import resolve_profile, resolve_stack
from zen.context import Choice, Context
from zen.errors import (
    ConfigurationError,
    DanglingReferenceError,
    InUseError,
    StoreReplacedError,
    StoreUnavailableError,
    ZenError,
)
from zen.notices import Caution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen.config.global_configuration import Settings
    from zen.config.held_folder import HeldFolder
    from zen.config.profile import ProfileConfiguration
    from zen.config.profiles import Profiles
    from zen.config.trust import Consent

__all__ = ["Activation"]

T = TypeVar("T")

# The settings that may say what is active; the first that does so wins.
_SCOPES: Final = ("environment", "repository", "global")


class Activation:
    """Look up which profile and which stack are active, and change that.

    Args:
        profiles: The profiles of this host.
        start: Where to look for a repository from; the working directory if None.
        notify: Takes each notice for the user.
    """

    def __init__(
        self, profiles: Profiles, start: Path | None, notify: Callable[[str], None]
    ) -> None:
        self._profiles = profiles
        self._configuration = profiles.configuration
        self._start = start
        self._notify = notify
        self._context: Context | None = None
        # The repository as it was when the context was looked up.
        self._seen: RepositoryFolder | None = None
        # And as it was when the user was asked something.
        self._held: HeldFolder | None = None
        # And when that was whether to remove it.
        self._noted: RepositoryFolder | None = None

    @property
    def context(self) -> Context:
        """Where we are: looked up once, and moved along by what is changed here."""
        if self._context is None:
            self._context = self._look()
        return self._context

    def refresh(self) -> None:
        """Look up where we are again, at the next use of the context."""
        self._configuration.refresh()
        self.__dict__.pop("folder", None)
        self._context = self._held = self._noted = None

    def settle(self) -> None:
        """Take up what was changed in the configuration through the profiles."""
        if isinstance(self.context.known_profile, ZenError):
            self._context = None  # the active profile may be there now
        else:
            settings = self._configuration.settings
            self._context = replace(self.context, settings=settings)

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

    def note_folder(self) -> None:
        """Note which repository it is, and what it pins, for `clean_folder`."""
        self._noted = self.required_folder.snapshot()
        self.note_present()

    def clean_folder(self) -> list[Path]:
        """Remove the repository's settings; see `RepositoryFolder.remove`.

        Raises:
            StoreReplacedError: They aren't those that were noted.
        """
        self.check_folder()
        if self._noted and not self._noted.is_as(self.required_folder):
            raise StoreReplacedError("The repository's configuration", "has changed")
        left = self.required_folder.remove()
        self.refresh()
        return left

    def migrate_legacy(self) -> None:
        """Migrate the repository if it is one of before there were profiles.

        What goes wrong is raised when it is asked what the repository pins.
        """
        try:
            folder = self.folder
        except ConfigurationError:
            return  # the context says so
        if folder and folder.is_legacy:
            # Only those need it who come from before there were profiles.
            from zen.config.legacy import migrate

            migrate(folder, self._profiles, self._profiles.catalog, self._notify)

    def recall_legacy(self) -> None:
        """Let a repository that can't be written pin what it was migrated to.

        Unlike `migrate_legacy`, this changes nothing.
        """
        if self.folder and self.folder.is_legacy:
            # Only those need it who come from before there were profiles.
            from zen.config.legacy import recall

            recall(self.folder, self._configuration.settings)

    def consent(self, profile: ProfileConfiguration | None = None) -> Consent:
        """Return what may be used of the repository that we are in.

        Args:
            profile: The profile whose records are used; the active one if None.
        """
        # Only those need it who import, or build, what a profile names.
        from zen.config.trust import Consent

        profile = profile or self.context.profile
        return Consent(self.context.root, profile.origin)

    def set_profile(self, name: str, *, globally: bool) -> None:
        """Make a profile active: in the repository, or outside of any."""
        folder = None if globally else self._folder_or_warning()
        if folder:
            profile = self._configuration.load_locked().profile(name)
            pinned = _known(folder.read)
            if isinstance(pinned, ZenError):
                pinned = LocalSettings()  # what can't be read is replaced
            if pinned.active_profile_name != name:
                self._pin(folder, LocalSettings(name, profile.active_stack))
                self._warn_if_unpinned(pinned, profile)
        else:
            with self._configuration.update() as settings:
                profile = settings.profile(name)
                settings.active_profile_name = name
        self._move(self._choice_of(name, folder), profile)
        self._warn_if_overridden("profile", name)

    def _warn_if_unpinned(
        self, pinned: LocalSettings, profile: ProfileConfiguration
    ) -> None:
        """Name a stack that was chosen for the repository and has lost its place."""
        profiles = self._configuration.settings.profiles
        former = profiles.get(pinned.active_profile_name or "")
        stack = pinned.active_stack_name
        if not former or not stack:
            return
        if not any(_is_same(each.active_stack, stack) for each in (former, profile)):
            self._notify(
                f"The repository's active stack is '{profile.active_stack}' now; it was"
                f" '{stack}' of profile '{former.name}'."
            )

    def _folder_or_warning(self) -> RepositoryFolder | None:
        """Return the repository; a setting that names none mustn't be in the way."""
        try:
            return self.folder
        except DanglingReferenceError as error:
            self._notify(Caution(f"Warning: {error} {error.hint}"))
            return None

    def set_stack(self, name: str, *, globally: bool) -> None:
        """Make a stack active: in the repository, or in the active profile."""
        profile, choice = self.context.profile, self.context.profile_choice
        if not globally and choice.scope != "environment" and self.folder:
            self._pin(self.folder, LocalSettings(profile.name, name))
            choice = self._choice_of(profile.name, self.folder)
        else:
            with self._configuration.update() as settings:
                present = _present(profile, settings)
                settings.profiles[profile.name] = replace(present, active_stack=name)
            profile = replace(profile, active_stack=name)
        self._move(choice, profile)
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
        profile = of or self.context.profile
        self._rename_in_profile(old, new, profile)
        if self.folder:
            local = self.folder.read()
            if _pinned_stack(local, profile, old):
                self.folder.replace(local, LocalSettings(profile.name, new))
        if profile.name == self.context.profile.name:
            if self._seen and _pinned_stack(self._seen.read(), profile, old):
                self._seen.pin(LocalSettings(profile.name, new))
            if _is_same(profile.active_stack, old):
                profile = replace(profile, active_stack=new)
            self._move(self.context.profile_choice, profile)
        else:
            self.settle()

    def _rename_in_profile(
        self, old: str, new: str, profile: ProfileConfiguration
    ) -> None:
        try:
            with self._configuration.update() as settings:
                present = settings.profiles.get(profile.name)
                if present and _is_same(present.active_stack, old):
                    present = replace(present, active_stack=new)
                    settings.profiles[profile.name] = present
        except StoreUnavailableError:
            # What can't be written needs it only if it names the stack.
            if _is_same(profile.active_stack, old):
                raise

    def note_present(self) -> None:
        """Note which repository we are in, for `check_folder` after a question."""
        self._held = self._seen.hold() if self._seen else None

    def check_folder(self) -> None:
        """Raise `StoreReplacedError` if another repository is in the noted place."""
        if self._held and not self._held.is_there():
            subject = f"The repository at {self.context.root}"
            raise StoreReplacedError(subject, "has been replaced by another one")

    def check_present(self, of: ProfileConfiguration | None = None) -> None:
        """Raise `StoreReplacedError` if a profile is gone, or is kept elsewhere now.

        Args:
            of: The profile; if None, the active one, provided that there is one.
        """
        profile = of or self.context.known_profile
        if not isinstance(profile, ZenError):
            _present(profile, self._configuration.load_locked())

    def check_profile_inactive(self, name: str) -> None:
        """Raise `InUseError` if a profile is active here, for it can't be deleted."""
        try:
            here = self.context.profile_choice.name
        except ConfigurationError:
            return  # what is active here can't be told, so it isn't this one
        if name == here:
            raise InUseError(
                f"Profile '{name}' can't be deleted while it is active.",
                hint=_other_first("profile"),
            )

    def check_stack_inactive(
        self, name: str, of: ProfileConfiguration | None = None, *, now: bool = False
    ) -> None:
        """Raise `InUseError` if a stack is active in its profile, or here.

        Args:
            name: The stack.
            of: The profile; the active one if None.
            now: Whether what other processes have made active counts, too.
        """
        profile = of or self.context.profile
        active = {profile.active_stack}
        if profile.name == self.context.profile.name:
            choice = self.context.stack_choice
            active.add(choice.name if choice else None)
        if now:
            present = self._configuration.load_locked().profiles.get(profile.name)
            active.add(present.active_stack if present else None)
            if self.folder and _pinned_stack(self.folder.read(), profile, name):
                active.add(name)
        if any(_is_same(each, name) for each in active):
            raise InUseError(
                f"Stack '{name}' can't be deleted while it is active.",
                hint=_other_first("stack"),
            )

    def _look(self) -> Context:
        """Look up where we are; what can't be told is kept as the error."""
        context = self._look_in(self._configuration.settings)
        if isinstance(context.known_profile, ZenError):
            # Another process may have made the profile since the settings were read.
            self._configuration.refresh()
            context = self._look_in(self._configuration.settings)
        return context

    def _look_in(self, settings: Settings) -> Context:
        folder = _known(lambda: self.folder)
        self._seen = None
        choice: Choice | ZenError
        if isinstance(folder, ZenError):
            choice = folder
        else:
            self._seen = folder.snapshot() if folder else None
            choice = _known(lambda: self._choose(settings))
        profile = _known(lambda: _find(choice, settings))
        return Context(
            settings=settings,
            known_policy=_known(lambda: self._profiles.catalog.policy),
            known_root=folder.root if isinstance(folder, RepositoryFolder) else folder,
            known_profile_choice=choice,
            known_profile=profile,
            known_stack_choice=self._stack_choice(choice, profile),
            open_store=self._profiles.opened,
        )

    def _choose(self, settings: Settings) -> Choice:
        choice = resolve_profile(os.environ, self._seen, self._configuration, settings)
        if choice:
            return choice
        raise ConfigurationError(
            f"{self._configuration.path} doesn't name an active profile.",
            hint="Choose one with 'zen profile set NAME'.",
        )

    def _stack_choice(
        self, choice: Choice | ZenError, profile: ProfileConfiguration | ZenError
    ) -> Choice | ZenError | None:
        if isinstance(choice, ZenError):
            return choice
        if isinstance(profile, ZenError):
            return profile
        return _known(
            lambda: resolve_stack(
                os.environ, self._seen, self._configuration, choice, profile
            )
        )

    def _move(self, choice: Choice, profile: ProfileConfiguration) -> None:
        """Let the context follow what was made active here, if that is what counts."""
        settings = self._configuration.settings
        context = replace(self.context, settings=settings)
        known = context.known_profile_choice
        if isinstance(known, ZenError):
            self._context = None  # nothing was known that could stay
        elif _SCOPES.index(known.scope) < _SCOPES.index(choice.scope):
            self._context = context
        else:
            self._context = replace(
                context,
                known_profile_choice=choice,
                known_profile=profile,
                known_stack_choice=self._stack_choice(choice, profile),
            )

    def _pin(self, folder: RepositoryFolder, settings: LocalSettings) -> None:
        folder.write(settings)
        if self._seen:
            self._seen.pin(settings)

    def _choice_of(self, name: str, folder: RepositoryFolder | None) -> Choice:
        if folder:
            return Choice(name, "repository", f"{folder.path}")
        return Choice(name, "global", f"{self._configuration.path}")

    def _warn_if_overridden(self, kind: str, name: str) -> None:
        variable, value = read_variable(os.environ, f"ACTIVATED_{kind.upper()}")
        if value and value != name:
            text = f"Warning: the environment variable {variable} is set, so {kind}"
            self._notify(Caution(f"{text} '{value}' stays active in this session."))


def _known(look_up: Callable[[], T]) -> T | ZenError:
    try:
        return look_up()
    except ZenError as error:
        return error


def _find(choice: Choice | ZenError, settings: Settings) -> ProfileConfiguration:
    if isinstance(choice, ZenError):
        raise choice
    if choice.name in settings.profiles:
        return settings.profiles[choice.name]
    raise dangling("profile", choice, settings.profiles)


def _present(profile: ProfileConfiguration, settings: Settings) -> ProfileConfiguration:
    """Return a profile as the settings have it, provided that its data is the same."""
    present = settings.profiles.get(profile.name)
    if present is None:
        raise StoreReplacedError(f"Profile '{profile.name}'", "has been deleted")
    if present.place != profile.place:
        problem = "has moved to another place"
        raise StoreReplacedError(f"Profile '{profile.name}'", problem)
    return present


def _pinned_stack(
    local: LocalSettings, profile: ProfileConfiguration, name: str
) -> bool:
    """Tell whether a repository pins a stack of a profile."""
    return local.active_profile_name == profile.name and _is_same(
        local.active_stack_name, name
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
    own = Path(choice.source).parent
    with suppress(OSError):
        for folder in (own, *sorted(own.parent.iterdir())):
            if holds_records(folder):
                create = creation_command(choice.name, folder)
                return f", or use the one in the repository with '{create}'"
    return ""


def _other_first(kind: str) -> str:
    """Say how to have another profile or stack active; the environment comes first."""
    variable, value = read_variable(os.environ, f"ACTIVATED_{kind.upper()}")
    if value:
        return f"Unset or change the environment variable {variable} first."
    return f"Activate another one first, with 'zen {kind} set NAME'."
