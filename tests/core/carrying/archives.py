"""Small wheels, and an environment that they are installed into, without any index."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from textwrap import dedent
from typing import TYPE_CHECKING
from zipfile import ZipFile

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Sandbox", "hash_of", "make_wheel"]


@dataclass(frozen=True)
class Sandbox:
    """Hold a virtual environment that sees what is installed here, too."""

    folder: Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    @property
    def site(self) -> Path:
        """Where distributions go."""
        (site,) = self.folder.glob("lib/python*/site-packages")
        return site

    def run(self, script: str, *arguments: object, path: str = "") -> str:
        """Run a script in it, and return what it prints."""
        environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "UV_", "PYTHON", "VIRTUAL_ENV"))
        }
        done = subprocess.run(
            [self.python, "-c", dedent(script), *map(str, arguments)],
            env={**environ, "PATH": f"{path}:{environ['PATH']}", "PIP_CONFIG_FILE": ""},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @classmethod
    def make(cls, folder: Path, *, pip: bool = True) -> Sandbox:
        """Make one; it sees the pip that is installed here only if it is to."""
        command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
        subprocess.run(command, check=True)
        sandbox = cls(folder)
        outside = sysconfig.get_path("purelib")
        lines = [f"import site; site.addsitedir({outside!r})"]
        if not pip:
            lines.append("import sys; sys.modules['pip'] = None")
        (sandbox.site / "_outside.pth").write_text("\n".join([*lines, ""]))
        return sandbox


def make_wheel(
    folder: Path, name: str, version: str, *requires: str, text: str = ""
) -> Path:
    """Write a wheel with one module, and return where it is."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    wheel = ["Wheel-Version: 1.0", "Root-Is-Purelib: true", "Tag: py3-none-any", ""]
    files = {
        f"{name}.py": text,
        f"{info}/METADATA": "\n".join(
            [*metadata, *(f"Requires-Dist: {each}" for each in requires)]
        ),
        f"{info}/WHEEL": "\n".join(wheel),
    }
    rows = [f"{file},sha256={_digest(content)}," for file, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""])
    with ZipFile(path, "w") as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return path


def hash_of(path: Path) -> str:
    """Return an archive's hash as a lock has it."""
    return f"sha256:{sha256(path.read_bytes()).hexdigest()}"


def _digest(content: str) -> str:
    return urlsafe_b64encode(sha256(content.encode()).digest()).rstrip(b"=").decode()
