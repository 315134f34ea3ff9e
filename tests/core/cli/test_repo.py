"""`zen repo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.core.cli.conftest import Zen

HORN = """\
from zen import BaseAlerter

class Horn(BaseAlerter):
    FLAVOR = "horn"

    def post(self, message): return True
    def ask(self, question): return True
"""


def test_clean_removes_the_configuration_and_nothing_else(zen: Zen, here: Path) -> None:
    (here / "train.py").touch()
    zen("init")
    before = zen("profile", "list", "-o", "json").json
    out = zen("repo", "clean", "-y").out
    assert out == f"Removed the configuration of the Zen repository at '{here}/.zen'.\n"
    assert [path.name for path in here.iterdir()] == ["train.py"]
    assert zen("profile", "list", "-o", "json").json == before
    assert "Running without an active repository root." in zen("stack", "list").err


def test_clean_asks_and_says_what_it_will_do(zen: Zen) -> None:
    zen("init")
    outcome = zen("repo", "clean", answer="n\n", code=1)
    assert f"at '{Path.cwd()}/.zen'" in outcome.err
    assert "Profiles, stacks and artifacts stay." in outcome.err
    assert Path(".zen/config.yaml").exists()
    zen("repo", "clean", answer="y\n")
    assert not Path(".zen").exists()


def test_clean_works_from_below(zen: Zen, monkeypatch: pytest.MonkeyPatch) -> None:
    zen("init")
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    zen("repo", "clean", "-y")
    assert not Path("../.zen").exists()


def test_clean_refuses_outside_of_a_repository(zen: Zen) -> None:
    outcome = zen("repo", "clean", "-y", code=1)
    assert f"Unable to find a Zen repository in {Path.cwd()}" in outcome.err
    assert "ZEN_REPOSITORY_PATH" in outcome.err
    assert "'zen init'" in outcome.err


def test_clean_says_what_stays(zen: Zen) -> None:
    zen("init")
    Path(".zen/notes.txt").touch()
    assert "it holds other files: 'notes.txt'." in zen("repo", "clean", "-y").out
    assert Path(".zen/notes.txt").exists()


def test_the_list_says_what_is_trusted_and_what_is_bound(zen: Zen, here: Path) -> None:
    (here / "horn_of_mine.py").write_text(HORN)
    Path(".zen").mkdir()
    Path(".zen/config.yaml").write_text("active_profile_name: default\n")
    (untrusted,) = zen("repo", "list", "-o", "json").json
    assert (untrusted["path"], untrusted["trusted"]) == (str(here), False)
    assert untrusted["flavors"] == []
    zen("alerter", "flavor", "register", "horn_of_mine.Horn")
    (trusted,) = zen("repo", "list", "-o", "json").json
    assert (trusted["active"], trusted["trusted"]) == (True, True)
    assert [flavor["name"] for flavor in trusted["flavors"]] == ["horn"]
    table = zen("repo", "list").out
    assert "alerter 'horn'" in table


@pytest.mark.parametrize("content", ["a: [", "active_profile_name: gone"])
def test_clean_mends_a_repository_that_is_broken(zen: Zen, content: str) -> None:
    zen("init")
    Path(".zen/config.yaml").write_text(content)
    zen("stack", "list", code=1)
    assert "Warning: " in zen("repo", "clean", "-y").err
    zen("stack", "list")


def test_clean_does_not_lose_stacks_that_are_in_no_profile(zen: Zen) -> None:
    zen("init")
    Path(".zen/config.yaml").write_text("stacks: {}\nstack_components: 3\n")
    assert "aren't in any profile" in zen("repo", "clean", "-y", code=1).err
    assert Path(".zen/config.yaml").exists()
