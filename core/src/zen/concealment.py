"""Keep values of environment variables out of what is shown.

A URL may name variables that hold a token or a user. What fails because of the URL
quotes what it was made of, so each value is shown as the `${NAME}` that it came from.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from zen.references import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Concealment"]

# A shorter value is taken for one only where it is a word of its own.
_TELLING: Final = 4


class Concealment:
    """Show `${NAME}` for what environment variables held when texts were expanded.

    Args:
        texts: What refers to the variables, as in `postgresql://${USER}@host`.
    """

    def __init__(self, *texts: str) -> None:
        names = {name for text in texts for name in VARIABLE.findall(text)}
        self._names = {
            form: f"${{{name}}}"
            for name in sorted(names)
            for form in _forms(os.environ.get(name, ""))
        }
        longest_first = sorted(self._names, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(_pattern, longest_first)))

    def __bool__(self) -> bool:
        return bool(self._names)

    def text(self, text: str) -> str:
        """Return a text fit to be shown."""
        if not self._names:
            return text
        shown = self._pattern.sub(lambda match: self._names[match[0]], text)
        return type(text)(shown)  # one of several lines stays one

    def error(self, error: BaseException) -> None:
        """Change an error, and those that caused it, so that they are fit to be shown.

        A hint stays, for it is written by those who know of no value.
        """
        for each in _chain(error):
            each.args = tuple(map(self._value, each.args))
            for name, value in vars(each).items():
                if not name.startswith("_") and isinstance(value, str | os.PathLike):
                    setattr(each, name, self._value(value))
            if isinstance(each, OSError):
                # These are no attributes of the instance, and its text is made of them.
                each.filename = self._value(each.filename)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Change what is raised in the block as `error` does."""
        try:
            yield
        except Exception as error:
            self.error(error)
            raise

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, os.PathLike):
            return type(value)(self.text(os.fspath(value)))  # type: ignore[call-arg]
        return value


def _forms(value: str) -> Iterable[str]:
    """Return a value as it is, and as URLs have it."""
    from urllib.parse import quote, quote_plus  # only URLs with references need it

    quoted = (quote(value, safe=safe) for safe in ("", "/", " +", " +/"))
    return [form for form in {value, quote_plus(value), *quoted} if form]


def _pattern(value: str) -> str:
    pattern = re.escape(value)
    return pattern if len(value) >= _TELLING else rf"(?<!\w){pattern}(?!\w)"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: list[BaseException | None] = [error]
    while found:
        each = found.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            found += [each.__cause__, each.__context__]
