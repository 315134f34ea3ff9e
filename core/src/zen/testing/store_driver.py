"""What every store driver must do."""

from __future__ import annotations

from zen.testing._store_faults import StoreFaultsContract
from zen.testing._store_history import StoreHistoryContract
from zen.testing._store_records import StoreRecordsContract
from zen.testing._store_scans import StoreScansContract
from zen.testing._store_sharing import StoreSharingContract
from zen.testing._store_transactions import StoreTransactionsContract

__all__ = ["StoreDriverContract"]


class StoreDriverContract(
    StoreRecordsContract,
    StoreScansContract,
    StoreTransactionsContract,
    StoreHistoryContract,
    StoreSharingContract,
    StoreFaultsContract,
):
    """Check a store driver; subclass it with one fixture.

    ```python
    class TestEtcdStoreDriver(StoreDriverContract):
        @pytest.fixture
        def open_driver(self, tmp_path: Path) -> Callable[[], StoreDriver]:
            return lambda: EtcdStoreDriver(f"etcd://localhost{tmp_path}")
    ```

    Each call opens the same store once more; the store is the test's own, and empty
    at first. The contract closes what it opens.

    Three more fixtures show how the driver reports what is wrong. Without one of them
    its tests are skipped, and say so:

    - `open_unreachable`: a function that opens a driver of a store that can't be
      reached, such as at a port where nothing listens.
    - `damage_record`: a function that makes the record of a `Ref` unreadable, in the
      store under test and behind the driver's back.
    - `refused_urls`: a list of URLs that mean nothing to the driver.

    There are capabilities:

    - `shared`: several drivers of one store see each other's commits at once, as
      those of several processes must. What lives in one process's memory does
      without.
    - `concurrent`: several may commit at once, each in a thread of its own.
    - `prune`: the oldest commits can be forgotten.
    - `destroy`: all that a store holds can be removed.
    """
