"""What decides for one process which repositories it trusts."""

from __future__ import annotations

import os
import sys
import sysconfig
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zen.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_home_of_program", "is_named"]

_EVERYTHING: Final = "*"
_INSTALLED: Final = ("scripts", "stdlib", "purelib", "platlib")


def is_named(root: Path) -> bool:
    """Tell whether `ZEN_TRUSTED_REPOSITORIES` names a repository.

    Args:
        root: Its real path.

    Raises:
        ConfigurationError: The variable holds a relative path.
    """
    value = os.environ.get("ZEN_TRUSTED_REPOSITORIES", "")
    named = [part for part in value.split(os.pathsep) if part]
    if _EVERYTHING in named:
        return True
    places = [Path(part).expanduser() for part in named]
    for place in places:
        if not place.is_absolute():
            raise ConfigurationError(
                "The environment variable ZEN_TRUSTED_REPOSITORIES names"
                f" '{place}', which isn't absolute.",
                hint="Give absolute paths, or '*' for every repository.",
            )
    return any(place.resolve() == root for place in places)


def is_home_of_program(root: Path) -> bool:
    """Tell whether the program that runs is a file of a repository.

    Who runs such a file has consented to the code around it. Installed programs are
    none of that, even where the environment, or Python, is in the repository. A
    notebook has no file; its working folder stands for it.

    Args:
        root: The repository's real path.
    """
    place = _program()
    if place is None or not place.is_relative_to(root):
        return False
    return not any(
        place.is_relative_to(each)
        for each in map(Path.resolve, _installed())
        if each.is_relative_to(root)
    )


def _program() -> Path | None:
    module = sys.modules.get("__main__")
    # `python -m zen` is Zen, wherever that was installed for editing.
    if (getattr(module, "__package__", "") or "").partition(".")[0] == "zen":
        return None
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        # Python calls a program that it reads from standard input '<stdin>', and a
        # file of that name may well be here.
        return Path(file).resolve() if Path(file).is_absolute() else None
    return Path.cwd() if _is_notebook() else None


def _is_notebook() -> bool:
    kernels = sys.modules.get("ipykernel.kernelapp")
    # Others import it too, as some widgets do.
    return kernels is not None and bool(kernels.IPKernelApp.initialized())


def _installed() -> Iterator[Path]:
    """Yield the folders of what was installed: it is run, and isn't the user's."""
    yield Path(sys.prefix)
    yield Path(sys.base_prefix)
    for scheme, name in product(sysconfig.get_scheme_names(), _INSTALLED):
        yield Path(sysconfig.get_path(name, scheme))
