"""References to secrets, which may be kept where no secret may."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["MASK", "SECRET_KEY", "VARIABLE", "is_reference", "without_secrets"]

MASK: Final = "**********"

# `${NAME}`: the environment variable of that name.
VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
# `{{name.key}}`: a key of a secret in the stack's secrets manager.
SECRET_KEY: Final = re.compile(
    r"\{\{ ?([A-Za-z0-9][A-Za-z0-9_.-]*)\.([A-Za-z0-9_-]+) ?\}\}", re.ASCII
)


def is_reference(text: object) -> bool:
    """Tell whether a value is a reference and nothing else."""
    return isinstance(text, str) and bool(
        VARIABLE.fullmatch(text) or SECRET_KEY.fullmatch(text)
    )


def without_secrets(value: object) -> object:
    """Return what may hold secrets with a mask for all that is no reference."""
    if isinstance(value, dict):
        return {key: without_secrets(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(item) for item in value]
    return value if value is None or is_reference(value) else MASK
