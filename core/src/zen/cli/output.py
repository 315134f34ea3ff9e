"""Show results: aligned tables for people, JSON and YAML for programs."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "print_data",
    "print_name",
    "print_object",
    "print_rows",
    "terminal_width",
]

_ACTIVE_MARK: Final = "👉"
_HEAVY: Final = {"top": "┏━┯┓", "head": "┠─┼┨", "bottom": "┗━┷┛", "row": "┃│┃"}
_ASCII: Final = {"top": "+-++", "head": "+-++", "bottom": "+-++", "row": "|||"}
_NARROWEST: Final = 4
_USUAL_WIDTH: Final = 80
# What would speak to the terminal instead of the user.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def print_rows(
    rows: Sequence[Mapping[str, object]],
    output: str,
    *,
    headers: Mapping[str, str],
    whole: str = "",
    empty: str = "",
) -> None:
    """Print a list of objects.

    Args:
        rows: The objects; a row's `active` becomes the mark in a table.
        output: `table`, `json` or `yaml`.
        headers: The table's columns: each key with its header. JSON and YAML show
            all keys, also those that have no column.
        whole: The key of a column that is never cut, for users need all of it.
        empty: What to say in place of a table without rows.
    """
    if output != "table":
        print_data([dict(row) for row in rows], output)
        return
    if not rows:
        click.echo(empty)
        return
    cells = [[_cell(row.get(key), key) for key in headers] for row in rows]
    kept = [*headers].index(whole) if whole else None
    click.echo(_table([*headers.values()], cells, ruled=False, whole=kept))


def print_object(content: Mapping[str, object], output: str, *, title: str) -> None:
    """Print one object; a table has a row for each of its properties.

    Args:
        content: The object.
        output: `table`, `json` or `yaml`.
        title: The line above the table.
    """
    if output != "table":
        print_data(dict(content), output)
        return
    cells = [[key.upper(), _cell(value)] for key, value in content.items()]
    table = _table(["PROPERTY", "VALUE"], cells, ruled=True)
    width = _width(table.splitlines()[0])
    click.echo(title.center(width).rstrip())
    click.echo(table)


def print_name(name: str, output: str, *, sentence: str) -> None:
    """Print the name of one object.

    Args:
        name: The name.
        output: `table`, `json` or `yaml`.
        sentence: What people are told.
    """
    if output == "table":
        click.echo(sentence)
    else:
        print_data({"name": name}, output)


def print_data(content: object, output: str) -> None:
    """Print JSON-able content for programs.

    Args:
        content: What to print.
        output: `json` or `yaml`.
    """
    # Neither is asked for by most calls.
    import json

    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    if output == "json":
        if not _can_show(text):
            text = json.dumps(content, indent=2, default=str)
        click.echo(text)
        return
    import yaml

    content = json.loads(text)
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    click.echo(
        text if _can_show(text) else yaml.safe_dump(content, sort_keys=False), nl=False
    )


def _cell(value: object, key: str = "") -> str:
    if key == "active":
        return _ACTIVE_MARK if value else ""
    if value is None:
        return ""
    if isinstance(value, dict):
        value = ", ".join(f"{key}: {item}" for key, item in value.items())
    elif isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return _showable(_CONTROL.sub(_escaped, " ".join(str(value).split())))


def _table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    ruled: bool,
    whole: int | None = None,
) -> str:
    """Draw a table that fits the terminal."""
    lines = [headers, *rows]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    widths = _fitted(widths, terminal_width() - 3 * len(widths) - 1, whole)
    style = _HEAVY if _can_show("".join(_HEAVY.values())) else _ASCII
    rule = _rule(style["head"], widths)
    drawn = [_row(style["row"], line, widths) for line in lines]
    separator = f"\n{rule}\n" if ruled else "\n"
    top, bottom = _rule(style["top"], widths), _rule(style["bottom"], widths)
    return "\n".join([top, drawn[0], rule, separator.join(drawn[1:]), bottom])


def _rule(characters: str, widths: Sequence[int]) -> str:
    left, line, cross, right = tuple(characters)
    return left + cross.join(line * (width + 2) for width in widths) + right


def _row(characters: str, cells: Sequence[str], widths: Sequence[int]) -> str:
    left, between, right = tuple(characters)
    padded = (
        f" {_pad(cell, width)} " for cell, width in zip(cells, widths, strict=True)
    )
    return left + between.join(padded) + right


def _pad(text: str, width: int) -> str:
    if text == _ACTIVE_MARK:
        text = text if _can_show(text) else "*"
        before = (width - _width(text)) // 2
        text = " " * before + text
    while _width(text) > width:
        text = text[:-2] + "…" if _can_show("…") else text[:-1]
    return text + " " * (width - _width(text))


def _fitted(widths: Sequence[int], room: int, whole: int | None) -> list[int]:
    """Take from the widest columns, but not from `whole`, until all fit."""
    fitted = list(widths)
    yielding = [column for column in range(len(widths)) if column != whole]
    while yielding and sum(fitted) > room:
        widest = max(yielding, key=fitted.__getitem__)
        if fitted[widest] <= _NARROWEST:
            break
        fitted[widest] -= 1
    return fitted


def _width(text: str) -> int:
    """Return how many cells of a terminal `text` takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def terminal_width() -> int:
    """Return the number of columns; huge where nobody reads it on a terminal.

    It answers as `shutil.get_terminal_size` does, but that module takes as long to
    load as it does to list stacks.
    """
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    if sys.stdout is None or not sys.stdout.isatty():
        return sys.maxsize
    with suppress(AttributeError, OSError, ValueError):
        return os.get_terminal_size(sys.stdout.fileno()).columns or _USUAL_WIDTH
    return _USUAL_WIDTH


def _escaped(control: re.Match[str]) -> str:
    return f"\\x{ord(control.group()):02x}"


def _showable(text: str) -> str:
    """Put '?' where the output has no such character."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return text.encode(encoding, errors="replace").decode(encoding)


def _can_show(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True
