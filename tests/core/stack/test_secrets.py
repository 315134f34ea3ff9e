"""Secrets that several change at once, and what is undone of a change."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import pytest
from pydantic import PrivateAttr

from zen.components import BaseSecretsManager
from zen.stack import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Vault(BaseSecretsManager):
    """Keep secrets in memory, and take a moment for each."""

    FLAVOR: ClassVar[str] = "vault"

    _kept: dict[str, dict[str, str]] = PrivateAttr(default_factory=dict)

    def register_secret(self, name: str, values: Mapping[str, str]) -> None:
        if name in self._kept:
            raise ValueError(name)
        self._kept[name] = dict(values)

    def get_secret(self, name: str) -> dict[str, str]:
        values = self._kept[name]
        time.sleep(0.002)
        return values

    def get_all_secret_keys(self) -> list[str]:
        return [*self._kept]

    def update_secret(self, name: str, values: Mapping[str, str]) -> None:
        if name not in self._kept:
            raise KeyError(name)
        time.sleep(0.002)
        self._kept[name] = dict(values)

    def delete_secret(self, name: str) -> None:
        del self._kept[name]


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(Vault(name="vault"))


def fail_while_holding(
    secrets: Secrets, values: Mapping[str, str], then: Callable[[], object]
) -> None:
    """Change a secret, let something else happen, and fail."""
    with secrets.holding("db", values):
        then()
        raise InterruptedError


def test_no_change_of_another_key_is_lost(secrets: Secrets) -> None:
    secrets.register("db", {"first": "0"})
    changes = [{f"k{number}": "1"} for number in range(20)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda values: secrets.update("db", values), changes))
    assert len(secrets.get("db")) == 21


def test_who_comes_next_waits_until_a_change_is_undone(secrets: Secrets) -> None:
    with ThreadPoolExecutor(1) as pool:

        def another() -> None:
            pool.submit(secrets.register, "db", {"a": "1"})
            time.sleep(0.1)

        with pytest.raises(InterruptedError):
            fail_while_holding(secrets, {"a": "1"}, another)
    assert secrets.get("db") == {"a": "1"}


@pytest.mark.parametrize("before", [None, {"a": "0", "b": "0"}])
def test_a_change_is_undone(secrets: Secrets, before: dict[str, str] | None) -> None:
    if before:
        secrets.register("db", before)
    with pytest.raises(InterruptedError):
        fail_while_holding(secrets, {"a": "1"}, lambda: None)
    assert secrets.names() == (["db"] if before else [])
    assert not before or secrets.get("db") == before


@pytest.mark.parametrize("before", [None, {"a": "0"}])
def test_what_another_host_has_changed_since_is_not_undone(
    secrets: Secrets, before: dict[str, str] | None
) -> None:
    if before:
        secrets.register("db", before)
    another = partial(secrets.manager.update_secret, "db", {"a": "2"})
    with pytest.raises(InterruptedError):
        fail_while_holding(secrets, {"a": "1"}, another)
    assert secrets.get("db") == {"a": "2"}


def test_a_change_that_another_host_has_deleted_is_not_undone(
    secrets: Secrets,
) -> None:
    another = partial(secrets.manager.delete_secret, "db")
    with pytest.raises(InterruptedError):
        fail_while_holding(secrets, {"a": "1"}, another)
    assert secrets.names() == []
