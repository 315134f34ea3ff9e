"""Make a profile of what a repository kept before there were profiles.

The old `config.yaml` stays until the profile is known on this host, and the profile's
name is made of what the repository kept, so it comes out the same each time. So a
migration that was interrupted at whatever point is simply made again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

from zen.config.legacy._files import read_legacy
from zen.config.profile import ProfileConfiguration
from zen.config.repository_folder import LocalSettings
from zen.errors import ConfigurationError, StoreUnavailableError, ZenError
from zen.notices import Caution
from zen.permissions import mode_like
from zen.printable import Lines, printable
from zen.stores.confinement import check_links
from zen.stores.identity import IDENTITY
from zen.stores.yaml_files import check_writable, replace_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zen.catalog import Catalog
    from zen.config.global_configuration import Settings
    from zen.config.legacy._files import LegacyRepository
    from zen.config.profiles import Profiles
    from zen.config.repository_folder import RepositoryFolder
    from zen.stores import Store

__all__ = ["migrate", "recall"]

_NOTICE: Final = """\
A legacy Zen repository with locally configured stacks was found at '{folder}'.
Beginning with Zen 1.0, stacks are no longer stored in the configuration of a \
repository, they are managed globally using the newly introduced concept of Profiles.

The stacks configured in this repository will be automatically migrated to a newly \
created profile: '{profile}'.

If you no longer need to use the stacks configured in this repository, please delete \
the profile using the following command:

'zen profile delete {profile}'

More information about Profiles can be found with 'zen profile --help'.
This warning will not be shown again for this Repository.
Initializing profile `{profile}`..."""
# The kinds of the records that become of a repository.
_MIGRATED: Final = {"component", "stack", IDENTITY.kind}


def migrate(
    folder: RepositoryFolder,
    profiles: Profiles,
    catalog: Catalog,
    notify: Callable[[str], None],
) -> None:
    """Make a profile of a legacy repository's stacks, and let the repository pin it.

    What goes wrong changes nothing, and is raised when it matters: when the repository
    is asked what it pins.

    Args:
        folder: The repository, which is a legacy one.
        profiles: The profiles of this host.
        catalog: What is installed.
        notify: Takes each notice for the user.
    """
    try:
        legacy = read_legacy(folder.path)
        profile = _find(legacy, profiles.configuration.settings)
        is_known = profile is not None
        if profile is None:
            with profiles.configuration.update() as settings:
                profile = _find(legacy, settings)
                is_known = profile is not None  # another process was first
                if profile is None:
                    profile = _make_profile(legacy, settings, profiles, catalog, notify)
                    settings.profiles[profile.name] = profile
        folder.pin(LocalSettings(profile.name, profile.active_stack))
        _write_down(folder, legacy, None if is_known else notify)
    except ZenError as error:
        if folder.is_legacy:  # no other process has migrated it meanwhile
            folder.pin(_explained(error, folder))


def recall(folder: RepositoryFolder, settings: Settings) -> bool:
    """Let a legacy repository pin the profile that was made of it, if there is one.

    That is what it does for good where its folder can't be written. Nothing is changed.

    Args:
        folder: The repository, which is a legacy one.
        settings: The global configuration.

    Raises:
        DamagedDataError: One of its files can't be read as what it should be.
        StoreUnavailableError: One of them can't be read at all.
    """
    profile = _find(read_legacy(folder.path), settings)
    if profile:
        folder.pin(LocalSettings(profile.name, profile.active_stack))
    return profile is not None


def _find(legacy: LegacyRepository, settings: Settings) -> ProfileConfiguration | None:
    """Return the profile that was made of a repository."""
    for name in _names(legacy):
        profile = settings.profiles.get(name)
        if profile is None or _is_of(legacy, profile):
            return profile
    return None


def _free_name(legacy: LegacyRepository, settings: Settings) -> str:
    return next(name for name in _names(legacy) if name not in settings.profiles)


def _names(legacy: LegacyRepository) -> Iterator[str]:
    """Yield what a repository's profile may be called, for a copy may have a name."""
    yield f"legacy-repository-{legacy.digest[:8]}"
    for number in count():
        text = f"{legacy.digest} {number} {legacy.folder}"
        yield f"legacy-repository-{sha256(text.encode()).hexdigest()[:8]}"


def _is_of(legacy: LegacyRepository, profile: ProfileConfiguration) -> bool:
    return profile.store_type == "local" and profile.store_url in {
        None,
        legacy.folder.as_uri(),
    }


def _make_profile(
    legacy: LegacyRepository,
    settings: Settings,
    profiles: Profiles,
    catalog: Catalog,
    notify: Callable[[str], None],
) -> ProfileConfiguration:
    # Loads pydantic, which only this needs.
    from zen.config.legacy._records import translate

    translation = translate(legacy, catalog)
    name = _free_name(legacy, settings)
    place = printable(str(legacy.folder))
    notify(Lines(_NOTICE.format(folder=place, profile=name)))
    # Its records are data until the repository is trusted.
    profile = ProfileConfiguration(
        name,
        "local",
        legacy.folder.as_uri(),
        translation.active_stack,
        rest={"origin": str(legacy.folder.parent)},
    )
    if not _can_keep(legacy.folder, profiles.open(profile)):
        profile = replace(profile, store_url=None)
    store = profiles.open(profile)
    # Hosts that migrate clones of one repository agree, also on which store it is.
    store.identity.first = uuid5(NAMESPACE_URL, name)
    refs = [component.ref for component in translation.components]
    refs += [stack.ref for stack in translation.stacks]
    # What an interrupted migration, or a copy of this repository, has left is taken up.
    present = store.driver.get_many(refs)
    store.save(
        components=[c for c in translation.components if c.ref not in present],
        stacks=[s for s in translation.stacks if s.ref not in present],
    )
    for warning in translation.warnings:
        notify(Caution(f"Warning: {warning}"))
    return profile


def _can_keep(folder: Path, store: Store) -> bool:
    """Tell whether a repository's folder can be its profile's store.

    It must be the user's own, and hold no other records than an interrupted migration
    leaves: what else somebody put there isn't taken over.
    """
    try:
        check_writable(folder / "config.yaml")
        is_own = not hasattr(os, "geteuid") or folder.stat().st_uid == os.geteuid()
        return is_own and _MIGRATED.issuperset(store.driver.kinds())
    except (ZenError, OSError):
        return False


def _write_down(
    folder: RepositoryFolder,
    legacy: LegacyRepository,
    notify: Callable[[str], None] | None,
) -> None:
    """Let the repository's file say what it pins, and keep what it said beside it."""
    pinned = folder.read()
    name = pinned.active_profile_name
    try:
        check_writable(folder.path)
        kept = folder.path.with_name(f"config.{name}.yaml")
        check_links(folder.root, kept)
        replace_files({kept: legacy.content}, mode=mode_like(kept.parent))
        if folder.is_legacy:
            folder.write(pinned, anew=True)
    except StoreUnavailableError as error:
        if notify:
            text = f"Warning: {error} Here, profile '{name}' is used all the same."
            notify(Caution(text))


def _explained(error: ZenError, folder: RepositoryFolder) -> ConfigurationError:
    explained = ConfigurationError(
        f"The stacks of the legacy repository '{folder.root}' can't be migrated:"
        f" {error}",
        hint=f"{error.hint} To do without them, run 'zen profile set NAME'.".lstrip(),
    )
    explained.__cause__ = error
    return explained
