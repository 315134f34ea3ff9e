"""Keep what pipelines produce in a folder of this host."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import IO, ClassVar

from pydantic import ValidationInfo, field_serializer, field_validator

from zen.components import BaseArtifactStore
from zen.folders import absolute_path, local_stores_folder
from zen.permissions import create_folders, mode_like
from zen.stores.confinement import open_regular
from zen_local._atomic_file import AtomicFile

__all__ = ["LocalArtifactStore"]


class LocalArtifactStore(BaseArtifactStore):
    """Keep artifacts in a folder.

    Nothing outside the folder can be reached, by `..` or through a symbolic link.

    Args:
        path: The folder. Without one, each host keeps the artifacts in its own
            configuration folder, and no path is stored.
    """

    FLAVOR: ClassVar[str] = "local"
    SUPPORTED_SCHEMES: ClassVar[set[str]] = {""}

    path: str = ""

    @field_validator("path", mode="before")
    @classmethod
    def _resolve_path(cls, path: object, info: ValidationInfo) -> object:
        if path is None or path == "":
            # A uuid that failed its own validation isn't there; that is reported.
            return str(local_stores_folder(info.data.get("uuid")))
        if not isinstance(path, str):
            return path
        if "://" in path and not path.startswith("file:///"):
            scheme = path.partition("://")[0]
            message = (
                "a local artifact store keeps artifacts in a folder of this host, and"
                f" '{scheme}://' isn't one; give a plain path, or use another flavor"
            )
            raise ValueError(message)
        folder = Path(absolute_path(path))
        if obstacle := _obstacle(folder):
            message = (
                f"a local artifact store keeps artifacts in a folder, and '{obstacle}'"
                " is a file; give the path of a folder, or of one to be made"
            )
            raise ValueError(message)
        return str(folder)

    @field_serializer("path")
    def _leave_out_default(self, path: str) -> str | None:
        return None if path == str(local_stores_folder(self.uuid)) else path

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        """Open a file for reading (`rb`) or writing (`wb`), in bytes.

        A file that is written appears, whole, when it is closed. Nothing appears when
        the `with` block that writes it raises.
        """
        file = self._inside(path)
        if mode == "rb":
            return open(file, "rb", opener=_open_regular)
        if mode == "wb":
            return AtomicFile(file)
        message = (
            f"the mode must be 'rb' or 'wb', not {mode!r}: files hold bytes; encode"
            " text to write it, and decode what is read"
        )
        raise ValueError(message)

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or a folder."""
        return self._inside(path).exists()

    def isdir(self, path: str) -> bool:
        """Tell whether there is a folder."""
        return self._inside(path).is_dir()

    def listdir(self, path: str) -> list[str]:
        """Return the names of what is in a folder, sorted."""
        names = (entry.name for entry in self._inside(path).iterdir())
        return sorted(name for name in names if not AtomicFile.is_unfinished(name))

    def makedirs(self, path: str) -> None:
        """Make a folder and those above it, unless they are there."""
        create_folders(self._inside(path), mode_like(self.path))

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._inside(path).unlink()

    def rmtree(self, path: str) -> None:
        """Remove a folder with all that is in it."""
        shutil.rmtree(self._inside(path))

    def size(self, path: str) -> int:
        """Return a file's size in bytes."""
        return self._inside(path).stat().st_size

    def rename(self, source: str, target: str, *, overwrite: bool = False) -> None:
        """Move a file; raise `FileExistsError` rather than overwrite unasked."""
        self._check_target(target, overwrite=overwrite)
        self._inside(source).replace(self._inside(target))

    def _inside(self, path: str) -> Path:
        root = Path(self.path).resolve()
        if not Path(path).resolve().is_relative_to(root):
            message = f"{path} is outside of the artifact store's folder {self.path}"
            raise ValueError(message)
        return Path(path)


def _open_regular(path: str, flags: int) -> int:
    # A link within the folder is one of the user's own.
    return open_regular(path, flags, follow=True)


def _obstacle(folder: Path) -> Path | None:
    """Return the file that is where a folder is to be, or above it."""
    for place in (folder, *folder.parents):
        # Those of pathlib raise where this user may not look.
        if os.path.exists(place):  # noqa: PTH110
            return None if os.path.isdir(place) else place  # noqa: PTH112
    return None
