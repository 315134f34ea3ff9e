"""References to secrets, which may be kept where no secret may."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["MASK", "SECRET_KEY", "VARIABLE", "is_reference"]

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
