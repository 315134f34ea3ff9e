"""The records of the catalog: plugins, their owners, and what they offer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from zen.errors import PluginError

__all__ = ["Offer", "Owner", "Plugin", "PluginState"]

SpecT_co = TypeVar("SpecT_co", covariant=True)


class PluginState(str, Enum):
    """Say what became of a plugin."""

    LOADED = "loaded"
    DISABLED = "disabled"
    FAILED = "failed"
    INCOMPATIBLE = "incompatible"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """Name whose something is.

    Args:
        plugin: The entry point's name.
        distribution: The distribution that it came in.
        version: That distribution's version.
    """

    plugin: str
    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"


@dataclass(frozen=True, slots=True)
class Plugin:
    """Tell what became of one plugin.

    Args:
        owner: Its name, distribution and version.
        module: The light module that the entry point names.
        state: What became of it.
        error: Why it isn't loaded, where it isn't.
    """

    owner: Owner
    module: str
    state: PluginState
    error: PluginError | None = None


@dataclass(frozen=True, slots=True)
class Offer(Generic[SpecT_co]):
    """Pair a spec with the plugin that made it.

    Args:
        spec: What is offered.
        owner: Who offers it.
    """

    spec: SpecT_co
    owner: Owner
