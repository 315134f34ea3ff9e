"""The records of the catalog: plugins, their owners, and what they offer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

import zen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen.errors import PluginError

__all__ = ["CORE", "Answer", "Offer", "Owner", "Plugin", "PluginState"]

SpecT_co = TypeVar("SpecT_co", covariant=True)


class PluginState(str, Enum):
    """Say what became of a plugin.

    One that is `available` works, and nothing in this process has needed it yet.
    """

    AVAILABLE = "available"
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


CORE: Final = Owner("zen-core", "zen-core", zen.__version__)


@dataclass(frozen=True, slots=True)
class Plugin:
    """Tell what became of one plugin.

    Args:
        owner: Its name, distribution and version.
        module: The light module that the entry point names.
        state: What became of it.
        error: Why it isn't usable, where it isn't.
        hooks: The lifecycle hooks that it implements.
        broken: The import strings of commands that can't be imported, and why.
    """

    owner: Owner
    module: str
    state: PluginState
    error: PluginError | None = None
    hooks: tuple[str, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)


class Answer(NamedTuple):
    """Hold what a plugin said when it was asked what it offers.

    Args:
        specs: What it offers.
        hooks: The lifecycle hooks that it implements.
        error: Why it couldn't be asked, or what is wrong with its answer.
        broken: The import strings of commands that can't be imported, and why.
    """

    specs: tuple[object, ...] = ()
    hooks: tuple[str, ...] = ()
    error: PluginError | None = None
    broken: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Offer(Generic[SpecT_co]):
    """Pair a spec with the plugin that made it.

    Args:
        spec: What is offered.
        owner: Who offers it.
    """

    spec: SpecT_co
    owner: Owner
