"""The commands `zen run` and `zen pipeline`."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from signal import SIG_DFL, SIGHUP, SIGINT, SIGTERM, Signals, signal
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.pipelines.conftest import Zen

_STEPS = """\
import sys
from zen_pipelines import pipeline, step


@step
def load(size: int) -> list[int]:
    return list(range(size))


@step
def average(numbers: list[int]) -> float:
    return sum(numbers) / len(numbers)


@pipeline
def averages(size: int = 3) -> None:
    average(load(size))
"""


def script(text: str = "", *, name: str = "script.py") -> str:
    Path(name).write_text(_STEPS + text)
    return name


def runs(zen: Zen, *options: str) -> list[dict[str, object]]:
    done = zen("pipeline", "runs", "list", "-o", "json", *options)
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def test_the_single_pipeline_of_a_file_is_run(zen: Zen) -> None:
    done = zen("run", script())
    assert (done.returncode, done.stdout) == (0, "")
    assert "on stack 'default'.\nStep 'load' has started.\n" in done.stderr
    (run,) = runs(zen)
    assert (run["pipeline"], run["status"]) == ("averages", "completed")


def test_a_file_may_run_its_pipeline_itself(zen: Zen) -> None:
    text = """
def main():
    run = averages(int(sys.argv[1])).run(run_name=sys.argv[2])
    print(run.get_step("average").output.read())

if __name__ == "__main__":
    main()
"""
    done = zen("run", script(text), "--", "5", "--help")
    assert (done.returncode, done.stdout) == (1, "")
    assert "'--help' is not a valid run name" in done.stderr
    done = zen("run", script(text), "--", "5", "mine")
    assert (done.returncode, done.stdout) == (0, "2.0\n")
    assert [run["name"] for run in runs(zen)] == ["mine"]


def test_a_pipeline_with_arguments_comes_before_its_definition(zen: Zen) -> None:
    zen("run", script("\nlarge = averages(size=9)\n"))
    (run,) = runs(zen)
    described = zen("pipeline", "runs", "describe", str(run["name"]), "-o", "json")
    assert json.loads(described.stdout)["steps"][0]["parameters"] == {"size": 9}


def test_a_file_is_executed_as_python_does_it(zen: Zen) -> None:
    Path("folder").mkdir()
    Path("folder/neighbour.py").write_text("NAME = 'neighbour'")
    text = """
import neighbour
assert sys.modules["__main__"].averages is averages
assert sys.modules[neighbour.__name__].NAME == "neighbour"
print(sys.argv, __name__, __file__, sys.path[0])
"""
    file = script(text, name="folder/script.py")
    done = zen("run", file, "--", "-x", "--", "y")
    folder = Path.cwd() / "folder"
    assert done.stdout == (
        f"{[file, '-x', '--', 'y']} __main__ {folder / 'script.py'} {folder}\n"
    )


def test_it_says_where_it_runs(zen: Zen) -> None:
    done = zen("run", script())
    assert "Running without an active repository root.\n" in done.stderr
    assert "Running with active profile: 'default' (global)\n" in done.stderr
    assert zen("init").returncode == 0
    done = zen("run", script())
    assert "Running without" not in done.stderr
    assert "Running with active profile: 'default' (local)\n" in done.stderr


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "del averages",
            "'script.py' neither runs nor defines a pipeline.",
            "@pipeline",
        ),
        (
            "@pipeline\ndef other(): load(1)",
            "'script.py' defines several pipelines and runs none: averages, other.",
            "'main = averages'",
        ),
    ],
)
def test_a_file_without_one_pipeline_is_refused(
    zen: Zen, text: str, message: str, hint: str
) -> None:
    done = zen("run", script(text))
    assert done.returncode == 1
    assert f"Error: {message}" in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_may_run_its_pipeline_in_a_thread(zen: Zen) -> None:
    """Which doesn't inherit the context; its notices are the program's all the same."""
    text = """
from threading import Thread

