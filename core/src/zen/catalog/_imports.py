"""Import what plugins name, and blame them for what goes wrong."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Final

from zen.catalog._blame import load_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from zen.catalog._plugins import Owner

__all__ = ["find_module", "import_object", "import_plugin", "resolve"]

# What of `sys` says how modules are found.
_LISTS: Final = ("meta_path", "path", "path_hooks")


def import_plugin(module: str, owner: Owner) -> ModuleType:
    """Import a plugin's light module.

    Raises:
        PluginLoadError: It can't be imported.
    """
    with _blaming(owner, f"module '{module}'", module):
        return _import(module)


def resolve(source: str, owner: Owner) -> object:
    """Import what an import string names.

    Raises:
        PluginLoadError: It can't be imported; the error names the owner.
    """
    with _blaming(owner, f"'{source}'", source.partition(":")[0]):
        return import_object(source)


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


@contextmanager
def _blaming(owner: Owner, what: str, module: str) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise
    except _SabotageError as error:
        raise load_error(owner, what, str(error)) from error
    # A plugin's module may raise anything when it is imported: SystemExit too.
    except BaseException as error:
        package = module.partition(".")[0]
        raise load_error(owner, what, error, package=package) from error


class _SabotageError(Exception):
    """A module does what keeps all others from being imported."""


@contextmanager
def _imports_intact() -> Iterator[None]:
    """Undo what would make other plugins, and Zen itself, fail to import anything.

    Raises:
        _SabotageError: Something had to be undone.
    """
    modules, loaded = sys.modules, sys.modules.copy()
    lists = {name: getattr(sys, name) for name in _LISTS}
    entries = {name: [*each] for name, each in lists.items()}
    try:
        yield
    finally:
        done = []
        if getattr(sys, "modules", None) is not modules or any(
            map(_is_of_zen, loaded.keys() - modules)
        ):
            done.append("removes modules of Zen from sys.modules")
            sys.modules = modules
            modules.update({**loaded, **modules})
        for name in _LISTS:
            if not _keeps_some(entries[name], getattr(sys, name, None)):
                done.append(f"empties sys.{name}")
                lists[name][:] = entries[name]
                setattr(sys, name, lists[name])
        if done:
            raise _SabotageError(f"it {' and '.join(done)}")


def _keeps_some(entries: Sequence[object], now: object) -> bool:
    return isinstance(now, list) and (not entries or any(e in now for e in entries))


def _is_of_zen(module: str) -> bool:
    return module.partition(".")[0] == "zen"


def _import(module: str) -> ModuleType:
    process = os.getpid()
    # What a module prints when it is imported is no result of a command.
    with redirect_stdout(sys.stderr), _imports_intact():
        imported = import_module(module)
    if os.getpid() != process:
        # The module has forked. What was to be done is done once, by the first process.
        os._exit(0)
    return imported
