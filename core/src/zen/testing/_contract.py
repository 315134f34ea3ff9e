"""What every contract class stands on: capabilities, and no test left out unseen."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

import pytest

from zen.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen.catalog import Offer
    from zen.plugin import FlavorSpec, StoreDriverSpec

__all__ = ["Contract", "Unabridged", "declared_capabilities", "offer_of", "requires"]

TestT = TypeVar("TestT", bound="Callable[..., None]")
OfferT = TypeVar("OfferT", bound="Offer[FlavorSpec] | Offer[StoreDriverSpec]")

_MARK: Final = "zen_capability"
# A look at all that is installed, which one for each class suffices for.
_DECLARED: Final = pytest.StashKey[dict[type, "frozenset[str] | None"]]()


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
    offers: list[Offer[FlavorSpec] | Offer[StoreDriverSpec]] = [
        *catalog.flavors(),
        *catalog.store_drivers(),
    ]
    offer = offer_of(cls, offers)
    return offer.spec.capabilities if offer else None


def offer_of(cls: type, offers: Iterable[OfferT]) -> OfferT | None:
    """Return the first offer whose spec names `cls`, if there is any."""
    return next((o for o in offers if _leads_to(o.spec.source, cls)), None)


class Unabridged:
    """Be the base of classes of tests of which none can be left out unseen.

    A subclass that replaces or removes one of the kit's tests can't be made, unless
    the replacement is marked `xfail` and says why.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _refuse_replacements(cls)

    @pytest.fixture(autouse=True)
    def _nothing_was_replaced(self) -> None:
        # A mixin with an __init_subclass__ of its own may have kept the other check
        # from being made, and a test can be replaced when the class is there already.
        _refuse_replacements(type(self))


def _refuse_replacements(cls: type) -> None:
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


def _is_part_of_the_kit(cls: type) -> bool:
    return cls.__module__.startswith(f"{__package__}.")


def _is_expected_to_fail(test: object) -> bool:
    marks = getattr(test, "pytestmark", ())
    return any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)


class Contract(Unabridged):
    """Be the base of the contracts of what specs name: drivers and flavors.

    Attributes:
        CAPABILITIES: What an implementation may do without, if its spec says so.
    """

    CAPABILITIES: ClassVar[frozenset[str]] = frozenset()

    @pytest.fixture
    def contract_subject(self) -> type:
        """The class under test; each contract returns it from its own fixture."""
        raise NotImplementedError

    @pytest.fixture
    def contract_capabilities(
        self, request: pytest.FixtureRequest, contract_subject: type
    ) -> frozenset[str] | None:
        """What the spec declares of the class under test, if it declares anything."""
        known = request.session.stash.setdefault(_DECLARED, {})
        if contract_subject not in known:
            known[contract_subject] = declared_capabilities(contract_subject)
        return known[contract_subject]

    @pytest.fixture(autouse=True)
    def _skip_undeclared(self, request: pytest.FixtureRequest) -> None:
        capability = getattr(request.function, _MARK, None)
        if capability is None:
            return
        declared = request.getfixturevalue("contract_capabilities")
        if declared is not None and capability not in declared:
            pytest.skip(f"its spec declares no capability '{capability}'")

    def test_capabilities_are_known(
        self, contract_capabilities: frozenset[str] | None
    ) -> None:
        """What the spec declares is something that the contract knows."""
        unknown = sorted((contract_capabilities or frozenset()) - self.CAPABILITIES)
        assert not unknown, (
            f"the spec declares capabilities that the contract doesn't know: {unknown}"
        )


def _leads_to(source: str, cls: type) -> bool:
    """Tell whether an import string leads to `cls`, importing nothing in vain."""
    module_name, _, attribute = source.partition(":")
    if module_name.partition(".")[0] != cls.__module__.partition(".")[0]:
        return False
    return getattr(import_module(module_name), attribute, None) is cls
