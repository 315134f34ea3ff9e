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
    from zen.plugin import Spec

__all__ = ["CORE", "Answer", "Breakage", "Offer", "Owner", "Plugin", "PluginState"]

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


class Breakage(NamedTuple):
    """Tell why a command can't be imported.

    Args:
        error: What happens when it is.
        is_fatal: Whether that ends, or stops, the whole process.
    """

    error: PluginError
    is_fatal: bool = False


@dataclass(frozen=True, slots=True)
class Plugin:
    """Tell what became of one plugin.

    Args:
        owner: Its name, distribution and version.
        module: The light module that the entry point names.
        state: What became of it.
        error: Why it isn't usable, where it isn't.
        hooks: The lifecycle hooks that it implements.
        broken: The commands that can't be imported, by import string.
    """

    owner: Owner
    module: str
    state: PluginState
    error: PluginError | None = None
    hooks: tuple[str, ...] = ()
    broken: Mapping[str, Breakage] = field(default_factory=dict)


class Answer(NamedTuple):
    """Hold what a plugin said when it was asked what it offers.

    Args:
        specs: What it offers.
        hooks: The lifecycle hooks that it implements.
        error: Why it couldn't be asked, or what is wrong with its answer.
        broken: The commands that can't be imported, by import string.
        is_fatal: Whether asking it ends, or stops, the whole process.
    """

    specs: tuple[Spec, ...] = ()
    hooks: tuple[str, ...] = ()
    error: PluginError | None = None
    broken: Mapping[str, Breakage] = MappingProxyType({})
    is_fatal: bool = False


@dataclass(frozen=True, slots=True)
class Offer(Generic[SpecT_co]):
    """Pair a spec with the plugin that made it.

    Args:
        spec: What is offered.
        owner: Who offers it.
    """

    spec: SpecT_co
    owner: Owner
