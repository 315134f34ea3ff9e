"""The documentation's pages: their blocks, and how these are carried out.

Our own rather than a library's: the blocks of a page are of five kinds and act on one
project, so with a library the parser alone would be spared, which is one expression.

A block with a caption is the content of that file. `shell` blocks must succeed,
`console` blocks must print what the page shows, and the other `python` blocks are run
one after another in one namespace.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from tests.e2e.conftest import PROJECT, clean_environ
from tests.e2e.test_readme import timeless

if sys.version_info >= (3, 11):
    import tomllib
else:
    # Where mypy runs there is none; it reads this as Python 3.10 would.
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCS: Final = PROJECT / "docs"
PAGES: Final = {
    page.relative_to(DOCS).as_posix(): page for page in sorted(DOCS.rglob("*.md"))
}
TUTORIAL: Final = DOCS / "tutorial" / "first-flavor.md"
REWRITE: Final = bool(os.environ.get("ZEN_TEST_REWRITE"))

# What a reader types to get to where the tests are already.
_SETTING_UP: Final = (
    "python3 -m venv ",
    ". .venv/",
    "pip install './core",
    "pip wheel ",
)
_FENCE: Final = re.compile(
    r"^```(?:\{code-block\} )?(?P<language>\w+)\n"
    r"(?::caption: (?P<caption>[^\n]*)\n\n?)?"
    r"(?P<content>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
# Shown where it takes longer than a second.
_DELAYED: Final = r"Examining new plugins\.\.\."
_CHANGING: Final = {
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "<uuid>",
    r"\bin \d+\.\d\ds\b": "in <duration>",
    r"\b\d+\.\d{1,3}\b(?= +│)": "<seconds>",
    # How many tests the kit has is for the kit to say; that none fails, for the page.
    r"^[.sx]+ +\[ *\d+%\]\n": "",
    r"\b\d+ (passed|skipped|xfailed)": r"<count> \1",
}
_RUN_ALL: Final = """\
import json, sys
namespace = {"__name__": "page"}
for place, code in json.load(sys.stdin):
    exec(compile(code, place, "exec"), namespace)
"""


@dataclass(frozen=True)
class Block:
    """Hold one block of code, and where its content is in the page."""

    place: str
    language: str
    caption: str
    content: str
    span: tuple[int, int]


@dataclass(frozen=True)
class Project:
    """Hold a reader's project, in an environment in which everything is installed."""

    folder: Path
    environ: dict[str, str]

    def write(self, block: Block) -> None:
        file = self.folder / block.caption
        assert file.resolve().is_relative_to(self.folder), block.place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.content, encoding="utf-8")

    def succeed(self, block: Block) -> None:
        for command in block.content.splitlines():
            if not command.startswith(_SETTING_UP):
                done = self.run(command)
                assert done.returncode == 0, f"{block.place}: {command}\n{done.stdout}"

    def transcript(self, block: Block) -> str:
        """Return what a terminal would show of the commands in a block."""
        commands = re.findall(r"^\$ (.*)$", block.content, re.MULTILINE)
        assert commands, f"{block.place} has no command"
        shown = "".join(f"$ {each}\n{self.run(each).stdout}" for each in commands)
        for folder, name in {
            self.folder: "/home/you/project",
            self.environ["ZEN_CONFIG_PATH"]: "/home/you/.config/zen",
        }.items():
            shown = shown.replace(str(folder), name)
        return re.sub(rf" +$|^{_DELAYED}\n", "", shown, flags=re.MULTILINE)

    def run_python(self, blocks: list[Block]) -> None:
        code = json.dumps([(block.place, block.content) for block in blocks])
        done = subprocess.run(
            ["python", "-W", "error", "-c", _RUN_ALL],  # noqa: S607 - the project's
            cwd=self.folder,
            env=self.environ,
            input=code,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", command],  # noqa: S607 - bash is where PATH says
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [*_blocks(page, text)]


def _blocks(page: Path, text: str) -> Iterator[Block]:
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(
            f"{page.relative_to(DOCS)}:{line}",
            found["language"],
            found["caption"] or "",
            found["content"],
            found.span("content"),
        )


def carry_out(page: Path, project: Project) -> None:
    """Do what a page says, in its order; show, or rewrite, what differs."""
    text = page.read_text(encoding="utf-8")
    blocks = blocks_of(page)
    differing: list[tuple[Block, str]] = []
    for block in blocks:
        check_syntax(block)
        if block.caption:
            project.write(block)
        elif block.language == "shell":
            project.succeed(block)
        elif block.language == "console":
            printed = project.transcript(block)
            if comparable(printed) != comparable(block.content):
                differing.append((block, printed))
    project.run_python([b for b in blocks if b.language == "python" and not b.caption])
    if REWRITE:
        for block, printed in reversed(differing):
            begin, end = block.span
            text = text[:begin] + printed + text[end:]
        page.write_text(text, encoding="utf-8")
        return
    for block, printed in differing:
        assert comparable(printed) == comparable(block.content), block.place


def check_syntax(block: Block) -> None:
    if block.language == "python":
        compile(block.content, block.place, "exec")
    elif block.language == "toml":
        tomllib.loads(block.content)
    elif block.language == "yaml":
        yaml.safe_load(block.content)


def comparable(transcript: str) -> str:
    """Leave out what is another one at each call, and how many tests there are."""
    for pattern, replacement in _CHANGING.items():
        transcript = re.sub(pattern, replacement, transcript, flags=re.MULTILINE)
    return timeless(transcript)


def environ_of(site: Path, folder: Path) -> dict[str, str]:
    """Return the variables with which a page's commands are run.

    Args:
        site: Where everything is installed, with its programs.
        folder: The page's own folder, beside the project.
    """
    inherited = {
        name: value
        for name, value in clean_environ().items()
        if not name.startswith(("PIP_", "PYTEST_"))
    }
    return {
        **inherited,
        "COLUMNS": "120",
        "PATH": f"{site / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "ZEN_CONFIG_PATH": str(folder / "config"),
        # Nothing is fetched: what builds a distribution is there already. Pip takes
        # the value for that of its own setting: isolation, 0.
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
