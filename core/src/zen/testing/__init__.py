"""The kit for the authors of plugins."""

from __future__ import annotations

from zen.testing._contract import Contract, declared_capabilities, requires

__all__ = ["Contract", "declared_capabilities", "requires"]
