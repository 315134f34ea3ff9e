"""What is said to the user beside results."""

from __future__ import annotations

__all__ = ["Caution"]


class Caution(str):
    """A notice that is a warning, and shown where other notices are silenced."""

    __slots__ = ()
