"""A repository as it was before there were profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import yaml

from zen import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zen.catalog import Owner

COMPONENTS: Mapping[str, Mapping[str, tuple[str, dict[str, object]]]] = {
    "orchestrator": {
        "kubeflow_orchestrator": ("kubeflow", {"ui_port": 8080, "context": None}),
        "local_orchestrator": ("acme", {}),
    },
    "metadata_store": {"local_metadata_store": ("acme", {})},
    "artifact_store": {"local_artifact_store": ("acme", {"path": "/data"})},
    "container_registry": {"local_registry": ("default", {"uri": "localhost:5000"})},
}
LOCAL = {kind: f"local_{kind}" for kind in [*COMPONENTS][:3]}
STACKS: dict[str, dict[str, str | None]] = {
    "local_stack": {**LOCAL, "container_registry": None},
    "local_kubeflow_stack": {
        **LOCAL,
        "orchestrator": "kubeflow_orchestrator",
        "container_registry": "local_registry",
    },
}


@dataclass
class Legacy:
    """Hold a legacy repository, to be changed.

    Args:
        root: The repository's root.
    """

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / ".zen"

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def file(self, component_type: str, name: str) -> Path:
        plural = f"{component_type}s".replace("registrys", "registries")
        return self.folder / plural / f"{name}.yaml"

    def change(self, **content: object) -> None:
        """Let the configuration say something else, or no longer if it's None."""
        said = yaml.safe_load(self.config.read_text()) if self.config.exists() else {}
        self.config.write_text(yaml.safe_dump({**said, **content}))

    def add(
        self,
        component_type: str,
        name: str,
        flavor: str,
        **attributes: object,
    ) -> None:
        """Add a component, or put another one in its place."""
        said = yaml.safe_load(self.config.read_text())
        said["stack_components"].setdefault(component_type, {})[name] = flavor
        self.change(stack_components=said["stack_components"])
        file = self.file(component_type, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        number = sum(1 for _ in self.folder.rglob("*.yaml"))
        content = {
            "name": name,
            "supports_local_execution": True,
            "supports_remote_execution": False,
            "uuid": str(UUID(int=number)),
            **attributes,
        }
        file.write_text(yaml.safe_dump(content))


@pytest.fixture
def legacy(only_fakes: None, acme: Owner, here: Path) -> Legacy:
    """Two stacks, one of which needs what isn't installed; `default` is there too."""
    del only_fakes, acme  # what it needs is that they're there
    Repository()
    return make_legacy(here)


def make_legacy(root: Path) -> Legacy:
    legacy = Legacy(root)
    legacy.folder.mkdir()
    legacy.change(
        version="0.6.3",
        active_stack_name="local_stack",
        stacks=STACKS,
        stack_components={},
    )
    for kind, components in COMPONENTS.items():
        for name, (flavor, attributes) in components.items():
            legacy.add(kind, name, flavor, **attributes)
    return legacy
