"""Text that may be shown on a terminal, wherever it came from."""

from __future__ import annotations

from typing import Final

__all__ = ["printable"]

# Spaces, characters for private use and those that are newer than this Python: they
# say nothing to a terminal, though `str.isprintable` leaves them out.
_HARMLESS: Final = frozenset({"Zs", "Co", "Cn"})
# Lines end and columns begin with these; some scripts and emoji need the last two.
_KEPT: Final = "\n\t\u200c\u200d"


def printable(text: str) -> str:
    r"""Return `text` with an escape for each character that isn't shown as itself.

    Control characters would speak to the terminal instead of the user, and those that
    change the direction of writing would make a text look like another one. Lines
    stay lines.

    >>> printable("\x1b[31mred")
    '\\x1b[31mred'
    """
    if text.replace("\n", "").isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or character in _KEPT:
        return character
    # Hardly any text gets here.
    from unicodedata import category

    if category(character) in _HARMLESS:
        return character
    return character.encode("unicode_escape").decode("ascii")
