"""Commands that the original has and Zen hasn't: what to type instead, or why."""

from __future__ import annotations

from typing import Final

__all__ = ["ADVICE"]

_SHARED: Final = "Profiles are shared through git or a database; see 'zen profile'."
_NO_USERS: Final = "Zen has no users, teams, roles or projects."
_PLUGIN: Final = "A plugin can add it; see 'zen plugin new --help'."
_NOWHERE: Final = "There is nothing like it in Zen."

# By the name of the command, below `zen`.
ADVICE: Final = {
    "analytics": "Zen sends nothing anywhere.",
    "clean": "Did you mean 'zen repo clean'?",
    "config": "Did you mean 'zen profile'?",
    "connect": _SHARED,
    "data-validator": _PLUGIN,
    "disconnect": _SHARED,
    "down": "Did you mean 'zen stack down'?",
    "example": _NOWHERE,
    "feature": _PLUGIN,
    "go": _NOWHERE,
    "integration": "Integrations are plugins: did you mean 'zen plugin'?",
    "logging": _NOWHERE,
    "login": _SHARED,
    "pipeline run": "Did you mean 'zen run'?",
    "project": _NO_USERS,
    "role": _NO_USERS,
    "secret cleanup": "Delete the secrets one by one, with 'zen secret delete'.",
    "served-models": _PLUGIN,
    "server": _SHARED,
    "step": "Did you mean 'zen pipeline runs describe'?",
    "team": _NO_USERS,
    "up": "Did you mean 'zen stack up'?",
    "user": _NO_USERS,
}