thread = Thread(target=averages().run, args=["mine"])
thread.start()
thread.join()
"""
    done = zen("run", script(text))
    assert done.returncode == 0
    assert [run["name"] for run in runs(zen)] == ["mine"]
    assert done.stderr.count("Creating run") == 1


def test_a_missing_file_is_wrong_usage(zen: Zen) -> None:
    done = zen("run", "missing.py")
    assert done.returncode == 2
    assert done.stderr.endswith(
        "'missing.py' does not exist. There are no Python files in '.'."
        " See 'zen run --help'.\n"
    )


@pytest.mark.parametrize("asked", ["trian.py", "train", "Train.py", "train.ipynb"])
def test_the_file_nearest_to_a_missing_one_is_suggested(zen: Zen, asked: str) -> None:
    Path("steps").mkdir()
    for name in ("train.py", "serve.py", "train.txt"):
        Path("steps", name).touch()
    done = zen("run", f"steps/{asked}")
    assert done.returncode == 2
    assert done.stderr.endswith(
        f"'steps/{asked}' does not exist. Did you mean 'train.py'?"
        " Type 'zen run steps/train.py'.\n"
    )


def test_what_to_type_can_be_typed_when_there_is_a_space_in_it(zen: Zen) -> None:
    Path("my steps").mkdir()
    script(name="my steps/train.py")
    for asked, advice in (
        ("my steps/trian.py", "Type 'zen run 'my steps/train.py''.\n"),
        ("my steps/x.py", "Type 'zen run 'my steps/FILE''; files there: train.py.\n"),
    ):
        assert zen("run", asked).stderr.endswith(advice)


def test_a_path_that_can_not_be_looked_up_is_wrong_usage(zen: Zen) -> None:
    done = zen("run", "x" * 300)
    assert done.returncode == 2
    assert done.stderr.endswith("does not exist. See 'zen run --help'.\n")


def test_a_file_that_resembles_none_is_refused_with_those_there_are(zen: Zen) -> None:
    for number in range(7):
        script(name=f"step{number}.py")
    listed = "step0.py, step1.py, step2.py, step3.py, step4.py, …"
    for asked in ("b.py", "."):
        done = zen("run", asked)
        assert done.returncode == 2
        assert f"Type 'zen run FILE'; files there: {listed}.\n" in done.stderr


def test_a_failing_step_shows_the_traceback_from_its_function_on(zen: Zen) -> None:
    done = zen("run", script("\naverages(size=0).run('bad')\n"))
    file = Path.cwd() / "script.py"
    assert done.returncode == 1
    assert done.stderr.count('File "') == 1
    assert f'File "{file}", line 12, in average\n' in done.stderr
    assert done.stderr.endswith(
        "ZeroDivisionError: division by zero\n"
        "Error: Step 'average' of run 'bad' failed.\n"
        "See 'zen pipeline runs describe bad'.\n"
    )


def test_a_step_that_breaks_its_promise_shows_no_traceback(zen: Zen) -> None:
    text = """
@step
def pair() -> tuple[int, int]:
    return 1

@pipeline
def averages():
    pair()
"""
    done = zen("run", script(text))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "promises a tuple of 2: output_0, output_1.\n" in done.stderr
    assert "\nError: Step 'pair'" in done.stderr


def test_an_exception_of_the_file_shows_its_own_traceback(zen: Zen) -> None:
    text = """
@pipeline
def failing():
    load(1 / 0)

failing().run()
"""
    done = zen("run", script(text))
    assert done.returncode == 1
    frames = [line for line in done.stderr.splitlines() if line.startswith('  File "')]
    file = Path.cwd() / "script.py"
    assert frames == [
        f'  File "{file}", line 23, in <module>',
        f'  File "{file}", line 21, in failing',
    ]
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.parametrize("place", ["script", "step"])
def test_an_exception_that_is_no_exception_shows_the_frames_of_the_file_only(
    zen: Zen, place: str
) -> None:
    text = f"""
class Stop(BaseException):
    pass

@step
def stop() -> None:
    raise Stop("in the step")

@pipeline
def averages():
    stop()

if {place == "script"}:
    raise Stop("in the script")
"""
    done = zen("run", script(text))
    assert done.returncode == 1
    assert done.stderr.count('File "') == 1
    assert done.stderr.endswith(f"Stop: in the {place}\n")


def test_a_file_that_is_interrupted_shows_no_traceback(zen: Zen) -> None:
    done = zen("run", script("\nraise KeyboardInterrupt\n"))
    assert done.returncode == 130
    assert done.stderr.endswith("\nAborted!\n")
    assert "Traceback" not in done.stderr


def test_causes_are_shown_without_internal_frames_too(zen: Zen) -> None:
    text = """
try:
    averages(size=0).run()
except Exception as error:
    raise RuntimeError("no luck") from error
"""
    done = zen("run", script(text))
    assert done.stderr.endswith("RuntimeError: no luck\n")
    frames = [line for line in done.stderr.splitlines() if line.startswith('  File "')]
    assert len(frames) == 3
    assert all(str(Path.cwd() / "script.py") in frame for frame in frames)


def test_an_exception_of_the_orchestrator_shows_its_frames(zen: Zen) -> None:
    text = """
from zen_local.orchestrator import LocalOrchestrator
from zen.repository import Repository
from zen.stack import Stack

class Broken(LocalOrchestrator):
    def run_pipeline(self, deployment, stack):
        1 / 0

