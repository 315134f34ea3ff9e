"""Replace `${NAME}` in URLs by environment variables."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from zen.errors import StoreUnavailableError

if TYPE_CHECKING:
    from re import Match

__all__ = ["VARIABLE", "expand", "expand_url"]

VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


def expand(text: str) -> str:
    """Replace each `${NAME}` by the environment variable of that name.

    Raises:
        StoreUnavailableError: A variable isn't set.
    """
    return VARIABLE.sub(lambda match: _value(match[1]), text)


def expand_url(text: str) -> str:
    """Do so in a URL, and quote what mustn't mean anything else there.

    Raises:
        StoreUnavailableError: A variable isn't set.
    """
    options = text.find("?")
    credentials = text.rfind("@", 0, options if options >= 0 else len(text))

    def value(match: Match[str]) -> str:
        # There, a value may hold what means something else in a URL.
        quoted = match.start() < credentials or 0 <= options < match.start()
        return quote(_value(match[1]), safe="") if quoted else _value(match[1])

    return VARIABLE.sub(value, text)


def _value(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise StoreUnavailableError(
            f"The environment variable '{name}' isn't set, and a database's URL or"
            f" password refers to it as ${{{name}}}.",
            hint=f"Set it, as with 'export {name}=…', and repeat the command.",
        ) from None
