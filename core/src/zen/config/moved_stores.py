"""Name the command that uses a folder of records where it is now."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from zen.references import VARIABLE

if TYPE_CHECKING:
    from zen.config.profile import ProfileConfiguration

__all__ = ["creation_command", "holds_records", "relocation_command"]


def holds_records(folder: Path) -> bool:
    """Tell whether a folder looks like that of a `local` store."""
    parts = (folder, folder / "stacks", folder / "components")
    return all(part.is_dir() and not part.is_symlink() for part in parts)


def creation_command(name: str, folder: Path) -> str:
    """Return the command that makes a profile of a folder."""
    is_like_reference = VARIABLE.search(str(folder))
    url = folder.as_uri() if is_like_reference else quote(str(folder))
    return f"zen profile create {name} --url {url}"


def relocation_command(profile: ProfileConfiguration, place: Path) -> str:
    """Return the command that says where a profile is now.

    A folder of the same name, in the working directory or above, is where a repository
    was moved together with its profile.

    Args:
        profile: The profile.
        place: Where it was.
    """
    with suppress(OSError):
        here = Path.cwd()
        for folder in (here, *here.parents):
            if holds_records(folder / place.name):
                return creation_command(profile.name, folder / place.name)
    return f"zen profile create {profile.name} -t {profile.store_type} --url URL"