here = Repository().active_stack
parts = {**here.components, "orchestrator": Broken(name="broken")}
averages().run_on(Stack.from_components("other", parts))
"""
    done = zen("run", script(text))
    assert done.returncode == 1
    assert done.stderr.count("in run_pipeline\n") == 1


def test_a_syntax_error_shows_its_place_only(zen: Zen) -> None:
    done = zen("run", script("def broken(:\n"))
    file = Path.cwd() / "script.py"
    assert done.returncode == 1
    assert done.stderr.count('File "') == 1
    assert f'File "{file}", line 18\n' in done.stderr
    assert done.stderr.splitlines()[-1].startswith("SyntaxError: ")


@pytest.mark.parametrize("content", [b"x = 1\0", b"\x7fELF\0\xff"])
def test_a_file_that_is_no_text_is_named(zen: Zen, content: bytes) -> None:
    Path("binary.py").write_bytes(content)
    done = zen("run", "binary.py")
    assert done.returncode == 1
    assert "binary.py" in done.stderr
    assert "be read as Python" in done.stderr or "SyntaxError" in done.stderr


def test_an_output_that_can_not_be_kept_is_told_without_traceback(zen: Zen) -> None:
    text = """
@step
def squares() -> object:
    return (number**2 for number in range(3))

@pipeline
def averages():
    squares()
"""
    done = zen("run", script(text))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    told = "Output 'output' of step 'squares' is a generator, which can't be kept:"
    assert f"{told} TypeError: " in done.stderr
    assert ".\nReturn a list of" in done.stderr


def test_a_failure_of_the_artifact_store_is_told_without_traceback(zen: Zen) -> None:
    """Its folder is replaced by a file when the run has begun."""
    zen("artifact-store", "register", "folder", "-f", "local", "--path=artifacts")
    zen("stack", "register", "other", "-o", "default", "-m", "default", "-a", "folder")
    zen("stack", "set", "other")
    text = """
@step
def replace() -> int:
    open("artifacts", "w").close()
    return 1

@pipeline
def averages():
    replace()
"""
    done = zen("run", script(text))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"Artifact store 'folder' failed at '{Path.cwd()}/artifacts/" in done.stderr
    assert (
        f"{os.strerror(errno.ENOTDIR)}.\nSee 'zen artifact-store describe folder'"
        in done.stderr
    )


def test_an_artifact_store_in_place_of_a_file_is_refused(zen: Zen) -> None:
    Path("file").touch()
    done = zen("artifact-store", "register", "x", "-f", "local", "--path=file")
    assert done.returncode == 1
    assert f"'{Path.cwd() / 'file'}' is a file" in done.stderr


def test_debugging_shows_all_frames(zen: Zen) -> None:
    done = zen("--debug", "run", script("\n1 / 0\n"))
    assert done.returncode == 1
    assert "_scripts.py" in done.stderr


@pytest.mark.parametrize(("status", "code"), [("3", 3), ("0", 0), ("'why'", 1)])
def test_the_exit_status_of_the_file_is_kept(zen: Zen, status: str, code: int) -> None:
    done = zen("run", script(f"sys.exit({status})"))
    assert done.returncode == code
    assert runs(zen) == []


def heed_signals() -> None:
    """Undo what `nohup`, or the `&` of a shell, has tests inherit."""
    for each in (SIGINT, SIGTERM, SIGHUP):
        signal(each, SIG_DFL)


@pytest.mark.parametrize(
    ("number", "status", "error"),
    [
        (SIGINT, 130, "Interrupted, as by Ctrl-C"),
        (SIGTERM, -SIGTERM, "the process was ended by SIGTERM"),
        (SIGHUP, -SIGHUP, "the process was ended by SIGHUP"),
    ],
)
def test_a_run_that_a_signal_ends_has_failed(
    zen: Zen, number: Signals, status: int, error: str
) -> None:
    text = """
import time

@step
def wait() -> None:
    print("waiting", file=sys.stderr, flush=True)
    # A signal just before a sleep doesn't cut that short, so they are many.
    for _ in range(3000):
        time.sleep(0.1)

@pipeline
def averages() -> None:
    wait()
"""
    program = str(Path(sys.executable).parent / "zen")
    with Popen(
        [program, "run", script(text)],
        stderr=PIPE,
        text=True,
        preexec_fn=heed_signals,  # noqa: PLW1509 - it does nothing that threads mind
    ) as process:
        assert process.stderr
        while process.stderr.readline() != "waiting\n":
            assert process.poll() is None
        process.send_signal(number)
        assert process.wait(timeout=120) == status
    (run,) = runs(zen)
    assert run["status"] == "failed"
    assert error in str(run["error"])
    described = zen("pipeline", "runs", "describe", str(run["name"]), "-o", "json")
    (step,) = json.loads(described.stdout)["steps"]
    assert step["status"] == "failed"
    assert error in step["error"]


def test_runs_are_listed_newest_first(zen: Zen) -> None:
    none = "No runs yet. Run a pipeline first: 'zen run FILE'.\n"
    assert none in zen("pipeline", "runs", "list").stdout
    assert none in zen("pipeline", "runs", "list", "--pipeline", "any").stdout
    text = """
