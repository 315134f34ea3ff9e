"""A test of the kit that fails says what the class under test did wrong."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import zen.testing
from zen.testing._demands import brief, demand_error

MODULES = sorted(Path(zen.testing.__file__).parent.glob("*.py"))


def trees() -> list[tuple[str, ast.Module]]:
    return [(file.name, ast.parse(file.read_text("utf-8"))) for file in MODULES]


def is_empty(message: ast.expr | None) -> bool:
    return message is None or (
        isinstance(message, ast.Constant) and not str(message.value or "").strip()
    )


def test_each_assertion_has_a_message() -> None:
    silent = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and is_empty(node.msg)
    ]
    assert silent == []


def test_an_error_that_is_missing_is_told_in_words() -> None:
    """`pytest.raises` can't say what was done; `demand_error` does."""
    silent = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "raises"
    ]
    assert silent == []


def fail(error: BaseException) -> None:
    raise error


def test_the_error_that_is_demanded_is_returned() -> None:
    error = KeyError("db")
    assert demand_error(KeyError, "get", lambda: fail(error)) is error
    assert demand_error((OSError, KeyError), "get", lambda: fail(error)) is error
    end = KeyboardInterrupt()
    assert demand_error(KeyboardInterrupt, "get", lambda: fail(end)) is end


def test_an_error_that_did_not_come_is_told_with_what_came() -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        demand_error((OSError, KeyError), "get('db')", lambda: "secret")
    assert str(caught.value) == (
        "get('db') returned 'secret', and must raise OSError or KeyError."
    )


def test_another_error_is_told_with_its_text() -> None:
    with pytest.raises(pytest.fail.Exception) as caught:
        demand_error(KeyError, "get('db')", lambda: fail(OSError("offline")))
    expected = "get('db') raised OSError('offline'), and must raise KeyError."
    assert str(caught.value) == expected


def test_an_error_without_a_text_is_refused() -> None:
    with pytest.raises(AssertionError, match="says nothing"):
        demand_error(OSError, "open", lambda: fail(OSError()))


def test_a_long_value_is_shown_by_how_it_begins() -> None:
    assert brief([1, 2]) == "[1, 2]"
    assert brief("x" * 300) == f"'{'x' * 199}… (the first of 302 characters)"
