"""Show results: aligned tables for people, JSON and YAML for programs."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from itertools import zip_longest
from typing import TYPE_CHECKING, Final
from unicodedata import category, east_asian_width

import click

from zen.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import TextIO

__all__ = [
    "echo",
    "print_data",
    "print_name",
    "print_object",
    "print_rows",
    "terminal_width",
]

_ACTIVE_MARK: Final = "👉"
_HEAVY: Final = {"top": "┏━┯┓", "head": "┠─┼┨", "bottom": "┗━┷┛", "row": "┃│┃"}
_ASCII: Final = {"top": "+-++", "head": "+-++", "bottom": "+-++", "row": "|||"}
_UUID: Final = "uuid"
# What users type, and what they look for first.
_KEPT: Final = ("active", "name", "status", "state")
# What is left of a column that is cut, at least.
_NARROWEST: Final = 8
# The cells that each column takes beside its own.
_BORDER: Final = 3
# Marks above and below other characters, and those that join them.
_INVISIBLE: Final = frozenset({"Mn", "Me", "Cf"})
_USUAL_WIDTH: Final = 80


def echo(text: str = "", *, err: bool = False, newline: bool = True) -> None:
    """Print a text for people, in characters that are shown as themselves.

    All that the program says goes through here, for any part of it may come from a
    store, a plugin or a file that somebody else has written.

    Args:
        text: What to print.
        err: Whether it goes to standard error.
        newline: Whether a line ends with it.
    """
    stream = sys.stderr if err else sys.stdout
    click.echo(_showable(printable(text), stream), err=err, nl=newline)  # noqa: TID251


def print_rows(
    rows: Sequence[Mapping[str, object]],
    output: str,
    *,
    headers: Mapping[str, str],
    kept: Collection[str] = _KEPT,
    empty: str = "",
) -> None:
    """Print a list of objects.

    Args:
        rows: The objects; a row's `active` becomes the mark in a table.
        output: `table`, `json` or `yaml`.
        headers: The table's columns: each key with its header. JSON and YAML show
            all keys, also those that have no column.
        kept: The keys of the columns that a narrow terminal shows whole, for users
            need all of them. The others are cut, uuids first, and the last of them left
            out where that isn't enough.
        empty: What to say in place of a table without rows.
    """
    if output != "table":
        print_data([dict(row) for row in rows], output)
        return
    if not rows:
        echo(empty)
        return
    cells = {key: [_cell(row.get(key), key) for row in rows] for key in headers}
    widths = {k: max(map(_width, [headers[k], *cells[k]])) for k in headers}
    fitted = _fitted(widths, kept)
    columns = [[[_cut(c, fitted[k])] for c in (headers[k], *cells[k])] for k in fitted]
    names, *lines = zip(*columns, strict=True)
    echo(_table([name for (name,) in names], lines, ruled=False))
    if left_out := ", ".join(headers[key] for key in headers if key not in fitted):
        echo(
            f"Columns left out, as the terminal is too narrow: {left_out}; see"
            " '--output json'.",
            err=True,
        )


def print_object(
    content: Mapping[str, object],
    output: str,
    *,
    title: str,
    label: Callable[[str], str] = str.upper,
) -> None:
    """Print one object; a table has a row for each of its properties.

    Args:
        content: The object.
        output: `table`, `json` or `yaml`.
        title: The line above the table.
        label: Returns how a table shows the name of a property.
    """
    if output != "table":
        print_data(dict(content), output)
        return
    keys = [_cell(label(key)) for key in content]
    taken = max(map(_width, ["PROPERTY", *keys])) + 2 * _BORDER + 1
    room = max(terminal_width() - taken, _NARROWEST)
    values = [_wrapped(_cell(value), room) for value in content.values()]
    cells = [[[key], value] for key, value in zip(keys, values, strict=True)]
    table = _table(["PROPERTY", "VALUE"], cells, ruled=True)
    width = _width(table.splitlines()[0])
    echo(title.center(width).rstrip())
    echo(table)


def print_name(name: str, output: str, *, sentence: str) -> None:
    """Print the name of one object.

    Args:
        name: The name.
        output: `table`, `json` or `yaml`.
        sentence: What people are told.
    """
    if output == "table":
        echo(sentence)
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
        # JSON has escapes of its own, which a program reads back.
        echo(text if _is_plain(text) else json.dumps(content, indent=2, default=str))
        return
    import yaml

    content = json.loads(text)
    shown = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    if not _is_plain(shown):
        shown = yaml.safe_dump(content, sort_keys=False)
    echo(shown, newline=False)


def _cell(value: object, key: str = "") -> str:
    if key == "active":
        return _ACTIVE_MARK if value else ""
    if value is None:
        return ""
    if isinstance(value, dict):
        value = ", ".join(f"{key}: {item}" for key, item in value.items())
    elif isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return _showable(printable(" ".join(str(value).split())), sys.stdout)


def _table(
    headers: Sequence[str], rows: Sequence[Sequence[Sequence[str]]], *, ruled: bool
) -> str:
    """Draw a table; each cell is a sequence of lines."""
    lines = [[[header] for header in headers], *rows]
    widths = [
        max(_width(line) for cell in column for line in cell)
        for column in zip(*lines, strict=True)
    ]
    style = _HEAVY if _can_show("".join(_HEAVY.values())) else _ASCII
    rule = _rule(style["head"], widths)
    drawn = [
        "\n".join(
            _row(style["row"], parts, widths)
            for parts in zip_longest(*row, fillvalue="")
        )
        for row in lines
    ]
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
    before = 0
    if text == _ACTIVE_MARK:
        text = text if _can_show(text) else "*"
        before = (width - _width(text)) // 2
    return " " * before + text + " " * (width - before - _width(text))


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    mark = "…" if _can_show("…") else ""
    text = text[:width]
    while _width(text + mark) > width:
        text = text[:-1]
    return text + mark


def _wrapped(text: str, width: int) -> list[str]:
    if _width(text) <= width:
        return [text]
    lines = [""]
    for character in text:
        if _width(lines[-1] + character) > width:
            lines.append("")
        lines[-1] += character
    return lines


def _fitted(widths: Mapping[str, int], kept: Collection[str]) -> dict[str, int]:
    """Return the columns that fit the terminal, each with its width.

    Columns that may be cut are, as far as something of them remains; then the last of
    them are left out.
    """
    columns = [*widths]
    while True:
        fitted = {key: widths[key] for key in columns}
        excess = sum(fitted.values()) + _BORDER * len(fitted) + 1 - terminal_width()
        yielding = [key for key in columns if key not in kept]
        for key in yielding:
            if key == _UUID and excess > 0:
                excess -= _narrow(fitted, [key], excess)
        excess -= _narrow(fitted, yielding, excess)
        if excess <= 0 or not yielding:
            return fitted
        columns.remove(yielding[-1])


def _narrow(fitted: dict[str, int], yielding: Sequence[str], excess: int) -> int:
    """Take from the widest columns as much as is wanted, and return how much it was."""
    taken = 0
    while yielding and taken < excess:
        widest = max(yielding, key=fitted.__getitem__)
        if fitted[widest] <= _NARROWEST:
            break
        fitted[widest] -= 1
        taken += 1
    return taken


def _width(text: str) -> int:
    """Return how many cells of a terminal `text` takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if category(character) in _INVISIBLE:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


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


def _showable(text: str, stream: TextIO | None) -> str:
    """Put '?' where the stream has no such character."""
    encoding = getattr(stream, "encoding", None) or "ascii"
    return text.encode(encoding, errors="replace").decode(encoding)


def _is_plain(text: str) -> bool:
    """Tell whether `text` would be printed as it is."""
    return _can_show(text) and printable(text) == text


def _can_show(text: str) -> bool:
    return _showable(text, sys.stdout) == text
