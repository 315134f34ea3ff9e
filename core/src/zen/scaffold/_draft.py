"""Draft a plugin's distribution, and write it: all of it or nothing."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from zen.errors import AlreadyExistsError, ZenError
from zen.permissions import create_file, create_folders
from zen.scaffold._layout import fit
from zen.scaffold._names import (
    Names,
    check_type,
    in_camel_case,
    option_for,
    plural_of,
)
from zen.scaffold._recipes import COMMAND, COMPONENT_TYPE, FLAVORS, STORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zen.catalog import Catalog
    from zen.scaffold._recipes import Recipe

__all__ = ["Draft", "Kind", "draft"]

Kind: TypeAlias = Literal[
    "flavor", "store", "command", "component-type", "orchestrator"
]

_TEMPLATES: Final = Path(__file__).with_name("templates")
_SUFFIX: Final = ".tmpl"


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold a distribution that isn't written yet.

    Args:
        files: The content of each file, by its path in the distribution's folder.
        attempts: The commands by which its author can try the plugin.
    """

    files: Mapping[str, str]
    attempts: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Write all files, or leave everything as it is.

        Args:
            folder: Where to; empty, or not there yet.

        Raises:
            AlreadyExistsError: There is something in it.
            ZenError: It can't be written.
        """
        try:
            is_there = lexists(folder)
            # A link may have come with a clone, and leads elsewhere.
            is_free = folder.is_dir() and not folder.is_symlink()
            if is_there and (not is_free or any(folder.iterdir())):
                raise AlreadyExistsError(
                    f"{folder} already exists, and isn't an empty folder.",
                    hint="Name another one with '--folder'.",
                )
            self._write(folder)
        except OSError as error:
            message = f"{folder} can't be written: {error.strerror or error}."
            raise ZenError(message, hint="Nothing was written.") from error

    def _write(self, folder: Path) -> None:
        missing = [each for each in (folder, *folder.parents) if not lexists(each)]
        try:
            for name, content in self.files.items():
                file = folder / name
                create_folders(file.parent, None)
                with os.fdopen(create_file(file, None), "wb") as stream:
                    stream.write(content.encode())
        except BaseException:
            for made in missing[-1:] or [*folder.iterdir()]:
                _remove(made)
            raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def draft(
    name: str, kind: Kind, component_type: str = "", *, catalog: Catalog
) -> Draft:
    """Draft the distribution of a new plugin.

    Args:
        name: The distribution's name; the others follow from it.
        kind: What it offers.
        component_type: The type of a flavor, `artifact_store` if it is ""; or the
            name of a new type, which is the plugin's if it is "".
        catalog: Knows what there is already.

    Raises:
        InvalidNameError: Something can't be called that.
        AlreadyExistsError: Something else is.
        NotFoundError: There is no such component type.
        PluginError: The plugin that the type comes from is broken.
    """
    names = Names.of(name)
    names.demand_free(plugin.owner for plugin in catalog.plugins)
    recipe, values = _recipe(names, kind, component_type.replace("-", "_"), catalog)
    return _filled_in(names, recipe, values)


def _recipe(
    names: Names, kind: Kind, component_type: str, catalog: Catalog
) -> tuple[Recipe, dict[str, str]]:
    if kind == "store":
        drivers = (offer.spec.name for offer in catalog.store_drivers())
        _demand_new("store type", names.plugin, drivers)
        return STORE, {"class_name": names.class_for("store_driver")}
    if kind == "command":
        _demand_new("command", names.plugin, _commands(catalog))
        return COMMAND, {}
    if kind == "component-type":
        name = component_type or names.plugin.replace("-", "_")
        return COMPONENT_TYPE, _values_of_type(name, catalog)
    chosen = "orchestrator" if kind == "orchestrator" else component_type
    return _flavor(names, chosen or "artifact_store", catalog)


def _flavor(
    names: Names, component_type: str, catalog: Catalog
) -> tuple[Recipe, dict[str, str]]:
    title = component_type.replace("_", " ")
    values = {
        "class_name": names.class_for(component_type),
        "title": title,
        "type": component_type,
    }
    flavors = (offer.spec.name for offer in catalog.flavors(component_type))
    _demand_new(f"flavor of {title}", names.plugin, flavors)
    if component_type in FLAVORS:
        return FLAVORS[component_type], values
    # Loads pydantic, and the type's base.
    from zen.scaffold._other_types import flavor_of

    recipe, further = flavor_of(component_type, values["class_name"], catalog)
    return recipe, {**values, **further}


def _values_of_type(name: str, catalog: Catalog) -> dict[str, str]:
    types = {spec.name: spec.option for spec in catalog.component_types()}
    _demand_new("component type", check_type(name), types)
    command = name.replace("_", "-")
    _demand_new("command", command, _commands(catalog))
    return {
        "base_class": f"Base{in_camel_case(name)}",
        "class_name": f"Plain{in_camel_case(name)}",
        "command": command,
        "option": option_for(name, types.values()),
        "plural": plural_of(name),
        "title": name.replace("_", " "),
        "type": name,
    }


def _commands(catalog: Catalog) -> Iterator[str]:
    yield from (offer.spec.name for offer in catalog.commands())
    yield from (spec.command for spec in catalog.component_types())


def _demand_new(sort: str, name: str, taken: Iterable[str]) -> None:
    if name in taken:
        hint = "Choose another name for the new one."
        raise AlreadyExistsError(f"There is a {sort} '{name}' already.", hint=hint)


def _filled_in(names: Names, recipe: Recipe, values: Mapping[str, str]) -> Draft:
    known = {
        "module": recipe.module,
        "name": names.distribution,
        "package": names.package,
        "plugin": names.plugin,
        "summary": recipe.summary,
        **values,
    }
    attempts = tuple(Template(line).substitute(known) for line in recipe.attempt)
    known["attempts"] = "\n".join(attempts)
    known["dependencies"] = "\n".join(f'    "{each}",' for each in recipe.requires)
    files = {
        Template(path).substitute(known): _text(path, template, known)
        for path, template in _templates(recipe)
    }
    return Draft(dict(sorted(files.items())), attempts)


def _text(path: str, template: str, values: Mapping[str, str]) -> str:
    text = Template(template).substitute(values)
    return fit(text) if path.endswith(".py") else text


def _templates(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield the path in the distribution, and the text, of each template."""
    for layer in ("common", *recipe.layers):
        folder = _TEMPLATES / layer
        for file in folder.rglob(f"*{_SUFFIX}"):
            path = file.relative_to(folder).as_posix().removesuffix(_SUFFIX)
            yield path, file.read_text(encoding="utf-8")
