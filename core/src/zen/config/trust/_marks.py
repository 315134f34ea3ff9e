"""The file that tells a trusted folder from all others that may take its place.

It lies in the repository's `.zen/.state`, which git ignores, and is called after a
random token, so that no clone and no archive has it.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from zen.errors import StoreUnavailableError
from zen.permissions import create_file, create_folders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["has_mark", "make_mark", "remove_all_marks", "remove_mark"]

_FOLDERS: Final = (".zen", ".zen/.state")
_PREFIX: Final = "trust-"
_IGNORE: Final = ".gitignore"


def has_mark(root: Path, token: str) -> bool:
    """Tell whether a repository's folder has the mark of a token."""
    return (
        bool(token)
        and all(_is(stat.S_ISDIR, root / folder) for folder in _FOLDERS)
        and _is(stat.S_ISREG, _mark(root, token))
    )


def make_mark(root: Path) -> str:
    """Put a mark into a repository's folder, and return its token.

    Raises:
        StoreUnavailableError: It can't be written, or symbolic links are in its way.
    """
    try:
        repository, state = (root / folder for folder in _FOLDERS)
        _check_folder(repository)
        with suppress(FileExistsError):
            create_folders(state)
        _check_folder(state)
        with suppress(FileExistsError):
            _write(state / _IGNORE, b"*\n")
        token = token_hex(16)
        _write(_mark(root, token))
    except OSError as error:
        raise StoreUnavailableError(
            f"The repository {root} can't be marked as trusted: {error.strerror}.",
            hint="Where its folder '.zen/.state' can't be written, name the repository"
            " in the environment variable ZEN_TRUSTED_REPOSITORIES.",
        ) from error
    return token


def _check_folder(path: Path) -> None:
    if not _is(stat.S_ISDIR, path):
        reason = f"{path} is not a folder, or is a symbolic link to one"
        raise NotADirectoryError(0, reason)


def remove_mark(root: Path, token: str) -> None:
    """Remove the mark of a token, and what only it needs, as far as possible."""
    if not has_mark(root, token):
        return
    state = root / _FOLDERS[1]
    with suppress(OSError):
        _mark(root, token).unlink()
        if [each.name for each in state.iterdir()] == [_IGNORE]:
            (state / _IGNORE).unlink()
            state.rmdir()


def remove_all_marks(root: Path) -> None:
    """Remove the marks of whoever trusts a repository, which is to be none any more."""
    for mark in root.glob(f"{_FOLDERS[1]}/{_PREFIX}*"):
        remove_mark(root, mark.name.removeprefix(_PREFIX))


def _mark(root: Path, token: str) -> Path:
    return root / _FOLDERS[1] / f"{_PREFIX}{token}"


def _is(kind: Callable[[int], bool], path: Path) -> bool:
    """Tell whether a path is of a kind itself, not by a symbolic link."""
    try:
        return kind(path.lstat().st_mode)
    except OSError:
        return False


def _write(path: Path, content: bytes = b"") -> None:
    with os.fdopen(create_file(path), "wb") as file:
        file.write(content)
