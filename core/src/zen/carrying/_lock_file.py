"""The file `zen.lock`: what a stack needs, to the version and the archive."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Annotated, Final, Literal

from packaging.utils import canonicalize_name
from pydantic import ConfigDict, Field

from zen.carrying._checking import check_document
from zen.carrying._documents import read_documents
from zen.carrying._entries import DistributionName, Entry, Shape, Version
from zen.carrying._output import write_output
from zen.errors import ConfigurationError, DamagedDataError
from zen.stores.yaml_files import check_end_mark, dump_yaml, read_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LOCK_FORMAT_VERSION", "LockFile", "LockedEnvironment", "Pin"]

# Some hundred times what is usual.
_LARGEST: Final = 64 << 20

LOCK_FORMAT_VERSION: Final = 1

Hash = Annotated[str, Shape(r"sha(256|384|512):[0-9a-f]+", "hash as in 'sha256:…'")]


class Pin(Entry):
    """A distribution, to the version and the archive."""

    name: DistributionName = Field(description="The distribution's name.")
    version: Version = Field(description="Its version, in quotes.")
    hashes: list[Hash] = Field(
        min_length=1, description="The hashes of the archives that may be installed."
    )

    @property
    def key(self) -> str:
        """The name as it is compared."""
        return str(canonicalize_name(self.name))


class LockedEnvironment(Entry):
    """What one Python on one platform needs: others may need other distributions."""

    python: str = Field(description="The version of Python, as in '3.12'.")
    platform: str = Field(description="The platform, as in 'linux-x86_64'.")
    packages: list[Pin] = Field(
        description="The distributions that are needed, by name."
    )

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return f"Python {self.python} on {self.platform}"

    @classmethod
    def here(cls, packages: list[Pin]) -> LockedEnvironment:
        """Return what the Python that runs this needs."""
        return cls(
            python=f"{sys.version_info.major}.{sys.version_info.minor}",
            platform=f"{sys.platform}-{platform.machine()}",
            packages=sorted(packages, key=lambda pin: pin.key),
        )


class LockFile(Entry):
    """What a stack needs to be installed, in each environment that it was locked in."""

    model_config = ConfigDict(title="Zen lock")

    format_version: Literal[1] = Field(description="The version of this format.")
    stack: str = Field(description="The stack that was active.")
    environments: list[LockedEnvironment] = Field(
        description="The distributions that are needed, by Python and platform."
    )

    @property
    def here(self) -> LockedEnvironment:
        """What the Python that runs this needs.

        Raises:
            ConfigurationError: It was never locked here.
        """
        wanted = LockedEnvironment.here([]).title
        for environment in self.environments:
            if environment.title == wanted:
                return environment
        known = " and ".join(each.title for each in self.environments) or "nothing"
        raise ConfigurationError(
            f"The lock says nothing of {wanted}, but only of {known}.",
            hint="Add this platform with 'zen stack lock'.",
        )

    def with_environment(self, environment: LockedEnvironment) -> LockFile:
        """Return the lock with what one environment needs, in place of what it did."""
        others = [each for each in self.environments if each.title != environment.title]
        environments = sorted([*others, environment], key=lambda each: each.title)
        return self.model_copy(update={"environments": environments})

    def write(self, path: Path) -> None:
        """Write the file, in the place of one that is there.

        Raises:
            ConfigurationError: There is something else than a file.
            StoreUnavailableError: It can't be written.
        """
        write_output(path, dump_yaml(self.model_dump(mode="json")))

    @classmethod
    def read(cls, path: Path) -> LockFile | None:
        """Read the file; None if there is none.

        Raises:
            DamagedDataError: It isn't what it should be.
            ConfigurationError: A newer version of Zen wrote it.
        """
        data = read_file(path, largest=_LARGEST)
        if data is None:
            return None
        try:
            return cls._parse(data, path)
        except ConfigurationError as error:
            error.hint = (
                "Restore it from git, or delete it and create it again with"
                " 'zen stack lock'."
            )
            raise

    @classmethod
    def _parse(cls, data: bytes, path: Path) -> LockFile:
        documents = read_documents(data, str(path))
        if len(documents) != 1:
            raise DamagedDataError(path, "it holds no lock")
        check_end_mark(data, path)
        return check_document(cls, documents[0], str(path), newest=LOCK_FORMAT_VERSION)
