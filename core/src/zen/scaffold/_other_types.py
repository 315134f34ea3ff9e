"""What a flavor must have whose component type comes from a plugin."""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from zen.components import StackComponent
from zen.errors import NotFoundError, PluginContractError
from zen.plugin import ComponentTypeSpec
from zen.scaffold._recipes import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from zen.catalog import Catalog, Owner

__all__ = ["flavor_of"]

_LONGEST_LINE: Final = 60
_EXAMPLES: Final[tuple[object, ...]] = ("trial", 1, 0.5, True, [], {})
_ANYTHING: Final = inspect.Signature(
    [
        inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        inspect.Parameter("arguments", inspect.Parameter.VAR_POSITIONAL),
        inspect.Parameter("options", inspect.Parameter.VAR_KEYWORD),
    ]
)
_MARKS: Final = {
    "property": property,
    "classmethod": classmethod,
    "staticmethod": staticmethod,
}


class _ComponentTypeNotFoundError(NotFoundError):
    kind = "component type"


def flavor_of(
    component_type: str, class_name: str, catalog: Catalog
) -> tuple[Recipe, dict[str, str]]:
    """Return the recipe for a flavor of a plugin's type, and what it fills in.

    Raises:
        NotFoundError: No plugin offers the type.
        PluginError: The type's base can't be used.
    """
    base, import_string, owner = _base_of(component_type, catalog)
    examples = _examples(base)
    methods = [*_abstract_methods(base)]
    command = component_type.replace("_", "-")
    options = "".join(f" --{key}={value}" for key, value in examples.items())
    title = component_type.replace("_", " ")
    recipe = Recipe(
        ("flavor", "other_flavor"),
        "component",
        f"{_with_article(title).capitalize()} that is yet to be written.",
        (f"{owner.distribution}>={owner.version.partition('+')[0]}", "zen-core>=1,<2"),
        (
            f"zen {command} flavor list",
            f"zen {command} register mine --flavor=$plugin{options}",
        ),
    )
    module, _, name = import_string.partition(":")
    arguments = ['name="trial"', *(f"{key}={v!r}" for key, v in examples.items())]
    return recipe, {
        "a_title": _with_article(title),
        "arguments": ", ".join(arguments).replace("'", '"'),
        "base_class": name,
        "base_import": name.partition(".")[0],
        "base_module": module,
        "methods": "".join(_method(method, base) for method in methods),
        "tests": "".join(_test(method, base, class_name) for method in methods),
        "typing": "ClassVar, NoReturn" if methods else "ClassVar",
    }


def _base_of(
    component_type: str, catalog: Catalog
) -> tuple[type[StackComponent], str, Owner]:
    types = {spec.name: spec for spec in catalog.component_types()}
    spec = types.get(component_type)
    offer = catalog.command(spec.command) if spec else None
    if offer is None or not isinstance(offer.spec, ComponentTypeSpec):
        hint = f"'zen --help' lists them.{catalog.trouble}"
        raise _ComponentTypeNotFoundError(component_type, types, hint=hint)
    base = catalog.load_base(component_type)
    if isinstance(base, type) and issubclass(base, StackComponent):
        return base, offer.spec.base, offer.owner
    raise PluginContractError(
        f"'{offer.spec.base}' of {offer.owner} is not a subclass of StackComponent.",
        plugin=offer.owner.plugin,
        distribution=str(offer.owner),
        hint=f"Tell the author of {offer.owner.distribution}.",
    )


def _examples(base: type[StackComponent]) -> dict[str, object]:
    """Return a value for each attribute that a component can't be made without.

    It is a guess: a base may have rules of its own for what it takes.
    """
    return {
        name: _example(field)
        for name, field in base.model_fields.items()
        if field.is_required() and name != "name"
    }


def _example(field: FieldInfo) -> object:
    adapter = TypeAdapter[object](field.annotation or object)
    for value in _EXAMPLES:
        try:
            adapter.validate_python(value)
        except ValidationError:
            continue
        return value
    return _EXAMPLES[0]


def _abstract_methods(base: type) -> Iterator[str]:
    """Yield the names of what must be written, in the order of the base's source."""
    names = dict.fromkeys(name for cls in base.__mro__[::-1] for name in vars(cls))
    missing: frozenset[str] = getattr(base, "__abstractmethods__", frozenset())
    yield from (name for name in names if name in missing)


def _method(name: str, base: type) -> str:
    found = inspect.getattr_static(base, name)
    mark = next((m for m, kind in _MARKS.items() if isinstance(found, kind)), "")
    signature = inspect.Signature([*_parameters(found).values()])
    lines = [
        *([f"@{mark}"] if mark else []),
        f"def {name}{signature} -> NoReturn:",
        f'    """{_first_line(found)}"""',
        "    raise NotImplementedError",
    ]
    return "\n" + "".join(f"    {line}\n" for line in lines)


def _test(name: str, base: type, class_name: str) -> str:
    found = inspect.getattr_static(base, name)
    use = f"component.{name}({', '.join(_call(found))})"
    if isinstance(found, property):
        use = f"_ = component.{name}"
    test = f"test_{name.strip('_')}_is_to_be_written"
    lines = [
        f"def {test}(component: {class_name}) -> None:",
        "    with pytest.raises(NotImplementedError):",
        f"        {use}",
    ]
    return "\n\n" + "".join(f"{line}\n" for line in lines)


def _parameters(found: object) -> dict[str, inspect.Parameter]:
    """Return a method's parameters, each of which takes anything."""
    function = _function(found)
    signature = inspect.signature(function) if function else _ANYTHING
    parameters = {
        name: each.replace(
            annotation=object,
            default=each.empty if each.default is each.empty else None,
        )
        for name, each in signature.parameters.items()
    }
    if not isinstance(found, staticmethod):
        receiver = next(iter(parameters))
        parameters[receiver] = parameters[receiver].replace(
            annotation=inspect.Parameter.empty
        )
    return parameters


def _function(found: object) -> FunctionType | None:
    """Return what is called in the end, where a function is."""
    function = getattr(found, "fget", None) or getattr(found, "__func__", found)
    return function if isinstance(function, FunctionType) else None


def _call(found: object) -> Iterator[str]:
    """Yield the arguments without which a method can't be called."""
    parameters = [*_parameters(found).values()]
    for each in parameters if isinstance(found, staticmethod) else parameters[1:]:
        if each.default is not each.empty:
            continue
        if each.kind is each.KEYWORD_ONLY:
            yield f"{each.name}=None"
        elif each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}:
            yield "None"


def _first_line(found: object) -> str:
    """Return the base's docstring as a line that a docstring can be."""
    function = _function(found)
    documented = (inspect.getdoc(function) if function else None) or ""
    text = documented.partition("\n")[0].rstrip(" .\"'\\")
    fits = text and len(text) < _LONGEST_LINE and not {'"', "\\"} & {*text}
    return f"{text[0].upper()}{text[1:]}." if fits else "Do what the base says."


def _with_article(title: str) -> str:
    return f"{'an' if title[0] in 'aeiou' else 'a'} {title}"
