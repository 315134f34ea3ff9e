"""Where a profile's records are kept: the driver contract and the rules above it."""

from __future__ import annotations

from zen.stores.driver import (
    Check,
    Delete,
    GuardCheck,
    Page,
    Put,
    StoreDriver,
    Transaction,
)
from zen.stores.store import Store

__all__ = [
    "Check",
    "Delete",
    "GuardCheck",
    "Page",
    "Put",
    "Store",
    "StoreDriver",
    "Transaction",
]
