"""Find the plugins of every installed distribution, importing none of them."""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from zen.catalog._blame import on_one_line
from zen.catalog._plugins import CORE, Owner

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from importlib_metadata import Distribution

__all__ = ["UNKNOWN", "Claim", "find_claims", "find_copies"]

# The version of a distribution that doesn't tell it any more.
UNKNOWN: Final = "?"
_GROUP: Final = "zen.plugins"
# What a file that is torn may still hold of the group's name.
_MARK: Final = "[zen.plug"
# What is read of a distribution, and how much of each.
_FILES: Final = ("METADATA", "PKG-INFO", "entry_points.txt", "direct_url.json")
_LARGEST: Final = 16 << 20


class Claim(NamedTuple):
    """Hold one entry point in the group `zen.plugins`.

    Args:
        owner: Who makes the claim.
        module: The module that the entry point names.
        unmet: What its distribution requires of the core, and this one isn't; or "".
        damage: What is wrong with its distribution's own description, or "".
        editable: Whether it is installed from a folder in which somebody works.
        holder: The distribution that the module belongs to, where that is another
            one that claims it, too; or "".
    """

    owner: Owner
    module: str
    unmet: str = ""
    damage: str = ""
    editable: bool = False
    holder: str = ""


def find_claims() -> list[Claim]:
    """Return the claims of all installed distributions, sorted by plugin and owner.

    Of several copies of a distribution only the first on `sys.path` counts, as it
    does for imports. One that is damaged, as after a removal that went wrong, breaks
    no other.
    """
    claims = {
        claim: first
        for first, *_ in _copies()
        if _announces(first)
        for claim in _claims(first)
    }
    return sorted(_with_holders(claims), key=lambda claim: claim.owner)


def _with_holders(claims: dict[Claim, Distribution]) -> Iterable[Claim]:
    """Yield claims; those of a module that is another claimant's say whose it is."""
    claimants: dict[str, list[Claim]] = {}
    for claim in claims:
        claimants.setdefault(claim.module, []).append(claim)
    for rivals in claimants.values():
        owners = {rival.owner.distribution for rival in rivals}
        holders = {
            rival.owner.distribution
            for rival in rivals
            if len(owners) > 1 and _holds(claims[rival], rival)
        }
        for rival in rivals:
            is_foreign = holders and rival.owner.distribution not in holders
            yield rival._replace(holder=min(holders)) if is_foreign else rival


def _holds(distribution: Distribution, claim: Claim) -> bool:
    """Tell whether a distribution is known to have installed a claim's module."""
    # Only where several distributions claim one module.
    from urllib.parse import unquote, urlsplit

    from zen.catalog._imports import find_module

    try:
        mapped = tuple(f"{name}." for name in _mapped(distribution))
        if claim.editable and f"{claim.module}.".startswith(mapped):
            return True
        file = find_module(claim.module, sys.path)
        if file is None:
            return False
        if claim.editable:
            url = json.loads(distribution.read_text("direct_url.json") or "{}")["url"]
            folder = os.path.realpath(unquote(urlsplit(url).path))
            return file.startswith(f"{folder}{os.sep}")
        return any(
            os.path.realpath(path.locate()) == file
            for path in distribution.files or ()
            if file.endswith(f"{os.sep}{path.name}")
        )
    # What installers have noted down may be damaged, and an entry point is any text.
    except Exception:  # noqa: BLE001
        return False


def _mapped(distribution: Distribution) -> Iterable[str]:
    """Return what an editable distribution makes importable through a finder.

    That is how setuptools does it where no folder holds just what is to be found.
    """
    # Only where several distributions claim one module.
    from ast import literal_eval

    for path in distribution.files or ():
        if path.name.startswith("__editable__") and path.name.endswith("_finder.py"):
            for line in path.read_text().splitlines():
                if line.startswith("MAPPING"):
                    yield from literal_eval(line.partition(" = ")[2])


def find_copies() -> list[list[str]]:
    """Return the folders of each plugin's distribution that is installed repeatedly.

    The first of them is the one that counts.
    """
    return [
        [str(_folder_of(copy)) for copy in copies]
        for copies in _copies()
        if len(copies) > 1 and any(map(_announces, copies))
    ]


