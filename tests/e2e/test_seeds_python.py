"""The Python of the original's documentation runs as it is printed.

`seeds_python.md` holds it, with `zenml` replaced by `zen`.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from zen import Repository
from zen.cli.main import main

PAGE = Path(__file__).with_name("seeds_python.md").read_text(encoding="utf-8")
SNIPPETS = dict(
    re.findall(r"^## (.*?)\n\n```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
)
# What stands in place of the `...` of a flavor: whatever its contract demands.
BODY = """\
    def open(self, path, mode="rb"): raise FileNotFoundError(path)
    def exists(self, path): return False
    def isdir(self, path): return False
    def listdir(self, path): return []
    def makedirs(self, path): pass
    def remove(self, path): raise FileNotFoundError(path)
    def rmtree(self, path): raise FileNotFoundError(path)
    def size(self, path): raise FileNotFoundError(path)
"""
PIPELINE = """\
from zen_pipelines import pipeline, step

@step
def nothing() -> None: pass

@pipeline
def pipeline():
    nothing()
"""
BELL = """\
from typing import ClassVar
from zen.alerters import BaseAlerter
from zen.enums import StackComponentType

class Bell(BaseAlerter):
    TYPE: ClassVar[StackComponentType] = StackComponentType.ALERTER
    FLAVOR: ClassVar[str] = "bell"
    def post(self, message): return True
    def ask(self, question): return True
"""


@pytest.fixture
def run(here: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A namespace to run snippets in, in an empty folder."""
    monkeypatch.syspath_prepend(here)
    return {"__name__": "snippet"}


def zen(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("title", sorted(SNIPPETS.keys() - {"Runtime configuration"}))
def test_each_snippet_runs(title: str, run: dict[str, Any]) -> None:
    exec(SNIPPETS[title], run)  # noqa: S102


def test_the_active_stack_is_printed(
    run: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    exec(SNIPPETS["The active stack"], run)  # noqa: S102
    printed = capsys.readouterr().out.splitlines()
    assert printed[:3] == ["default", "default", "default"]
    assert printed[3] == run["active_stack"].artifact_store.path
    assert printed[5] == run["active_stack"].metadata_store.uri


def test_a_new_stack_becomes_the_active_one(run: dict[str, Any]) -> None:
    exec(SNIPPETS["A new stack"], run)  # noqa: S102
    stack = Repository().active_stack
    assert stack.name == "local"
    assert stack.artifact_store == run["artifact_store"]
    assert [type(part).__name__ for part in stack.components.values()] == [
        *("LocalOrchestrator", "SQLiteMetadataStore", "LocalArtifactStore")
    ]


@pytest.mark.usefixtures("run")
def test_a_flavor_of_ones_own_is_registered_and_used(here: Path) -> None:
    text = SNIPPETS["A flavor of one's own"].replace("    ...\n", BODY)
    (here / "own_flavor.py").write_text(text)
    zen("init")
    zen("artifact-store", "flavor", "register", "own_flavor.MyCustomArtifactStore")
    sys.modules.pop("own_flavor", None)
    assert "custom" in zen("artifact-store", "flavor", "list")
    zen("artifact-store", "register", "mine", "-f", "custom", "--path=custom://a")
    mine: Any = Repository().get_stack_component("artifact_store", "mine")
    assert (mine.FLAVOR, mine.TYPE, mine.path) == (
        *("custom", "artifact_store"),
        "custom://a",
    )
    sys.modules.pop("own_flavor", None)


@pytest.mark.usefixtures("run")
def test_a_flavor_whose_type_is_of_the_enumeration_is_used(here: Path) -> None:
    (here / "own_bell.py").write_text(BELL)
    zen("init")
    zen("alerter", "flavor", "register", "own_bell.Bell")
    zen("alerter", "register", "door", "--flavor=bell")
    sys.modules.pop("own_bell", None)
    repository = Repository()
    door = repository.get_stack_component("alerter", "door")
    assert f"{door.TYPE}/{door.TYPE!s}" == "alerter/alerter"
    renamed = door.model_copy(update={"name": "gate"})
    repository.update_stack_component("door", "alerter", renamed)
    assert [each.name for each in repository.list_components("alerter")] == ["gate"]
    sys.modules.pop("own_bell", None)


def test_a_run_takes_runtime_configuration(run: dict[str, Any], here: Path) -> None:
    (here / "pipeline_to_run.py").write_text(PIPELINE)
    run["pipeline"] = import_module("pipeline_to_run").pipeline
    exec(SNIPPETS["Runtime configuration"], run)  # noqa: S102
    (record,) = Repository().active_stack.metadata_store.list_runs()
    assert dict(record.runtime_configuration) == {
        "runtime_param_1": 3,
        "another_param": "luna",
    }
