"""pip and uv: find out which archives to install, and install them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from zen.carrying._lock_file import Pin
from zen.errors import InstallationError
from zen.printable import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Installer", "Sources", "find_installer"]

# How many lines of what an installer says are told: the first, and the last ones.
_TOLD: Final = (2, 8)
_PINNED: Final = re.compile(r"^(\S+)==(\S+)((?:\s+--hash=\S+)+)", re.MULTILINE)
# As pip and uv tell of an archive with another hash than the one that is wanted.
_WRONG_HASH: Final = re.compile(r"do not match the hashes|hash mismatch", re.IGNORECASE)
_HASH: Final = re.compile(r"--hash=(\S+)")


@dataclass(frozen=True, slots=True)
class Sources:
    """Say where archives may come from.

    Args:
        find_links: Folders, or pages, with archives, besides the index.
        index: Whether there is an index at all: the one that pip or uv is set to.
    """

    find_links: tuple[str, ...] = ()
    index: bool = True

    @property
    def options(self) -> list[str]:
        """What pip and uv call it."""
        links = [f"--find-links={_absolute(link)}" for link in self.find_links]
        return [*links, *([] if self.index else ["--no-index"])]


class Installer(ABC):
    """Be the base of what installs distributions into this Python's environment.

    Args:
        command: The program, with what comes before its own arguments.
    """

    name: str

    def __init__(self, *command: str) -> None:
        self._command = command

    @abstractmethod
    def resolve(
        self, requirements: Sequence[str], constraints: Sequence[str], sources: Sources
    ) -> list[Pin]:
        """Return the archives that would meet requirements in an empty environment.

        Args:
            requirements: What is wanted, with all that it needs.
            constraints: The versions of what else there may be.
            sources: Where archives may come from.

        Raises:
            InstallationError: There are none, or one has no hash.
        """

    @abstractmethod
    def install_pinned(self, pins: Sequence[Pin], sources: Sources) -> None:
        """Install archives in place of what is there; no other one will do.

        Raises:
            InstallationError: It can't be done.
        """

    @abstractmethod
    def install(self, requirements: Sequence[str], sources: Sources) -> None:
        """Install what is missing, with all that it needs.

        Raises:
            InstallationError: It can't be done.
        """

    def _run(self, *arguments: str, **files: str) -> str:
        """Run the program, and return what it reports, or else prints.

        Args:
            arguments: What it is given; `{name}` alone stands for the path of a file.
            files: Files to hand over, by name, with what they hold.
        """
        with TemporaryDirectory() as folder:
            paths = {name: Path(folder) / f"{name}.txt" for name in (*files, "report")}
            for name, text in files.items():
                paths[name].write_text(text, "utf-8")
            places = {f"{{{name}}}": str(path) for name, path in paths.items()}
            done = subprocess.run(  # noqa: S603 - what is run is pip or uv
                [*self._command, *(places.get(each, each) for each in arguments)],
                # The working directory may hold a stranger's modules and settings.
                cwd=folder,
                capture_output=True,
                check=False,
                encoding="utf-8",
                errors="replace",
            )
            if done.returncode == 0:
                report = paths["report"]
                return report.read_text("utf-8") if report.exists() else done.stdout
        hint = (
            "Name the folder of the archives with '--find-links', or set"
            f" {self.name} to an index that has them."
        )
        if _WRONG_HASH.search(done.stderr):
            hint = (
                "An archive isn't the pinned one: find that one, or pin the present"
                " ones with 'zen stack lock'."
            )
        told = Lines.of(f"{self.name} failed:", *_told(done.stderr))
        raise InstallationError(told, hint=hint)


class _Pip(Installer):
    """The pip of this environment."""

    name = "pip"

    def resolve(
        self, requirements: Sequence[str], constraints: Sequence[str], sources: Sources
    ) -> list[Pin]:
        report = self._run(
            *("install", "--quiet", "--no-input", "--dry-run", "--ignore-installed"),
            *("--report", "{report}", "-r", "{wanted}", "-c", "{known}"),
            *sources.options,
            wanted=_lines(requirements),
            known=_lines(constraints),
        )
        return [_pin(item) for item in json.loads(report)["install"]]

    def install_pinned(self, pins: Sequence[Pin], sources: Sources) -> None:
        self._run(
            *("install", "--quiet", "--no-input", "--no-deps", "--force-reinstall"),
            *("--require-hashes", "-r", "{wanted}"),
            *sources.options,
            wanted=_with_hashes(pins),
        )

    def install(self, requirements: Sequence[str], sources: Sources) -> None:
        self._run(
            *("install", "--quiet", "--no-input", "-r", "{wanted}"),
            *sources.options,
            wanted=_lines(requirements),
        )


class _Uv(Installer):
    """uv, for environments that it has made: those have no pip."""

    name = "uv"

    def resolve(
        self, requirements: Sequence[str], constraints: Sequence[str], sources: Sources
    ) -> list[Pin]:
        text = self._run(
            *("pip", "compile", "--quiet", "--generate-hashes", "--no-header"),
            *("--no-annotate", "--python", sys.executable, "{wanted}", "-c", "{known}"),
            *sources.options,
            wanted=_lines(requirements),
            known=_lines(constraints),
        )
        return [
            Pin(name=name, version=version, hashes=_HASH.findall(hashes))
            for name, version, hashes in _PINNED.findall(text.replace("\\\n", ""))
        ]

    def install_pinned(self, pins: Sequence[Pin], sources: Sources) -> None:
        self._run(
            *("pip", "install", "--quiet", "--no-deps", "--reinstall"),
            *("--require-hashes", "--python", sys.executable, "-r", "{wanted}"),
            *sources.options,
            wanted=_with_hashes(pins),
        )

    def install(self, requirements: Sequence[str], sources: Sources) -> None:
        self._run(
            *("pip", "install", "--quiet", "--python", sys.executable),
            *("-r", "{wanted}"),
            *sources.options,
            wanted=_lines(requirements),
        )


def find_installer() -> Installer:
    """Return the pip of this environment, or else uv.

    pip comes first, for what it is set to is what the environment was made with.

    Raises:
        InstallationError: There is neither.
    """
    if find_spec("pip"):
        return _Pip(sys.executable, "-m", "pip", "--disable-pip-version-check")
    if program := shutil.which("uv"):
        return _Uv(program)
    raise InstallationError(
        f"There is neither pip in the environment of {sys.executable}, nor uv.",
        hint=f"Get one, as with '{sys.executable} -m ensurepip'.",
    )


def _pin(item: Mapping[str, Mapping[str, object]]) -> Pin:
    """Return what pip's report says of an archive."""
    name, version = (str(item["metadata"][key]) for key in ("name", "version"))
    return Pin(name=name, version=version, hashes=[_hash(name, item["download_info"])])


