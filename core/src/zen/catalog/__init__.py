"""What is installed: plugins, what they offer, and who owns it.

No plugin can break the catalog: one that fails is a record with its error, and that
error is raised when somebody uses the broken thing by its name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from zen.catalog._blame import (
    contract_error,
    how_to_settle,
    load_error,
    on_one_line,
)
from zen.catalog._catalog import Catalog
from zen.catalog._discovery import UNKNOWN, Claim, find_claims, find_copies
from zen.catalog._imports import find_module, import_object
from zen.catalog._inventory import RESERVED_TYPES, claims_in_use
from zen.catalog._plugins import (
    CORE,
    Answer,
    Breakage,
    Offer,
    Owner,
    Plugin,
    PluginState,
)
from zen.catalog._policy import PluginPolicy, find_owner

if TYPE_CHECKING:
    from zen.catalog._apart import run_forked_apart
    from zen.catalog._index import Index

__all__ = [
    "CORE",
    "RESERVED_TYPES",
    "UNKNOWN",
    "Answer",
    "Breakage",
    "Catalog",
    "Claim",
    "Index",
    "Offer",
    "Owner",
    "Plugin",
    "PluginPolicy",
    "PluginState",
    "claims_in_use",
    "contract_error",
    "find_claims",
    "find_copies",
    "find_module",
    "find_owner",
    "how_to_settle",
    "import_object",
    "load_error",
    "on_one_line",
    "run_forked_apart",
]

# The core's own commands need neither.
_HOMES: Final = {"Index": "_index", "run_forked_apart": "_apart"}


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562)."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
