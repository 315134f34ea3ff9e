"""What Zen makes is for its user alone, unless that user has shared the folder."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from zen.cli.main import main
from zen.permissions import create_folders
from zen.records import ComponentRecord
from zen.stores import Store
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMANDS = """\
init
profile create team
profile create data -t sql
artifact-store register files --flavor local
secrets-manager register keys --flavor local
stack register mine -o default -m default -a files -x keys
stack set mine
secret register login --user=me
secret export .zen/secrets.yaml
run {pipeline}
profile copy team other
"""

PIPELINE = """\
from zen_pipelines import pipeline, step


@step
def number() -> int:
    return 1


@pipeline
def counting() -> None:
    number()


counting.run()
"""


@pytest.fixture
def umask(request: pytest.FixtureRequest, config: Path, here: Path) -> Iterator[None]:
    del config, here  # the folders of tests aren't ours
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """Return the permissions of all that is in a folder, and of itself."""
    return {
        str(path.relative_to(folder.parent)): oct(stat.S_IMODE(path.stat().st_mode))
        for path in (folder, *folder.rglob("*"))
    }


@pytest.mark.parametrize("umask", [0, 0o777], indirect=True)
@pytest.mark.usefixtures("umask")
def test_all_that_commands_make_is_private_whatever_the_umask(
    config: Path, here: Path
) -> None:
    (here / "run.py").write_text(PIPELINE)
    (here / "run.py").chmod(0o600)
    for line in COMMANDS.format(pipeline=here / "run.py").splitlines():
        result = CliRunner().invoke(main, line.split())
        assert result.exit_code == 0, (line, result.output)
    made = {**modes(config), **modes(here / ".zen")}
    assert len(made) > 40
    assert {
        path: mode for path, mode in made.items() if mode not in {"0o700", "0o600"}
    } == {}


@pytest.mark.parametrize("umask", [0o077], indirect=True)
@pytest.mark.usefixtures("umask")
def test_a_folder_that_its_user_shares_is_shared_with_all_that_is_in_it(
    here: Path,
) -> None:
    folder = here / "team"
    folder.mkdir()
    folder.chmod(0o2770)
    part = ComponentRecord(type="orchestrator", name="mine", flavor="local")
    Store(LocalStoreDriver(str(folder))).save(components=[part])
    assert set(modes(folder).values()) == {"0o2770", "0o660"}


def test_folders_that_the_umask_decides_on_are_made_too(here: Path) -> None:
    assert create_folders(here / "a" / "b", None) == [
        str(here / "a"),
        str(here / "a" / "b"),
    ]


@pytest.mark.parametrize(
    ("umask", "expected"),
    [(0, {"0o755", "0o644"}), (0o777, {"0o700", "0o600"})],
    indirect=["umask"],
)
@pytest.mark.usefixtures("umask")
def test_others_may_read_what_a_user_names_as_output_and_not_write_it(
    here: Path, expected: set[str]
) -> None:
    out = here / "out"
    for line in (
        f"stack export default {out}/stack.yaml",
        f"plugin new acme --kind command --folder {out}/acme",
    ):
        result = CliRunner().invoke(main, line.split())
        assert result.exit_code == 0, (line, result.output)
    assert set(modes(out).values()) == expected
