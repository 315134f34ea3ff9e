"""Real distributions, processes and folders for the tests of the core."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

import pytest

from zen.catalog import Catalog
from zen.catalog._discovery import find_claims
from zen.components.factory import ComponentFactory
from zen.testing import FakeDistribution

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from zen.catalog import Owner
    from zen.components import StackComponent

__all__ = ["FakeDistribution", "MakePart", "Tree"]

ACME_HOOKS = """\
TYPES = ("orchestrator", "artifact_store", "metadata_store")


@hookimpl
def zen_flavors():
    names = ("Orchestrator", "ArtifactStore", "MetadataStore")
    return [
        FlavorSpec(kind, "acme", f"acme.parts:Acme{name}", "By Acme.")
        for kind, name in zip(TYPES, names)
    ]


@hookimpl
def zen_default_components():
    return [DefaultComponentSpec(kind, "acme") for kind in TYPES]
"""

ACME_PARTS = """\
from zen.components import BaseArtifactStore, BaseMetadataStore, BaseOrchestrator

calls = []
provisioned = set()
running = set()


def concrete(cls):
    # Spares the reader the methods that no test calls.
    cls.__abstractmethods__ = frozenset()
    return cls


class Tracked:
    FLAVOR = "acme"

    @property
    def is_provisioned(self):
        return self.TYPE in provisioned

    @property
    def is_running(self):
        return self.TYPE in running

    def provision(self):
        calls.append(f"provision {self.TYPE}")
        provisioned.add(self.TYPE)

    def resume(self):
        calls.append(f"resume {self.TYPE}")
        running.add(self.TYPE)

    def suspend(self):
        calls.append(f"suspend {self.TYPE}")
        running.discard(self.TYPE)

    def deprovision(self):
        calls.append(f"deprovision {self.TYPE}")
        provisioned.discard(self.TYPE)


@concrete
class AcmeOrchestrator(Tracked, BaseOrchestrator):
    workers: int = 1


@concrete
class AcmeArtifactStore(Tracked, BaseArtifactStore):
    SUPPORTED_SCHEMES = {""}
    path: str = "/acme"


@concrete
class AcmeMetadataStore(Tracked, BaseMetadataStore):
    pass
"""


class MakePart(Protocol):
    """Make a component of a flavor that is installed."""

    def __call__(
        self,
        component_type: str,
        name: str = "default",
        *,
        flavor: str = "acme",
        **configuration: object,
    ) -> StackComponent:
        """Return the component."""


@dataclass(frozen=True)
class Tree:
    """Tell whether anything in a folder changes: names, contents or times."""

    folder: Path

    def state(self) -> dict[str, tuple[int, str]]:
        """Return the time and the content of everything there is."""
        return {
            path.relative_to(self.folder).as_posix(): (
                path.stat().st_mtime_ns,
                sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            )
            for path in (self.folder, *self.folder.rglob("*"))
        }

    def files(self) -> dict[str, bytes]:
        """Return the content of each file, but for those that only locks are."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and "lock" not in path.name
        }


@pytest.fixture
def acme(fake_distribution: FakeDistribution) -> Owner:
    """A distribution with a flavor `acme` for each type that a stack must have."""
    return fake_distribution("acme", ACME_HOOKS, ACME_PARTS, version="1.2")


@pytest.fixture
def acme_parts(acme: Owner) -> ModuleType:
    """The module with its components, and what has become of those."""
    return importlib.import_module(f"{acme.plugin}.parts")


@pytest.fixture
def part(acme: Owner) -> MakePart:
    del acme  # what it needs is that it's installed

    def make(
        component_type: str,
        name: str = "default",
        *,
        flavor: str = "acme",
        **configuration: object,
    ) -> StackComponent:
        factory = ComponentFactory(Catalog())
        return factory.create(component_type, flavor, name, configuration)

    return make


@pytest.fixture
def only_fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the plugins that are installed for good, and only those."""

    def claims() -> list[object]:
        found = find_claims()
        return [c for c in found if not c.owner.distribution.startswith("zen-")]

    monkeypatch.setattr("zen.catalog._catalog.find_claims", claims)


@pytest.fixture
def notices() -> list[str]:
    """What the user is told."""
    return []


@pytest.fixture
def tree() -> Callable[[Path], Tree]:
    return Tree
