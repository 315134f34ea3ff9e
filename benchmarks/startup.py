"""Measure what the installed program `zen` costs to start, beside what it stands on.

Run `python benchmarks/startup.py` with the interpreter that is to be measured. Zen and
its plugins are installed as users install them, into environments of 300
distributions, of which 0, 20 and 200 are plugins made for this. Each command runs in a
pseudo-terminal, in turn with the imports that it can't do without; the ratios are
medians over such pairs, so that a noisy machine spoils little.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    # By the command's line and the number of plugins, round by round.
    Measured: TypeAlias = dict[tuple[str, int], list["Pair"]]

__all__ = ["Command", "Pair", "Row", "Slope", "Usage", "row_of", "slope_of", "table"]

PROJECT: Final = Path(__file__).resolve().parents[1]
PLUGIN_COUNTS: Final = (0, 20, 200)
DISTRIBUTIONS: Final = 300
SLOPE_AIM: Final = "≤ 0.05"
RELATIONAL: Final = "relational"
TAB: Final = "<TAB>"

# A process's peak memory counts that of the one that started it. This starter is
# smaller than whatever is measured, unlike the script, and waits for nothing else.
STARTER: Final = """\
import os, sys, time
report, *command = sys.argv[1:]
begin = time.perf_counter()
pid = os.posix_spawn(command[0], command, os.environ)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - begin
cpu = usage.ru_utime + usage.ru_stime
code = os.waitstatus_to_exitcode(status)
os.write(int(report), f"{code} {cpu} {wall} {usage.ru_maxrss}".encode())
"""

PLUGIN: Final = '''\
"""What this distribution offers to Zen."""

from __future__ import annotations

from zen.plugin import FlavorSpec, hookimpl


@hookimpl
def zen_flavors() -> list[FlavorSpec]:
    """Offer an artifact store."""
    return [
        FlavorSpec(
            type="artifact_store",
            name="{flavor}",
            source="{module}.store:Store",
            summary="Artifacts in a place of number {number}.",
        )
    ]
'''

METADATA: Final = """\
Metadata-Version: 2.4
Name: {name}
Version: 1.{number}.0
Summary: A distribution made to be one of many.
Author-email: Nobody <nobody@example.com>
License-Expression: Apache-2.0
Classifier: Development Status :: 5 - Production/Stable
Classifier: Programming Language :: Python :: 3
Requires-Python: >=3.10
Requires-Dist: {requirement}
Requires-Dist: typing-extensions>=4; python_version < "3.11"
Description-Content-Type: text/markdown

"""
# Half of the packages on the public index have a README of more than 3 kB.
README: Final = "A line of a README that nobody needs to read to the end.\n" * 60


@dataclass(frozen=True)
class Command:
    """Name a command to measure.

    Args:
        line: What follows `zen`; one that ends with `<TAB>` is one that a shell wants
            to be completed.
        floor: The modules that it can't do without, as in `import a, b`.
        aim: What its ratio to the floor should be, or "".
        profile: The profile that is active, where that isn't the default one.
    """

    line: str
    floor: str
    aim: str = ""
    profile: str = ""

    @property
    def title(self) -> str:
        """The line, and the profile."""
        return f"{self.line} ({self.profile})" if self.profile else self.line

    @property
    def arguments(self) -> list[str]:
        """What the program is called with."""
        return [] if self.line.endswith(TAB) else self.line.split()

    @property
    def environ(self) -> dict[str, str]:
        """What is added to the environment."""
        profile = {"ZEN_ACTIVATED_PROFILE": self.profile} if self.profile else {}
        if not self.line.endswith(TAB):
            return profile
        words = f"zen {self.line.removesuffix(TAB)}"
        return {
            **profile,
            "_ZEN_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        }


@dataclass(frozen=True)
class Usage:
    """Hold what one process took: ms of CPU and of wall time, MiB at its peak."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Pair:
    """Hold what a command took, and what its floor took just before or after."""

    usage: Usage
    floor: Usage


@dataclass(frozen=True)
class Row:
    """Hold medians of one command with so many plugins; ratios are to the floor."""

    command: str
    plugins: int
    cpu: float
    wall: float
    memory: float
    cpu_ratio: float
    wall_ratio: float
    floor: str
    aim: str


@dataclass(frozen=True)
class Slope:
    """Hold the ms that each further plugin costs a command."""

    command: str
    cpu: float
    wall: float
    aim: str = SLOPE_AIM


