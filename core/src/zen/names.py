"""The rule for names, the same for everything that has one."""

from __future__ import annotations

import re
from typing import Final

from zen.errors import InvalidNameError

__all__ = ["check_name", "is_name"]

# No separator, no leading dot: a name is a file's name in a profile folder.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)


def is_name(text: str) -> bool:
    """Tell whether something can be called `text`."""
    return _NAME.fullmatch(text) is not None


def check_name(name: str, kind: str) -> str:
    """Return `name`, or raise `InvalidNameError` when it breaks the rule.

    Names are 1 to 100 ASCII letters, digits, `_`, `-` and `.`, beginning with a
    letter or a digit.

    Args:
        name: The name.
        kind: What bears the name, for the message.
    """
    if not is_name(name):
        raise InvalidNameError(kind, name)
    return name
