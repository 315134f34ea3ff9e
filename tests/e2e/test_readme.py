"""What the README shows is what the program does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import PROJECT, clean_environ

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_the_transcripts_are_what_the_program_prints(tmp_path: Path) -> None:
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    shown = "".join(blocks)
    # What the README has installed, whatever else is.
    plugins = re.findall(r"\./plugins/(\w+)", README.partition("\n## ")[2])
    commands = re.findall(r"^\$ (.*)$", shown, re.MULTILINE)
    environ = {
        **clean_environ(),
        "COLUMNS": "120",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ZEN_CONFIG_PATH": str(tmp_path / "config"),
        "ZEN_PLUGINS": ",".join(plugins),
    }
    printed = "".join(f"$ {command}\n{run(command, environ)}" for command in commands)
    assert timeless(printed) == timeless(shown)


def test_the_pipeline_runs(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    script = tmp_path / "adding.py"
    script.write_text(code)
    environ = {**clean_environ(), "ZEN_CONFIG_PATH": str(tmp_path / "config")}
    done = subprocess.run(
        [sys.executable, str(script)],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "45\n"


def test_the_pipeline_takes_parameters(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    lines = code.rstrip().splitlines(keepends=True)
    (tmp_path / "adding.py").write_text("".join(lines[:-3]))
    call = f"cd {tmp_path} && zen run adding.py"
    bin_folder = Path(sys.executable).parent
    environ = {
        **clean_environ(),
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "ZEN_CONFIG_PATH": str(tmp_path / "config"),
    }
    assert "zen run adding.py --count 3" in README
    assert "has finished" in run(f"{call} --count 3", environ)
    assert "--count" in run(f"{call} --help", environ)


def run(command: str, environ: dict[str, str]) -> str:
    """Return all that a terminal shows of a command."""
    done = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - bash is where PATH says
        cwd=PROJECT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return done.stdout


def timeless(transcript: str) -> str:
    """Leave out what depends on when, and how fast, it ran."""
    transcript = transcript.replace("Examining new plugins...\n", "")
    transcript = transcript.replace(str(PROJECT), "/home/you/zen")
    transcript = re.sub(r"\d{4}[_-]\d\d[_-]\d\d[-_: \d]*\d…?", "<time>", transcript)
    transcript = re.sub(r"(less than |< )?\d+\.\d s", "<duration>", transcript)
    transcript = re.sub(r" +│", " │", re.sub(r" +┃", " ┃", transcript))
    return re.sub(r"━+", "━", re.sub(r"─+", "─", transcript))
