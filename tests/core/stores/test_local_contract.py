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

    from zen.records import Ref
    from zen.stores import StoreDriver


class TestLocalStoreDriver(StoreDriverContract):
    @pytest.fixture
    def open_driver(self, tmp_path: Path) -> Callable[[], StoreDriver]:
        return partial(LocalStoreDriver, str(tmp_path / "profile"))

    @pytest.fixture
    def open_unreachable(self, tmp_path: Path) -> Callable[[], StoreDriver]:
        (tmp_path / "file").write_text("")
        return partial(LocalStoreDriver, str(tmp_path / "file"))

    @pytest.fixture
    def damage_record(self, tmp_path: Path) -> Callable[[Ref], None]:
        def damage(ref: Ref) -> None:
            (file,) = (tmp_path / "profile").rglob(f"{ref.key}.yaml")
            file.write_text("{")

        return damage

    @pytest.fixture
    def refused_urls(self) -> list[str]:
        return ["", "https://example.org/a", "file://elsewhere/a"]
