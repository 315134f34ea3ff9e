"""One profile, as the global configuration holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zen.folders import config_folder
from zen.names import check_name
from zen.references import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULT_USER", "ProfileConfiguration", "holds_password", "masked_url"]

DEFAULT_USER: Final = "default"

# As people type them: a password may hold what should have been escaped. So it is
# taken to end at the last '@', unless it is masked already.
_PASSWORD: Final = re.compile(r"(://[^:/]*):(?!\*+@).*@", re.DOTALL)
# An option's value may hold options of its own, with a quoted '='.
_IN_OPTIONS: Final = re.compile(
    r"(passw(?:or)?d|passphrase|pwd|secret|token|credentials?|signature|\bsig"
    r"|(?:api|access|account|secret|private)[_-]?key)(=|%3D)[^&]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ProfileConfiguration:
    """Say where a profile's stacks and components are kept.

    Args:
        name: The profile's name.
        store_type: The name of the store driver.
        store_url: Where its data is; None for the profile's own folder, so that a
            copy of the configuration folder leads to its own data.
        active_stack: The name of the profile's active stack, if it has one.
        active_user: The name that changes to the profile are logged under on this
            host; `default` stands for the user of the process.
        rest: What a newer version of Zen keeps there as well.
    """

    name: str
    store_type: str
    store_url: str | None = field(default=None, repr=False)  # it may hold a password
    active_stack: str | None = None
    active_user: str = DEFAULT_USER
    rest: Mapping[str, object] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        check_name(self.name, "profile")

    @property
    def place(self) -> tuple[str, str]:
        """What tells the profile's data from all other data."""
        return self.store_type, self.store_url or str(self.folder)

    @property
    def origin(self) -> Path | None:
        """The root of the repository that its records came with.

        They are data until that is trusted. None where the user has made the profile.
        """
        origin = self.rest.get("origin")
        return Path(origin) if isinstance(origin, str) else None

    @property
    def folder(self) -> Path:
        """The profile's own folder on this host."""
        return config_folder() / "profiles" / self.name


def masked_url(url: str) -> str:
    """Return a URL fit to be shown, without its password."""
    return _IN_OPTIONS.sub(r"\1\2***", _PASSWORD.sub(r"\1:***@", url))


def holds_password(url: str) -> bool:
    """Tell whether a URL has a password in it that is no `${NAME}`."""
    without_references = VARIABLE.sub("***", url)
    return masked_url(without_references) != without_references
