"""Real distributions, processes and folders for the tests of the core."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from hashlib import sha256
from textwrap import dedent
from typing import TYPE_CHECKING, Protocol

import pytest

from zen.catalog import Catalog, Owner
from zen.catalog._discovery import find_claims
from zen.components.factory import ComponentFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import ModuleType

    from zen.components import StackComponent

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
    path: str = "/acme"


@concrete
class AcmeMetadataStore(Tracked, BaseMetadataStore):
    pass
"""


class FakeDistribution(Protocol):
    """Write a distribution, and put it first on `sys.path`.

    Args:
        name: Its name; with `_` for `-`, also that of its package.
        hooks: The body of its light module `plugin`; `zen.plugin` is imported.
        parts: The body of its module `parts`.
        version: Its version.
        plugin: The name of its entry point; its own name if it is "".
        module: What the entry point aims at; its own light module if it is "".
        requires: Its requirements.
    """

    def __call__(
        self,
        name: str,
        hooks: str = "",
        parts: str = "",
        *,
        version: str = "1.0",
        plugin: str = "",
        module: str = "",
        requires: Iterable[str] = (),
    ) -> Owner:
        """Return whom the catalog must name as the plugin's owner."""


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
def fake_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeDistribution]:
    packages: set[str] = set()

    def make(
        name: str,
        hooks: str = "",
        parts: str = "",
        *,
        version: str = "1.0",
        plugin: str = "",
        module: str = "",
        requires: Iterable[str] = (),
    ) -> Owner:
        package = name.replace("-", "_")
        packages.add(package)
        _forget({package})
        site = tmp_path / "site" / f"{name}-{version}"
        light = "from zen.plugin import *\n" + dedent(hooks)
        entry_point = f"{plugin or name} = {module or f'{package}.plugin'}"
        requirements = [f"Requires-Dist: {text}" for text in requires]
        info = site / f"{package}-{version}.dist-info"
        for path, content in {
            site / package / "__init__.py": "",
            site / package / "plugin.py": light,
            site / package / "parts.py": dedent(parts),
            info / "entry_points.txt": f"[zen.plugins]\n{entry_point}\n",
            info / "METADATA": "\n".join(
                [f"Name: {name}", f"Version: {version}", *requirements, ""]
            ),
        }.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        monkeypatch.syspath_prepend(site)
        return Owner(plugin or name, name, version)

    yield make
    _forget(packages)


def _forget(packages: set[str]) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] in packages:
            del sys.modules[name]


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
