"""The contract of model deployers."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from zen.components.base import StackComponent

__all__ = ["BaseModelDeployer"]


class BaseModelDeployer(StackComponent):
    """Serve models online, each at an endpoint of its own."""

    TYPE: ClassVar[str] = "model_deployer"

    @abstractmethod
    def deploy_model(self, name: str, model_uri: str, *, timeout: float = 300) -> str:
        """Serve a model and return its endpoint's URL.

        Args:
            name: The model's name among those that are served.
            model_uri: Where the artifact store keeps it.
            timeout: The seconds to wait for it to answer.
        """

    @abstractmethod
    def list_models(self) -> dict[str, str]:
        """Return the URL of each model that is served, by name."""

    @abstractmethod
    def delete_model(self, name: str) -> None:
        """Stop serving a model; raise `KeyError` if it isn't served."""
