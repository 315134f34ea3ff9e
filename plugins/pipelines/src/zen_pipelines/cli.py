"""The commands `zen run` and `zen pipeline`."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final

import click

from zen.cli.app import App, pass_app
from zen.cli.group import Group
from zen.cli.options import output_option
from zen.cli.output import echo, print_object, print_rows
from zen.errors import StepFailedError, ZenError, did_you_mean
from zen.printable import Lines
from zen_pipelines._durations import format_duration
from zen_pipelines._options import OptionError, Options
from zen_pipelines._scripts import run_module, run_script
from zen_pipelines._session import Session
from zen_pipelines._tracebacks import format_user_traceback
from zen_pipelines.views import PipelineRunView, find_run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from os import PathLike

    from zen.components import BaseMetadataStore
    from zen_pipelines.views import StepView

__all__ = ["pipeline", "run"]

_SHOWN: Final = 5
_LARGEST_PAGE: Final = 10_000


class _PythonFile(click.Path):
    """Take a file; of a wrong name, say which file may be meant."""

    def convert(
        self,
        value: str | PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | PathLike[str]:
        """Return the path of a file that can be read, or a module's name."""
        if ctx and ctx.params.get("is_module"):
            return value
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            message = f"{error.message}{_advice(Path(value))}"
            raise click.BadParameter(message, ctx, param) from error


def _advice(path: Path) -> str:
    """Return the Python file nearest to a path, and the command to type next."""
    try:
        folder, stem = (path, "") if path.is_dir() else (path.parent, path.stem)
        files = {file.stem: file.name for file in sorted(folder.glob("*.py"))}
    except OSError:  # a folder that this user may not read, or too long a name
        return " See 'zen run --help'."
    if not files:
        return f" There are no Python files in '{folder}'. See 'zen run --help'."
    for nearest in get_close_matches(stem, files, n=1):
        name = files[nearest]
        return f"{did_you_mean(name, [name])} {_order(folder / name)}."
    shown = [*files.values()][:_SHOWN] + ["…"] * (len(files) > _SHOWN)
    return f" {_order(folder / 'FILE')}; files there: {', '.join(shown)}."


def _order(file: Path) -> str:
    return f"Type 'zen run {quote(str(file))}'"


@click.command(context_settings={"allow_interspersed_args": False})
@click.option(
    "-m",
    "--module",
    "is_module",
    is_flag=True,
    is_eager=True,
    help="Take FILE for the name of a module, as 'python -m' does.",
)
@click.argument("file", type=_PythonFile(exists=True, dir_okay=False))
@click.argument(
    "arguments",
    metavar="[PARAMETERS]... [-- ARGS]...",
    nargs=-1,
    type=click.UNPROCESSED,
)
@pass_app
def run(app: App, file: str, arguments: tuple[str, ...], *, is_module: bool) -> None:
    """Run a pipeline on the active stack.

    FILE is executed as 'python FILE ARGS...' would do it. If it runs no pipeline
    itself, the one that it defines is run, with PARAMETERS such as '--epochs 3',
    '--verbose' or '--sizes "[1, 2]"'. 'zen run FILE --help' shows them.

    For example: zen run train.py --epochs 3
    """
    target = f"-m {file}" if is_module else quote(file)
    options = Options.read(target, arguments)
    session = Session(repository=app.announce(), notify=app.notify)
    try:
        execute = run_module if is_module else run_script
        execute(file, options, session)
    except StepFailedError as error:
        if not app.debug:
            _show_cause(error)
        raise
    # An interruption, and an exit status, are the program's to deal with.
    except (OptionError, ZenError, KeyboardInterrupt, SystemExit):
        raise
    # The user's own code, which may raise anything.
    except BaseException as error:
        if app.debug:
            raise
        echo(Lines(format_user_traceback(error)), err=True)
        raise click.exceptions.Exit(1) from error


def _show_cause(error: StepFailedError) -> None:
    cause = error.__cause__
    if isinstance(cause, ZenError):
        echo(Lines.of(cause.message, cause.hint), err=True)
    elif cause:
        echo(Lines(format_user_traceback(cause)), err=True)


@click.group(cls=Group)
def pipeline() -> None:
    """See the runs of your pipelines.

    For example: zen pipeline runs list
    """


@pipeline.group(cls=Group)
def runs() -> None:
    """See the runs on the active stack.

    For example: zen pipeline runs list
    """


