"""Keep lines short that have become long by the names that were filled in."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["fit"]

_WIDTH: Final = 88
# What follows the last bracket of a line that can be broken there.
_END: Final = re.compile(r"\)(?: -> [^()]+:|:|)")
# Before an argument with a name, a parameter with a type, and a bare `*` or `/`.
_COMMA: Final = re.compile(r", (?=\**\w+[=:]|[*/](?:,|$))")


def fit(source: str) -> str:
    """Break what is too long in Python source, as ruff and black do.

    The source is laid out for short names: nothing needs to be joined. It is left as
    it is where no bracket ends a line.
    """
    return "\n".join(_fit(line) for line in source.split("\n"))


def _fit(line: str) -> str:
    if len(line) <= _WIDTH:
        return line
    indent = " " * (len(line) - len(line.lstrip()))
    if line.startswith("from "):
        start, _, name = line.partition(" import ")
        return f"{start} import (\n    {name},\n)"
    opening, closing = _last_brackets(line)
    if not _END.fullmatch(line, closing):
        return line
    start, body, end = line[: opening + 1], line[opening + 1 : closing], line[closing:]
    parts = _COMMA.split(body)
    lines = [f"{indent}    {body}"]
    is_short_definition = len(parts) == 1 and start.startswith(f"{indent}def ")
    if len(lines[0]) > _WIDTH or is_short_definition:
        lines = [f"{indent}    {part}," for part in parts]
    return "\n".join([start, *lines, f"{indent}{end}"])


def _last_brackets(line: str) -> tuple[int, int]:
    """Return where the last pair of brackets opens and closes."""
    closing = position = line.rfind(")")
    depth = 1
    while depth and position > 0:
        position -= 1
        depth += {")": 1, "(": -1}.get(line[position], 0)
    return position, closing
