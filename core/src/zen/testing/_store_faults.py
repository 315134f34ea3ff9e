"""Store drivers say what is wrong: with a store, a record, or a URL."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

import pytest

from zen.errors import DamagedDataError, StoreUnavailableError
from zen.stores import Transaction
from zen.testing._store_base import ALPHA, BETA, KIND, StoreContract, put, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen.records import Ref
    from zen.stores import StoreDriver

__all__ = ["StoreFaultsContract"]


class StoreFaultsContract(StoreContract):
    """Check the errors of a driver, whose author provides what is wrong.

    Each fixture may be left out, and the tests that need it are skipped then.
    """

    @pytest.fixture
    def open_unreachable(self) -> Callable[[], StoreDriver]:
        """Open a driver of a store that can't be reached, such as at a closed port."""
        _skip("open_unreachable", "reports a store that can't be reached")

    @pytest.fixture
    def damage_record(self) -> Callable[[Ref], None]:
        """Make a record of the store unreadable, behind the driver's back."""
        _skip("damage_record", "reports a record that is damaged")

    @pytest.fixture
    def refused_urls(self) -> Sequence[str]:
        """URLs that mean nothing to the driver."""
        _skip("refused_urls", "refuses a URL")

    @pytest.mark.parametrize(
        "operation", ["get_many", "scan", "kinds", "log", "last_sequence", "commit"]
    )
    def test_a_store_that_cannot_be_reached_is_reported(
        self, open_unreachable: Callable[[], StoreDriver], operation: str
    ) -> None:
        """By `StoreUnavailableError`, and no error of what the driver stands on."""
        arguments: dict[str, tuple[object, ...]] = {
            "get_many": ([ALPHA],),
            "scan": (KIND,),
            "commit": (Transaction((put(ALPHA),)),),
        }
        try:
            with closing(open_unreachable()) as driver:
                getattr(driver, operation)(*arguments.get(operation, ()))
        except StoreUnavailableError as error:
            said = str(error)
        except Exception as error:  # noqa: BLE001 - that is the fault
            pytest.fail(f"{operation} raised {error!r}, not a StoreUnavailableError")
        else:
            pytest.fail(f"{operation} took no notice that the store can't be reached")
        assert said.strip(), "the StoreUnavailableError says nothing"

    def test_a_damaged_record_is_named(
        self,
        driver: StoreDriver,
        connect: Callable[[], StoreDriver],
        damage_record: Callable[[Ref], None],
    ) -> None:
        """By a `DamagedDataError` with its place, whenever it is asked for."""
        write(driver, put(ALPHA), put(BETA))
        driver.close()
        damage_record(ALPHA)
        again = connect()
        try:
            found = again.get_many([ALPHA])
        except DamagedDataError as error:
            check_place(error)
        except Exception as error:  # noqa: BLE001 - that is the fault
            pytest.fail(f"get_many raised {error!r}, not a DamagedDataError")
        else:
            pytest.fail(f"get_many returned {found} for a record that is damaged")

    def test_a_damaged_record_hides_no_other(
        self,
        driver: StoreDriver,
        connect: Callable[[], StoreDriver],
        damage_record: Callable[[Ref], None],
    ) -> None:
        """A scan shows the rest, and tells of the one that can't be read."""
        write(driver, put(ALPHA), put(BETA))
        driver.close()
        damage_record(ALPHA)
        again = connect()
        try:
            page = again.scan(KIND)
            found = again.get_many([BETA])
        except Exception as error:  # noqa: BLE001 - that is the fault
            pytest.fail(f"a damaged record hides the others: {error!r}")
        shown = [record.ref for record in page.records]
        assert shown == [BETA], f"beside a damaged record, a scan shows {shown}"
        assert list(found) == [BETA], "beside a damaged record, another isn't read"
        assert len(page.damaged) == 1, (
            f"of one damaged record, Page.damaged tells {len(page.damaged)} times"
        )
        check_place(page.damaged[0])

    def test_a_url_that_means_nothing_is_refused(
        self, contract_subject: type[StoreDriver], refused_urls: Sequence[str]
    ) -> None:
        """By a `ValueError` that says why, before anything is made there."""
        assert refused_urls, "the fixture 'refused_urls' names no URL"
        for url in refused_urls:
            try:
                taken = contract_subject.normalise_url(url)
            except ValueError as error:
                said = str(error)
            except Exception as error:  # noqa: BLE001 - that is the fault
                pytest.fail(f"normalise_url('{url}') raised {error!r}, no ValueError")
            else:
                pytest.fail(f"normalise_url took '{url}' for '{taken}'")
            assert said.strip(), f"the ValueError for '{url}' says nothing"


def check_place(error: object) -> None:
    """Demand an error that tells where the damage is, and what."""
    assert isinstance(error, DamagedDataError), f"{error!r} is no DamagedDataError"
    assert str(error.where).strip(), "the DamagedDataError doesn't say where"
    assert error.reason.strip(), "the DamagedDataError doesn't say what is wrong"


def _skip(fixture: str, behaviour: str) -> NoReturn:
    pytest.skip(
        f"nothing shows that the driver {behaviour}: the class of the tests has no"
        f" fixture '{fixture}'"
    )