@runs.command("list")
@click.option("--pipeline", "name", default="", help="Only the runs of this pipeline.")
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=_LARGEST_PAGE),
    default=100,
    show_default=True,
    help="How many runs to show at most.",
)
@click.option(
    "--after",
    metavar="NAME",
    default="",
    help="Only runs that come after this one: give the last name for the next page.",
)
@output_option
@pass_app
def list_runs(app: App, name: str, limit: int, after: str, output: str) -> None:
    """List the latest runs, newest first.

    For example: zen pipeline runs list --pipeline digits
    """
    stack = app.announce().active_stack
    if after:
        find_run(after, stack)
    records = stack.metadata_store.list_runs(name, after=after, limit=limit)
    rows = [_run_content(PipelineRunView(record, stack)) for record in records]
    if output == "table":
        rows = [_for_people(row) for row in rows]
    headers = {
        "name": "RUN NAME",
        "pipeline": "PIPELINE",
        "stack": "STACK",
        "status": "STATUS",
        "started": "STARTED (UTC)",
        "duration": "DURATION",
    }
    empty = "" if records else _nothing(name, after, stack.metadata_store)
    kept = ("name", "status", "started")
    print_rows(rows, output, headers=headers, kept=kept, empty=empty)


def _nothing(pipeline: str, after: str, store: BaseMetadataStore) -> str:
    """Say that there are no runs, and what to type next."""
    if after:
        return f"No runs come after '{after}'. See 'zen pipeline runs list'."
    known = {record.pipeline for record in store.list_runs()}
    if not known:
        return "No runs yet. Run a pipeline first: 'zen run FILE'."
    suggestion = did_you_mean(pipeline, known)
    return (
        f"No runs of pipeline '{pipeline}'.{suggestion} See 'zen pipeline runs list'."
    )


@runs.command("describe")
@click.argument("name")
@output_option
@pass_app
def describe_run(app: App, name: str, output: str) -> None:
    """Show a run, its steps and its artifacts.

    For example: zen pipeline runs describe nightly
    """
    view = find_run(name, app.announce().active_stack)
    content = _run_content(view)
    if output == "table":
        # Below the table, which would cut it in a narrow terminal.
        del content["error"]
        print_object(_for_people(content), output, title=f"Run '{view.name}'")
        if view.error:
            echo(_indented(f"Error: {view.error}"))
        _print_steps(view)
        return
    content["steps"] = [_step_content(step) for step in view.steps.values()]
    print_object(content, output, title=view.name)


def _print_steps(view: PipelineRunView) -> None:
    headers = {
        "name": "STEP",
        "status": "STATUS",
        "started": "STARTED (UTC)",
        "duration": "DURATION",
    }
    steps = view.steps.values()
    rows = [_for_people(_step_content(step)) for step in steps]
    print_rows(rows, "table", headers=headers)
    _print_lines("Errors", {step.name: step.error for step in steps if step.error})
    _print_lines(
        "Artifacts",
        {
            f"{step.name}.{name}": artifact.uri
            for step in steps
            for name, artifact in step.outputs.items()
        },
    )


def _print_lines(title: str, texts: Mapping[str, str]) -> None:
    """Print texts that are to be copied, which a narrow table would cut."""
    if texts:
        echo(f"{title}:")
    for name, text in texts.items():
        echo(_indented(f"  {name}: {text}"))


def _indented(text: str) -> Lines:
    """Return a text whose further lines can't be taken for lines of Zen's own."""
    return Lines(text.replace("\n", "\n    "))


def _run_content(view: PipelineRunView) -> dict[str, object]:
    return {
        "name": view.name,
        "pipeline": view.pipeline,
        "stack": view.stack,
        "status": view.status.value,
        **_times(view.started, view.ended),
        "runtime_configuration": view.runtime_configuration,
        "error": view.error,
        "id": str(view.id),
    }


def _step_content(step: StepView) -> dict[str, object]:
    return {
        "name": step.name,
        "status": step.status.value,
        **_times(step.started, step.ended),
        "parameters": step.parameters,
        "outputs": _outputs(step),
        "error": step.error,
    }


def _outputs(step: StepView) -> list[dict[str, object]]:
    return [
        {"name": name, "data_type": artifact.data_type, "uri": artifact.uri}
        for name, artifact in step.outputs.items()
    ]


def _times(started: datetime | None, ended: datetime | None) -> dict[str, object]:
    return {
        "started": started.isoformat() if started else None,
        "ended": ended.isoformat() if ended else None,
        "duration": (ended - started).total_seconds() if started and ended else None,
    }


def _for_people(content: Mapping[str, object]) -> dict[str, object]:
    """Return an object with its times as a table shows them."""
    shown = dict(content)
    for key in ("started", "ended"):
        # Fractions of a second and the offset, which is always zero, are noise.
        shown[key] = str(content[key] or "")[:19].replace("T", " ")
    duration = content["duration"]
    if isinstance(duration, float):
        # Columns are narrow.
        shown["duration"] = format_duration(duration).replace("less than", "<")
    return shown
