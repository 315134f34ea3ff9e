"""The contract of artifact stores: a file system for what pipelines produce."""

from __future__ import annotations

from abc import abstractmethod
from fnmatch import fnmatchcase
from typing import IO, TYPE_CHECKING, ClassVar

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from zen.components.base import StackComponent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import Self

__all__ = ["BaseArtifactStore"]

_COPY_BYTES = 1 << 20


class BaseArtifactStore(StackComponent):
    """Keep what pipelines produce.

    Every path is a full one: it begins with `path`, and any other is refused with
    `ValueError`. Opening, removing or renaming what isn't there raises
    `FileNotFoundError`. Whether a file can be written in a folder that wasn't made
    is open.

    Args:
        path: The folder or bucket under which everything is kept. It begins with one
            of the class's `SUPPORTED_SCHEMES`, such as `s3://`; the scheme `""` stands
            for paths without any.
    """

    TYPE: ClassVar[str] = "artifact_store"
    SUPPORTED_SCHEMES: ClassVar[set[str]]

    path: str

    @property
    def shared(self) -> bool:
        """Whether other processes, also on other hosts, see the files.

        It is a property of the instance, since it may depend on its `path`. A flavor
        that doesn't override it promises nothing: what lives in memory, or on the disk
        of one host, leaves it at False.
        """
        return False

    @model_validator(mode="after")
    def _check_scheme(self) -> Self:
        schemes: set[str] = getattr(self, "SUPPORTED_SCHEMES", set())
        if self.path.startswith(("${", "{{")) or _has_scheme(self.path, schemes):
            return self
        raise PydanticCustomError(
            "unsupported_scheme",
            "path '{path}' begins with none of the schemes of {flavor}: {schemes}",
            {
                "path": self.path,
                "flavor": type(self).__name__,
                "schemes": ", ".join(f"'{scheme}'" for scheme in sorted(schemes))
                or "it declares no SUPPORTED_SCHEMES",
            },
        )

    @abstractmethod
    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        """Open a file for reading (`rb`) or writing (`wb`), in bytes.

        A file that is written is there, whole, once it has been closed. Nothing is
        there when the `with` block that writes it raises; what was there before then
        stays.

        Raises:
            ValueError: The mode is another one.
        """

    @abstractmethod
    def exists(self, path: str) -> bool:
        """Tell whether there is a file or a folder."""

    @abstractmethod
    def isdir(self, path: str) -> bool:
        """Tell whether there is a folder."""

    @abstractmethod
    def listdir(self, path: str) -> list[str]:
        """Return the names of what is in a folder, sorted."""

    @abstractmethod
    def makedirs(self, path: str) -> None:
        """Make a folder and those above it, unless they are there."""

    @abstractmethod
    def remove(self, path: str) -> None:
        """Remove a file."""

    @abstractmethod
    def rmtree(self, path: str) -> None:
        """Remove a folder with all that is in it."""

    @abstractmethod
    def size(self, path: str) -> int:
        """Return a file's size in bytes."""

    def copyfile(self, source: str, target: str, *, overwrite: bool = False) -> None:
        """Copy a file; raise `FileExistsError` rather than overwrite unasked."""
        self._check_target(target, overwrite=overwrite)
        with self.open(source) as reader, self.open(target, "wb") as writer:
            while chunk := reader.read(_COPY_BYTES):
                writer.write(chunk)

    def rename(self, source: str, target: str, *, overwrite: bool = False) -> None:
        """Move a file; raise `FileExistsError` rather than overwrite unasked."""
        self._check_target(target, overwrite=overwrite)
        if source == target and self.exists(source):
            return
        self.copyfile(source, target, overwrite=overwrite)
        self.remove(source)

    def walk(self, top: str) -> Iterator[tuple[str, list[str], list[str]]]:
        """Yield each folder under `top` with the names of its folders and files."""
        names = self.listdir(top)
        folders = [name for name in names if self.isdir(f"{top}/{name}")]
        yield top, folders, [name for name in names if name not in folders]
        for name in folders:
            yield from self.walk(f"{top}/{name}")

    def glob(self, pattern: str) -> list[str]:
        """Return the files whose path matches a pattern.

        Args:
            pattern: A full path; what stands for `path` in it is taken as it is. `*`,
                `?` and `[…]` stay within one folder, and `**` in place of a name stands
                for any number of folders.
        """
        if not self.exists(self.path):
            return []
        below = pattern.removeprefix(self.path).split("/")
        return sorted(
            path
            for folder, _, names in self.walk(self.path)
            for path in (f"{folder}/{name}" for name in names)
            if _matches(path.removeprefix(self.path).split("/"), below)
        )

    def _check_target(self, target: str, *, overwrite: bool) -> None:
        if not overwrite and self.exists(target):
            raise FileExistsError(target)


def _has_scheme(path: str, schemes: set[str]) -> bool:
    return any(
        path.startswith(scheme) if scheme else "://" not in path for scheme in schemes
    )


def _matches(names: Sequence[str], patterns: Sequence[str]) -> bool:
    if not patterns or not names:
        return not names and all(pattern == "**" for pattern in patterns)
    if patterns[0] == "**":
        return _matches(names, patterns[1:]) or _matches(names[1:], patterns)
    return fnmatchcase(names[0], patterns[0]) and _matches(names[1:], patterns[1:])
