"""What every contract class stands on: capabilities, and no test left out unseen."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

import pytest

from zen.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.plugin import FlavorSpec, StoreDriverSpec

__all__ = ["Contract", "declared_capabilities", "requires"]

TestT = TypeVar("TestT", bound="Callable[..., None]")

_MARK: Final = "zen_capability"


def requires(capability: str) -> Callable[[TestT], TestT]:
    """Skip a contract test for what declares its capabilities without this one.

    Args:
        capability: One of the contract's `CAPABILITIES`.
    """

    def mark(test: TestT) -> TestT:
        setattr(test, _MARK, capability)
        return test

    return mark


def declared_capabilities(cls: type) -> frozenset[str] | None:
    """Return what the installed spec that names `cls` declares.

    Returns:
        The capabilities; None where the spec declares none, or where no installed
        plugin offers `cls`. Whatever isn't declared must pass.
    """
    catalog = Catalog()
    specs: list[FlavorSpec | StoreDriverSpec] = [
        *(offer.spec for offer in catalog.flavors()),
        *(offer.spec for offer in catalog.store_drivers()),
    ]
    for spec in specs:
        if _names(spec.source, cls):
            return spec.capabilities
    return None


class Contract:
    """Be the base of every contract class.

    A subclass that replaces or removes one of the contract's tests can't be made,
    unless the replacement is marked `xfail` and says why.

    Attributes:
        CAPABILITIES: What an implementation may do without, if its spec says so.
    """

    CAPABILITIES: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for contract in cls.__mro__[1:]:
            if not _is_part_of_the_kit(contract):
                continue
            for name, test in vars(contract).items():
                if not name.startswith("test_"):
                    continue
                found = getattr(cls, name, None)
                if found is not test and not _is_expected_to_fail(found):
                    message = (
                        f"{cls.__name__}.{name} takes the place of a test of"
                        f" {contract.__name__}. If the contract can't be kept there,"
                        " mark it with @pytest.mark.xfail(reason=…)."
                    )
                    raise TypeError(message)

    @pytest.fixture
    def contract_subject(self) -> type:
        """The class under test; each contract returns it from its own fixture."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _skip_undeclared(self, request: pytest.FixtureRequest) -> None:
        capability = getattr(request.function, _MARK, None)
        if capability is None:
            return
        declared = declared_capabilities(request.getfixturevalue("contract_subject"))
        if declared is not None and capability not in declared:
            pytest.skip(f"its spec declares no capability '{capability}'")

    def test_capabilities_are_known(self, contract_subject: type) -> None:
        """What the spec declares is something that the contract knows."""
        declared = declared_capabilities(contract_subject) or frozenset()
        assert declared <= self.CAPABILITIES


def _is_part_of_the_kit(cls: type) -> bool:
    return cls.__module__.startswith(f"{__package__}.")


def _is_expected_to_fail(test: object) -> bool:
    marks = getattr(test, "pytestmark", ())
    return any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)


def _names(source: str, cls: type) -> bool:
    """Tell whether an import string leads to `cls`, importing nothing in vain."""
    module_name, _, attribute = source.partition(":")
    if module_name.partition(".")[0] != cls.__module__.partition(".")[0]:
        return False
    return getattr(import_module(module_name), attribute, None) is cls
