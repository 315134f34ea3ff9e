"""Find the plugins of every installed distribution, importing none of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from zen.catalog._plugins import CORE, Owner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from importlib_metadata import Distribution

__all__ = ["Claim", "find_claims"]

_GROUP: Final = "zen.plugins"


class Claim(NamedTuple):
    """Hold one entry point in the group `zen.plugins`.

    Args:
        owner: Who makes the claim.
        module: The module that the entry point names.
        unmet: What its distribution requires of the core, and this one isn't; or "".
        damage: What is wrong with its distribution's own description, or "".
        editable: Whether it is installed from a folder in which somebody works.
    """

    owner: Owner
    module: str
    unmet: str = ""
    damage: str = ""
    editable: bool = False


def find_claims() -> list[Claim]:
    """Return the claims of all installed distributions, sorted by plugin and owner.

    Of several copies of a distribution only the first on `sys.path` counts, as it
    does for imports. One that is damaged, as after a removal that went wrong, breaks
    no other.
    """
    # The package rather than the standard library's module: the same on every
    # Python. It is dear to import, and many commands need no plugin.
    from importlib_metadata import Distribution

    claims = {
        claim
        for found in Distribution.discover()
        if _announces(found)
        for claim in _claims(_first_copy(found))
    }
    return sorted(claims, key=lambda claim: claim.owner)


def _announces(distribution: Distribution) -> bool:
    return f"[{_GROUP}]" in (distribution.read_text("entry_points.txt") or "")


def _first_copy(distribution: Distribution) -> Distribution:
    from importlib_metadata import Distribution

    try:
        first: Distribution = Distribution.from_name(distribution.name)
    # What parsing raises for files that are damaged isn't said anywhere.
    except Exception:  # noqa: BLE001
        return distribution
    return first


def _claims(distribution: Distribution) -> list[Claim]:
    try:
        owner = Owner("", distribution.name, distribution.version)
        unmet = _unmet(distribution.requires or ())
        editable = _is_editable(distribution)
        return [
            Claim(
                replace(owner, plugin=entry.name), entry.value, unmet, editable=editable
            )
            for entry in distribution.entry_points
            if entry.group == _GROUP
        ]
    # What parsing raises for files that are damaged isn't said anywhere.
    except Exception as error:  # noqa: BLE001
        place = str(distribution.locate_file(""))
        owner = Owner("?", f"a distribution in {place}", "?")
        return [Claim(owner, "?", damage=f"{type(error).__name__}: {error}")]


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
    # Needed where something is scanned, and most calls scan nothing.
    import json

    # PEP 610: how an installer notes down where a distribution came from.
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    return bool(origin.get("dir_info", {}).get("editable"))
