"""Text of others, which mustn't pass for Zen's own."""

from __future__ import annotations

import pickle

import pytest

from zen.errors import ZenError
from zen.printable import Lines, printable


@pytest.mark.parametrize("end", [*"\n\r\x85\u2028\u2029\v\f"])
def test_what_ends_a_line_is_escaped(end: str) -> None:
    assert len(printable(f"a{end}b").splitlines()) == 1


def test_a_tab_and_joined_emoji_are_shown() -> None:
    text = "a\t\U0001f469\u200d\U0001f680"
    assert printable(text) == text


def test_lines_are_kept_where_they_are_meant() -> None:
    text = Lines.of("a\nb", "", None, Lines("c\nd\r"))
    assert text == "a\\nb\nc\nd\\r"
    assert printable(text) == text


def test_an_error_keeps_its_lines_in_another_process() -> None:
    error = pickle.loads(pickle.dumps(ZenError(Lines("a\nb"))))  # noqa: S301 - our own
    assert printable(error.message) == "a\nb"


def test_a_traceback_shows_a_hint_in_one_line() -> None:
    assert ZenError("a", hint="b\nc").__notes__ == ["b\\nc"]
