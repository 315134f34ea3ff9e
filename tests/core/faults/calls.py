"""Run many calls of the program in the time of one, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zen.testing._processes import run_python

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["PATIENCE", "Call", "Server", "call_really"]

# Seconds after which a plugin that hangs is given up; nobody here waits for thirty.
PATIENCE: Final = 3.0
# The installed program.
_PROGRAM: Final = Path(sys.executable).with_name("zen")
# Everything that the program may need is imported once; then each call is a fork, so
# that it may hang, crash or exit, and leaves nothing behind but files.
_SERVER: Final = """\
import gc, json, os, signal, sys
from functools import partial
import click.shell_completion, importlib_metadata, packaging.requirements, yaml
import zen.repository, zen.catalog._apart, zen.catalog._loader, zen.components.factory
import zen.doctor, zen.stores.local, zen_local, zen_sqlite.metadata_store
from zen.cli.main import main

rest = sys.path[1:]
os.fsync = lambda descriptor: None  # nothing here is about a loss of power
gc.disable()  # which would copy what the forks share

def run(arguments, job, env):
    signal.alarm(60)
    sys.path[:] = [os.path.dirname(job["program"]), *job["path"], *rest]
    os.chdir(job["folder"])
    os.environ.update({**job["env"], **env})
    if job["patience"]:
        apart = partial(zen.catalog._apart.run_apart, timeout=job["patience"])
        zen.catalog._apart.run_apart = apart
        zen.doctor.examine = partial(zen.doctor.examine, timeout=job["patience"])
    for descriptor, file in ((1, "out"), (2, "err")):
        path = os.path.join(job["output"], file)
        os.dup2(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), descriptor)
    code = 0
    try:
        main(arguments, prog_name="zen")
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else bool(error.code)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

for line in sys.stdin:
    job = json.loads(line)
    outcomes = []
    for arguments, env in job["calls"]:
        child = os.fork()
        if not child:
            run(arguments, job, env)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        texts = []
        for file in ("out", "err"):
            with open(os.path.join(job["output"], file), encoding="utf-8") as output:
                texts.append(output.read())
        outcomes.append([code, *texts])
    print(json.dumps(outcomes), flush=True)
"""


@dataclass(frozen=True)
class Call:
    """Hold what a call of the program came to.

    Args:
        command: What was typed after `zen`.
        code: The exit code; a signal's number, negative, if that ended it.
        out: What it printed to standard output.
        err: What it printed to standard error.
    """

    command: str
    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"$ zen {self.command}\nexit code: {self.code}\n{self.out}{self.err}"


class Server:
    """Answer calls of the program; a process that has imported all of it.

    Args:
        folder: A folder for the output of the calls.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = list(sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            env=_environment(self._path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def call(
        self,
        commands: Sequence[str],
        folder: Path,
        *,
        env: Mapping[str, Mapping[str, str]],
        patience: float | None = None,
    ) -> list[Call]:
        """Run the program with each of the commands, one after the other.

        Args:
            commands: What is typed after `zen`.
            folder: The working directory.
            env: Further variables of some of the commands.
            patience: The seconds after which a plugin counts as hanging.
        """
        job = {
            "program": str(_PROGRAM),
            "path": [entry for entry in sys.path if entry not in self._path],
            "folder": str(folder),
            "env": _settings(folder),
            "output": str(self._folder),
            "patience": patience,
            "calls": [[c.split(), dict(env.get(c, {}))] for c in commands],
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(job)}\n")
        self._process.stdin.flush()
        outcomes = json.loads(self._process.stdout.readline())
        return [
            Call(command, *outcome)
            for command, outcome in zip(commands, outcomes, strict=True)
        ]


def call_really(command: str, folder: Path) -> Call:
    """Run the program as users do."""
    arguments = (str(_PROGRAM), *command.split())
    done = run_python(*arguments, folder=folder, env=_settings(folder))
    return Call(command, done.returncode, done.stdout, done.stderr)


def _environment(path: Sequence[str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ZEN")}
    return {**kept, "PYTHONPATH": os.pathsep.join(path), "PYTHONUTF8": "1"}


def _settings(folder: Path) -> dict[str, str]:
    return {"ZEN_CONFIG_PATH": str(folder.parent / "config"), "COLUMNS": "240"}
