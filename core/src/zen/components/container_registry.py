"""The contract of container registries."""

from __future__ import annotations

from typing import ClassVar

from zen.components.base import StackComponent
from zen.components.optional import optional

__all__ = ["BaseContainerRegistry"]


class BaseContainerRegistry(StackComponent):
    """Keep container images.

    A flavor may leave a method out; calling it then raises `NotImplementedError`.

    Args:
        uri: The registry's address, without a scheme: `localhost:5000`.
    """

    TYPE: ClassVar[str] = "container_registry"

    uri: str

    @optional
    def push_image(self, image: str) -> str:
        """Push a local image whose name begins with `uri`; return its digest."""
        raise NotImplementedError
