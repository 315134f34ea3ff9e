"""Say where a step's function is, and find it there again, in any process."""

from __future__ import annotations

import sys
from dataclasses import replace
from hashlib import sha256
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final

import cloudpickle

from zen.components.deployment import CodeLocation
from zen.errors import PipelineInterfaceError
from zen_pipelines._session import current_session, use_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from types import ModuleType

    from zen_pipelines._session import Session

__all__ = ["find", "locate"]

_SCRIPT: Final = "__main__"
# While a file is executed its module is in sys.modules, where dataclasses look for
# it; other threads wait until it is complete, as they do for an import.
_LOADING: Final = RLock()


def locate(function: Callable[..., object]) -> CodeLocation:
    """Return where a function is."""
    module = sys.modules.get(function.__module__)
    return CodeLocation(
        _own_name(function.__module__), _file_of(module), function.__name__
    )


def _file_of(module: ModuleType | None) -> str:
    """Return the absolute path of a module's file, or "" where it has none."""
    file = getattr(module, "__file__", None) or ""
    # What is read from a pipe is called `<stdin>`.
    return str(Path(file).absolute()) if file and Path(file).is_file() else ""


def _own_name(module: str) -> str:
    """Return the name that a module is imported by, also while it is `__main__`.

    Only `python -m` gives such a name; a script has none.
    """
    spec = module == _SCRIPT and getattr(sys.modules.get(module), "__spec__", None)
    return spec.name if spec else module


def find(code: CodeLocation) -> Iterator[object]:
    """Yield what has a name: in the imported module, the importable one, the file.

    A module is passed over when the file it came from isn't the one that is meant.
    """
    for module in _modules(code):
        yield getattr(module, code.name, None)


def _modules(code: CodeLocation) -> Iterator[ModuleType]:
    runs = _own_name(_SCRIPT) == code.module
    imported = sys.modules.get(_SCRIPT if runs else code.module)
    if imported and _is_meant(imported, code):
        yield imported
    if importable := _import(code):
        yield importable
    if code.file and Path(code.file).is_file():
        _extend_path(code)
        if importable := _import(code):
            yield importable
        with _LOADING:
            module = _load(code)
        yield module


def _is_meant(module: ModuleType, code: CodeLocation) -> bool:
    file = getattr(module, "__file__", None) or ""
    if file and Path(code.file).is_file():
        return Path(file).is_file() and Path(file).samefile(code.file)
    # An installed module may be in another place on each host; a script is its file.
    return code.module != _SCRIPT or code.file in {"", file}


def _import(code: CodeLocation) -> ModuleType | None:
    if code.module == _SCRIPT:
        return None
    try:
        with _for_steps_only(code):
            module = import_module(code.module)
    except ModuleNotFoundError as error:
        if error.name and f"{code.module}.".startswith(f"{error.name}."):
            return None
        raise
    return module if _is_meant(module, code) else None


def _for_steps_only(code: CodeLocation) -> AbstractContextManager[Session]:
    """Let no pipeline run while a module is executed."""
    return use_session(replace(current_session(), loading=code.file or code.module))


def _extend_path(code: CodeLocation) -> None:
    """Let the neighbours of a file be imported, as Python does for a script."""
    path = Path(code.file)
    depth = code.module.count(".") + (path.name == "__init__.py")
    # Only a process that knows the file by its path alone needs it.
    from zen.repository import Repository

    root = Repository.find_repository(path.parent)
    folder = path.parents[min(depth, len(path.parents) - 1)]
    for each in filter(None, [root, folder]):
        if str(each) not in sys.path:
            # For good: a step may import when it is called.
            sys.path.insert(0, str(each))


def _load(code: CodeLocation) -> ModuleType:
    """Execute a file as a module of its own, unless that was done before."""
    name = f"zen_code_{sha256(code.file.encode()).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, code.file)
    if spec is None or spec.loader is None:
        message = f"'{code.file}' is not a Python file."
        raise PipelineInterfaceError(message)
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _for_steps_only(code):
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    # No other process knows this module's name.
    cloudpickle.register_pickle_by_value(module)
    return module