def _hash(name: str, download: Mapping[str, object]) -> str:
    url, archive = str(download["url"]), download.get("archive_info")
    if isinstance(archive, dict):
        if known := archive.get("hashes", {}).get("sha256"):
            return f"sha256:{known}"
        if str(archive.get("hash", "")).startswith("sha256="):
            return str(archive["hash"]).replace("=", ":", 1)
        if url.startswith("file:"):
            content = Path(url2pathname(urlsplit(url).path)).read_bytes()
            return f"sha256:{sha256(content).hexdigest()}"
    raise InstallationError(
        f"{name} can't be pinned: {url} isn't an archive with a SHA-256 hash.",
        hint="Give a folder that holds its wheel with '--find-links'.",
    )


def _lines(texts: Iterable[str]) -> str:
    return "".join(f"{text}\n" for text in texts)


def _with_hashes(pins: Iterable[Pin]) -> str:
    return _lines(
        " ".join([f"{p.name}=={p.version}", *(f"--hash={each}" for each in p.hashes)])
        for p in pins
    )


def _absolute(link: str) -> str:
    return link if "://" in link else str(Path(link).absolute())


def _told(said: str) -> list[str]:
    """Return the lines that matter of what an installer says."""
    lines = [line for line in said.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("WARNING", "[notice]"))]
    first, last = _TOLD
    if len(lines) > first + last:
        return [*lines[:first], "…", *lines[-last:]]
    return lines
