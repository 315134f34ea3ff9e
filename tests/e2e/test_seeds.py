"""The transcripts of the original's documentation, run through the program.

`seeds.txt` holds the commands and all that a terminal of 80 columns shows of them.
After a change that is meant, write it anew with `ZEN_TEST_REWRITE=1` and review the
difference.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.servers import FreshDatabase
    from zen.testing import FakeDistribution

TRANSCRIPT = Path(__file__).with_name("seeds.txt")
MARK = "\x1e"
# Shown where it takes longer than a second.
DELAYED = "Examining new plugins...\n"
# The URLs in the transcripts are those of folders, or come with their type.
WITHOUT_URL = """\
export ZEN_DEFAULT_STORE_TYPE={store_type}
zen() {{
    case "$*" in
        *--url*) env -u ZEN_DEFAULT_STORE_TYPE zen "$@" ;;
        *) command zen "$@" ;;
    esac
}}
"""
MARIADB_DRIVER = """\
import hashlib, os
from sqlalchemy import create_engine, make_url, text
from zen_sql.store import SQLStoreDriver

class Driver(SQLStoreDriver):
    @classmethod
    def default_url(cls, folder):
        server = make_url(os.environ["SERVER_URL"])
        name = "zen_" + hashlib.sha256(bytes(folder)).hexdigest()[:12]
        with create_engine(server).begin() as connection:
            connection.execute(text(f"CREATE DATABASE IF NOT EXISTS {name}"))
        return server.set(database=name).render_as_string(hide_password=False)
"""


@pytest.fixture
def root() -> Iterator[Path]:
    """Give a folder whose path is always as long, for tables are as wide as it is."""
    folder = Path(tempfile.mkdtemp(prefix="z", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def test_the_seeds_transcripts_come_out_as_reviewed(root: Path) -> None:
    reviewed = TRANSCRIPT.read_text()
    replayed = replay(reviewed, root)
    if os.environ.get("ZEN_TEST_REWRITE"):
        TRANSCRIPT.write_text(replayed)
    assert replayed == reviewed


@pytest.fixture
def mariadb_store(
    fake_distribution: FakeDistribution, mysql_url: FreshDatabase
) -> dict[str, str]:
    """Have a store type that keeps each profile in a MariaDB database of its own."""
    hooks = "@hookimpl\ndef zen_store_drivers():\n"
    hooks += "    return [StoreDriverSpec('mariadb', 'maria.parts:Driver')]"
    fake_distribution("maria", hooks, MARIADB_DRIVER)
    return {"PYTHONPATH": sys.path[0], "SERVER_URL": mysql_url()}


@pytest.mark.slow
def test_they_come_out_so_with_profiles_in_sqlite(root: Path) -> None:
    reviewed = TRANSCRIPT.read_text()
    assert neutral(replay(reviewed, root, store_type="sql")) == neutral(reviewed)


def test_they_come_out_so_with_profiles_in_mariadb(
    root: Path, mariadb_store: dict[str, str]
) -> None:
    reviewed = TRANSCRIPT.read_text()
    replayed = replay(reviewed, root, store_type="mariadb", environ=mariadb_store)
    assert "mariadb" in replayed
    assert neutral(replayed) == neutral(reviewed)


def neutral(transcript: str) -> str:
    """Leave out where profiles are kept, and how wide tables are because of that."""
    transcript = re.sub(r"\b(local|sql|mariadb)\b", "<type>", transcript)
    transcript = re.sub(r"\b(file|sqlite|mysql)\S*(:/|…)[^ \n]*", "<url>", transcript)
    return re.sub(r"[━─]+", "-", re.sub(r" +", " ", transcript))


def replay(
    transcript: str,
    root: Path,
    *,
    store_type: str = "",
    environ: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Run all commands of a transcript in one shell; return it with their output.

    Args:
        transcript: The commands, and output that isn't looked at.
        root: A folder for all that they make.
        store_type: What keeps the profiles that are created without a URL.
        environ: Further environment variables.
    """
    blocks = list(command_blocks(transcript))
    commands = [block for block in blocks if block.startswith("$ ")]
    lines = [shell_command(command) for command in commands]
    if store_type:
        lines[0] = WITHOUT_URL.format(store_type=store_type) + lines[0]
    outputs = iter(run(lines, root, environ))
    parts = []
    for block in blocks:
        parts.append(block)
        if block in commands:
            parts.append(normalised(next(outputs), root))
    return "".join(parts)


def command_blocks(transcript: str) -> Iterator[str]:
    """Yield titles and commands, and leave out the output between them."""
    lines = transcript.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.startswith("# "):
            yield line if number == 0 else f"\n{line}"
            yield "\n"
        elif line.startswith("$ "):
            block = line
            for following in lines[number + 1 :]:
                if not following.startswith(">"):
                    break
                block += following
            yield block


def shell_command(block: str) -> str:
    """Return what a shell is to run, without the prompts."""
    return re.sub(r"^(\$ |> |>$)", "", block, flags=re.MULTILINE)


def run(commands: list[str], root: Path, more: Mapping[str, str]) -> list[str]:
    """Run commands one after another in one shell; return what each printed."""
    report = "code=$?; [ $code = 0 ] || echo \"[exit $code]\"; printf '\\x1e'\n"
    script = "".join(f"{command}{report}" for command in commands)
    bin_folder = Path(sys.executable).parent
    environ = {
        "COLUMNS": "80",
        "GIT_AUTHOR_EMAIL": "zen@example.org",
        "GIT_AUTHOR_NAME": "Zen",
        "GIT_COMMITTER_EMAIL": "zen@example.org",
        "GIT_COMMITTER_NAME": "Zen",
        "HOME": str(root),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "ROOT": str(root),
        "ZEN_CONFIG_PATH": str(root / "config"),
        **more,
    } | {key: value for key, value in os.environ.items() if key.startswith("COVERAGE")}
    done = subprocess.run(
        ["bash", "-s"],  # noqa: S607
        input=script,
        cwd=root,
        env=environ,
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
    )
    return done.stdout.split(MARK)[: len(commands)]


def normalised(output: str, root: Path) -> str:
    """Give what differs from run to run a fixed name of the same length."""
    fixed = "/tmp/zenfolder"  # noqa: S108
    output = output.replace(DELAYED, "")
    output = output.replace(str(root), fixed)
    for length in range(len(fixed)):  # where a table cuts it
        output = output.replace(f"{str(root)[:length]}…", f"{fixed[:length]}…")
    return re.sub(
        r"[0-9a-f]{8}-[0-9a-f]{4}[0-9a-f-]*",
        lambda uuid: "<uuid>".ljust(len(uuid.group()), "-"),
        output,
    )
