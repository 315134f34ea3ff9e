"""Run the contract tests of a right component and of wrong ones; tell what failed.

A program of its own, so that nothing of the pytest around it leaks in. Started as
`wrong_components.py artifact_store` it prints the tests of each class, and whether
they failed: `{"Truncates": {"test_a_large_file_is_kept_whole": true}, …}`. A right
component runs them all, a wrong one those that its fault is found by.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest


class Outcomes:
    """Choose the tests, and remember which ones failed."""

    def __init__(self) -> None:
        self.failed: dict[str, dict[str, bool]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        items[:] = [
            item
            for item in items
            if getattr(item.cls, "FOUND_BY", "") in {"", item.originalname}
        ]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        _, cls, test = report.nodeid.split("::", 2)
        tests = self.failed.setdefault(cls.removeprefix("Test"), {})
        name = test.partition("[")[0]
        tests[name] = tests.get(name, False) or report.failed


def main(subject: str) -> None:
    """Run the tests of `wrong_components_<subject>.py`."""
    file = Path(__file__).with_name(f"wrong_components_{subject}.py")
    outcomes = Outcomes()
    arguments = ["-p", "no:cacheprovider", "-p", "no:terminal", "-c", os.devnull]
    arguments += ["--rootdir", str(file.parent), "--noconftest"]
    arguments += ["-W", "error::UserWarning", "--import-mode=importlib", str(file)]
    pytest.main(arguments, plugins=[outcomes])
    print(json.dumps(outcomes.failed))  # noqa: T201 - its result


if __name__ == "__main__":
    main(sys.argv[1])
