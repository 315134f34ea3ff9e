"""The parts of the reference that are made of the program itself.

Each stands between two comments in a page. `ZEN_TEST_REWRITE=1 pytest tests/docs`
writes them anew.
"""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import TYPE_CHECKING, Final

from click.testing import CliRunner

from tests.docs.classes import describe_class, prose_of, table
from zen import components, errors, plugin, stores, testing
from zen.builtin import zen_component_types
from zen.cli.main import main
from zen.components import deployment, runs
from zen.records import Record, Ref
from zen.stack import Stack, StackValidator
from zen.testing import Contract, PluginContract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["PARTS", "help_of_types", "put_in", "specs"]

_PART: Final = "<!-- generated: {} -->\n\n{}\n<!-- end -->"
# Only what each distribution of ours brings is shown, whatever else is installed. The
# commands of types show no plugin's flavors, which differ from type to type.
_PLUGINS: Final = "local,sql,sqlite,pipelines"

_FIXTURES: Final[dict[str, type]] = {
    "isolated_catalog": testing.IsolatedCatalog,
    "fake_distribution": testing.FakeDistribution,
    "zen_project": testing.ZenProject,
}


def put_in(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """Return a page's text with its generated parts made anew."""

    def make(found: re.Match[str]) -> str:
        return _PART.format(found[1], parts[found[1]]())

    return re.sub(
        r"<!-- generated: (.*?) -->\n.*?<!-- end -->", make, text, flags=re.DOTALL
    )


def specs() -> dict[str, type]:
    """Return the classes of `zen.plugin`, dataclasses and named tuples, by name."""
    found = {name: getattr(plugin, name) for name in plugin.__all__}
    return {name: cls for name, cls in found.items() if isinstance(cls, type)}


def _classes() -> dict[str, type]:
    """Return what else authors write, are given, or return, by name."""
    homes = (components, deployment, runs, stores)
    found = {name: getattr(home, name) for home in homes for name in home.__all__}
    del found["Store"]  # what drivers are hidden behind
    more = (Stack, StackValidator, Record, Ref, *_FIXTURES.values(), testing.Outcome)
    return {**found, **{cls.__name__: cls for cls in more}}


def _contract(cls: type) -> str:
    rows = [(f"`{name}`", _sentence(test)) for name, test in _tests_of(cls)]
    return f"{prose_of(cls)}\n{table(('test', 'what it shows'), rows)}"


def _contracts() -> str:
    rows = [
        (
            f"`{name}`",
            f"`{_fixture_of(cls)}`",
            ", ".join(f"`{c}`" for c in sorted(getattr(cls, "CAPABILITIES", ()))),
            str(len([*_tests_of(cls)])),
        )
        for name, cls in contracts().items()
    ]
    return table(("contract", "the fixture to write", "capabilities", "tests"), rows)


def contracts() -> dict[str, type]:
    """Return the contracts that an author derives from, by name."""
    found = {name: getattr(testing, name) for name in testing.__all__}
    return {
        name: cls
        for name, cls in found.items()
        if isinstance(cls, type)
        and issubclass(cls, (Contract, PluginContract))
        and cls is not Contract
    }


def _fixture_of(cls: type) -> str:
    (fixture,) = re.findall(
        r"@pytest\.fixture\n +def (\w+)\(", inspect.getdoc(cls) or ""
    )
    return str(fixture)


def _tests_of(cls: type) -> Iterator[tuple[str, object]]:
    """Yield a contract's own tests; those of all components are listed once."""
    common = {} if cls is testing.ComponentContract else vars(testing.ComponentContract)
    inherited = {*common, *vars(Contract)}
    for base in reversed(cls.__mro__):
        for name, test in vars(base).items():
            if name.startswith("test_") and (name not in inherited):
                yield name, test


def _fixtures() -> str:
    rows = [
        (f"`{name}`", f"`{cls.__name__}`", _first_line(cls))
        for name, cls in _FIXTURES.items()
    ]
    return table(("fixture", "its type", "what it is for"), rows)


def _errors() -> str:
    rows = []
    for name in errors.__all__:
        value = getattr(errors, name)
        if isinstance(value, type):
            base = value.__mro__[1].__name__
            rows.append((f"`{name}`", f"`{base}`", _first_line(value)))
    return table(("error", "its base", ""), rows)


def _error_constructors() -> str:
    classes = [getattr(errors, name) for name in errors.__all__]
    return "\n".join(
        f"## `{cls.__name__}`\n\n{describe_class(cls)}"
        for cls in classes
        if isinstance(cls, type) and "__init__" in vars(cls)
    )


def _error_tree() -> str:
    (tree,) = re.findall(r"```\n(.*?)```", errors.__doc__ or "", re.DOTALL)
    return f"```text\n{tree}```\n"


def _help(words: tuple[str, ...], width: int = 80) -> str:
    types = {spec.command for spec in zen_component_types()}
    is_of_type = not types.isdisjoint(words[:1])
    done = CliRunner().invoke(
        main,
        [*words, "--help"],
        prog_name="zen",
        env={"ZEN_PLUGINS": "none" if is_of_type else _PLUGINS},
        terminal_width=width,
    )
    assert done.exit_code == 0, done.output
    return done.output


def _help_page(*words: str, width: int = 80) -> str:
    """Return the help of a command and of all below it."""
    parts = [
        f"## {' '.join(('zen', *each))}\n\n```text\n{_help(each, width)}```\n"
        for each in _below(words)
    ]
    return "\n".join(parts)


def _below(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    if words:
        for name in _names(words):
            yield from _below((*words, name))


def _names(words: tuple[str, ...]) -> list[str]:
    listed = re.search(r"\n(?:Commands|Pipelines):\n(.*)", _help(words), re.DOTALL)
    return re.findall(r"^  ([\w-]+)", listed[1], re.MULTILINE) if listed else []


def _help_of_commands() -> str:
    """Return the help of the program and of all commands but those of the types."""
    types = {spec.command for spec in zen_component_types()}
    names = [(), *((name,) for name in _names(()) if name not in types)]
    return "\n".join(_help_page(*words) for words in names)


def help_of_types() -> dict[str, str]:
    """Return the help of each of the core's component types, without its own words."""
    pages = {}
    for spec in zen_component_types():
        # So wide that no line is cut.
        page = _help_page(spec.command, width=200)
        article = "an" if spec.name[0] in "aeiou" else "a"
        for words, word in (
            (spec.plural.replace("_", " "), "TYPES"),
            (f"{article} {spec.title}", "A TYPE"),
            (spec.command, "TYPE"),
            (spec.title, "TYPE"),
        ):
            page = page.replace(words, word)
        pages[spec.command] = " ".join(page.split())
    return pages


def _types() -> str:
    rows = [
        (
            f"`{s.name}`",
            f"`zen {s.command}`",
            f"`-{s.option}`",
            f"`{s.base}`",
            s.summary,
        )
        for s in zen_component_types()
    ]
    header = ("type", "its commands", "its option", "base of its flavors", "")
    return table(header, rows)


def _first_line(value: object) -> str:
    return (inspect.getdoc(value) or "").partition("\n\n")[0].replace("\n", " ")


def _sentence(test: object) -> str:
    return " ".join((inspect.getdoc(test) or "").split())


PARTS: Final[dict[str, Callable[[], str]]] = {
    **{f"spec {name}": partial(describe_class, cls) for name, cls in specs().items()},
    **{f"class {n}": partial(describe_class, cls) for n, cls in _classes().items()},
    **{f"tests of {name}": partial(_contract, c) for name, c in contracts().items()},
    "contracts": _contracts,
    "fixtures": _fixtures,
    "error tree": _error_tree,
    "error constructors": _error_constructors,
    "errors": _errors,
    "component types": _types,
    "help": _help_of_commands,
    "help of orchestrator": partial(_help_page, "orchestrator"),
}
