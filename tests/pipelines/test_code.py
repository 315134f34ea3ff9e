"""Steps found again, in this process and in others."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec
from threading import Barrier
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from zen.components.deployment import CodeLocation
from zen.errors import PipelineInterfaceError
from zen_pipelines import step
from zen_pipelines.steps import find_step

if TYPE_CHECKING:
    from pathlib import Path

    from zen_pipelines import Step

_NEIGHBOUR = """\
from zen_pipelines import step

class Kept(int):
    pass

@step
def increase(number: int) -> Kept:
    return Kept(number + 1)
"""

_SCRIPT = """\
from dataclasses import dataclass

from package.steps import describe
from neighbour import increase
from zen_pipelines import pipeline, step


@dataclass
class Number:
    value: int


@step
def make(value: int) -> Number:
    return Number(increase(value))


@step
def take(number: Number) -> int:
    return number.value


@pipeline
def numbers() -> None:
    describe(increase(take(make(1))))
"""

# Runs each step in a new process that is handed nothing but the deployment.
_MAIN = """
if __name__ == "__main__":
    import pickle, subprocess, sys
    from pathlib import Path

    folder = Path(sys.argv[1])
    sys.path.append(str(folder))
    from worker import LocalOrchestrator, stack_with

    class Elsewhere(LocalOrchestrator):
        def run_pipeline(self, deployment, stack):
            for each in deployment.steps:
                subprocess.run(
                    [sys.executable, str(folder / "worker.py"), each.name],
                    input=pickle.dumps(deployment),
                    check=True,
                )

    run = numbers().run_on(stack_with(Elsewhere(name="elsewhere")))
    print(run.get_step("describe").output.read())
"""

_WORKER = """\
import pickle, sys
from zen.stack import Stack
from zen_local.artifact_store import LocalArtifactStore
from zen_local.orchestrator import LocalOrchestrator
from zen_sqlite.metadata_store import SQLiteMetadataStore

def stack_with(orchestrator):
    return Stack(
        "testing",
        orchestrator=orchestrator,
        artifact_store=LocalArtifactStore(name="folder", path="artifacts"),
        metadata_store=SQLiteMetadataStore(name="file", uri="metadata.db"),
    )

if __name__ == "__main__":
    deployment = pickle.load(sys.stdin.buffer)
    deployment.run_step(sys.argv[1], stack_with(LocalOrchestrator(name="here")))
"""


@step
def here() -> int:
    return 1


@pytest.fixture(autouse=True)
def search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the folders and modules that loading a script adds."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("neighbour", "script", "package", "package.steps", "package.words"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """Return a folder with a script, a module and a package; a worker is elsewhere."""
    folder = tmp_path / "scripts"
    (folder / "package").mkdir(parents=True)
    (folder / "neighbour.py").write_text(_NEIGHBOUR)
    (folder / "package" / "__init__.py").touch()
    (folder / "package" / "words.py").write_text("WORDS = ['zero', 'one', 'two', '3']")
    (folder / "package" / "steps.py").write_text(
        "from zen_pipelines import step\n"
        "from .words import WORDS\n"
        "@step\n"
        "def describe(number: int) -> str:\n"
        "    return WORDS[number]\n"
    )
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "worker.py").write_text(_WORKER)
    (folder / "script.py").write_text(_SCRIPT + _MAIN)
    return folder


def test_a_step_of_an_imported_module_is_that_object() -> None:
    assert find_step(CodeLocation(__name__, __file__, "here")) is here


def test_an_installed_module_may_be_in_another_place_on_each_host() -> None:
    assert find_step(CodeLocation(__name__, "/no/such/place.py", "here")) is here


def test_the_script_that_runs_is_not_loaded_again(
    scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = ModuleType("__main__")
    main.__file__ = str(scripts / "script.py")
    main.here = here  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert find_step(CodeLocation("__main__", main.__file__, "here")) is here


def test_the_module_that_runs_is_not_imported_again(
    scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python -m package.steps` calls it `__main__`, and only its spec says more."""
    main = ModuleType("__main__")
    main.__file__ = str(scripts / "package" / "steps.py")
    main.__spec__ = ModuleSpec("package.steps", None)
    main.here = here  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert find_step(CodeLocation("package.steps", main.__file__, "here")) is here


