"""One profile, as the global configuration holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen.folders import config_folder
from zen.names import check_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["ProfileConfiguration"]

_CONFIG: Final = "{config}"
# As people type them: a password may hold what should have been escaped.
_PASSWORD: Final = re.compile(r"(://[^:/@]*):[^?]*@")
_IN_OPTIONS: Final = re.compile(
    r"(passw(?:or)?d|pwd|secret|token)=[^&]*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ProfileConfiguration:
    """Say where a profile's stacks and components are kept.

    Args:
        name: The profile's name.
        store_type: The name of the store driver.
        store_url: Where its data is; `{config}` stands for the configuration folder,
            so that a copy of that folder leads to its own data.
        active_stack: The name of the profile's active stack, if it has one.
        active_user: The name of the profile's active user.
        rest: What a newer version of Zen keeps there as well.
    """

    name: str
    store_type: str
    store_url: str
    active_stack: str | None = None
    active_user: str = "default"
    rest: Mapping[str, object] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        check_name(self.name, "profile")

    @staticmethod
    def portable_url(url: str) -> str:
        """Return a URL inside of the configuration folder as `store_url` spells it."""
        before, folder, after = url.partition(_config_in(url))
        is_inside = folder and after[:1] in {"", "/", "\\"}
        return f"{before}{_CONFIG}{after}" if is_inside else url

    @property
    def url(self) -> str:
        """The store's URL on this host, with its password."""
        return self.store_url.replace(_CONFIG, _config_in(self.store_url))

    @property
    def display_url(self) -> str:
        """The store's URL, fit to be shown: its password is masked."""
        return _IN_OPTIONS.sub(r"\1=***", _PASSWORD.sub(r"\1:***@", self.url))

    @property
    def folder(self) -> Path:
        """The profile's own folder on this host."""
        return config_folder() / "profiles" / self.name


def _config_in(url: str) -> str:
    """Return the configuration folder as it is spelt in a URL such as this one."""
    folder = config_folder()
    if url.startswith("file:"):
        return folder.as_uri().removeprefix("file://")
    return str(folder)
