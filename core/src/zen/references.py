"""References to secrets and environment variables, kept in place of their values."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from zen.errors import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from re import Match

__all__ = [
    "MASK",
    "SECRET_KEY",
    "VARIABLE",
    "expand",
    "expand_url",
    "is_reference",
    "normalised_url",
    "without_secrets",
]

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


def expand(text: str) -> str:
    """Replace each `${NAME}` by the environment variable of that name.

    Raises:
        StoreUnavailableError: A variable isn't set.
    """
    return VARIABLE.sub(lambda match: _value(match[1]), text)


def expand_url(text: str) -> str:
    """Replace each `${NAME}` in a URL, or in a path.

    In a URL's credentials and options, a value is quoted: it may hold characters that
    mean something else there.

    Raises:
        StoreUnavailableError: A variable isn't set.
    """
    if "://" not in text:
        return expand(text)
    from urllib.parse import quote  # only URLs with references need it

    options = text.find("?")
    credentials = text.rfind("@", 0, options if options >= 0 else len(text))

    def value(match: Match[str]) -> str:
        quoted = match.start() < credentials or 0 <= options < match.start()
        return quote(_value(match[1]), safe="") if quoted else _value(match[1])

    return VARIABLE.sub(value, text)


def normalised_url(url: str, normalise: Callable[[str], str]) -> str:
    """Return a URL as it is to be kept, the same from every working directory.

    One that refers to environment variables stays as it is: they mean something on
    each host, and may not be set on this one.

    Args:
        url: The URL, or a path.
        normalise: Makes it mean the same everywhere, where it refers to nothing.

    Raises:
        ValueError: `normalise` has refused it, or a variable is in a relative path.
    """
    if not VARIABLE.search(url):
        return normalise(url)
    try:
        expanded = expand_url(url)
    except StoreUnavailableError:
        return url
    folder = os.getcwd()  # noqa: PTH109 - light modules do without pathlib
    found = normalise(expanded)
    if folder != os.sep and folder in found and folder not in expanded:
        raise ValueError("a path with a variable in it must be absolute")
    return url


def _value(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise StoreUnavailableError(
            f"The environment variable '{name}' isn't set, and a URL or an attribute"
            f" refers to it as ${{{name}}}.",
            hint=f"Set it, as with 'export {name}=…', and repeat the command.",
        ) from None
