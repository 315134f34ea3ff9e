"""Write pipelines as plain functions, and run them on any stack."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "1.0.0"
