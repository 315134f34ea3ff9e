"""YAML that people write by hand."""

from __future__ import annotations

import pytest

from zen.carrying._documents import read_documents
from zen.errors import DamagedDataError

TWO = b"""\
name: a
parts:
  - x: 1
    y: {z: 2}
---
name: b
parts: []
"""


def test_a_file_may_hold_several_documents() -> None:
    first, second = read_documents(TWO, "f.yaml")
    assert first.content == {"name": "a", "parts": [{"x": 1, "y": {"z": 2}}]}
    assert second.content == {"name": "b", "parts": []}


def test_the_line_of_everything_is_known() -> None:
    first, second = read_documents(TWO, "f.yaml")
    assert first.line(("parts", 0, "y", "z")) == 4
    assert second.line(("name",)) == 6


def test_what_is_missing_is_looked_for_where_it_would_be() -> None:
    first, _ = read_documents(TWO, "f.yaml")
    assert first.line(("parts", 0, "missing", "deeper")) == 3
    assert first.line(("missing",)) == 1


def test_an_empty_file_holds_no_document() -> None:
    assert read_documents(b"# nothing\n", "f.yaml") == []


def test_an_alias_stands_for_what_it_names() -> None:
    (document,) = read_documents(b"a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n", "f.yaml")
    assert document.content == {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1}}


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"a: 1\nb: [\n", "not valid YAML", 3),
        (b"a: 1\nb: !!python/name:os.system x\n", "not valid YAML", 2),
        (b"a: \x00\n", "it contains a character that isn't text", 1),
        (b"a: 1\nb: 2\na: 3\n", "'a' is given twice", 3),
        (b"x:\n  a: 1\n  a: 1\n", "'a' is given twice", 3),
        (b"- a\n", "a mapping is expected", 1),
        (b"a: 1\n---\n7\n", "a mapping is expected", 3),
        (b"a: 1\nb: " + b"1:" * 3_000 + b"1\n", "more than 4300 characters", 2),
        (b"a:\n" + b" [\n" * 200_000, "nested more than 100 levels deep", 101),
    ],
)
def test_what_cannot_be_used_is_located(data: bytes, reason: str, line: int) -> None:
    with pytest.raises(DamagedDataError, match=reason) as caught:
        read_documents(data, "f.yaml")
    assert (caught.value.where, caught.value.line) == ("f.yaml", line)


def test_aliases_of_aliases_are_not_followed_for_ever() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for n in range(1, 10):
        names = ", ".join([f"*a{n - 1}"] * 10)
        lines.append(f"a{n}: &a{n} [{names}]")
    with pytest.raises(DamagedDataError, match="aliases included"):
        read_documents("\n".join(lines).encode(), "f.yaml")


def test_a_file_that_holds_too_much_is_not_read_to_its_end() -> None:
    data = b"a:\n" + b"- x\n" * 500_000 + b"b: [\n"
    with pytest.raises(DamagedDataError, match="it holds more than 100000 values"):
        read_documents(data, "f.yaml")


def test_an_alias_of_what_holds_it_is_refused() -> None:
    with pytest.raises(DamagedDataError, match="nested more than 100 levels"):
        read_documents(b"a: &x [*x]\n", "f.yaml")
