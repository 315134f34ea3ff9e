"""Show results: aligned tables for people, JSON and YAML for programs."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from itertools import zip_longest
from typing import TYPE_CHECKING, Final
from unicodedata import category, east_asian_width

import click

from zen.printable import Lines, printable

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
# What isn't torn apart where a line ends.
_WORD: Final = re.compile(r"[^\s/_.,;-]*(?:[/_.,;-]+|\s+|$)")
# Marks above and below other characters, and those that join them.
_INVISIBLE: Final = frozenset({"Mn", "Me", "Cf"})
_USUAL_WIDTH: Final = 80


def echo(text: str = "", *, err: bool = False, newline: bool = True) -> None:
    """Print a text for people, in characters that are shown as themselves.

    All that the program says goes through here, for any part of it may come from a
    store, a plugin or a file that somebody else has written.

    Args:
        text: What to print: a line, or several where it is `Lines`.
        err: Whether it goes to standard error.
        newline: Whether a line ends with it.
    """
    stream = sys.stderr if err else sys.stdout
    click.echo(_showable(printable(text), stream), err=err, nl=newline)  # noqa: TID251


def print_rows(  # noqa: PLR0913 - what a table is made of
    rows: Sequence[Mapping[str, object]],
    output: str,
    *,
    headers: Mapping[str, str],
    kept: Collection[str] = _KEPT,
    wrapped: Collection[str] = (),
    empty: str = "",
) -> None:
    """Print a list of objects.

    Args:
        rows: The objects; a row's `active` becomes the mark in a table.
        output: `table`, `json` or `yaml`.
        headers: The table's columns: each key with its header. JSON and YAML show
            all keys, also those that have no column.
        kept: The keys of the columns that a narrow terminal shows whole, for users
            need all of them. The others become narrower, but for uuids, and the last
            of them are left out where that isn't enough.
        wrapped: The keys of the columns whose texts go on in further lines then,
            rather than being cut.
        empty: What to say in place of a table without rows, if anything.
    """
    if output != "table":
        print_data([dict(row) for row in rows], output)
        return
    if not rows:
        if empty:
            echo(empty)
        return
    cells = {key: [_cell(row.get(key), key) for row in rows] for key in headers}
    widths = {k: max(map(_width, [headers[k], *cells[k]])) for k in headers}
    easy = {
        key: _longest_word(header) if key in wrapped else _NARROWEST
        for key, header in headers.items()
        if key not in kept
    }
    fitted = _fitted(widths, easy)
    columns = [
        [
            _fit(cell, fitted[key], wrap=key in wrapped)
            for cell in (headers[key], *cells[key])
        ]
        for key in fitted
    ]
    names, *lines = zip(*columns, strict=True)
    echo(Lines(_table(names, lines, ruled=False)))
    if left_out := ", ".join(headers[key] for key in headers if key not in fitted):
        note = f"Columns without room here: {left_out}; see '--output json'."
        echo(Lines("\n".join(_wrapped(note, terminal_width()))), err=True)


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
    values = [_lines(value, room) for value in content.values()]
    cells = [[[key], value] for key, value in zip(keys, values, strict=True)]
    table = _table([["PROPERTY"], ["VALUE"]], cells, ruled=True)
    width = _width(table.splitlines()[0])
    echo(title.center(width).rstrip())
    echo(Lines(table))


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
        if not _is_plain(text):
            text = json.dumps(content, indent=2, default=str)
        echo(Lines(text))
        return
    import yaml

    content = json.loads(text)
    shown = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    if not _is_plain(shown):
        shown = yaml.safe_dump(content, sort_keys=False)
    echo(Lines(shown), newline=False)


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
    headers: Sequence[Sequence[str]],
    rows: Sequence[Sequence[Sequence[str]]],
    *,
    ruled: bool,
) -> str:
    """Draw a table; each cell, and each header, is a sequence of lines."""
    lines = [headers, *rows]
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


def _fit(text: str, width: int, *, wrap: bool) -> list[str]:
    return _wrapped(text, width) if wrap else [_cut(text, width)]


def _lines(value: object, width: int) -> list[str]:
    """Return the lines of a value; a certificate, for one, has several of its own."""
    parts = value.splitlines() if isinstance(value, str) else [value]
    return [line for part in parts or [""] for line in _wrapped(_cell(part), width)]


def _wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text, broken after a word where that is possible."""
    if _width(text) <= width:
        return [text]
    lines = [""]
    for word in _WORD.findall(text):
        taken = _width(word.rstrip())
        if taken <= width < _width(lines[-1]) + taken:
            lines.append("")
        for character in word:
            if _width(lines[-1] + character) > width and not character.isspace():
                lines.append("")
            lines[-1] += character
    return [line.rstrip() for line in lines]


def _longest_word(text: str) -> int:
    return max([_NARROWEST, *map(_width, _WORD.findall(text))])


def _fitted(widths: Mapping[str, int], easy: Mapping[str, int]) -> dict[str, int]:
    """Return the columns that fit the terminal, each with its width.

    A part of a uuid is of no use, so that goes first. The others become narrower, as
    far as they can; then the last of those that can are left out.

    Args:
        widths: The width that each column has where there is room.
        easy: The width below which it goes only in need, of those that yield at all.
    """
    columns = [*widths]
    while True:
        fitted = {key: widths[key] for key in columns}
        excess = sum(fitted.values()) + _BORDER * len(fitted) + 1 - terminal_width()
        yielding = [key for key in columns if key in easy]
        if excess > 0 and _UUID in yielding:
            columns.remove(_UUID)
            continue
        excess -= _narrow(fitted, easy, excess)
        excess -= _narrow(fitted, dict.fromkeys(easy, _NARROWEST), excess)
        if excess <= 0 or not yielding:
            return fitted
        columns.remove(yielding[-1])


def _narrow(fitted: dict[str, int], least: Mapping[str, int], excess: int) -> int:
    """Take from the widest columns as much as is wanted, and return how much it was."""
    for taken in range(excess):
        yielding = [key for key in least if fitted.get(key, 0) > least[key]]
        if not yielding:
            return taken
        fitted[max(yielding, key=fitted.__getitem__)] -= 1
    return max(excess, 0)


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
    return _can_show(text) and printable(Lines(text)) == text


def _can_show(text: str) -> bool:
    return _showable(text, sys.stdout) == text
