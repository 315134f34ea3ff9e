"""The reference says what the program is."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.classes import fields_of
from tests.docs.generated import PARTS, help_of_types, put_in, specs
from tests.docs.pages import DOCS, PAGES, REWRITE
from tests.e2e.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = {name: p for name, p in PAGES.items() if name.startswith("reference/")}
SOURCES = [
    *PROJECT.glob("core/src/**/*.py"),
    *PROJECT.glob("plugins/*/src/**/*.py"),
]


@pytest.mark.slow  # and the oldest click words some of it otherwise
@pytest.mark.parametrize("name", REFERENCE)
def test_what_is_generated_is_up_to_date(name: str) -> None:
    """`ZEN_TEST_REWRITE=1 pytest tests/docs` brings it up to date."""
    text = REFERENCE[name].read_text(encoding="utf-8")
    made = put_in(text, PARTS)
    if REWRITE:
        REFERENCE[name].write_text(made, encoding="utf-8")
        return
    assert text == made


def test_everything_that_can_be_generated_is_shown() -> None:
    """A new command, contract or spec has its place in the reference."""
    shown = "".join(page.read_text(encoding="utf-8") for page in REFERENCE.values())
    assert set(re.findall(r"<!-- generated: (.*?) -->", shown)) == set(PARTS)


def test_the_commands_of_all_types_are_alike() -> None:
    """So that one type's are enough to be shown."""
    assert len(set(help_of_types().values())) == 1


@pytest.mark.parametrize("name", specs())
def test_each_field_of_a_spec_is_described(name: str) -> None:
    page = (DOCS / "reference" / "specs.md").read_text(encoding="utf-8")
    (section,) = re.findall(
        rf"^## `{name}`\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE
    )
    rows = re.findall(r"^\| `(\w+)` \| .* \| .* \| \S.* \|$", section, re.MULTILINE)
    assert rows == [each.name for each in fields_of(specs()[name])]


def test_each_variable_is_described_and_no_other() -> None:
    page = (DOCS / "reference" / "environment.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^## `(ZEN_\w+)`", page, re.MULTILINE))
    read = {name for path in SOURCES for name in variables(path.read_text("utf-8"))}
    assert described == read


def test_no_page_speaks_of_a_variable_that_is_not_read() -> None:
    read = {name for path in SOURCES for name in variables(path.read_text("utf-8"))}
    spoken = {
        name
        for page in PAGES.values()
        for name in re.findall(r"\bZEN_[A-Z_]+[A-Z]\b", page.read_text("utf-8"))
    }
    assert spoken <= read


def variables(code: str) -> Iterator[str]:
    """Yield the variables of Zen's own that a module reads."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = ast.unparse(node.func)
        if called.endswith("environ.get"):
            first = node.args[0]
            if isinstance(first, ast.Constant) and str(first.value).startswith("ZEN_"):
                yield str(first.value)
        elif called == "read_variable":
            name = node.args[1]
            if isinstance(name, ast.Constant):
                yield f"ZEN_{name.value!s}"