COMMANDS: Final = (
    Command("--version", "click"),
    Command("--help", "click", "≤ 1.5"),
    Command("stack list", "click, yaml", "≤ 1.5"),
    Command("flavor list", "click, yaml"),
    # In ms, completions should take no more than 200 in all.
    Command("stack set <TAB>", "click, yaml"),
    Command("stack set <TAB>", "click, yaml, sqlite3", profile=RELATIONAL),
)


class Installation:
    """Run programs of one environment, with a configuration of its own.

    Args:
        venv: The virtual environment.
        plugins: How many synthetic plugins are in it.
        folder: Where the configuration and the home folder are made.
    """

    def __init__(self, venv: Path, plugins: int, folder: Path) -> None:
        self.plugins = plugins
        self._bin = venv / "bin"
        self._config = folder / "config"
        self._cache = self._config / "cache"
        self._home = folder / "home"
        self._home.mkdir(parents=True)

    def warm_up(self) -> None:
        """Make the profile and the index, and whatever else a first use makes."""
        zen = self._bin / "zen"
        self._run(zen, "profile", "create", RELATIONAL, "--store-type", "sql")
        for command in 2 * COMMANDS:
            self.measure_command(command)
        if not [*self._cache.glob("plugins-*.json")]:
            sys.exit(f"There is no index of plugins in {self._cache}.")

    def forget_index(self) -> None:
        """Delete the index of plugins."""
        shutil.rmtree(self._cache, ignore_errors=True)

    def measure_floor(self, modules: str) -> Usage:
        """Measure the import of modules."""
        usage, _ = self._run(self._bin / "python", "-c", f"import {modules}")
        return usage

    def measure_command(self, command: Command) -> Usage:
        """Measure a command of `zen`, and check that it has done its work."""
        usage, output = self._run(
            self._bin / "zen", *command.arguments, environ=command.environ
        )
        missing = [text for text in self._expected(command) if text not in output]
        if missing:
            sys.exit(
                f"'zen {command.title}' with {self.plugins} plugins doesn't show"
                f" {', '.join(missing[:5])} ({len(missing)} missing):\n{output}"
            )
        return usage

    def _expected(self, command: Command) -> list[str]:
        if command.line != "flavor list":
            known = {"--version": ["zen"], "--help": ["stack"]}
            return known.get(command.line, ["default"])
        return [f" {_flavor(number)} " for number in range(self.plugins)]

    def _run(
        self, program: Path, *arguments: str, environ: Mapping[str, str] | None = None
    ) -> tuple[Usage, str]:
        terminal, inside = pty.openpty()
        report, reporting = os.pipe()
        command = [str(self._bin / "python"), "-ISc", STARTER, str(reporting)]
        with subprocess.Popen(
            [*command, str(program), *arguments],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            pass_fds=[reporting],
            start_new_session=True,
            cwd=self._home,
            env={**self._environ(), **(environ or {})},
        ):
            os.close(inside)
            os.close(reporting)
            output = _read_all(terminal)
        code, *figures = map(float, _read_all(report).split() or ["nan"])
        if code != 0:
            sys.exit(f"{program.name} {' '.join(arguments)} failed:\n{output}")
        cpu, wall, memory = figures
        return Usage(cpu * 1000, wall * 1000, memory / 1024), output

    def _environ(self) -> dict[str, str]:
        # Nothing of the user's: neither ZEN_… nor PYTHON… may leak in.
        return {
            "COLUMNS": "200",
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join([str(self._bin), os.defpath]),
            "TERM": "xterm-256color",
            "ZEN_CONFIG_PATH": str(self._config),
        }


def row_of(command: Command, plugins: int, pairs: Sequence[Pair]) -> Row:
    """Return the medians of pairs, and of the ratios within each pair."""
    return Row(
        command.title,
        plugins,
        cpu=median(pair.usage.cpu for pair in pairs),
        wall=median(pair.usage.wall for pair in pairs),
        memory=median(pair.usage.memory for pair in pairs),
        cpu_ratio=median(pair.usage.cpu / pair.floor.cpu for pair in pairs),
        wall_ratio=median(pair.usage.wall / pair.floor.wall for pair in pairs),
        floor=command.floor,
        aim=command.aim,
    )


