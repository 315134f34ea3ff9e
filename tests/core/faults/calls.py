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
# Everything that the program may need is imported once. Then each group of calls is a
# fork, which may hang, crash or exit, and leaves nothing behind but files. Where it
# ends in one call, another one goes on with the next.
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

def prepare(job):
    sys.path[:] = [os.path.dirname(job["program"]), *job["path"], *rest]
    os.chdir(job["folder"])
    if job["patience"]:
        apart = partial(zen.catalog._apart.ask_apart, timeout=job["patience"])
        zen.catalog._apart.ask_apart = apart
        zen.doctor.examine = partial(zen.doctor.examine, timeout=job["patience"])

def path(job, number, kind):
    return os.path.join(job["output"], f"{number}.{kind}")

def run(arguments, env, job, number):
    signal.alarm(60)
    for descriptor, kind in ((1, "out"), (2, "err")):
        file = os.open(path(job, number, kind), os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
        os.dup2(file, descriptor)
        os.close(file)
    before = dict(os.environ)
    os.environ.update({**job["env"], **env})
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
    os.environ.clear()
    os.environ.update(before)
    with open(path(job, number, "code"), "w") as file:
        file.write(str(int(code)))

def read(job, number, kind):
    try:
        with open(path(job, number, kind), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""

def answer(job):
    number, outcomes = 0, []
    while number < len(job["calls"]):
        for old in os.listdir(job["output"]):
            os.unlink(os.path.join(job["output"], old))
        child = os.fork()
        if not child:
            prepare(job)
            for each in range(number, len(job["calls"])):
                run(*job["calls"][each], job, each)
            os._exit(0)
        ending = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        is_over = False
        while number < len(job["calls"]) and not is_over:
            code = read(job, number, "code")
            is_over = not code
            texts = (read(job, number, kind) for kind in ("out", "err"))
            outcomes.append([int(code or ending), *texts])
            number += 1
    return outcomes

for line in sys.stdin:
    print(json.dumps([answer(job) for job in json.loads(line)]), flush=True)
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
        *groups: Sequence[str],
        folder: Path,
        env: Mapping[str, Mapping[str, str]] | None = None,
        patience: float | None = None,
    ) -> list[Call]:
        """Run the program with each of the commands, one after the other.

        Args:
            groups: What is typed after `zen`; those of one group share a process.
            folder: The working directory.
            env: Further variables of some of the commands.
            patience: The seconds after which a plugin counts as hanging.
        """
        more = env or {}
        job = {
            "program": str(_PROGRAM),
            "path": [entry for entry in sys.path if entry not in self._path],
            "folder": str(folder),
            "env": _settings(folder),
            "output": str(self._folder),
            "patience": patience,
        }
        jobs = [
            {**job, "calls": [[c.split(), dict(more.get(c, {}))] for c in group]}
            for group in groups
        ]
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(jobs)}\n")
        self._process.stdin.flush()
        commands = [command for group in groups for command in group]
        outcomes = [
            outcome
            for group in json.loads(self._process.stdout.readline())
            for outcome in group
        ]
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
