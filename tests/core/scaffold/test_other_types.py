"""A flavor of a component type that comes from a plugin."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from zen.catalog import Catalog
from zen.errors import NotFoundError, PluginContractError, PluginLoadError
from zen.scaffold import draft

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import FakeDistribution
    from zen.scaffold import Draft

HOOKS = """\
@hookimpl
def zen_component_types():
    names = {"data_validator": "Outer.BaseValidator", "idea": "BaseIdea"}
    names |= {"odd": "BaseOdd", "stranger": "Stranger", "gone": "Gone"}
    return [
        ComponentTypeSpec(name, name + "s", f"acme_checks.parts:{base}", "", "A type.")
        for name, base in names.items()
    ]
"""
PARTS = '''\
from __future__ import annotations

from abc import abstractmethod
from functools import partialmethod
from typing import ClassVar

from zen.components import StackComponent


class Outer:
    class BaseValidator(StackComponent):
        TYPE: ClassVar[str] = "data_validator"

        uri: str
        ratio: float
        tags: list[str]
        secret: bytes | None = None

        @property
        @abstractmethod
        def level(self) -> int:
            """How "severe"."""

        @abstractmethod
        def check(self, text: str, /, *others: str, limit: int, deep: bool = True, \\
                  **further: object) -> list[str]:
            """find what is wrong with texts

            All of them.
            """

        @classmethod
        @abstractmethod
        def make(cls, text: str) -> Outer.BaseValidator:
            """Make one."""

        @staticmethod
        @abstractmethod
        async def wait(seconds: float, *, twice: bool = False) -> None: ...

        briefly = partialmethod(check, limit=1)


class BaseIdea(StackComponent):
    TYPE: ClassVar[str] = "idea"


class BaseOdd(StackComponent):
    TYPE: ClassVar[str] = "odd"

    pair: tuple[int, int]


class Stranger:
    pass
'''
COMPONENT = '''\
"""A data validator that is yet to be written."""

from __future__ import annotations

from typing import ClassVar, NoReturn

from acme_checks.parts import Outer

__all__ = ["AcmeDataValidator"]


class AcmeDataValidator(Outer.BaseValidator):
    """Be a data validator.

    Its attributes are its configuration: add yours below `FLAVOR`, as in
    `path: str = ""`, and then write the methods that raise.
    """

    FLAVOR: ClassVar[str] = "acme"

    @property
    def level(self) -> NoReturn:
        """Do what the base says."""
        raise NotImplementedError

    def check(
        self,
        text: object,
        /,
        *others: object,
        limit: object,
        deep: object = None,
        **further: object,
    ) -> NoReturn:
        """Find what is wrong with texts."""
        raise NotImplementedError

    @classmethod
    def make(cls, text: object) -> NoReturn:
        """Make one."""
        raise NotImplementedError

    @staticmethod
    def wait(seconds: object, *, twice: object = None) -> NoReturn:
        """Do what the base says."""
        raise NotImplementedError

    def briefly(self, *arguments: object, **options: object) -> NoReturn:
        """Do what the base says."""
        raise NotImplementedError
'''


@pytest.fixture(autouse=True)
def _checks(fake_distribution: FakeDistribution) -> None:
    fake_distribution("acme-checks", HOOKS, PARTS, version="0.3+local")


def drafted(component_type: str) -> Draft:
    return draft("acme", "flavor", component_type, catalog=Catalog())


def test_the_methods_of_the_type_are_there_to_be_written() -> None:
    assert drafted("data_validator").files["src/acme/component.py"] == COMPONENT


def test_a_type_without_methods_leaves_nothing_to_be_written() -> None:
    source = drafted("idea").files["src/acme/component.py"]
    assert "import ClassVar\n" in source
    assert source.endswith('"""\n\n    FLAVOR: ClassVar[str] = "acme"\n')
    assert '"""An idea that is yet to be written."""' in source


def test_the_distribution_of_the_type_is_required() -> None:
    project = drafted("data_validator").files["pyproject.toml"]
    assert '    "acme-checks>=0.3",\n' in project


def test_what_must_be_given_is_given() -> None:
    plan = drafted("data-validator")
    test = plan.files["tests/test_component.py"]
    assert 'name="trial", uri="trial", ratio=1, tags=[]' in test
    assert "        _ = component.level\n" in test
    assert "        component.check(None, limit=None)\n" in test
    assert plan.attempts[-1] == (
        "zen data-validator register mine --flavor=acme --uri=trial --ratio=1 --tags=[]"
    )


def test_an_attribute_that_takes_no_example_gets_one_all_the_same() -> None:
    """Its author will see by the tests what is wrong with it."""
    assert 'pair="trial"' in drafted("odd").files["tests/test_component.py"]


@pytest.mark.parametrize("component_type", ["data_validator", "idea"])
def test_its_tests_pass_as_they_are(component_type: str, tmp_path: Path) -> None:
    project = tmp_path / "acme"
    drafted(component_type).write(project)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/test_component.py"],
        cwd=project,
        env={"PYTHONPATH": ":".join([str(project / "src"), *filter(None, sys.path)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("to_be_written") == 0


def test_an_unknown_type_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(NotFoundError, match="Did you mean 'data_validator'") as error:
        drafted("data_validators")
    assert {"alerter", "data_validator"} < set(error.value.available)
    with pytest.raises(NotFoundError, match="Did you mean 'alerter'"):
        drafted("alertr")


def test_a_type_whose_base_is_of_another_kind_is_refused() -> None:
    with pytest.raises(
        PluginContractError, match=r"of acme-checks 0\.3.* not a subclass"
    ):
        drafted("stranger")


def test_a_type_whose_base_is_gone_names_its_owner() -> None:
    with pytest.raises(PluginLoadError, match=r"acme-checks 0\.3"):
        drafted("gone")
