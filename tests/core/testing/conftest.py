"""Run tests of the kit's users, and say what became of each."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Protocol
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[3]


@dataclass
class Results:
    """Hold the names of tests by class and by what became of them.

    A parametrized test has passed if it has for all parameters.
    """

    failed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    skipped: defaultdict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    passed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    out: str = ""


class RunTests(Protocol):
    """Run the tests in a text as an author of a plugin does."""

    def __call__(self, tests: str) -> Results:
        """Return what became of them."""


@pytest.fixture
def run_tests(tmp_path: Path) -> RunTests:
    def run(tests: str) -> Results:
        folder = tmp_path / "author"
        folder.mkdir(exist_ok=True)
        report = folder / "report.xml"
        imports = "import pytest\nfrom zen.testing import *\n"
        (folder / "test_it.py").write_text(imports + dedent(tests), encoding="utf-8")
        path = os.pathsep.join([*filter(None, sys.path), str(PROJECT)])
        options = ("-q", "-p", "no:cacheprovider", "-p", "zen.testing", "--tb=short")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, f"--junitxml={report}"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        results = Results(out=done.stdout + done.stderr)
        for name, test, outcome in _outcomes(report):
            getattr(results, outcome)[name].add(test)
        for name in results.passed:
            results.passed[name] -= results.failed[name]
        return results

    return run


def _outcomes(report: Path) -> Iterator[tuple[str, str, str]]:
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - our own
        sorts = {element.tag for element in case}
        outcome = "failed" if sorts & {"failure", "error"} else "passed"
        outcome = "skipped" if "skipped" in sorts else outcome
        name = case.get("classname", "").rpartition(".")[2]
        yield name, case.get("name", "").partition("[")[0], outcome
