"""What decides for one process which repositories it trusts."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import Final

from zen.errors import ConfigurationError

__all__ = ["is_home_of_program", "is_named"]

_EVERYTHING: Final = "*"


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
    none of that, even where the environment is in the repository. A notebook has no
    file; its working folder stands for it.

    Args:
        root: The repository's real path.
    """
    place = _program()
    if place is None or not place.is_relative_to(root):
        return False
    installed = [Path(sys.prefix), *map(Path, _script_folders())]
    return not any(
        place.is_relative_to(each) for each in installed if each.is_relative_to(root)
    )


def _program() -> Path | None:
    module = sys.modules.get("__main__")
    # `python -m zen` is Zen, wherever that was installed for editing.
    if (getattr(module, "__package__", "") or "").partition(".")[0] == "zen":
        return None
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return Path(file).resolve()
    return Path.cwd() if "ipykernel" in sys.modules else None


def _script_folders() -> list[str]:
    schemes = sysconfig.get_scheme_names()
    return [sysconfig.get_path("scripts", scheme) for scheme in schemes]
