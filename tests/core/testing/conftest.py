"""Run tests of the kit's users, and say what became of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Final, Protocol
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PROJECT = Path(__file__).parents[3]
# None of the kit: pytest rewrites its assertions as it imports it.
_SERVER: Final = """\
import json, os, signal, sys
import pytest, zen.catalog._apart, zen.components, zen.repository, zen.stores.local
import hypothesis, sqlalchemy.dialects.sqlite, zen_sql.store

for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if not child:
        signal.alarm(900)
        file = os.open(job["output"], os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(file, 1)
        os.dup2(file, 2)
        os.chdir(job["folder"])
        os.environ.clear()
        os.environ.update(job["env"])
        sys.path[:] = job["path"]
        sys.argv = ["pytest"]
        pytest.main(job["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    os.waitpid(child, 0)
    print("done", flush=True)
"""


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


@pytest.fixture(scope="session")
def forks() -> Iterator[Callable[[Mapping[str, object]], str]]:
    """A process that has imported what all tests of authors need, and forks for each.

    To start pytest otherwise takes longer than most of these tests.
    """
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def run(job: Mapping[str, object]) -> str:
            assert process.stdin
            assert process.stdout
            print(json.dumps(job), file=process.stdin, flush=True)
            assert process.stdout.readline() == "done\n"
            return Path(str(job["output"])).read_text(encoding="utf-8")

        yield run


@pytest.fixture
def run_tests(tmp_path: Path, forks: Callable[[Mapping[str, object]], str]) -> RunTests:
    def run(tests: str) -> Results:
        folder = tmp_path / "author"
        folder.mkdir(exist_ok=True)
        report = folder / "report.xml"
        imports = "import pytest\nfrom zen.testing import *\n"
        (folder / "test_it.py").write_text(imports + dedent(tests), encoding="utf-8")
        path = [*filter(None, sys.path), str(PROJECT)]
        options = ("-q", "-p", "no:cacheprovider", "-p", "zen.testing", "--tb=short")
        job = {
            "arguments": [*options, f"--junitxml={report}"],
            "folder": str(folder),
            "path": [str(folder), *path],
            "env": {**os.environ, "PYTHONPATH": os.pathsep.join(path)},
            "output": str(tmp_path / "output"),
        }
        results = Results(out=forks(job))
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
