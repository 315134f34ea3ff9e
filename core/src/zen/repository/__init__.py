"""The Python face of Zen: the active profile, and all that is kept in it."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zen.catalog import Catalog
from zen.config import (
    ConfigurationFile,
    LocalSettings,
    PluginSettings,
    RepositoryFolder,
)
from zen.errors import ConfigurationError, InUseError, StoreError, ZenError
from zen.notices import Caution
from zen.repository._contents import ProfileContents

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.carrying import StackCarrier, StackEnvironment
    from zen.status import Status

__all__ = ["Repository"]


class Repository(ProfileContents):
    """Work with the active profile: its stacks, its components, and what is active.

    The first use of Zen on a host makes the profile `default`.

    Args:
        root: A folder of the project; the working directory if None.
        catalog: What is installed; found out if None.
        notify: Takes each notice for the user; there are none if None.
        command: The command that was given, for the profiles' logs; it must hold no
            secret.
        configuration: The global configuration, where it has been read already.
    """

    @classmethod
    def initialize(
        cls,
        root: Path | str | None = None,
        *,
        catalog: Catalog | None = None,
        notify: Callable[[str], None] | None = None,
        command: str = "",
        configuration: ConfigurationFile | None = None,
    ) -> Repository:
        """Make a folder a repository that pins the profile and stack active outside.

        It is trusted from then on: its code may be imported.

        Args:
            root: The folder; the working directory if None.
            catalog: What is installed; found out if None.
            notify: Takes each notice for the user; there are none if None.
            command: The command that was given, for the profiles' logs.
            configuration: The global configuration, where it has been read already.

        Raises:
            InitializationException: It is a repository already, or isn't a folder.
        """
        folder = Path(root or ".").absolute()
        file = configuration or ConfigurationFile()
        make = partial(
            cls, catalog=catalog, notify=notify, command=command, configuration=file
        )
        outside = make(Path(folder.anchor))
        profile = outside.active_profile
        stack = outside.active_stack_choice
        # Only those need it who decide whom to trust.
        from zen.config.trust import Trust

        pinned = LocalSettings(profile.name, stack.name if stack else None)
        root = RepositoryFolder.create(folder, pinned).root
        repository = make(root)
        try:
            Trust().add(root)
        except (ConfigurationError, StoreError) as error:
            if notify:
                notify(Caution(f"Warning: {error} {error.hint}"))
        return repository

    @classmethod
    def trust(
        cls,
        root: Path | str | None = None,
        *,
        catalog: Catalog | None = None,
        notify: Callable[[str], None] | None = None,
        command: str = "",
        configuration: ConfigurationFile | None = None,
    ) -> Repository:
        """Trust a repository: its code may be imported, and its data be used.

        The custom flavors of its profile whose files are in it are bound to it. The
        arguments are those of `Repository` itself.

        Raises:
            ConfigurationError: The folder is in no repository.
            StoreUnavailableError: That can't be written down.
        """
        from zen.config.trust import Trust  # as above

        known = RepositoryFolder.locate(None if root is None else Path(root))
        if known is None:
            raise ConfigurationError(
                f"'{Path(root or '.').absolute()}' is in no repository.",
                hint="Make it one with 'zen init', which also trusts it.",
            )
        Trust().add(known.root)
        repository = cls(
            known.root,
            catalog=catalog,
            notify=notify,
            command=command,
            configuration=configuration,
        )
        repository._bind_flavors()
        return repository

    def _bind_flavors(self) -> None:
        consent = self._activation.consent()
        try:
            flavors, _ = self.store.flavors()
        except (ConfigurationError, StoreError) as error:
            text = f"Warning: no custom flavor was bound: {error} {error.hint}"
            self._notify(Caution(text))
            return
        if held := [flavor for flavor in flavors if consent.is_held(flavor)]:
            consent.bind(held)

    @classmethod
    def status(
        cls,
        root: Path | str | None = None,
        *,
        catalog: Catalog | None = None,
        notify: Callable[[str], None] | None = None,
        command: str = "",
        configuration: ConfigurationFile | None = None,
    ) -> Status:
        """Return where we are, what is active, and what is wrong; raise nothing.

        The arguments are those of `Repository` itself, which may not be made as long
        as something is broken.
        """
        # Only who asks needs it.
        from zen.status import take_status

        settings = PluginSettings(configuration)
        known = catalog or Catalog(policy=settings.policy)
        use = partial(
            cls,
            root,
            catalog=known,
            notify=notify,
            command=command,
            configuration=settings.file,
        )
        start = None if root is None else Path(root)
        return take_status(use, known, settings, start)

    def clean(self) -> list[Path]:
        """Remove the repository's configuration; profiles and artifacts stay.

        Returns:
            What else is in the folder `.zen`, which stays too.

        Raises:
            ConfigurationError: We are in no repository, or its stacks are in its
                configuration, as before there were profiles.
            InUseError: A component of the stack that it pins is provisioned.
            StoreReplacedError: It isn't what it was at `check_clean`.
            StoreUnavailableError: It can't be removed; nothing was changed.
        """
        self._check_stack_down()
        return self._activation.clean_folder()

    def check_clean(self) -> None:
        """Raise `InUseError` if `clean` would refuse, and remove nothing.

        From then on, `clean` refuses to remove a configuration that was changed or
        replaced meanwhile. Where the stack can't be read, nothing here could bring it
        down, and a notice says so.
        """
        self._check_stack_down()
        self._activation.note_folder()

    def _check_stack_down(self) -> None:
        try:
            choice = self.active_stack_choice
            if choice and choice.scope == "repository":
                self._live().check_components(self.active_stack_record)
        except InUseError:
            raise
        except ZenError as error:
            self._notify(
                Caution(
                    "Warning: Zen can't tell whether anything in the repository's"
                    f" stack is provisioned: {error}"
                )
            )

    @staticmethod
    def is_repository_directory(path: Path | str) -> bool:
        """Tell whether a folder is the root of a repository."""
        return RepositoryFolder.is_root(Path(path))

    @staticmethod
    def find_repository(path: Path | str | None = None) -> Path | None:
        """Return the root of the repository that a folder is in, or None.

        Raises:
            DanglingReferenceError: `ZEN_REPOSITORY_PATH` names no repository.
        """
        start = None if path is None else Path(path)
        folder = RepositoryFolder.find(os.environ, start)
        return folder.root if folder else None

    @property
    def carrier(self) -> StackCarrier:
        """What carries stacks: exports, imports, copies, applies and compares them."""
        # Loads pydantic, which listing records doesn't need.
        from zen.carrying import StackCarrier

        return StackCarrier(
            self._store_of, self._catalog, self._activation, self._check_changes
        )

    @property
    def environment(self) -> StackEnvironment:
        """What the active stack needs to be installed; raises as its record does."""
        from zen.carrying import StackEnvironment, gaps_of, needs_of  # as above

        stack, store_type = self.active_stack_record, self.active_profile.store_type
        needs = needs_of(stack, self.store, store_type, self._catalog)
        return StackEnvironment(
            stack.name,
            needs,
            self.root,
            lambda: gaps_of(stack, self.store, self.factory.flavors),
        )
