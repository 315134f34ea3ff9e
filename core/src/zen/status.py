"""Look at everything that a call of Zen depends on, whatever of it is broken."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from zen.catalog import on_one_line
from zen.config import RepositoryFolder
from zen.errors import ProvisioningError, UntrustedError, ZenError
from zen.waiting import wait_at_most

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zen.catalog import Catalog
    from zen.components import StackComponent
    from zen.config import PluginSettings
    from zen.context import Choice
    from zen.errors import ConfigurationError
    from zen.records import ComponentRecord, StackRecord
    from zen.repository import Repository

__all__ = ["ComponentState", "ComponentStatus", "Status", "take_status"]

# Seconds after which a component that doesn't tell its state is in none that is known.
_PATIENCE: Final = 5.0
# Not to be told: its flavor can't be used, or the component is gone.
ComponentState: TypeAlias = Literal[
    "running",
    "provisioned",
    "not provisioned",
    "unknown",
    "missing",
    "untrusted",
    "unresolved",
]


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """Hold what a component of the active stack is, and the state that it is in.

    Args:
        type: The component's type.
        name: Its name.
        flavor: The name of its flavor; None if the component is gone.
        provider: The distribution that its flavor came from, if it was one.
        state: `running`; `provisioned`, but not running; `not provisioned`; `unknown`
            if its flavor can't tell; `missing` if the component is gone; `untrusted`
            if it mustn't be used until its repository is trusted; `unresolved` if it
            refers to variables or secrets that aren't there.
    """

    type: str
    name: str
    flavor: str | None = None
    provider: str | None = None
    state: ComponentState = "missing"


@dataclass(slots=True)
class Status:
    """Hold where we are, what is active, and what is wrong.

    Args:
        root: The repository's root; None outside of any.
        profile: The active profile's name, which may lead nowhere, and who says so.
        store_type: The name of its store driver.
        store_url: Where its data is, without passwords.
        stack: The active stack's name, which may lead nowhere, and who says so.
        components: The active stack's components.
        troubles: What is wrong, each with what to do about it.
    """

    root: Path | None = None
    profile: Choice | None = None
    store_type: str | None = None
    store_url: str | None = None
    stack: Choice | None = None
    components: list[ComponentStatus] = field(default_factory=list)
    troubles: list[ZenError] = field(default_factory=list)


def take_status(
    use: Callable[[], Repository],
    catalog: Catalog,
    settings: PluginSettings,
    start: Path | None = None,
) -> Status:
    """Return where we are, what is active, and what is wrong; raise nothing.

    Args:
        use: Returns the repository, or raises.
        catalog: What is installed.
        settings: What is said about plugins.
        start: Where to look for a repository from; the working directory if None.
    """
    look = _Look(catalog)
    with look.noting():
        if folder := RepositoryFolder.find(os.environ, start):
            look.status.root = folder.root
    with look.noting():
        look.at_profile(use())
    look.at_plugins(settings)
    return look.status


class _Look:
    """Look at one thing after the other, and note what is wrong with each."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.status = Status()

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what is raised, and go on."""
        try:
            yield
        except ZenError as error:
            self._note(error)
        # What is looked at may be broken in any way, and the code be a plugin's.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            self._note(ZenError(f"Unexpected {on_one_line(error)}"))

    def at_profile(self, repository: Repository) -> None:
        status = self.status
        status.profile = repository.active_profile_choice
        profile = repository.active_profile
        status.store_type = profile.store_type
        with self.noting():
            status.store_url = repository.displayed_url(profile)
        with self.noting():
            status.stack = repository.active_stack_choice
            self._at_stack(repository, repository.active_stack_record)

    def at_plugins(self, settings: PluginSettings) -> None:
        with self.noting():
            settings.policy()
        with self.noting():
            self._catalog.check_policy()
        with self.noting():
            for plugin in self._catalog.troubled_plugins:
                if plugin.error:
                    self._note(plugin.error)

    def _at_stack(self, repository: Repository, stack: StackRecord) -> None:
        order = list(stack.components)
        with self.noting():
            order = [spec.name for spec in self._catalog.component_types()] + order
        for kind in dict.fromkeys(order):
            if name := stack.components.get(kind):
                self.status.components.append(ComponentStatus(kind, name))
                with self.noting():
                    record = repository.store.component(kind, name)
                    self.status.components[-1] = self._at_component(repository, record)

    def _at_component(
        self, repository: Repository, record: ComponentRecord
    ) -> ComponentStatus:
        state: ComponentState = "unknown"
        with self.noting():
            try:
                component = repository.build(record)
                if missing := _unresolved(component):
                    state = "unresolved"
                    for error in missing:
                        self._note(error)
                else:
                    state = _state_of(component)
            except UntrustedError:
                state = "untrusted"
                raise
        provider = str(record.provider) if record.provider else None
        return ComponentStatus(record.type, record.name, record.flavor, provider, state)

    def _note(self, error: ZenError) -> None:
        """Note an error, but one that has several effects only once."""
        if str(error) not in map(str, self.status.troubles):
            self.status.troubles.append(error)


def _unresolved(component: StackComponent) -> list[ConfigurationError]:
    """Return what a component refers to and isn't there."""
    # Loaded already, with the component itself.
    from zen.components.blame import blaming
    from zen.components.unresolved import unresolved_references

    with blaming(component, "can't tell what it refers to", ProvisioningError):
        return wait_at_most(_PATIENCE, lambda: [*unresolved_references(component)])


def _state_of(component: StackComponent) -> ComponentState:
    # Loaded already, with the component itself.
    from zen.components.blame import blaming

    with blaming(component, "can't tell its state", ProvisioningError):
        is_running, is_provisioned = wait_at_most(
            _PATIENCE,
            lambda: (bool(component.is_running), bool(component.is_provisioned)),
        )
    if is_running:
        return "running"
    return "provisioned" if is_provisioned else "not provisioned"
