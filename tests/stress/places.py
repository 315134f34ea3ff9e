"""Where a store is, in a form that a process can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zen.stores import StoreDriver

__all__ = ["Place"]


@dataclass(frozen=True)
class Place:
    """Name a store by its driver and its URL.

    Args:
        driver: The driver's class.
        url: The store's URL.
    """

    driver: type[StoreDriver]
    url: str

    def open(self) -> StoreDriver:
        """Return a driver of the store; it holds nothing that another one has."""
        return self.driver(self.url)
