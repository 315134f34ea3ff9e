"""Import what plugins name, and blame them for what goes wrong."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from importlib import import_module
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

from zen.catalog._blame import load_error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from zen.catalog._plugins import Owner

__all__ = ["find_module", "import_object", "import_plugin", "resolve"]


def import_plugin(module: str, owner: Owner) -> ModuleType:
    """Import a plugin's light module.

    Raises:
        PluginLoadError: It can't be imported.
    """
    try:
        return _import(module)
    except KeyboardInterrupt:
        raise
    # A plugin's module may raise anything when it is imported: SystemExit too.
    except BaseException as error:
        package = module.partition(".")[0]
        raise load_error(owner, f"module '{module}'", error, package=package) from error


def resolve(source: str, owner: Owner) -> object:
    """Import what an import string names.

    Raises:
        PluginLoadError: It can't be imported; the error names the owner.
    """
    try:
        return import_object(source)
    except KeyboardInterrupt:
        raise
    # A plugin's module may raise anything when it is imported: SystemExit too.
    except BaseException as error:
        package = source.partition(":")[0].partition(".")[0]
        raise load_error(owner, f"'{source}'", error, package=package) from error


def import_object(source: str) -> object:
    """Import what an import string names; raise whatever that raises."""
    module, _, attributes = source.partition(":")
    value: object = _import(module)
    for attribute in attributes.split("."):
        value = getattr(value, attribute)
    return value


def find_module(module: str, path: Sequence[str]) -> str | None:
    """Return the file that a module would be imported from; import nothing.

    Args:
        module: The module's name, with those of its packages.
        path: The folders to look in, as in `sys.path`.

    Returns:
        Its real path; None if there is no such module.
    """
    folders = [*path]
    origin = None
    for part in module.split("."):
        # By its own name alone, it is found in a namespace, too, and no package has to
        # be imported for it, as `importlib.util.find_spec` does.
        spec = PathFinder.find_spec(part, folders)
        if spec is None:
            return None
        folders = [*(spec.submodule_search_locations or ())]
        origin = spec.origin
    return os.path.realpath(origin) if origin else None


def _import(module: str) -> ModuleType:
    process = os.getpid()
    # What a module prints when it is imported is no result of a command.
    with redirect_stdout(sys.stderr):
        imported = import_module(module)
    if os.getpid() != process:
        # The module has forked. What was to be done is done once, by the first process.
        os._exit(0)
    return imported
