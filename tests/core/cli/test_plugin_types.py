"""Component types that plugins add, with no change to the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.catalog import RESERVED_TYPES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution

DEFAULTS = ("-o", "default", "-a", "default", "-m", "default")
HOOKS = """\
@hookimpl
def zen_component_types():
    return [
        ComponentTypeSpec(
            name="data_validator",
            plural="data_validators",
            base="acme_checks.parts:BaseDataValidator",
            option="dv",
            summary="Checks your data.",
        )
    ]


@hookimpl
def zen_flavors():
    return [FlavorSpec("data_validator", "strict", "acme_checks.parts:Strict")]
"""
PARTS = """\
from pathlib import Path
from typing import ClassVar

from zen import StackComponent


class BaseDataValidator(StackComponent):
    TYPE: ClassVar[str] = "data_validator"


class Strict(BaseDataValidator):
    FLAVOR: ClassVar[str] = "strict"

    mark: str

    @property
    def is_provisioned(self):
        return Path(self.mark).exists()

    is_running = is_provisioned

    def provision(self):
        Path(self.mark).touch()

    def deprovision(self):
        Path(self.mark).unlink()
"""


@pytest.fixture(autouse=True)
def _checks(fake_distribution: FakeDistribution) -> None:
    fake_distribution("acme-checks", HOOKS, PARTS, version="0.2")


@pytest.fixture
def validator(zen: Zen, tmp_path: Path) -> Path:
    """A registered validator; the file that shows that it is up."""
    mark = tmp_path / "mark"
    arguments = ("data-validator", "register", "mine", "-f", "strict")
    outcome = zen(*arguments, f"--mark={mark}")
    assert outcome.out == "Successfully registered data validator `mine`.\n"
    return mark


def test_the_type_has_commands_of_its_own(zen: Zen) -> None:
    help_text = zen("--help").out
    assert "data-validator      Checks your data." in help_text
    assert "Register a data validator." in zen("data-validator", "register", "-h").out
    assert zen("data-validator", "list").out == "No data validators registered.\n"
    (flavor,) = zen("data-validator", "flavor", "list", "-o", "json").json
    assert (flavor["name"], flavor["distribution"]) == ("strict", "acme-checks")


@pytest.mark.usefixtures("validator")
def test_a_component_of_the_type_is_listed_and_described(zen: Zen) -> None:
    (listed,) = zen("data-validator", "list", "-o", "json").json
    assert (listed["name"], listed["flavor"]) == ("mine", "strict")
    described = zen("data-validator", "describe", "mine", "-o", "json").json
    assert described["provider"] == "acme-checks 0.2"


@pytest.mark.usefixtures("validator")
@pytest.mark.parametrize("option", ["-dv", "--data-validator", "--data_validator"])
def test_a_stack_takes_a_component_of_the_type(zen: Zen, option: str) -> None:
    zen("stack", "register", "checked", *DEFAULTS, option, "mine")
    described = zen("stack", "describe", "checked", "-o", "json").json
    assert described["components"]["data_validator"] == "mine"
    assert "VALIDATOR" in zen("stack", "list").out
    in_use = zen("data-validator", "delete", "mine", "-y", code=1).err
    assert "Data validator 'mine' is part of stack 'checked'." in in_use


def test_the_stack_brings_it_up_and_down(zen: Zen, validator: Path) -> None:
    zen("stack", "register", "checked", *DEFAULTS, "-dv", "mine")
    assert zen("stack", "up", "checked").out == "Stack 'checked' is up.\n"
    assert validator.exists()
    assert (
        zen("data-validator", "down", "mine").out == "Data validator 'mine' is down.\n"
    )
    assert not validator.exists()


def test_an_unknown_component_of_the_type_is_explained(zen: Zen) -> None:
    outcome = zen("stack", "register", "x", *DEFAULTS, "-dv", "gone", code=1)
    assert "Data validator 'gone' does not exist." in outcome.err
    assert "zen data-validator register --help" in outcome.err


@pytest.mark.parametrize("name", sorted(RESERVED_TYPES))
def test_a_type_takes_no_name_that_stacks_need(
    zen: Zen, fake_distribution: FakeDistribution, name: str
) -> None:
    hooks = HOOKS.replace('"data_validator"', f'"{name}"')
    fake_distribution("acme-checks", hooks, PARTS)
    err = zen("plugin", "list").err
    assert f"it offers 'zen stack register --{name}', which is the core's" in err
    assert zen("stack", "register", "--help").out
    command = ("plugin", "new", "acme-x", "--kind", "component-type", "--type", name)
    assert "stacks have something else of that name" in zen(*command, code=1).err
