"""Where a command works: looked up once, and the same until it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from zen.errors import ZenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    # What resolves a context is above this module, and so are these: for checkers only.
    from zen.catalog import PluginPolicy
    from zen.config import ProfileConfiguration, Settings
    from zen.stores import Store

__all__ = ["Choice", "Context"]

T = TypeVar("T")
Known: TypeAlias = "T | ZenError"


class Choice(NamedTuple):
    """Hold the name of what is active, and who says so.

    Args:
        name: The name.
        scope: Which of the three said it.
        source: The variable or the file, for messages.
    """

    name: str
    scope: Literal["environment", "repository", "global"]
    source: str


@dataclass(frozen=True, slots=True)
class Context:
    """Say where a command or a `Repository` works, and who decides that.

    It doesn't follow what other processes change. Threads may share it, and a process
    that is forked may go on with it. A part that couldn't be looked up is the error
    that says why, and the property of that part raises it.

    Args:
        settings: What the global configuration says.
        known_policy: Which plugins may be used; its `source` says who decides that.
        known_root: The repository's root; None outside of any.
        known_profile_choice: The active profile's name, and who says so.
        known_profile: The active profile.
        known_stack_choice: The active stack's name, and who says so; None if no stack
            is active.
        open_store: Returns the store of a profile, the same one each time.
    """

    settings: Settings
    known_policy: Known[PluginPolicy]
    known_root: Known[Path | None]
    known_profile_choice: Known[Choice]
    known_profile: Known[ProfileConfiguration]
    known_stack_choice: Known[Choice | None]
    open_store: Callable[[ProfileConfiguration], Store]

    @property
    def policy(self) -> PluginPolicy:
        """Which plugins may be used, and who decides that.

        Raises:
            DamagedDataError: The configuration isn't what it should be.
        """
        return _known(self.known_policy)

    @property
    def root(self) -> Path | None:
        """The repository's root, or None outside of any.

        Raises:
            DanglingReferenceError: `ZEN_REPOSITORY_PATH` names no repository.
            ConfigurationError: The folder isn't there, or can't be looked at.
        """
        return _known(self.known_root)

    @property
    def profile_choice(self) -> Choice:
        """The active profile's name, which may lead nowhere, and who says so.

        Raises:
            ConfigurationError: No profile is active.
        """
        return _known(self.known_profile_choice)

    @property
    def profile(self) -> ProfileConfiguration:
        """The active profile.

        Raises:
            DanglingReferenceError: A setting names a profile that is gone.
        """
        return _known(self.known_profile)

    @property
    def stack_choice(self) -> Choice | None:
        """The active stack's name, which may lead nowhere, and who says so."""
        return _known(self.known_stack_choice)

    @property
    def store(self) -> Store:
        """The active profile's store; it is opened when it is first used."""
        return self.open_store(self.profile)


def _known(value: Known[T]) -> T:
    if isinstance(value, ZenError):
        raise value
    return value
