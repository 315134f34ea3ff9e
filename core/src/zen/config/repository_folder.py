"""The repository folder `.zen`: what is active in one project."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from zen.config.environment import read_variable
from zen.config.held_folder import HeldFolder
from zen.errors import (
    ConfigurationError,
    DamagedDataError,
    DanglingReferenceError,
    InitializationException,
    StoreUnavailableError,
    UntrustedError,
    ZenError,
)
from zen.folders import config_folder
from zen.permissions import mode_like
from zen.stores.confinement import check_links
from zen.stores.locking import exclusive_lock
from zen.stores.yaml_files import dump_yaml, parse_yaml, read_file, replace_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["LocalSettings", "RepositoryFolder"]

_FOLDER: Final = ".zen"
# Two lines need less, and so do the stacks of before there were profiles.
_LARGEST: Final = 1 << 20
# What the file held before there were profiles.
_LEGACY_KEYS: Final = {"stacks", "stack_components"}


class LocalSettings(NamedTuple):
    """Hold what a repository pins.

    Args:
        active_profile_name: The profile that is active in the repository.
        active_stack_name: The stack that is active there while that profile is.
    """

    active_profile_name: str | None = None
    active_stack_name: str | None = None


class RepositoryFolder:
    """Read and change the local settings of one repository.

    Args:
        root: The project's folder, which holds `.zen`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pinned: LocalSettings | ZenError | None = None

    @property
    def path(self) -> Path:
        """The file that holds the settings."""
        return self.root / _FOLDER / "config.yaml"

    @classmethod
    def find(
        cls, environ: Mapping[str, str], start: Path | None = None
    ) -> RepositoryFolder | None:
        """Return the repository that `start` is in.

        If that is None, it is the one that `ZEN_REPOSITORY_PATH` names, else the one
        that the working directory is in. The folders above are searched too.

        Raises:
            DanglingReferenceError: `ZEN_REPOSITORY_PATH` names no repository.
            UntrustedError: It is somebody else's.
            ConfigurationError: The folder isn't there, or can't be looked at.
        """
        if start is None:
            variable, configured = read_variable(environ, "REPOSITORY_PATH")
            if configured:
                root = Path(configured).expanduser().resolve()
                if cls.is_root(root):
                    found = cls(root)
                    found.check_owner()
                    return found
                raise DanglingReferenceError(
                    "repository",
                    configured,
                    source=variable,
                    hint=f"Unset {variable}, or run 'zen init {configured}'.",
                )
        folder = cls.locate(start)
        if folder:
            folder.check_owner()
        return folder

    @classmethod
    def locate(cls, start: Path | None = None) -> RepositoryFolder | None:
        """Return the repository that a folder is in, whoever owns that.

        Args:
            start: The folder; the working directory if None.

        Raises:
            ConfigurationError: The folder isn't there, or can't be looked at.
        """
        try:
            folder = (start or Path.cwd()).resolve(strict=True)
            for candidate in (folder, *folder.parents):
                if cls.is_root(candidate):
                    return cls(candidate)
        except OSError as error:
            raise ConfigurationError(
                f"The folder {start or 'that you are in'} can't be read:"
                f" {error.strerror}.",
                hint="Change to a folder that exists and that you may read.",
            ) from error
        return None

    @staticmethod
    def is_root(folder: Path) -> bool:
        """Tell whether `folder` is the root of a repository."""
        # A configuration folder of that name is no repository.
        marker = folder / _FOLDER
        return marker.is_dir() and marker.resolve() != config_folder().resolve()

    def check_owner(self) -> None:
        """Raise `UntrustedError` if the folder `.zen` is another user's, or a link.

        Somebody else may have put it above folders of the user's own, as in '/tmp'.
        """
        marker = self.root / _FOLDER
        if marker.is_symlink():
            raise UntrustedError(
                f"{marker} is a symbolic link, and Zen follows none out of a"
                " repository.",
                hint="Put a folder in its place.",
            )
        if not hasattr(os, "geteuid"):
            return
        owner = marker.stat().st_uid
        if owner in {0, os.geteuid()}:
            return
        # Hardly ever needed.
        from zen.config.trust import Trust, trust_command

        if Trust().of(self.root).is_trusted:
            return
        raise UntrustedError(
            f"Dubious ownership of the repository {self.root}: its folder '.zen'"
            f" belongs to user {owner}, and you are user {os.geteuid()}.",
            hint=f"If you trust it, run '{trust_command(self.root)}'.",
        )

    @classmethod
    def create(cls, root: Path, settings: LocalSettings) -> RepositoryFolder:
        """Make a folder a repository.

        Raises:
            InitializationException: It is one already, or isn't a folder.
        """
        root = root.resolve()
        if cls.is_root(root):
            raise _already_there(cls(root))
        if os.path.lexists(root / _FOLDER):
            raise InitializationException(
                f"'{root / _FOLDER}' is the configuration folder, or no folder.",
                hint="Choose another folder for the repository.",
            )
        if not root.is_dir():
            raise InitializationException(
                f"'{root}' is not a folder.", hint="Create it first."
            )
        folder = cls(root)
        folder.write(settings)
        return folder

    @property
    def is_legacy(self) -> bool:
        """Whether its stacks are in its own file, as before there were profiles."""
        try:
            content = self._content()
        except (DamagedDataError, StoreUnavailableError):
            return False  # whoever reads the settings is told what is wrong
        return "active_profile_name" not in content and not _LEGACY_KEYS.isdisjoint(
            content
        )

    def snapshot(self) -> RepositoryFolder:
        """Return the repository as it is now, whatever is written to it later."""
        same = RepositoryFolder(self.root)
        try:
            same.pin(self.read())
        except ZenError as error:
            same.pin(error)
        return same

    def hold(self) -> HeldFolder:
        """Return what tells the folder `.zen` from another one in its place."""
        return HeldFolder(self.root / _FOLDER)

    def is_as(self, other: RepositoryFolder) -> bool:
        """Tell whether both pin the same, or neither can be read."""
        pinned: list[LocalSettings | None] = []
        for folder in (self, other):
            try:
                pinned.append(folder.read())
            except ZenError:
                pinned.append(None)
        return pinned[0] == pinned[1]

    def pin(self, settings: LocalSettings | ZenError) -> None:
        """Let the repository pin, in this process, what its file doesn't say.

        Args:
            settings: What `read` returns, or raises, until something is written.
        """
        self._pinned = settings

    def read(self) -> LocalSettings:
        """Return the settings; an absent file pins nothing.

        Raises:
            DamagedDataError: The file can't be read as what it should be.
            ConfigurationError: It is one of before there were profiles, and can't be
                migrated.
        """
        if isinstance(self._pinned, ZenError):
            raise self._pinned
        if self._pinned:
            return self._pinned
        content = self._content()
        names = [content.get(f"active_{kind}_name") for kind in ("profile", "stack")]
        for name in names:
            if name is not None and not isinstance(name, str):
                raise DamagedDataError(self.path, f"{name!r} is not a name")
        return LocalSettings(*names)  # type: ignore[arg-type]  # checked above

    def write(self, settings: LocalSettings, *, anew: bool = False) -> None:
        """Write the settings.

        Args:
            settings: What the repository pins.
            anew: Whether to leave out whatever else the file says.

        Raises:
            StoreUnavailableError: The file can't be written; it is unchanged.
            StoreLockedError: Somebody else writes one for longer than ten seconds.
        """
        with _one_writer():
            self._write(settings, anew=anew)

    def replace(self, old: LocalSettings, new: LocalSettings) -> bool:
        """Write settings unless they have changed, and tell whether they were written.

        Args:
            old: What `read` has returned.
            new: What the repository is to pin.

        Raises:
            ZenError: As `read` and `write` do.
        """
        with _one_writer():
            is_same = self.read() == old
            if is_same:
                self._write(new, anew=False)
        return is_same

    def _write(self, settings: LocalSettings, *, anew: bool) -> None:
        content = {
            "active_profile_name": settings.active_profile_name,
            "active_stack_name": settings.active_stack_name,
            **({} if anew else self._unknown()),
        }
        check_links(self.root, self.path)
        data = dump_yaml(content, end_mark=False)
        replace_files({self.path: data}, mode=mode_like(self.path.parent))
        self._pinned = None

    def remove(self) -> list[Path]:
        """Remove the settings, and the folder `.zen` unless it holds anything else.

        Returns:
            What else it holds.

        Raises:
            ConfigurationError: They hold stacks of before there were profiles, which
                would be lost.
            StoreUnavailableError: They can't be removed; nothing was changed.
        """
        if self._holds_stacks():
            raise ConfigurationError(
                f"{self.path} holds stacks that aren't in any profile yet.",
                hint=f"Delete {self.path.parent} yourself if you don't need them.",
            )
        # Hardly ever needed.
        from zen.config.trust import Trust

        replace_files({self.path: None})
        Trust().forget(self.root)
        with suppress(OSError):  # it isn't empty
            self.path.parent.rmdir()
        return sorted(self.path.parent.glob("*"))

    def _holds_stacks(self) -> bool:
        try:
            data = read_file(self.path, largest=_LARGEST)
        except DamagedDataError:
            return False  # none were ever as large
        return b"stack_components:" in (data or b"")

    def _content(self) -> dict[str, object]:
        check_links(self.root, self.path)
        data = read_file(self.path, largest=_LARGEST)
        if not data or not data.strip():
            return {}
        return parse_yaml(data, self.path, end_mark=False)

    def _unknown(self) -> dict[str, object]:
        """Return what a newer version of Zen keeps there as well."""
        try:
            content = self._content()
        except DamagedDataError:
            return {}  # to write the settings anew is how users mend the file
        return {
            key: value
            for key, value in content.items()
            if key not in {"active_profile_name", "active_stack_name"}
        }


def _already_there(folder: RepositoryFolder) -> InitializationException:
    """Return the error for a folder that is a repository, be it damaged or not."""
    found = f"Found existing Zen repository at path '{folder.root}'"
    try:
        folder.read()
    except DamagedDataError as error:
        return InitializationException(
            f"{found}, whose settings are damaged: {error}",
            hint="Edit them, restore them from git, or write them again with"
            " 'zen profile set NAME'.",
        )
    return InitializationException(
        f"{found}.",
        hint="You can use it as it is; to start again, run 'zen repo clean' first.",
    )


@contextmanager
def _one_writer() -> Iterator[None]:
    """Keep this host's others from writing the settings of repositories.

    The lock is in the configuration folder, so that projects hold nothing more. Where
    that folder can't be written, there is none.
    """
    with ExitStack() as held:
        with suppress(StoreUnavailableError):
            held.enter_context(exclusive_lock(config_folder() / ".repositories.lock"))
        yield
