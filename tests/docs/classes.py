"""Turn a class's docstrings and signatures into a part of a page."""

from __future__ import annotations

import ast
import inspect
import re
from enum import Enum
from textwrap import dedent
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["describe_class", "fields_of", "prose_of", "table"]

_SECTION: Final = re.compile(
    r"^(Args|Attributes|Returns|Raises|Yields):\n", re.MULTILINE
)
_ENTRY: Final = re.compile(r"^    ([\w.]+): (.*(?:\n     +.*)*)", re.MULTILINE)
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[a-z`)*\]][.?!]) +(?=[A-Z`])")


def describe_class(cls: type) -> str:
    """Return what a class's docstring says, its fields, and its public methods."""
    text = prose_of(cls)
    if issubclass(cls, Enum):
        return f"{text}Its values: {', '.join(f'`{each.value}`' for each in cls)}.\n"
    rows = _rows(cls)
    if rows:
        text += f"\n{table(('argument', 'type', 'default', ''), rows)}"
    methods = [*_methods(cls)]
    if cls.__dict__.get("__abstractmethods__"):
        text += f"\n{_duties(cls, [method.name for method in methods])}"
    return text + "".join(f"\n{_method(cls, method)}" for method in methods)


def fields_of(cls: type) -> list[inspect.Parameter]:
    """Return what a class's constructor takes, or a protocol's function."""
    called = vars(cls).get("__call__", cls)
    return [*inspect.signature(called).parameters.values()]


def prose_of(value: object) -> str:
    """Return a docstring up to its first section, a line for each sentence."""
    prose = _SECTION.split(inspect.getdoc(value) or "")[0]
    return _sentences(re.sub(r"```.*?```\n?", "", prose, flags=re.DOTALL))


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table."""
    lines = [header, tuple("---" for _ in header), *rows]
    escaped = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


def _rows(cls: type) -> list[tuple[str, ...]]:
    """Return a row for each argument that the docstring describes."""
    meanings = _entries(cls, "Args")
    if not meanings:
        return []
    arguments = {each.name: each for each in fields_of(cls)}
    return [
        (f"`{name}`", f"`{_type(arguments[name])}`", _default(arguments[name]), text)
        for name, text in meanings.items()
    ]


def _type(each: inspect.Parameter) -> str:
    # A named tuple wraps the text of an annotation, and pydantic resolves it.
    annotation = getattr(each.annotation, "__forward_arg__", each.annotation)
    return str(getattr(annotation, "__name__", annotation))


def _default(each: inspect.Parameter) -> str:
    if each.kind in {each.VAR_POSITIONAL, each.VAR_KEYWORD}:
        return "none"
    if each.default is each.empty:
        return "required"
    return "made" if "factory" in repr(each.default) else f"`{each.default!r}`"


def _entries(value: object, section: str) -> dict[str, str]:
    """Return what a docstring's section says of each name."""
    _, *parts = _SECTION.split(inspect.getdoc(value) or "")
    texts = dict(zip(parts[::2], parts[1::2], strict=True))
    found = _ENTRY.findall(texts.get(section, ""))
    return {name: " ".join(text.split()) for name, text in found}


def _duties(cls: type, names: list[str]) -> str:
    abstract = [
        f"`{name}`" for name in names if name in cls.__dict__["__abstractmethods__"]
    ]
    others = [f"`{name}`" for name in names if f"`{name}`" not in abstract]
    text = f"A subclass must have {', '.join(abstract)}.\n"
    return text + (f"It may replace {', '.join(others)}.\n" if others else "")


def _methods(cls: type) -> Iterator[ast.FunctionDef]:
    (definition,) = ast.parse(dedent(inspect.getsource(cls))).body
    assert isinstance(definition, ast.ClassDef)
    for node in definition.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def _method(cls: type, method: ast.FunctionDef) -> str:
    """Return a section about a method."""
    value = inspect.getattr_static(cls, method.name)
    text = f"### `{_signature(method)}`\n\n{prose_of(value)}{_sort(method)}"
    for section, prefix in (("Args", ""), ("Raises", "raises ")):
        entries = _entries(value, section)
        lines = [f"- {prefix}`{n}`: {_sentences(t, '  ')}" for n, t in entries.items()]
        text += "".join(["\n", *lines]) if lines else ""
    return text


def _signature(method: ast.FunctionDef) -> str:
    returned = ast.unparse(method.returns) if method.returns else "None"
    if "property" in _decorators(method):
        return f"{method.name}: {returned}"
    arguments = re.sub(r"^(self|cls)(, )?", "", ast.unparse(method.args))
    arguments = re.sub(r"(?<=\S)=(?=\S)", " = ", arguments)
    return f"{method.name}({arguments}) -> {returned}"


def _sort(method: ast.FunctionDef) -> str:
    found = _decorators(method)
    if "property" in found:
        return "It is a property.\n"
    return "It is a class method.\n" if "classmethod" in found else ""


def _decorators(method: ast.FunctionDef) -> set[str]:
    return {ast.unparse(each) for each in method.decorator_list}


def _sentences(text: str, indent: str = "") -> str:
    """Put each sentence on a line of its own, and keep the paragraphs apart."""
    items = re.split(r"\n\n|\n(?=- )", text.strip())
    paragraphs = [" ".join(each.split()) for each in items]
    broken = [_BETWEEN_SENTENCES.sub(f"\n{indent}", each) for each in paragraphs]
    return "\n\n".join(broken) + "\n"
