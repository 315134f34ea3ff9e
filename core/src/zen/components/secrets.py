"""Tell secrets, which no store may keep, from references to them, which it may."""

from __future__ import annotations

import os
import re
from typing import Final

from pydantic import SecretStr

from zen.errors import ConfigurationError

__all__ = ["is_reference", "reveal"]

_REFERENCE: Final = re.compile(r"\$\{(\w+)\}")


def is_reference(value: object) -> bool:
    """Tell whether a secret is `${NAME}`: an environment variable that holds it."""
    return isinstance(value, SecretStr) and bool(
        _REFERENCE.fullmatch(value.get_secret_value())
    )


def reveal(secret: SecretStr) -> str:
    """Return a secret's text, or that of the environment variable that it names.

    Raises:
        ConfigurationError: There is no such variable.
    """
    text = secret.get_secret_value()
    reference = _REFERENCE.fullmatch(text)
    if reference is None:
        return text
    name = reference[1]
    try:
        return os.environ[name]
    except KeyError:
        raise ConfigurationError(
            f"The environment variable '{name}' isn't set, and a secret refers to it"
            f" as ${{{name}}}.",
            hint=f"Set it, as with 'export {name}=…', and repeat the command.",
        ) from None
