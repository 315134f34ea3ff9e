"""What is active: the repository, its profile and stack, and the profile's store."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zen.catalog import Catalog
from zen.config import Activation, ConfigurationFile, PluginSettings, Profiles
from zen.config.activation import dangling
from zen.config.profile import DEFAULT_USER
from zen.errors import ConfigurationError, StackNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen.config import ProfileConfiguration, ProfileHistory
    from zen.context import Choice, Context
    from zen.records import StackRecord
    from zen.stores import Change, Store

__all__ = ["ActiveProfile"]


class ActiveProfile:
    """Know the profiles, which of them is active, and where its data is.

    Args:
        root: A folder of the project; the working directory if None.
        catalog: What is installed; found out if None.
        notify: Takes each notice for the user; there are none if None.
        command: The command that was given, for the profiles' logs.
        configuration: The global configuration, where it has been read already.
    """

    def __init__(
        self,
        root: Path | str | None = None,
        *,
        catalog: Catalog | None = None,
        notify: Callable[[str], None] | None = None,
        command: str = "",
        configuration: ConfigurationFile | None = None,
    ) -> None:
        file = configuration or ConfigurationFile()
        self._catalog = catalog or Catalog(policy=PluginSettings(file).policy)
        self._notify = notify or (lambda _: None)
        self._profiles = Profiles(self._catalog, self._notify, command, file=file)
        start = None if root is None else Path(root)
        self._activation = Activation(self._profiles, start, self._notify)
        self._look()

    def _look(self) -> None:
        self._profiles.ensure_default()
        self._activation.migrate_legacy()
        # What is looked up is looked up now.
        _ = self._activation.context

    @property
    def context(self) -> Context:
        """Where this repository works, as it was looked up when it was made.

        It follows what is activated and changed through this repository. What other
        processes and other repositories change, it follows at the next `refresh`.
        """
        return self._activation.context

    def refresh(self) -> None:
        """Look up again where we are, as a new `Repository` would.

        Raises:
            ZenError: As making a `Repository` does.
        """
        self.close()
        self._activation.refresh()
        self._look()

    @property
    def catalog(self) -> Catalog:
        """What is installed: plugins, and what they offer."""
        return self._catalog

    @property
    def required_root(self) -> Path:
        """The repository's root; `ConfigurationError` is raised outside of any."""
        return self._activation.required_folder.root

    @property
    def root(self) -> Path | None:
        """The repository's root, or None outside of any.

        Raises:
            DanglingReferenceError: `ZEN_REPOSITORY_PATH` names no repository.
            ConfigurationError: The folder isn't there, or can't be looked at.
        """
        return self.context.root

    @property
    def distrusted_root(self) -> Path | None:
        """The root of the repository that isn't trusted, if we are in one.

        Or if the active profile's records came with one.
        """
        return self._activation.consent().distrusted

    @property
    def profiles(self) -> dict[str, ProfileConfiguration]:
        """The profiles, by name."""
        return self.context.settings.profiles

    @property
    def config_directory(self) -> Path | None:
        """The repository's folder `.zen`, or None outside of any."""
        return self.root / ".zen" if self.root else None

    def displayed_url(self, profile: ProfileConfiguration) -> str:
        """Return where a profile's data is, without passwords."""
        return self._profiles.displayed_url(profile)

    @property
    def active_user_name(self) -> str:
        """The name of the active profile's user."""
        return self.active_profile.active_user

    @property
    def active_profile_choice(self) -> Choice:
        """The active profile's name, which may lead nowhere, and who says so."""
        return self.context.profile_choice

    @property
    def active_profile_name(self) -> str:
        """The active profile's name; raises as `active_profile` does."""
        return self.active_profile.name

    @property
    def active_profile(self) -> ProfileConfiguration:
        """The active profile.

        Raises:
            DanglingReferenceError: A setting names a profile that is gone.
        """
        return self.context.profile

    def get_profile(self, name: str) -> ProfileConfiguration:
        """Return the profile of that name, or raise `ProfileNotFoundError`."""
        return self.context.settings.profile(name)

    def create_profile(
        self,
        name: str,
        store_type: str | None = None,
        url: str | None = None,
        *,
        user: str = DEFAULT_USER,
    ) -> ProfileConfiguration:
        """Make a profile; see `zen.config.Profiles.create`."""
        is_known = name in self.profiles
        profile = self._profiles.create(name, store_type, url, user=user)
        if is_known:  # it has moved
            self.refresh()
        self._activation.settle()
        return profile

    def delete_profile(
        self, name: str, *, shown: ProfileConfiguration | None = None
    ) -> str | None:
        """Delete a profile that is active neither here nor globally.

        Args:
            name: The profile.
            shown: What the user was told that it is; it must still be so.

        Returns:
            Where data of its was left, without passwords; None where nothing was.

        Raises:
            ProfileNotFoundError: There is no such profile.
            InUseError: It is active, or something in it is provisioned.
            StoreReplacedError: It isn't what was shown any more.
        """
        self._deletable(name)
        self.close()  # it may be open
        left = self._profiles.delete(name, shown=shown)
        self._activation.settle()
        return left

    def check_profile_deletion(self, name: str) -> ProfileConfiguration:
        """Raise what `delete_profile` would raise, and delete nothing.

        The store that the profile has now is the one that may be deleted.

        Returns:
            The profile.
        """
        profile = self._deletable(name)
        self._profiles.look_at(profile)
        return profile

    def _deletable(self, name: str) -> ProfileConfiguration:
        profile = self.get_profile(name)
        self._profiles.check_deletion(profile, self.context.settings)
        self._activation.check_profile_inactive(name)
        self._check_down(profile)
        return profile

    def note_present(self) -> None:
        """Note where we are and what was read, for `check_present` after a question."""
        self._activation.note_present()
        self._profiles.note_opened()

    def check_present(self) -> None:
        """Raise `StoreReplacedError` if the active profile is gone or moved by now.

        So does a store that was read and has been replaced, and the repository. A
        program that has asked its user something calls this before it acts on the
        answer.
        """
        self._activation.check_folder()
        self._activation.check_present()
        self._profiles.check_opened()

    def copy_profile(
        self,
        source: str,
        name: str,
        store_type: str | None = None,
        url: str | None = None,
    ) -> dict[str, int]:
        """Make a profile that holds the same as another; see `Profiles.copy`.

        Returns:
            How many records of each kind were copied.
        """
        copied = self._profiles.copy(source, name, store_type, url)
        self._activation.settle()
        return copied

    def upgrade_profile(self, name: str | None = None) -> str | None:
        """Bring a profile's store to this version's layout; the active one's if None.

        Returns:
            What was done; None if there was nothing to do.

        Raises:
            ProfileNotFoundError: There is no such profile.
            StoreUnavailableError: It can't be done; the store is as it was.
        """
        profile = self.active_profile if name is None else self.get_profile(name)
        return self.context.open_store(profile).driver.upgrade()

    def history(self, name: str | None = None) -> ProfileHistory:
        """Return what was committed to a profile; to the active one if None.

        Raises:
            ProfileNotFoundError: There is no such profile.
        """
        # Only those who look back need it.
        from zen.config import ProfileHistory

        profile = self.active_profile if name is None else self.get_profile(name)
        store = self.context.open_store(profile)
        check = partial(self._check_changes, name)
        return ProfileHistory(store, profile, self._activation, check)

    def _check_changes(self, profile: str | None, changes: Iterable[Change]) -> None:
        """Raise `InUseError` if changes would lose what is provisioned.

        Args:
            profile: The name of the profile that changes; the active one if None.
            changes: What is about to be written to it.
        """

    def _check_down(self, profile: ProfileConfiguration) -> None:
        """Raise `InUseError` if anything in a profile is provisioned."""

    def activate_profile(self, name: str, *, globally: bool = False) -> None:
        """Make a profile the active one: of the repository, or outside of any.

        The repository's stack becomes the profile's.

        Args:
            name: The profile.
            globally: Change what is active outside of any repository instead.

        Raises:
            ProfileNotFoundError: There is no such profile.
        """
        self._activation.set_profile(name, globally=globally)

    @property
    def active_stack_choice(self) -> Choice | None:
        """The active stack's name, which may lead nowhere, and who says so."""
        return self.context.stack_choice

    @property
    def active_stack_record(self) -> StackRecord:
        """The active stack as it is kept, without building its components.

        Raises:
            DanglingReferenceError: A setting names a stack that is gone.
            ConfigurationError: The profile has no active stack.
        """
        choice = self.active_stack_choice
        if choice is None:
            raise ConfigurationError(
                f"Profile '{self.active_profile_name}' has no active stack.",
                hint="Choose one with 'zen stack set NAME', or register one with"
                " 'zen stack register'.",
            )
        try:
            return self.store.stack(choice.name)
        except StackNotFoundError as error:
            raise dangling("stack", choice, error.available) from error

    @property
    def active_stack_name(self) -> str:
        """The active stack's name; raises as `active_stack_record` does."""
        return self.active_stack_record.name

    def activate_stack(self, name: str, *, globally: bool = False) -> None:
        """Make a stack the active one: of the repository, or of the active profile.

        Args:
            name: The stack.
            globally: Change the profile's active stack, also inside of a repository.

        Raises:
            StackNotFoundError: There is no such stack in the active profile.
        """
        stack = self.store.stack(name)
        self._activation.set_stack(stack.name, globally=globally)

    @property
    def store(self) -> Store:
        """The active profile's store: records, without building anything."""
        return self.context.store

    def _store_of(self, name: str | None) -> Store:
        if name is None:
            return self.store
        return self.context.open_store(self.get_profile(name))

    def close(self) -> None:
        """Let go of the stores' connections; the next use opens them again."""
        self._profiles.close()
