"""Parameters of pipelines on the command line of `zen run`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from zen.cli.main import main
from zen.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

_DEFINITION = """\
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zen_pipelines import pipeline, step


@dataclass
class Limits:
    low: float = 0
    high: float = 1


@step
def write(values: dict[str, object]) -> None:
    import json
    Path("out.json").write_text(json.dumps(values))


@pipeline
def training(
    epochs: int = 1,
    learning_rate: float = 0.1,
    verbose: bool = False,
    shuffle: bool | None = True,
    sizes: list[int] = (),
    name: str = "x",
    home: Path = Path(),
    loose=None,
    quick=False,
    either: int | str = 0,
    wordy: str | int = "",
    anything: Any = None,
    limits: Limits = None,
):
    \"\"\"Train a model.\"\"\"
    values = {
        key: str(v) if isinstance(v, Path | Limits) else v
        for key, v in locals().items()
    }
    write({**values, "sizes": list(sizes), "argv": sys.argv[1:]})
"""
_RUNS_ITSELF = f"{_DEFINITION}\nif __name__ == '__main__':\n    training().run()\n"
_CATCHES = f"{_DEFINITION}\ntry:\n    training().run()\nexcept Exception:\n    pass\n"
_CHOOSES = f"""{_DEFINITION}
from zen.repository import Repository
training().run_on(Repository().active_stack)
"""


@pytest.fixture
def run(ask_plugins_here: None) -> Callable[..., Result]:
    """Run `zen run train.py …` on a file that defines a pipeline."""
    del ask_plugins_here  # what it does is done

    def call(
        *arguments: str, text: str = _DEFINITION, target: tuple[str, ...] = ()
    ) -> Result:
        Path("train.py").write_text(text)
        target = target or ("train.py",)
        return CliRunner().invoke(main, ["run", *target, *arguments])

    return call


def written() -> dict[str, Any]:
    values: dict[str, Any] = json.loads(Path("out.json").read_text())
    return values


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ("--epochs 3", {"epochs": 3}),
        ("--epochs=3 --learning-rate 1e-3", {"epochs": 3, "learning_rate": 0.001}),
        ("--learning_rate -2", {"learning_rate": -2.0}),
        ("--verbose --no-shuffle", {"verbose": True, "shuffle": False}),
        ("--verbose --epochs 3", {"verbose": True, "epochs": 3}),
        ("--verbose=no --shuffle null", {"verbose": False, "shuffle": None}),
        ("--sizes [1,2]", {"sizes": [1, 2]}),
        ("--name 3 --home a/b", {"name": "3", "home": "a/b"}),
        ("--name [a]", {"name": "[a]"}),
        ("--name=--odd", {"name": "--odd"}),
        ("--loose 3", {"loose": 3}),
        ("--loose [a,b]", {"loose": ["a", "b"]}),
        ("--either 3 --wordy 3", {"either": 3, "wordy": "3"}),
        ("--either three --wordy [1]", {"either": "three", "wordy": "[1]"}),
        ("--anything 3", {"anything": 3}),
        ("--anything [a,b]", {"anything": ["a", "b"]}),
        ("--anything text", {"anything": "text"}),
        ('--limits {"low":1}', {"limits": "Limits(low=1.0, high=1)"}),
        ("--loose text --quick", {"loose": "text", "quick": True}),
        ("--epochs 2 -- --epochs 5 x", {"epochs": 2, "argv": ["--epochs", "5", "x"]}),
        ("-- y", {"epochs": 1, "argv": ["y"]}),
    ],
)
def test_options_set_the_parameters_of_the_pipeline(
    run: Callable[..., Result], arguments: str, values: dict[str, object]
) -> None:
    done = run(*arguments.split())
    assert done.exit_code == 0, done.output
    assert written().items() >= values.items()


def test_main_says_which_of_several_pipelines_is_meant(
    run: Callable[..., Result],
) -> None:
    several = f"{_DEFINITION}\n@pipeline\ndef other(size: int): pass\n"
    done = run("--epochs", "3", text=several)
    assert done.exit_code == 1
    assert "or 'main = other'" in done.output
    done = run("--epochs", "3", text=f"{several}\nmain = training\n")
    assert done.exit_code == 0, done.output
    assert written()["epochs"] == 3


def test_each_parameter_that_is_missing_is_named(run: Callable[..., Result]) -> None:
    text = f"{_DEFINITION}\n@pipeline\ndef main(size: int, other_size: int): pass\n"
    done = run(text=text)
    assert done.exit_code == 2
    assert "Pipeline 'main' needs '--size' and '--other-size'." in done.output
    assert "needs '--other-size'." in run("--size", "1", text=text).output
    assert "Did you mean '--size'?" in run("--siz", "1", text=text).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--epoch 3", "no parameter for '--epoch'. Did you mean '--epochs'?"),
        ("--run-name x", "no parameter for '--run-name'."),
        ("--no-epochs", "no parameter for '--no-epochs'."),
        ("--no-quick=true", "'--no-quick' takes no value. Write '--no-quick', or"),
        ("--no-quick true", "'--no-quick' takes no value. Write '--no-quick', or"),
        ('--limits {"hihg":1}', "Limits has no field 'hihg'. Did you mean 'high'?"),
        ("--epochs many", "'epochs' of pipeline 'training' takes int, and was given"),
        ("--sizes [a]", "takes list[int], and was given ['a']: element [0] is 'a': "),
        ("--sizes [1,true]", "element [1] is True: a bool isn't a number here"),
        ("--epochs true", "takes int, and was given 'true'"),
        ("--learning-rate true", "takes float, and was given 'true'"),
        ("--verbose --no-verbose", "'--verbose' and '--no-verbose' can't be given"),
        ("--no-verbose --verbose=yes", "'--verbose' and '--no-verbose' can't be given"),
        ('--loose {"a":1,"a":2}', "Option '--loose' has the key 'a' twice."),
        ('--loose {"a":1,"a":2,}', "Option '--loose' has the key 'a' twice."),
        ("--learning-rate nan", "'--learning-rate' takes finite numbers only, and was"),
        ("--loose [1,-Infinity]", "Option '--loose' takes finite numbers only"),
        ("--epochs", "Option '--epochs' has no value."),
        ("--epochs 1 --epochs 2", "Option '--epochs' is given twice."),
        ("5", "'5' is not an option of a pipeline."),
        ("--sizes 1 2", "a list as in '--sizes \"[1, 2]\"'"),
        ("--epochs 5 6", "'zen run train.py -- --epochs 5 6'."),
        ("-x", "'-x' is not an option of a pipeline."),
    ],
)
def test_what_is_no_option_is_wrong_usage(
    run: Callable[..., Result], arguments: str, message: str
) -> None:
    done = run(*arguments.split())
    assert done.exit_code == 2
    assert message in done.stderr
    assert not Path("out.json").exists()


def test_options_come_after_the_file(run: Callable[..., Result]) -> None:
    done = run(target=("--epochs", "3", "train.py"))
    assert done.exit_code == 2
    assert "--epochs" in done.stderr


@pytest.mark.parametrize("text", [_RUNS_ITSELF, _CATCHES, _CHOOSES])
def test_options_wait_for_no_pipeline_that_the_file_runs(
    run: Callable[..., Result], text: str
) -> None:
    done = run("--epochs", "3", text=text)
    assert done.exit_code == 2
    told = " ".join(done.stderr.split())
    assert "'train.py' runs pipeline 'training' by itself" in told
    assert "'zen run train.py -- --epochs 3'" in told
    assert not Path("out.json").exists()
    assert Repository().active_stack.metadata_store.list_runs() == []


def test_a_pipeline_with_arguments_gets_those_that_are_given(
    run: Callable[..., Result],
) -> None:
    text = f"{_DEFINITION}\nlong = training(epochs=9, name='y')\n"
    run("--epochs", "3", text=text)
    assert written().items() >= {"epochs": 3, "name": "y"}.items()


def test_required_parameters_may_be_options(run: Callable[..., Result]) -> None:
    text = _DEFINITION.replace("epochs: int = 1", "epochs: int")
    assert run("--epochs", "3", text=text).exit_code == 0
    assert run(text=text).exit_code == 2


def test_the_help_shows_what_the_file_has_given(run: Callable[..., Result]) -> None:
    text = _DEFINITION.replace("epochs: int = 1", "epochs: int")
    lines = run("--help", text=f"{text}\nmain = training(7)\n").stdout.splitlines()
    [line] = [line for line in lines if "--epochs" in line]
    assert line.split() == ["--epochs", "int", "[default:", "7]"]


def test_the_help_of_a_file_shows_the_parameters(run: Callable[..., Result]) -> None:
    done = run("--help")
    assert done.exit_code == 0
    shown = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert shown[0] == "Usage: zen run train.py [OPTIONS] [-- ARGS]..."
    assert "Train a model." in shown
    assert "--epochs int [default: 1]" in shown
    assert not Path("out.json").exists()


def test_the_help_of_a_file_that_runs_its_pipeline_says_so(
    run: Callable[..., Result],
) -> None:
    done = run("--help", text=_RUNS_ITSELF)
    assert done.exit_code == 0
    assert "runs pipeline 'training' by itself" in done.stdout
    assert "--epochs" not in done.stdout
    assert not Path("out.json").exists()


@pytest.fixture
def package() -> Path:
    """Return a folder in a repository, with a package that has a pipeline."""
    Repository.initialize(Path.cwd())
    folder = Path("beside")
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "names.py").write_text("NAME = 'neighbour'\n")
    train = "from beside.names import NAME\n" + _DEFINITION
    (folder / "train.py").write_text(train.replace('"x"', "NAME"))
    relative = "from .names import NAME\n" + _DEFINITION
    (folder / "__main__.py").write_text(relative.replace('"x"', "NAME"))
    return folder


@pytest.mark.parametrize(
    "target", [("beside/train.py",), ("-m", "beside.train"), ("-m", "beside")]
)
@pytest.mark.usefixtures("package")
def test_modules_of_the_repository_are_found(
    run: Callable[..., Result], target: tuple[str, ...]
) -> None:
    done = run("--epochs", "3", target=target)
    assert done.exit_code == 0, done.output
    assert written().items() >= {"epochs": 3, "name": "neighbour"}.items()


@pytest.mark.parametrize(
    ("name", "hint"),
    [("beside.trian", "python -m"), ("gone", "python -m"), ("train.py", "zen run tra")],
)
@pytest.mark.usefixtures("package")
def test_a_module_that_is_not_there_is_named(
    run: Callable[..., Result], name: str, hint: str
) -> None:
    done = run(target=("-m", name))
    assert done.exit_code == 1
    assert f"Module '{name}' doesn't exist" in done.stderr
    assert hint in done.stderr


def test_a_repository_that_the_file_is_not_in_lends_it_no_modules(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the path of the file leads through the repository."""
    here = Path.cwd()
    repository = here / "clone"
    repository.mkdir()
    (repository / "found_in_clone.py").write_text("raise SystemExit('imported')\n")
    Repository.initialize(repository)
    (here / "mine.py").write_text("import found_in_clone\n")
    monkeypatch.chdir(repository)
    done = run(target=(str(Path("..", "mine.py")),))
    assert "No module named 'found_in_clone'" in done.output
    assert "imported" not in done.output
