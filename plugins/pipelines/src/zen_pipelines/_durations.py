"""Tell how long something took."""

from __future__ import annotations

from typing import Final

__all__ = ["format_duration"]

_BRIEF: Final = 0.1
_MINUTE: Final = 60


def format_duration(seconds: float) -> str:
    """Return a number of seconds as it is said in a sentence."""
    if seconds < _BRIEF:
        return "less than 0.1 s"
    if round(seconds, 1) < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
