"""`zen TYPE register --help` shows what flavors take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution

HOOKS: Final = """
@hookimpl
def zen_flavors():
    return [
        FlavorSpec("alerter", "bell", "bells.parts:Bell"),
        FlavorSpec("alerter", "gone", "bells.parts:Gone"),
        FlavorSpec("alerter", "mute", "bells.parts:Mute"),
    ]
"""
PARTS: Final = '''
from pydantic import Field
from zen import BaseAlerter

class Mute(BaseAlerter):
    FLAVOR = "mute"

    def post(self, message): return True

    def ask(self, question): return True

class Bell(Mute):
    """A bell.

    Args:
        tower: Where it hangs, which takes many words to say, for towers are high and
            bells are many.
    """

    FLAVOR = "bell"
    tower: str
    strokes: int = 3
    tone: str = Field("c", description="Its tone\\x1b[31m.")
'''
OWN: Final = """
from zen import BaseAlerter

class Own(BaseAlerter):
    FLAVOR = "own"
    colour: str = "red"

    def post(self, message): return True

    def ask(self, question): return True
"""


@pytest.fixture
def bells(fake_distribution: FakeDistribution) -> None:
    fake_distribution("bells", HOOKS, PARTS)


@pytest.mark.usefixtures("bells")
@pytest.mark.parametrize("command", ["register", "update"])
def test_it_explains_the_attributes_of_each_flavor(zen: Zen, command: str) -> None:
    out = zen("alerter", command, "--help").out
    assert max(map(len, out.splitlines())) <= 80
    shown = " ".join(out.split())
    assert "Attributes of flavor 'mute': It has none." in shown
    assert "towers are high and bells are many. [str; required]" in shown
    assert "--strokes [int; default: 3]" in shown


@pytest.mark.usefixtures("bells")
def test_what_a_flavor_says_of_itself_is_shown_as_text(zen: Zen) -> None:
    out = zen("alerter", "register", "--help").out
    assert r"Its tone\x1b[31m. [str; default: c]" in " ".join(out.split())


@pytest.mark.usefixtures("bells")
def test_a_flavor_that_is_broken_has_a_line_and_hides_no_other(zen: Zen) -> None:
    out = zen("alerter", "register", "--help").out
    assert "bells.parts:Gone" in out
    assert "zen plugin disable bells" in " ".join(out.split())
    assert "Attributes of flavor 'bell'" in out


@pytest.mark.usefixtures("bells")
@pytest.mark.parametrize("options", [("--help", "-f", "mute"), ("-fmute", "x", "-h")])
def test_it_explains_the_flavor_that_is_given(
    zen: Zen, options: tuple[str, ...]
) -> None:
    out = zen("alerter", "register", *options).out
    assert "Attributes of flavor 'mute'" in out
    assert "bell" not in out


@pytest.mark.usefixtures("bells")
def test_a_flavor_that_there_is_not_is_no_failure(zen: Zen) -> None:
    out = zen("alerter", "register", "-f", "bel", "--help").out
    assert "Flavor 'bel' does not exist" in out
    assert "Did you mean 'bell'?" in " ".join(out.split())


def test_a_flavor_of_ones_own_is_explained_where_it_is_trusted(
    zen: Zen, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(here / "nothing")  # what follows is undone, too
    (here / "own_alerters.py").write_text(OWN)
    zen("init")
    zen("alerter", "flavor", "register", "own_alerters.Own")
    ask = ("alerter", "register", "-f", "own", "--help")
    assert "--colour  [str; default: red]" in zen(*ask).out
    zen("repo", "distrust")
    out = zen(*ask).out
    assert "--colour" not in out
    assert "zen repo trust" in " ".join(out.split())


@pytest.mark.usefixtures("bells")
def test_it_makes_no_profile(zen: Zen, tmp_path: Path) -> None:
    outcome = zen("alerter", "register", "--help")
    assert "default profile" not in outcome.err
    assert not (tmp_path / "config" / "config.yaml").exists()
