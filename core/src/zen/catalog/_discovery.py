"""Find the plugins of every installed distribution, importing none of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen.catalog._plugins import Owner

if TYPE_CHECKING:
    from importlib_metadata import Distribution, EntryPoint

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
    does for imports. One that is only half there, as after a removal that went
    wrong, claims nothing.
    """
    # The package rather than the standard library's module: the same on every
    # Python. It is dear to import, and many commands need no plugin.
    from importlib_metadata import Distribution

    names = {name for found in Distribution.discover() for name in _names(found)}
    first_copies = map(Distribution.from_name, names)
    claims = (claim for found in first_copies for claim in _claims(found))
    return sorted(claims, key=lambda claim: claim.owner)


def _names(distribution: Distribution) -> list[str]:
    """Return the name of a distribution that has plugins, and nothing for others."""
    try:
        return [distribution.name] if _entry_points(distribution) else []
    # What parsing raises for files that are damaged isn't said anywhere.
    except Exception:  # noqa: BLE001
        return []


def _claims(distribution: Distribution) -> list[Claim]:
    requires = tuple(distribution.requires or ())
    return [
        Claim(
            Owner(entry_point.name, distribution.name, distribution.version),
            entry_point.value,
            requires,
        )
        for entry_point in _entry_points(distribution)
    ]


def _entry_points(distribution: Distribution) -> list[EntryPoint]:
    return [found for found in distribution.entry_points if found.group == _GROUP]