def test_another_script_is_loaded_from_its_file_once(scripts: Path) -> None:
    code = CodeLocation("__main__", str(scripts / "script.py"), "take")
    found = find_step(code)
    assert found.name == "take"
    assert find_step(code) is found


def test_threads_wait_for_a_script_to_be_complete(scripts: Path) -> None:
    code = CodeLocation("__main__", str(scripts / "script.py"), "take")
    text = (scripts / "script.py").read_text()
    slow = "import time\ntime.sleep(0.2)\n"
    (scripts / "script.py").write_text(slow + text)
    together = Barrier(4)

    def find(_: int) -> Step[..., object]:
        together.wait(timeout=120)
        return find_step(code)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(find, range(4)))
    assert len(set(map(id, found))) == 1


def test_a_module_of_the_same_name_is_not_taken_for_it(scripts: Path) -> None:
    files = [scripts / "neighbour.py", scripts / "package" / "neighbour.py"]
    files[1].write_text(_NEIGHBOUR)
    for file in files:
        found = find_step(CodeLocation("neighbour", str(file), "increase"))
        assert found.function.__code__.co_filename == str(file)


def test_a_step_that_is_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineInterfaceError, match="'gone' of module 'no_such_mod"):
        find_step(CodeLocation("no_such_module", "", "gone"))
    with pytest.raises(PipelineInterfaceError, match=r"'a' .* interactive session"):
        find_step(CodeLocation("__main__", "", "a"))
    file = tmp_path / "readme.txt"
    file.write_text("text")
    with pytest.raises(
        PipelineInterfaceError, match=r"readme.txt' is not a Python file"
    ):
        find_step(CodeLocation("__main__", str(file), "a"))


def test_the_repository_of_a_file_is_looked_through_for_its_imports(
    tmp_path: Path,
) -> None:
    """As `zen run` does it, so that the step is found in another process, too."""
    folder = tmp_path / "project" / "distant"
    folder.mkdir(parents=True)
    (folder.parent / ".zen").mkdir()
    (folder / "names.py").write_text("NAME = 1\n")
    script = f"from distant.names import NAME\n{_NEIGHBOUR}"
    (folder / "script.py").write_text(script)
    found = find_step(CodeLocation("__main__", str(folder / "script.py"), "increase"))
    assert found.name == "increase"


def test_a_module_whose_own_import_fails_says_so(scripts: Path) -> None:
    (scripts / "broken.py").write_text("import no_such_library")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        find_step(CodeLocation("broken", str(scripts / "broken.py"), "a"))


@pytest.mark.parametrize("module", ["__main__", "script"])
def test_a_file_that_runs_its_pipeline_when_imported_says_so(
    scripts: Path, module: str
) -> None:
    file = scripts / "script.py"
    file.write_text(f"{_SCRIPT}\nnumbers().run()\n")
    for _ in range(2):
        with pytest.raises(PipelineInterfaceError, match="when it is imported") as info:
            find_step(CodeLocation(module, str(file), "take"))
        assert "__main__" in info.value.hint


def run_python(scripts: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments, str(scripts.parent / "worker")],
        cwd=scripts,
        capture_output=True,
        text=True,
        check=False,
    )


def test_steps_run_in_other_processes(scripts: Path) -> None:
    """Also those of modules beside the script, and on values of its own classes."""
    done = run_python(scripts, "script.py")
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


@pytest.mark.parametrize(
    ("name", "file"), [("package.train", "train.py"), ("package", "__main__.py")]
)
def test_steps_of_the_module_that_runs_run_in_other_processes(
    scripts: Path, name: str, file: str
) -> None:
    """There they are imported, as relative imports need it."""
    relative = "from .words import WORDS\n"
    (scripts / "package" / file).write_text(relative + _SCRIPT + _MAIN)
    done = run_python(scripts, "-m", name)
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


def test_a_script_may_come_from_a_pipe(scripts: Path) -> None:
    text = """
import sys
from zen_pipelines import pipeline, step
sys.path.append(sys.argv[1])
from worker import LocalOrchestrator, stack_with

@step
def double(number: int) -> int:
    return 2 * number

@pipeline
def doubles():
    double(1)

run = doubles().run_on(stack_with(LocalOrchestrator(name="here")))
print(run.get_step("double").output.read())
"""
    done = subprocess.run(
        [sys.executable, "-", str(scripts.parent / "worker")],
        cwd=scripts,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