def slope_of(
    command: str, few: Sequence[Pair], many: Sequence[Pair], *, plugins: int
) -> Slope:
    """Return what each of `plugins` further plugins costs.

    Args:
        command: The command.
        few: What it took without them, round by round.
        many: What it took with them, in the same rounds.
        plugins: How many they are.
    """
    rounds = [(a.usage, b.usage) for a, b in zip(few, many, strict=True)]
    return Slope(
        command,
        cpu=median((b.cpu - a.cpu) / plugins for a, b in rounds),
        wall=median((b.wall - a.wall) / plugins for a, b in rounds),
    )


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows below headers; numbers to the right, fractions to two places."""
    cells = [[*headers], *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            text.rjust(width) if text[:1].isdigit() else text.ljust(width)
            for text, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in cells
    )


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _read_all(descriptor: int) -> str:
    parts = []
    # A terminal ends with an error on Linux, when nobody is inside of it any more.
    try:
        while part := os.read(descriptor, 65536):
            parts.append(part)
    except OSError:
        pass
    os.close(descriptor)
    return b"".join(parts).decode()


def _flavor(number: int) -> str:
    return f"bench-{number:03d}"


def _write_plain(site: Path, number: int) -> None:
    """Write a distribution that is no plugin; 3 of 10 have entry points."""
    name = f"bench_library_{number:03d}"
    entry_points = f"[console_scripts]\n{name} = {name}:main\n\n[pytest11]\na = {name}"
    _write_distribution(
        site,
        name,
        number,
        requirement="requests<3,>=2.28",
        entry_points=entry_points if number % 10 in {1, 4, 7} else "",
        modules={"__init__.py": ""},
    )


def _write_plugin(site: Path, number: int) -> None:
    name = f"bench_plugin_{number:03d}"
    _write_distribution(
        site,
        name,
        number,
        requirement="zen-core<2,>=1",
        entry_points=f"[zen.plugins]\n{_flavor(number)} = {name}.plugin\n",
        modules={
            "__init__.py": "",
            "plugin.py": PLUGIN.format(
                flavor=_flavor(number), module=name, number=number
            ),
        },
    )


def _write_distribution(  # noqa: PLR0913 - it is what a distribution consists of
    site: Path,
    name: str,
    number: int,
    *,
    requirement: str,
    entry_points: str,
    modules: Mapping[str, str],
) -> None:
    info = f"{name}-1.{number}.0.dist-info"
    metadata = METADATA.format(
        name=name.replace("_", "-"), number=number, requirement=requirement
    )
    files = {
        f"{info}/METADATA": metadata + README,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n",
        f"{info}/INSTALLER": "pip\n",
        **{f"{name}/{module}": text for module, text in modules.items()},
    }
    if entry_points:
        files[f"{info}/entry_points.txt"] = entry_points
    absent = [f"{name}/module_{each}.py" for each in range(20)]
    record = [f"{path},sha256={43 * 'a'},1234\n" for path in [*files, *absent]]
    files[f"{info}/RECORD"] = "".join([*record, f"{info}/RECORD,,\n"])
    for path, text in files.items():
        (site / path).parent.mkdir(exist_ok=True)
        (site / path).write_text(text)


def _digest() -> str:
    """Return what changes when an installation is out of date."""
    sources = [Path(__file__)]
    for folder in (PROJECT / "core", PROJECT / "plugins"):
        sources += sorted(folder.rglob("*.py"))
        sources += sorted(folder.rglob("pyproject.toml"))
    content = b"".join(bytes(path) + path.read_bytes() for path in sources)
    return f"{sys.version} {hashlib.sha256(content).hexdigest()}"


def _install(folder: Path) -> None:
    """Make the environments in `folder`, unless they are there and up to date."""
    mark = folder / "startup-benchmark"
    digest = _digest()
    if mark.exists() and mark.read_text() == digest:
        return
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        sys.exit(f"{folder} holds something else than this benchmark's environments.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()
    _note("Installing Zen ...")
    first, *others = (folder / str(count) for count in PLUGIN_COUNTS)
    _install_zen(first)
    for other in others:
        # Far cheaper than installing again; the script's first line has the path.
        shutil.copytree(first, other, symlinks=True)
        script = other / "bin" / "zen"
        script.write_text(script.read_text().replace(str(first), str(other)))
    for count in PLUGIN_COUNTS:
        _fill(folder / str(count), count)
    mark.write_text(digest)


def _install_zen(venv: Path) -> None:
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ZEN", "PYTHON", "VIRTUAL_ENV"))
    }
    subprocess.run([sys.executable, "-m", "venv", venv], check=True, env=environ)
    install = [str(venv / "bin" / "python"), "-m", "pip", "install", "-q", "-q"]
    projects = map(str, sorted((PROJECT / "plugins").iterdir()))
    subprocess.run(
        [*install, str(PROJECT / "core"), *projects], check=True, env=environ
    )


def _fill(venv: Path, plugins: int) -> None:
    """Add distributions until there are enough, and compile them, as pip does."""
    (site,) = venv.glob("lib/python*/site-packages")
    for number in range(plugins):
        _write_plugin(site, number)
    for number in range(DISTRIBUTIONS - len([*site.glob("*.dist-info")])):
        _write_plain(site, number)
    python = venv / "bin" / "python"
    subprocess.run([python, "-m", "compileall", "-q", site], check=True)


def _measure(
    installations: Sequence[Installation], rounds: int, *, cold: bool = False
) -> Measured:
    """Run every command in every installation, in turn, each beside its floor."""
    pairs: Measured = defaultdict(list)
    for number in range(rounds):
        _note(f"{'Cold' if cold else 'Warm'} round {number + 1} of {rounds} ...")
        # There and back, so that no one is always the first.
        forward = 1 if number % 2 else -1
        for installation in installations[::forward]:
            for command in COMMANDS[::forward]:
                floor = installation.measure_floor(command.floor)
                if cold:
                    installation.forget_index()
                usage = installation.measure_command(command)
                pairs[command.title, installation.plugins].append(Pair(usage, floor))
    return pairs


def _note(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _report(warm: Measured, cold: Measured) -> dict[str, list[dict[str, object]]]:
    fewest, *_, most = PLUGIN_COUNTS
    slopes = [
        slope_of(line, warm[line, fewest], warm[line, most], plugins=most - fewest)
        for line in (command.title for command in COMMANDS)
    ]
    floors = sorted({command.floor for command in COMMANDS})
    return {
        "floors": [{"floor": each, **asdict(_middle(each, warm))} for each in floors],
        "warm index": _rows(warm),
        "cold index": [{**row, "aim": ""} for row in _rows(cold)],
        "each further plugin, warm index": [asdict(slope) for slope in slopes],
    }


def _rows(measured: Measured) -> list[dict[str, object]]:
    return [
        asdict(row_of(command, count, measured[command.title, count]))
        for command in COMMANDS
        for count in PLUGIN_COUNTS
    ]


def _middle(floor: str, measured: Measured) -> Usage:
    lines = [command.title for command in COMMANDS if command.floor == floor]
    usages = [
        pair.floor
        for (line, _), pairs in measured.items()
        if line in lines
        for pair in pairs
    ]
    return Usage(
        cpu=median(usage.cpu for usage in usages),
        wall=median(usage.wall for usage in usages),
        memory=median(usage.memory for usage in usages),
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how long zen takes to start.")
    parser.add_argument("--rounds", type=int, default=15, help="15 by default")
    parser.add_argument(
        "--venv",
        type=Path,
        metavar="DIR",
        default=Path(tempfile.gettempdir()) / f"zen-startup-{os.getuid()}",
        help="where the environments are kept; by default %(default)s",
    )
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table")
    return parser.parse_args()


def main() -> None:
    """Measure, and print what was found."""
    arguments = _arguments()
    venvs = arguments.venv.resolve()
    _install(venvs)
    with tempfile.TemporaryDirectory() as folder:
        installations = [
            Installation(venvs / str(count), count, Path(folder) / str(count))
            for count in PLUGIN_COUNTS
        ]
        for installation in installations:
            installation.warm_up()
        warm = _measure(installations, arguments.rounds)
        cold = _measure(installations, max(1, arguments.rounds // 3), cold=True)
    report = _report(warm, cold)
    if arguments.output == "json":
        about = {"python": sys.version, "rounds": arguments.rounds}
        print(json.dumps({**about, **report}, indent=2, ensure_ascii=False))
        return
    print(f"Python {sys.version}; {DISTRIBUTIONS} distributions; ms, MiB")
    for title, rows in report.items():
        print(f"\n{title.capitalize()}")
        print(table([*rows[0]], [[*row.values()] for row in rows]))


if __name__ == "__main__":
    main()
