"""The driver of YAML files keeps the contract that all drivers must keep."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from zen.stores.local import LocalStoreDriver
from zen.testing import StoreDriverContract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zen.stores import StoreDriver


class TestLocalStoreDriver(StoreDriverContract):
    @pytest.fixture
    def open_driver(self, tmp_path: Path) -> Callable[[], StoreDriver]:
        return partial(LocalStoreDriver, str(tmp_path / "profile"))