@pipeline
def loading():
    load(1)

for name in ("a", "c", "b"):
    loading().run(name)
averages().run("d")
"""
    assert zen("run", script(text)).returncode == 0
    assert [run["name"] for run in runs(zen)] == ["d", "b", "c", "a"]
    assert [run["name"] for run in runs(zen, "--limit", "2")] == ["d", "b"]
    page = ("--limit", "2", "--after", "b")
    assert [run["name"] for run in runs(zen, *page)] == ["c", "a"]
    last = zen("pipeline", "runs", "list", "--after", "a")
    assert last.stdout == "No runs come after 'a'. See 'zen pipeline runs list'.\n"
    assert [run["name"] for run in runs(zen, "--pipeline", "averages")] == ["d"]
    shown = zen("pipeline", "runs", "list").stdout.splitlines()
    assert shown[1].split()[1:4] == ["RUN", "NAME", "│"]
    assert [line.split()[1] for line in shown[3:-1]] == ["d", "b", "c", "a"]
    done = zen("pipeline", "runs", "list", "--pipeline", "laoding")
    assert done.stdout == (
        "No runs of pipeline 'laoding'. Did you mean 'loading'?"
        " See 'zen pipeline runs list'.\n"
    )


@pytest.mark.parametrize("limit", ["0", "10001", "9" * 23])
def test_a_page_of_runs_has_a_sensible_size(zen: Zen, limit: str) -> None:
    done = zen("pipeline", "runs", "list", "--limit", limit)
    assert done.returncode == 2
    assert f"'--limit': {limit} " in done.stderr


def test_a_page_after_an_unknown_run_is_refused_with_a_suggestion(zen: Zen) -> None:
    zen("run", script("\naverages().run('nightly')\n"))
    done = zen("pipeline", "runs", "list", "--after", "nihgtly")
    assert done.returncode == 1
    assert "'nihgtly' does not exist. Did you mean 'nightly'?" in done.stderr


def test_runs_are_described_with_their_steps(zen: Zen) -> None:
    zen("run", script("\naverages().run('good', gpu=1)\n"))
    done = zen("pipeline", "runs", "describe", "good", "--output", "json")
    described = json.loads(done.stdout)
    assert described["runtime_configuration"] == {"gpu": 1}
    load, average = described["steps"]
    assert (load["name"], load["parameters"]) == ("load", {"size": 3})
    (output,) = average["outputs"]
    assert (output["name"], output["data_type"]) == ("output", "builtins.float")
    assert (Path(output["uri"]) / "data.json").read_text() == "1.0"
    shown = zen("pipeline", "runs", "describe", "good").stdout
    assert output["uri"] in shown
    assert "Error" not in shown


def test_failed_runs_are_described_with_the_error(zen: Zen) -> None:
    zen("run", script("\naverages(0).run('bad')\n"))
    shown = zen("pipeline", "runs", "describe", "bad").stdout
    assert "Errors:\n  average: ZeroDivisionError: division by zero\n" in shown
    error = "zen.errors.StepFailedError: Step 'average' of run 'bad' failed."
    assert f"\nError: {error}\n" in shown
    done = zen("pipeline", "runs", "describe", "bad", "-o", "yaml")
    assert "error: 'ZeroDivisionError: division by zero'" in done.stdout
    done = zen("pipeline", "runs", "describe", "bad", "-o", "json")
    assert json.loads(done.stdout)["error"] == error


def test_an_unknown_run_is_refused_with_a_suggestion(zen: Zen) -> None:
    zen("run", script("\naverages().run('nightly')\n"))
    done = zen("pipeline", "runs", "describe", "nihgtly")
    assert done.returncode == 1
    assert (
        "Pipeline run 'nihgtly' does not exist. Did you mean 'nightly'?" in done.stderr
    )
    assert "See 'zen pipeline runs list'." in done.stderr


def test_before_the_first_run_the_command_to_make_one_is_named(zen: Zen) -> None:
    done = zen("pipeline", "runs", "describe", "nightly")
    assert done.returncode == 1
    assert done.stderr.endswith("Run a pipeline first: 'zen run FILE'.\n")


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "pipeline",
        "pipeline runs",
        "pipeline runs list",
        "pipeline runs describe",
    ],
)
def test_help_has_an_example(zen: Zen, command: str) -> None:
    done = zen(*command.split(), "--help")
    assert done.returncode == 0
    assert f"For example: zen {command}" in done.stdout
