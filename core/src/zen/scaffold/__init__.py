"""Write the distribution of a new plugin: something that works, to begin with."""

from __future__ import annotations

from zen.scaffold._draft import Draft, Kind, draft

__all__ = ["Draft", "Kind", "draft"]
