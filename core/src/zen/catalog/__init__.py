"""What is installed: plugins, what they offer, and who owns it.

No plugin can break the catalog: one that fails is a record with its error, and that
error is raised when somebody uses the broken thing by its name.
"""

from __future__ import annotations

from zen.catalog._blame import how_to_settle
from zen.catalog._catalog import Catalog
from zen.catalog._discovery import Claim, find_claims
from zen.catalog._index import Index
from zen.catalog._isolation import run_apart
from zen.catalog._plugins import CORE, Answer, Offer, Owner, Plugin, PluginState
from zen.catalog._policy import PluginPolicy, find_owner

__all__ = [
    "CORE",
    "Answer",
    "Catalog",
    "Claim",
    "Index",
    "Offer",
    "Owner",
    "Plugin",
    "PluginPolicy",
    "PluginState",
    "find_claims",
    "find_owner",
    "how_to_settle",
    "run_apart",
]
