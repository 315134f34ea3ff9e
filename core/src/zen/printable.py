"""Text that may be shown on a terminal, wherever it came from."""

from __future__ import annotations

from typing import Final

__all__ = ["Lines", "printable"]

# Spaces, characters for private use and those that are newer than this Python: they
# say nothing to a terminal, though `str.isprintable` leaves them out.
_HARMLESS: Final = frozenset({"Zs", "Co", "Cn"})
# Columns begin with the first; some scripts and emoji need the others.
_KEPT: Final = frozenset("\t\u200c\u200d")


class Lines(str):
    """A text that is meant to have several lines.

    In all other texts a line break is shown as an escape: it may have come with a name
    or a value, and what follows it would pass for a line of Zen's own.
    """

    __slots__ = ()

    @classmethod
    def of(cls, *texts: str | None) -> Lines:
        r"""Join texts, each of them a line, or such a text; leave out empty ones.

        >>> print(Lines.of("It's called 'a\nb'.", "", "Rename it."))
        It's called 'a\nb'.
        Rename it.
        """
        return cls("\n".join(printable(text) for text in texts if text))


def printable(text: str) -> str:
    r"""Return `text` with an escape for each character that isn't shown as itself.

    Control characters would speak to the terminal instead of the user, and those that
    change the direction of writing would make a text look like another one.

    >>> printable("\x1b[31mred\n")
    '\\x1b[31mred\\n'
    """
    if isinstance(text, Lines):
        return "\n".join(map(_shown, text.split("\n")))
    return _shown(text)


def _shown(text: str) -> str:
    return text if text.isprintable() else "".join(map(_shown_character, text))


def _shown_character(character: str) -> str:
    if character.isprintable() or character in _KEPT:
        return character
    # Hardly any text gets here.
    from unicodedata import category

    if category(character) in _HARMLESS:
        return character
    return character.encode("unicode_escape").decode("ascii")
