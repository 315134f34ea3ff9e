"""The core's own plugin."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from zen import builtin
from zen.components import StackComponent
from zen.stores import StoreDriver

if TYPE_CHECKING:
    from zen.plugin import ComponentTypeSpec

TYPES = builtin.zen_component_types()


def test_there_are_ten_component_types_each_with_an_option_of_its_own() -> None:
    assert len({spec.name for spec in TYPES}) == 10
    assert len({spec.option for spec in TYPES}) == 10
    assert len({spec.plural for spec in TYPES}) == 10


@pytest.mark.parametrize("spec", TYPES, ids=lambda spec: spec.name)
def test_the_base_of_each_type_is_of_that_type(spec: ComponentTypeSpec) -> None:
    module, _, name = spec.base.partition(":")
    base = getattr(import_module(module), name)
    assert issubclass(base, StackComponent)
    assert spec.name == base.TYPE


def test_the_store_driver_is_one() -> None:
    (spec,) = builtin.zen_store_drivers()
    module, _, name = spec.source.partition(":")
    assert issubclass(getattr(import_module(module), name), StoreDriver)


@pytest.mark.parametrize("spec", builtin.zen_commands(), ids=lambda spec: spec.name)
def test_every_command_can_be_imported_and_is_summed_up(spec: object) -> None:
    source, summary = (getattr(spec, name) for name in ("source", "summary"))
    module, _, name = source.partition(":")
    assert callable(getattr(import_module(module), name))
    assert summary.endswith(".")
