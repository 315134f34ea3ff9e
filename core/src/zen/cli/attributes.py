"""Read attributes of components from a command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zen.errors import DamagedDataError
from zen.stores.confinement import read_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["read_attributes", "read_keys"]


def read_attributes(
    arguments: Sequence[str], *, ask: Callable[[str], str] | None = None
) -> dict[str, str]:
    """Read `--key=value` and `--key value`.

    A value `@file` stands for the content of that file, and `@@text` for `@text`.

    Args:
        arguments: What stands on the command line.
        ask: Returns what the value `-` of a key stands for, unless that is itself.

    Raises:
        click.UsageError: An argument is no attribute, or a file can't be read.
    """
    given = _split(arguments)
    texts = {key: _expanded(*option) for key, option in given.items()}
    # Whoever is asked should not have to answer again for what is wrong elsewhere.
    asked = [key for key, (_, value) in given.items() if value == "-"]
    return texts | {key: ask(key) for key in asked if ask}


def _split(arguments: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return each attribute's option and value, as they are given."""
    attributes: dict[str, tuple[str, str]] = {}
    remaining = list(arguments)
    while remaining:
        option, separator, value = remaining.pop(0).partition("=")
        key = _key(option)
        if not separator:
            if not remaining or remaining[0].startswith("--"):
                raise click.UsageError(f"Attribute '{option}' has no value.")
            value = remaining.pop(0)
        if not _is_text(value):
            raise click.UsageError(f"The value of '{option}' isn't valid UTF-8 text.")
        if key in attributes:
            raise click.UsageError(f"Attribute '{option}' is given twice.")
        attributes[key] = option, value
    return attributes


def read_keys(arguments: Sequence[str]) -> list[str]:
    """Read `--key --other`, or `key other`.

    Raises:
        click.UsageError: An argument is no attribute's name.
    """
    return [_key(f"--{argument.removeprefix('--')}") for argument in arguments]


def _key(option: str) -> str:
    key = option.removeprefix("--").replace("-", "_")
    if not option.startswith("--") or not key.isidentifier():
        message = f"'{option}' is not an attribute. Give the name first, and then"
        message += " attributes as in '--path=VALUE'."
        raise click.UsageError(message)
    return key


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _expanded(option: str, value: str) -> str:
    if not value.startswith("@") or value.startswith("@@"):
        return value.removeprefix("@")
    file = Path(value[1:])
    try:
        return read_named(file).decode("utf-8")
    except (OSError, ValueError, DamagedDataError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "reason", "")
        if isinstance(error, ValueError):
            reason = "it isn't valid UTF-8 text"
        raise click.UsageError(
            f"'{option}' reads the file '{file}', which can't be read:"
            f" {reason}. A value that begins with '@' is written with two of them."
        ) from error
