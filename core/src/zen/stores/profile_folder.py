"""What a profile's folder of YAML files holds, and what else is found in its place."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zen.builtin import zen_component_types
from zen.errors import StoreUnavailableError
from zen.records import COMPONENT, FLAVOR, STACK, Ref
from zen.stores.confinement import check_links
from zen.stores.identity import IDENTITY
from zen.stores.yaml_files import read_file, unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "STATE",
    "SUFFIX",
    "check_own",
    "files_below",
    "is_missing",
    "kinds_in",
    "remove_records",
]

STATE: Final = ".state"
SUFFIX: Final = ".yaml"
# What lies beside a profile that is kept in git.
_COMPANIONS: Final = ("readme", "license")


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the records' files; raise rather than overlook what can't be read."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                check_links(folder, Path(entry))
                yield from files_below(Path(entry))
            elif entry.name.endswith(SUFFIX):
                yield Path(entry)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise StoreUnavailableError(
            f"{folder} can't be read: {error.strerror}.",
            hint="Check its permissions.",
        ) from error


def is_missing(folder: Path) -> bool:
    """Tell whether there is no such folder; one that can't be looked at is there."""
    try:
        folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def kinds_in(folder: Path) -> list[str]:
    """Return the kinds of record that a folder may hold."""
    try:
        entries = os.scandir(folder)
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unavailable("read", folder, error) from error
    return [
        name[:-1]
        for name in names
        if name[-1] == "s" and _is_kind(name[:-1]) and not _is_legacy(folder / name)
    ]


def check_own(folder: Path, *, hint: str = "") -> None:
    """Refuse a folder that holds files, and none of a profile.

    What is hidden, and what lies beside a profile in git, is nobody else's.

    Args:
        folder: The folder.
        hint: What to do about the files; by default, to choose another folder.

    Raises:
        StoreUnavailableError: It holds something else.
    """
    # That of pathlib raises for what no folder can be called.
    if not os.path.isdir(folder) or (folder / STATE).is_dir():  # noqa: PTH112
        return
    names = sorted(entry.name for entry in os.scandir(folder))
    found = [
        name
        for name in names
        if not name.startswith(".") and not name.lower().startswith(_COMPANIONS)
    ]
    own = (folder / f"{kind}s" for kind in (STACK, COMPONENT, FLAVOR, IDENTITY.kind))
    if not found or any(map(_has_marks, own)):
        return
    if (folder / "stacks.yaml").is_file():
        raise StoreUnavailableError(
            f"{folder} is a profile of ZenML, whose files Zen doesn't read.",
            hint="Choose another folder, and register its stacks there. Or export them"
            " with 'zenml stack export NAME FILE', and import the files with 'zen stack"
            " import NAME FILE'.",
        )
    shown = ", ".join(found[:3]) + (", …" if len(found) > 3 else "")  # noqa: PLR2004
    raise StoreUnavailableError(
        f"{folder} holds files but no profile: {shown}.",
        hint=hint or "Choose an empty folder, or one that isn't there yet.",
    )


def remove_records(folder: Path) -> None:
    """Remove the records' files from a folder, and the folders that are empty then.

    Raises:
        OSError: One can't be removed.
    """
    for kind in kinds_in(folder):
        files = [*files_below(folder / f"{kind}s")]
        for file in files:
            file.unlink(missing_ok=True)
        parents = {parent for file in files for parent in file.parents}
        for parent in sorted(parents, reverse=True):
            if parent != folder and parent.is_relative_to(folder):
                with suppress(OSError):  # somebody keeps other files there
                    parent.rmdir()


def _is_legacy(folder: Path) -> bool:
    """Tell whether a folder holds what a repository kept there before profiles.

    The records of its profile are beside it, in folders of other names; and they end
    with a mark, as those files don't.
    """
    plurals = {spec.plural for spec in zen_component_types()}
    return folder.name in plurals and not _has_marks(folder)


def _has_marks(folder: Path) -> bool:
    contents = (read_file(file) or b"" for file in files_below(folder))
    return any(content.rstrip().endswith(b"...") for content in contents)


def _is_kind(name: str) -> bool:
    with suppress(ValueError):
        return bool(Ref(name, "x"))
    return False
