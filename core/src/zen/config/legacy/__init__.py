"""Repositories from before profiles: their stacks become those of a new profile."""

from __future__ import annotations

from zen.config.legacy._migration import migrate, recall

__all__ = ["migrate", "recall"]
