"""The contract of alerters."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from zen.components.base import StackComponent

__all__ = ["BaseAlerter"]


class BaseAlerter(StackComponent):
    """Send alerts through channels that people look at."""

    TYPE: ClassVar[str] = "alerter"

    @abstractmethod
    def post(self, message: str) -> bool:
        """Send a message; return whether it arrived."""

    @abstractmethod
    def ask(self, question: str) -> bool:
        """Send a question and wait; return whether it was answered with yes."""
