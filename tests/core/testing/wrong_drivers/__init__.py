"""Store drivers with one fault each, which the contract must find."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.core.testing.memory_driver import MemoryDriver

__all__ = ["wrong_drivers"]


def wrong_drivers() -> dict[str, type[MemoryDriver]]:
    """Return all of them, by name."""
    modules = [
        import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)
    ]
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }
