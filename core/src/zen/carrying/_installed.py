"""What is installed: distributions, where they are from, and what they need."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from importlib_metadata import Distribution

__all__ = ["Installed", "Need", "closure", "find_installed"]


class Need(NamedTuple):
    """Say what must be installed, and what for.

    Args:
        distribution: The distribution's name.
        version: Its version.
        reason: What needs it.
    """

    distribution: str
    version: str
    reason: str

    @property
    def key(self) -> str:
        """The name as it is compared."""
        return str(canonicalize_name(self.distribution))

    @property
    def requirement(self) -> str:
        """What to ask an installer for."""
        return f"{self.distribution}=={self.version}"


@dataclass(frozen=True, slots=True)
class Installed:
    """Describe a distribution that is installed.

    Args:
        name: Its name.
        version: Its version.
        requirements: What it says that it needs.
        obstacle: Why no archive stands for it, in words; "" if one does.
        archive: The hash of the archive that it is from, where it is known; or "".
    """

    name: str
    version: str
    requirements: tuple[Requirement, ...]
    obstacle: str
    archive: str

    @property
    def key(self) -> str:
        """The name as it is compared."""
        return str(canonicalize_name(self.name))


def find_installed(name: str) -> Installed | None:
    """Return a distribution that Python would import from, or None."""
    # The package rather than the standard library's module: the same on every
    # Python. It is dear to import.
    from importlib_metadata import Distribution, PackageNotFoundError

    try:
        found = Distribution.from_name(name)
    except (PackageNotFoundError, ValueError):
        return None
    obstacle, archive = _origin(found)
    return Installed(
        found.name, found.version, tuple(_requirements(found)), obstacle, archive
    )


def closure(names: Iterable[str]) -> tuple[dict[str, Installed], list[Need]]:
    """Return what distributions need, themselves included, and what is missing.

    Args:
        names: The names of the distributions.
    """
    found: dict[str, Installed] = {}
    missing: list[Need] = []
    waiting = [(Requirement(name), "") for name in names]
    seen: set[str] = set()
    while waiting:
        requirement, by = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        installed = find_installed(requirement.name)
        if installed is None:
            missing.append(Need(requirement.name, str(requirement.specifier), by))
            continue
        found[installed.key] = installed
        waiting += [
            (wanted, installed.name)
            for wanted in installed.requirements
            if _applies(wanted, requirement.extras)
        ]
    return found, missing


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({"extra": extra}) for extra in ("", *extras)
    )


def _requirements(distribution: Distribution) -> Iterator[Requirement]:
    for text in distribution.requires or ():
        # Whoever wrote it nonsensically can't be helped here.
        with suppress(InvalidRequirement):
            yield Requirement(text)


def _origin(distribution: Distribution) -> tuple[str, str]:
    """Return why no archive stands for a distribution, and the archive's hash."""
    try:
        origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    except ValueError:
        return "", ""
    url = origin.get("url", "")
    if "dir_info" in origin:
        how = "for editing" if origin["dir_info"].get("editable") else "from a folder"
        return f"it is installed {how}, {url}", ""
    if "vcs_info" in origin:
        return f"it is installed from a repository, {url}", ""
    archive = origin.get("archive_info", {})
    known = archive.get("hashes", {}).get("sha256", "")
    # As pip wrote it before there were several.
    known = known or archive.get("hash", "").partition("sha256=")[2]
    return "", f"sha256:{known}" if known else ""
