"""The global configuration: `config.yaml` in the configuration folder."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from zen.config.configuration_file import ConfigurationFile
from zen.config.profile import DEFAULT_USER, ProfileConfiguration
from zen.errors import (
    DamagedDataError,
    InvalidNameError,
    ProfileNotFoundError,
    StoreError,
    StoreUnavailableError,
)
from zen.stores.locking import exclusive_lock
from zen.stores.yaml_files import check_writable, dump_yaml, replace_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "GlobalConfiguration",
    "Settings",
    "condemned_folder",
    "remove_condemned",
]

_CONDEMNED: Final = re.compile(r"\.deleted-(.+)-[0-9a-f]{32}")


@dataclass
class Settings:
    """Hold what the global configuration says.

    Args:
        active_profile_name: The active profile, where nothing says otherwise.
        profiles: The profiles, by name.
        rest: What plugins' settings and newer versions of Zen keep there as well.
    """

    active_profile_name: str | None = None
    profiles: dict[str, ProfileConfiguration] = field(default_factory=dict)
    rest: dict[str, object] = field(default_factory=dict)

    def profile(self, name: str) -> ProfileConfiguration:
        """Return the profile of that name, or raise `ProfileNotFoundError`."""
        if name in self.profiles:
            return self.profiles[name]
        hint = "See 'zen profile list', or 'zen profile create --help'."
        raise ProfileNotFoundError(name, self.profiles, hint=hint)


class GlobalConfiguration:
    """Read and change the global configuration file.

    Every change is made under a lock and to what the file says at that time, so
    that two that are made at once are both kept.

    Args:
        file: The file, where it has been read already.
    """

    def __init__(self, file: ConfigurationFile | None = None) -> None:
        self._file = file or ConfigurationFile()
        self.path = Path(self._file.path)
        self.folder = self.path.parent
        self._settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """What the file said when it was first looked at, or last changed from here.

        Raises:
            DamagedDataError: The file can't be read as what it should be.
        """
        if self._settings is None:
            self._settings = self._parsed(self._file)
        return self._settings

    def refresh(self) -> None:
        """Look at the file again when the settings are asked for."""
        self._file = self._file.again()
        self._settings = None

    def load(self) -> Settings:
        """Return what the file says now; an absent one says nothing.

        Raises:
            DamagedDataError: The file can't be read as what it should be.
        """
        return self._parsed(self._file.again())

    def load_locked(self) -> Settings:
        """Return what the file says while nobody writes it.

        Where there can't be a lock, nobody can write the file either.

        Raises:
            DamagedDataError: The file can't be read as what it should be.
            StoreLockedError: Another process writes it for longer than ten seconds.
        """
        with ExitStack() as held:
            with suppress(StoreUnavailableError):
                held.enter_context(exclusive_lock(self._lock))
            return self.load()

    @contextmanager
    def update(self) -> Iterator[Settings]:
        """Hand out the settings to be changed, and write them when that went well.

        Raises:
            StoreUnavailableError: The file can't be written; it is unchanged.
        """
        with exclusive_lock(self._lock):
            file = self._file.again()
            settings = self._parsed(file)
            # What is made on the strength of the settings would be left behind.
            check_writable(self.path)
            self._settle(settings)
            yield settings
            settings.profiles = dict(sorted(settings.profiles.items()))
            content = dump_yaml(_content(settings))
            if content != file.data:
                replace_files({self.path: content})
            self._settings = settings

    @property
    def _lock(self) -> Path:
        return self.folder / ".config.lock"

    def recover(self, settings: Settings) -> None:
        """Give profiles back the folders that a deletion which died has taken away.

        Where the configuration can't be written, nothing is done.
        """
        if any(
            name in settings.profiles and not folder.exists()
            for name, folder, _ in self._condemned()
        ):
            # Under the lock, for the deletion may be alive.
            with suppress(StoreError), self.update():
                pass

    def _settle(self, settings: Settings) -> None:
        """Undo the deletions that died before they were written down, end the others.

        A profile that has a new folder keeps both.
        """
        for name, folder, condemned in self._condemned():
            if name not in settings.profiles:
                remove_condemned(condemned)
            elif not folder.exists():
                with suppress(OSError):
                    condemned.rename(folder)

    def _condemned(self) -> Iterator[tuple[str, Path, Path]]:
        """Yield profiles that are being deleted: name, folder, and where that is."""
        for path in (self.folder / "profiles").glob(".deleted-*"):
            if found := _CONDEMNED.fullmatch(path.name):
                yield found[1], path.with_name(found[1]), path

    def _parsed(self, file: ConfigurationFile) -> Settings:
        content = dict(file.content)
        active = content.pop("active_profile_name", None)
        profiles = content.pop("profiles", None) or {}
        if not isinstance(profiles, dict):
            raise DamagedDataError(self.path, "'profiles' must be a mapping")
        if not isinstance(content.get("notices", True), bool):
            raise DamagedDataError(self.path, "'notices' must be true or false")
        return Settings(
            active_profile_name=None if active is None else str(active),
            profiles={
                str(name): self._profile(str(name), profiles[name])
                for name in sorted(profiles, key=str)
            },
            rest=content,
        )

    def _profile(self, name: str, content: object) -> ProfileConfiguration:
        if not isinstance(content, dict):
            raise DamagedDataError(self.path, f"profile '{name}' must be a mapping")
        rest = dict(content)
        texts = {}
        for key in ("store_type", "store_url", "active_stack", "active_user"):
            value = rest.pop(key, None)
            if value is not None and not isinstance(value, str):
                reason = f"'{key}' of profile '{name}' must be text"
                raise DamagedDataError(self.path, reason)
            texts[key] = value
        if not texts["store_type"]:
            reason = f"profile '{name}' needs a 'store_type'"
            raise DamagedDataError(self.path, reason)
        try:
            return ProfileConfiguration(
                name,
                texts["store_type"],
                texts["store_url"],
                texts["active_stack"],
                texts["active_user"] or DEFAULT_USER,
                rest,
            )
        except InvalidNameError as error:
            raise DamagedDataError(self.path, str(error)) from error


def condemned_folder(folder: Path) -> Path:
    """Return where a profile's folder goes while the profile is deleted."""
    return folder.with_name(f".deleted-{folder.name}-{uuid4().hex}")


def remove_condemned(path: Path) -> None:
    """Remove what is left of a profile that was deleted, as far as that can be done."""
    # Brings along all that archives need, and only a deletion needs it.
    from shutil import rmtree

    rmtree(path, ignore_errors=True)
    with suppress(OSError):
        path.unlink()  # a file was in the folder's place


def _content(settings: Settings) -> Mapping[str, object]:
    return {
        "active_profile_name": settings.active_profile_name,
        "profiles": {
            name: {
                "store_type": profile.store_type,
                "store_url": profile.store_url,
                "active_stack": profile.active_stack,
                "active_user": profile.active_user,
                **profile.rest,
            }
            for name, profile in settings.profiles.items()
        },
        **settings.rest,
    }
