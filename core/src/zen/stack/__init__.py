"""Stacks: one component of each type that a pipeline needs, brought up and down."""

from __future__ import annotations

from zen.components import StackComponent
from zen.stack._lifecycle import Lifecycle
from zen.stack._live import LiveComponents
from zen.stack._registry import StackRegistry
from zen.stack._secrets import Secrets, with_references
from zen.stack._stack import Stack
from zen.stack._validator import StackValidator

__all__ = [
    "Lifecycle",
    "LiveComponents",
    "Secrets",
    "Stack",
    "StackComponent",
    "StackRegistry",
    "StackValidator",
    "with_references",
]
