"""The contract of container registries."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from zen.components.base import StackComponent

__all__ = ["BaseContainerRegistry"]


class BaseContainerRegistry(StackComponent):
    """Keep container images.

    Args:
        uri: The registry's address, without a scheme: `localhost:5000`.
    """

    TYPE: ClassVar[str] = "container_registry"

    uri: str

    @abstractmethod
    def push_image(self, image: str) -> str:
        """Push a local image whose name begins with `uri`; return its digest."""
