"""Import what plugins name, and blame them for what goes wrong."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from zen.catalog._blame import load_error, on_one_line

if TYPE_CHECKING:
    from types import ModuleType

    from zen.catalog._plugins import Owner

__all__ = ["import_plugin", "resolve"]


def import_plugin(module: str, owner: Owner) -> ModuleType:
    """Import a plugin's light module.

    Raises:
        PluginLoadError: It can't be imported.
    """
    try:
        return import_module(module)
    # A plugin's module may raise anything, and SystemExit too, when it is imported.
    except (Exception, SystemExit) as error:
        raise load_error(owner, f"module '{module}'", on_one_line(error)) from error


def resolve(source: str, owner: Owner) -> object:
    """Import what an import string names.

    Raises:
        PluginLoadError: It can't be imported; the error names the owner.
    """
    module_name, _, attributes = source.partition(":")
    try:
        value: object = import_module(module_name)
        for attribute in attributes.split("."):
            value = getattr(value, attribute)
    # A plugin's module may raise anything, and SystemExit too, when it is imported.
    except (Exception, SystemExit) as error:
        raise load_error(owner, f"'{source}'", on_one_line(error)) from error
    return value
