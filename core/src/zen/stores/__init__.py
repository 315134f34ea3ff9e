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
from zen.stores.history import Author, Change, Commit, Content
from zen.stores.store import Store

__all__ = [
    "Author",
    "Change",
    "Check",
    "Commit",
    "Content",
    "Delete",
    "GuardCheck",
    "Page",
    "Put",
    "Store",
    "StoreDriver",
    "Transaction",
]
