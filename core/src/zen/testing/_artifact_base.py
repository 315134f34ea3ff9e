"""What the parts of the artifact stores' contract share."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, ClassVar

import pytest

from zen.components import BaseArtifactStore
from zen.testing._demands import brief
from zen.testing.component import ComponentContract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen.components import StackComponent

__all__ = [
    "ArtifactContract",
    "a_large_content",
    "check_absent",
    "check_content",
    "check_names",
    "put",
    "read",
    "write",
]


class ArtifactContract(ComponentContract):
    """Hold the fixtures of the artifact stores' contract."""

    BASE: ClassVar[type[StackComponent]] = BaseArtifactStore
    CAPABILITIES: ClassVar[frozenset[str]] = frozenset({"folders"})

    @pytest.fixture
    def artifact_store(self) -> BaseArtifactStore:
        """The empty artifact store under test; the subclass returns it."""
        raise NotImplementedError

    @pytest.fixture
    def component(self, artifact_store: BaseArtifactStore) -> StackComponent:
        """The artifact store."""
        return artifact_store

    @pytest.fixture
    def root(self, artifact_store: BaseArtifactStore) -> str:
        """Where everything is kept, without a `/` at its end."""
        artifact_store.makedirs(artifact_store.path)
        return artifact_store.path.rstrip("/")


def write(store: BaseArtifactStore, path: str, content: bytes) -> None:
    """Write a file in a folder that is there."""
    with store.open(path, "wb") as writer:
        writer.write(content)


def put(store: BaseArtifactStore, path: str, content: bytes = b"") -> None:
    """Write a file, and make its folder first."""
    store.makedirs(path.rpartition("/")[0])
    write(store, path, content)


def read(store: BaseArtifactStore, path: str) -> bytes:
    """Return a file's content."""
    with store.open(path) as reader:
        return reader.read()


def check_content(
    store: BaseArtifactStore, path: str, content: bytes, when: str
) -> None:
    """Demand that a file holds some content, and tell when it doesn't."""
    found = read(store, path)
    assert found == content, (
        f"{when}, '{path}' holds {brief(found)} ({len(found)} bytes), and must hold"
        f" {brief(content)} ({len(content)} bytes)."
    )


def check_names(
    store: BaseArtifactStore, folder: str, names: Sequence[str], when: str
) -> None:
    """Demand the names in a folder, in order, and tell when they are others."""
    found = store.listdir(folder)
    assert found == names, (
        f"{when}, listdir('{folder}') returns {brief(found)} ({len(found)} names), and"
        f" must return {brief(names)} ({len(names)} names)."
    )


def check_absent(store: BaseArtifactStore, path: str, when: str) -> None:
    """Demand that there is neither a file nor a folder, and tell when there is."""
    assert not store.exists(path), f"{when}, exists('{path}') is true."


def a_large_content() -> bytes:
    """Return more than buffers hold, no part of it like another."""
    return Random(1).randbytes(3 * (1 << 20) + 7)  # noqa: S311 - no secret
