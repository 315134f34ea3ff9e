"""The contract of alerters."""

from __future__ import annotations

from typing import ClassVar

from zen.components.base import StackComponent
from zen.components.optional import optional

__all__ = ["BaseAlerter"]


class BaseAlerter(StackComponent):
    """Send alerts through channels that people look at.

    A flavor may leave a method out; calling it then raises `NotImplementedError`.
    """

    TYPE: ClassVar[str] = "alerter"

    @optional
    def post(self, message: str) -> bool:
        """Send a message; return whether it arrived."""
        raise NotImplementedError

    @optional
    def ask(self, question: str) -> bool:
        """Send a question and wait; return whether it was answered with yes."""
        raise NotImplementedError
