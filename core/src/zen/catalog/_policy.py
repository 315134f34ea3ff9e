"""Which plugins may be used, and which wins where two claim one name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen.errors import ConfigurationError, PluginNotFoundError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen.catalog._plugins import Owner

__all__ = ["PluginPolicy", "find_owner"]

# The packaging specification's, which packaging's own function costs an import for.
_SEPARATORS: Final = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True)
class PluginPolicy:
    """Decide about plugins before anything of them is imported.

    Plugins are named by their entry point or by their distribution, in any spelling
    that an installer takes.

    Args:
        allow: The only plugins to use; all of them if None.
        deny: The plugins not to use.
        prefer: The plugins that win where several claim one name, first come first.
        strict: Whether a plugin that fails stops the program at once.
        source: Where this is said, for messages.
    """

    allow: tuple[str, ...] | None = None
    deny: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    strict: bool = False
    source: str = ""

    def admits(self, owner: Owner) -> bool:
        """Tell whether a plugin may be used."""
        names = _names_of(owner)
        allowed = self.allow is None or any(_plain(n) in names for n in self.allow)
        return allowed and not any(_plain(name) in names for name in self.deny)

    def preferred(self, owners: Iterable[Owner]) -> Owner | None:
        """Return the owner that wins, or None if none is preferred."""
        candidates = list(owners)
        for name in self.prefer:
            for owner in candidates:
                if _plain(name) in _names_of(owner):
                    return owner
        return None

    def check(self, owners: Iterable[Owner]) -> None:
        """Raise `ConfigurationError` if a name is that of no plugin.

        A plugin that was disabled may have been removed since, so its name is wrong
        only if it looks like a slip of the keyboard.
        """
        known = {name for owner in owners for name in _names_of(owner)}
        for name in (*(self.allow or ()), *self.deny, *self.prefer):
            likely = did_you_mean(_plain(name), known)
            if _plain(name) not in known and (likely or name not in self.deny):
                raise ConfigurationError(
                    f"There is no plugin '{name}', which {self.source} names.{likely}",
                    hint="See 'zen plugin list' for the installed ones"
                    f"{_way_out(name) if name in self.deny else '.'}",
                )


def find_owner(name: str, owners: Iterable[Owner]) -> Owner:
    """Return the first owner of that entry point or distribution.

    Raises:
        PluginNotFoundError: There is none.
    """
    known = list(owners)
    for owner in known:
        if _plain(name) in _names_of(owner):
            return owner
    names = {owner.plugin for owner in known}
    raise PluginNotFoundError(name, names, hint="See 'zen plugin list'.")


def _way_out(name: str) -> str:
    return f"; if it was removed, 'zen plugin enable {name}' forgets the name."


def _names_of(owner: Owner) -> set[str]:
    return {_plain(owner.plugin), _plain(owner.distribution)}


def _plain(name: str) -> str:
    return _SEPARATORS.sub("-", name.strip()).lower()
