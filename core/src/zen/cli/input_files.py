"""Read files that are named on the command line, and standard input."""

from __future__ import annotations

import sys

import click

from zen.stores.confinement import LARGEST_INPUT, check_size, read_named

__all__ = ["STANDARD_INPUT", "read_input"]

STANDARD_INPUT = "standard input"


def read_input(name: str, *, option: str | None = None) -> tuple[bytes, str]:
    """Return what a file holds, and what it is called in messages.

    Args:
        name: The file; `-` stands for standard input.
        option: The option that names it, for messages.

    Raises:
        click.BadParameter: It can't be read.
        DamagedDataError: It is too large.
    """
    if name == "-":
        data = sys.stdin.buffer.read(LARGEST_INPUT + 1)
        check_size(data, STANDARD_INPUT, LARGEST_INPUT)
        return data, STANDARD_INPUT
    try:
        return read_named(name), name
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        context = click.get_current_context()
        message = f"'{name}': {reason}"
        raise click.BadParameter(message, context, param_hint=option) from error
