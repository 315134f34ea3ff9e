"""Find the plugins of every installed distribution, importing none of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from zen.catalog._plugins import Owner

if TYPE_CHECKING:
    from importlib_metadata import Distribution

__all__ = ["Claim", "find_claims"]

_GROUP: Final = "zen.plugins"


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold one entry point in the group `zen.plugins`.

    Args:
        owner: Who makes the claim.
        module: The module that the entry point names.
        requires: The requirements of its distribution, in the notation of PEP 508.
        damage: What is wrong with its distribution's own description, or "".
    """

    owner: Owner
    module: str
    requires: tuple[str, ...]
    damage: str = ""


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
        requires = tuple(distribution.requires or ())
        return [
            Claim(replace(owner, plugin=entry.name), entry.value, requires)
            for entry in distribution.entry_points
            if entry.group == _GROUP
        ]
    # What parsing raises for files that are damaged isn't said anywhere.
    except Exception as error:  # noqa: BLE001
        place = str(distribution.locate_file(""))
        damage = f"{type(error).__name__}: {error}"
        return [Claim(Owner("?", f"a distribution in {place}", "?"), "?", (), damage)]
