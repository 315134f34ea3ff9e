"""Find out what a light module loads that it should leave to those who use it."""

from __future__ import annotations

import json
import sys
from inspect import signature
from typing import TYPE_CHECKING, Final

from zen import hookspecs
from zen.testing._processes import run_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["heavy_modules"]

_LIGHT: Final = frozenset(
    {
        *("zen.builtin", "zen.catalog", "zen.errors", "zen.folders"),
        *("zen.hookspecs", "zen.names", "zen.plugin", "zen.records"),
    }
)
# The hooks that are asked when the catalog is built; the others get arguments.
_ASKED: Final = [
    name
    for name, hook in vars(hookspecs).items()
    if name.startswith("zen_") and not signature(hook).parameters
]
_LOAD_AND_ASK: Final = """\
import importlib, json, sys
at_first = sorted(sys.modules)
import zen
zen_itself = sorted(sys.modules)
name, *hooks = sys.argv[1:]
module = importlib.import_module(name)
targets = []
for name, value in list(vars(module).items()):
    options = getattr(value, "zen_impl", None)
    if isinstance(options, dict) and (options.get("specname") or name) in hooks:
        for spec in value():
            targets += [source.partition(":")[0] for source in spec.import_strings]
print()
print(json.dumps([at_first, zen_itself, sorted(sys.modules), targets]))
"""


def heavy_modules(module: str, folder: Path) -> list[str]:
    """Return what is loaded when a module is imported and asked what it offers.

    That is, beside what may be: the standard library, pluggy, the light modules of
    Zen, and those of the module's own package that no import string names.

    Args:
        module: The light module.
        folder: Where the process works that imports it.
    """
    done = run_python("-c", _LOAD_AND_ASK, module, *_ASKED, folder=folder)
    assert done.returncode == 0, f"{module} can't be loaded:\n{done.stderr}"
    at_first, zen_itself, loaded, targets = json.loads(done.stdout.splitlines()[-1])
    # Nobody's fault is what every process here loads, for a debugger or for coverage.
    always = {name.partition(".")[0] for name in at_first}
    new = {
        name
        for name in {*loaded}.difference(zen_itself)
        if name.partition(".")[0] not in always
    }
    return sorted({*_foreign(new, module), *_loaded_in_vain(new, module, targets)})


def _foreign(loaded: set[str], module: str) -> Iterator[str]:
    """Yield the packages that are not the module's own, and not light either."""
    allowed = {"pluggy", module.partition(".")[0], *sys.stdlib_module_names}
    for name in loaded:
        package, _, rest = name.partition(".")
        if package == "zen":
            room = f"zen.{rest.partition('.')[0]}" if rest else package
            if room not in _LIGHT:
                yield room
        # Part of the standard library, with a name of its own on each platform.
        elif package not in allowed and not package.startswith("_sysconfigdata_"):
            yield package


def _loaded_in_vain(
    loaded: set[str], module: str, targets: Sequence[str]
) -> Iterator[str]:
    """Yield the modules of import strings, but for what the module itself needs."""
    for target in targets:
        if target in loaded and not f"{module}.".startswith(f"{target}."):
            yield target
