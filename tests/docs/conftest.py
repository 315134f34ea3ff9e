"""A reader's environment: all of our distributions installed, and one project."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.docs.pages import TUTORIAL, Project, environ_of
from tests.e2e.conftest import PROJECT

# Those that readers are told to install.
_DISTRIBUTIONS = re.findall(r"\./(core|plugins/\w+)", TUTORIAL.read_text("utf-8"))
# What builds our distributions is installed already, and nothing else is wanted.
_OPTIONS = ["-q", "--no-index", "--no-deps", "--no-build-isolation"]
_PROGRAMS = {
    "zen": "zen.cli.main:main",
    "pip": "pip._internal.cli.main:main",
    "pytest": "pytest:main",
}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Install our distributions as a reader does: not for editing.

    Returns:
        Where they are, and where all the others are that are installed here.
    """
    ours, others = (tmp_path_factory.mktemp(name) for name in ("ours", "others"))
    sources = [str(PROJECT / distribution) for distribution in _DISTRIBUTIONS]
    pip = [sys.executable, "-m", "pip", "install", *_OPTIONS]
    subprocess.run([*pip, "--target", str(ours), *sources], check=True)
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.startswith("zen") and path.suffix != ".pth":
            (others / path.name).symlink_to(path)
    return [ours, others]


@pytest.fixture
def project(tmp_path: Path, installed: list[Path]) -> Project:
    """An empty project in an environment of its own, in which all is installed."""
    environment = tmp_path / "env"
    venv.create(environment, with_pip=False, symlinks=True)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "_installed.pth").write_text("\n".join(map(str, installed)))
    for name, source in _PROGRAMS.items():
        module, _, function = source.partition(":")
        program = environment / "bin" / name
        program.write_text(
            f"#!{environment}/bin/python\nimport sys\n"
            f"from {module} import {function}\nsys.exit({function}())\n"
        )
        program.chmod(0o755)
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder, environ_of(environment, tmp_path))
