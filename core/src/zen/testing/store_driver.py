"""What every store driver must do."""

from __future__ import annotations

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
):
    """Check a store driver; subclass it with one fixture.

    ```python
    class TestEtcdStoreDriver(StoreDriverContract):
        @pytest.fixture
        def open_driver(self, tmp_path: Path) -> Callable[[], StoreDriver]:
            return lambda: EtcdStoreDriver(f"etcd://localhost{tmp_path}")
    ```

    Each call opens the same store once more; the store is the test's own, and empty
    at first. The contract closes what it opens. There are capabilities:

    - `shared`: several drivers of one store see each other's commits at once, as
      those of several processes must. What lives in one process's memory does
      without.
    - `concurrent`: several may commit at once, each in a thread of its own.
    - `prune`: the oldest commits can be forgotten.
    - `destroy`: all that a store holds can be removed.
    """
