"""Files that are written where the user says, or beside what a clone holds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from zen.errors import ConfigurationError
from zen.stores.confinement import is_special
from zen.stores.yaml_files import replace_files

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["check_output", "write_output"]


def check_output(path: Path) -> None:
    """Raise `ConfigurationError` unless a path is free, or a file to be replaced.

    A symbolic link is neither: it may have come with a clone, and what it leads to
    is named nowhere.
    """
    # Those of pathlib raise for what no file can be called.
    if os.path.islink(path):  # noqa: PTH114
        raise ConfigurationError(
            f"'{path}' is a symbolic link, and Zen writes through none.",
            hint="Remove the link, or give the file that it leads to.",
        )
    if os.path.isdir(path) or is_special(path):  # noqa: PTH112
        raise ConfigurationError(f"'{path}' is not a file.", hint="Give another file.")


def write_output(path: Path, data: bytes) -> None:
    """Write a file whole, in the place of one that is there.

    Raises:
        ConfigurationError: There is something else than a file.
        StoreUnavailableError: It can't be written.
    """
    check_output(path)
    replace_files({path: data}, mode=None)