def _copies() -> list[list[Distribution]]:
    """Return the copies of each distribution, the one that counts first.

    They are told by the names of their folders, so that none is read.
    """
    # The package rather than the standard library's module: the same on every
    # Python. It is slow to import, and many commands need no plugin.
    from importlib_metadata import Distribution

    copies: dict[str, dict[str, Distribution]] = {}
    for distribution in Distribution.discover():
        name = _name_and_version(distribution)[0].replace(".", "-").lower()
        folder = os.path.realpath(_folder_of(distribution))
        copies.setdefault(name, {}).setdefault(folder, distribution)
    # What a removal has left over, in the folder of a newer copy, doesn't hide that.
    return [
        sorted(each.values(), key=lambda copy: not _is_described(copy))
        for each in copies.values()
    ]


def _is_described(distribution: Distribution) -> bool:
    folder = _folder_of(distribution)
    return any((folder / name).exists() for name in ("METADATA", "PKG-INFO"))


def _announces(distribution: Distribution) -> bool:
    # Nobody knows what it would be, but that something should be there.
    if _unreadable(distribution, "entry_points.txt"):
        return True
    try:
        text = distribution.read_text("entry_points.txt") or ""
    # What reading raises for files that are damaged isn't said anywhere.
    except Exception:  # noqa: BLE001
        text = _what_is_legible(distribution)
    return _MARK in text


def _unreadable(distribution: Distribution, *names: str) -> str:
    """Say which file can't be read, or not to its end; "" if all can."""
    folder = _folder_of(distribution)
    for name in names:
        try:
            status = (folder / name).stat()
        except (OSError, ValueError):
            continue
        if not stat.S_ISREG(status.st_mode):
            return f"{name} is not a regular file"
        if status.st_size > _LARGEST:
            return f"{name} is larger than {_LARGEST >> 20} MiB"
    return ""


def _what_is_legible(distribution: Distribution) -> str:
    try:
        content = _folder_of(distribution).joinpath("entry_points.txt").read_bytes()
    except (OSError, AttributeError):
        return ""
    return content.decode("utf-8", errors="replace")


def _claims(distribution: Distribution) -> list[Claim]:
    try:
        return _intact_claims(distribution)
    # As above.
    except Exception as error:  # noqa: BLE001
        name, version = _name_and_version(distribution)
        damage = f"{_folder_of(distribution)} can't be read: {on_one_line(error)}"
        return [Claim(Owner(name, name, version), "?", damage=damage)]


def _intact_claims(distribution: Distribution) -> list[Claim]:
    """Return the claims of a distribution; raise anything if it is damaged."""
    if problem := _unreadable(distribution, *_FILES):
        raise ValueError(problem)
    # Where METADATA lacks them they are None, whatever their type says.
    name: object = distribution.name
    version: object = distribution.version
    if not (isinstance(name, str) and isinstance(version, str)):
        message = "METADATA lacks the name or the version"
        raise ValueError(message)  # noqa: TRY004 - a file is wrong, and no type
    unmet = _unmet(distribution.requires or ())
    editable = _is_editable(distribution)
    claims = [
        Claim(Owner(entry.name, name, version), entry.value, unmet, editable=editable)
        for entry in distribution.entry_points
        if entry.group == _GROUP
    ]
    if not all(claim.module for claim in claims):
        message = "entry_points.txt doesn't name a module"
        raise ValueError(message)
    if not claims:
        message = "entry_points.txt doesn't name a plugin"
        raise ValueError(message)
    return claims


def _folder_of(distribution: Distribution) -> Path:
    """Return the folder in which a distribution describes itself."""
    # Only where one is damaged.
    from pathlib import Path

    # No public name leads there. Without it, that in which everything is must do.
    inner = getattr(distribution, "_path", None)
    return Path(str(inner or distribution.locate_file("")))


def _name_and_version(distribution: Distribution) -> tuple[str, str]:
    """Return what is told by the name of the folder of a distribution."""
    folder = _folder_of(distribution)
    name, _, rest = folder.stem.partition("-")
    return name.replace("_", "-"), rest.partition("-")[0] or UNKNOWN


def _unmet(requirements: Iterable[str]) -> str:
    """Return the first requirement on the core that this one doesn't meet."""
    # Only needed for plugins, and dear to import.
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    for text in requirements:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue  # whatever it asks for, an installer has accepted it
        if canonicalize_name(requirement.name) != CORE.distribution:
            continue
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        if not requirement.specifier.contains(CORE.version, prereleases=True):
            return str(requirement)
    return ""


def _is_editable(distribution: Distribution) -> bool:
    # PEP 610: how an installer notes down where a distribution came from.
    try:
        origin = json.loads(distribution.read_text("direct_url.json") or "{}")
        return bool(origin.get("dir_info", {}).get("editable"))
    except (ValueError, AttributeError):
        return True  # nobody knows, so nothing is taken for granted
