"""Find the plugins of every installed distribution, importing none of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen.catalog._plugins import Owner

if TYPE_CHECKING:
    from importlib_metadata import EntryPoint

__all__ = ["Claim", "find_claims"]

_GROUP: Final = "zen.plugins"


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold one entry point in the group `zen.plugins`.

    Args:
        owner: Who makes the claim.
        module: The module that the entry point names.
        requires: The requirements of its distribution, in the notation of PEP 508.
    """

    owner: Owner
    module: str
    requires: tuple[str, ...]


def find_claims() -> list[Claim]:
    """Return the claims of all installed distributions, sorted by plugin and owner.

    Of several copies of a distribution only the first on `sys.path` counts, as it
    does for imports.
    """
    # The package rather than the standard library's module: the same on every
    # Python. It is dear to import, and many commands need no plugin.
    from importlib_metadata import entry_points

    claims = (_claim(entry_point) for entry_point in entry_points(group=_GROUP))
    return sorted(claims, key=lambda claim: claim.owner)


def _claim(entry_point: EntryPoint) -> Claim:
    distribution = entry_point.dist
    if distribution is None:  # pragma: no cover - only for entry points made by hand
        return Claim(Owner(entry_point.name, "?", "?"), entry_point.value, ())
    owner = Owner(entry_point.name, distribution.name, distribution.version)
    return Claim(owner, entry_point.value, tuple(distribution.requires or ()))
