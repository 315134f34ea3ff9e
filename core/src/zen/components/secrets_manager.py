"""The contract of secrets managers."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from zen.components.base import StackComponent

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BaseSecretsManager"]


class BaseSecretsManager(StackComponent):
    """Keep secrets: named groups of keys and values.

    Reading, changing or deleting a secret that isn't there raises `KeyError`.
    """

    TYPE: ClassVar[str] = "secrets_manager"

    @abstractmethod
    def register_secret(self, name: str, values: Mapping[str, str]) -> None:
        """Keep a new secret; raise `ValueError` if the name is taken."""

    @abstractmethod
    def get_secret(self, name: str) -> dict[str, str]:
        """Return a secret's keys and values."""

    @abstractmethod
    def get_all_secret_keys(self) -> list[str]:
        """Return the names of all secrets, sorted."""

    @abstractmethod
    def update_secret(self, name: str, values: Mapping[str, str]) -> None:
        """Give a secret new keys and values in place of its old ones."""

    @abstractmethod
    def delete_secret(self, name: str) -> None:
        """Delete a secret."""
