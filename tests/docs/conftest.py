"""A reader's environment: all of our distributions installed, and one project."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import Project, environ_of
from tests.e2e.conftest import DISTRIBUTIONS, PROJECT

if TYPE_CHECKING:
    from pathlib import Path

# What builds our distributions is installed already, and nothing else is wanted.
_OPTIONS = ["-q", "--no-index", "--no-deps", "--no-build-isolation"]
_PROGRAMS = {
    "zen": "zen.cli.main:main",
    "pip": "pip._internal.cli.main:main",
    "pytest": "pytest:main",
}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install our distributions as a reader does: not for editing."""
    target = tmp_path_factory.mktemp("installed")
    sources = [str(PROJECT / distribution) for distribution in DISTRIBUTIONS]
    pip = [sys.executable, "-m", "pip", "install", *_OPTIONS]
    subprocess.run([*pip, "--target", str(target), *sources], check=True)
    return target


@pytest.fixture
def project(tmp_path: Path, installed: Path) -> Project:
    """An empty project in an environment of its own.

    The environment has what is installed here too, such as pytest, but sees our
    distributions as they were installed for it.
    """
    environment = tmp_path / "env"
    venv.create(environment, with_pip=False, symlinks=True)
    (site,) = environment.glob("lib/python*/site-packages")
    outside = sysconfig.get_path("purelib")
    (site / "_outside.pth").write_text(
        f"{installed}\nimport site; site.addsitedir({outside!r})\n"
    )
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
