"""Secrets managers of which each has one fault, and the test that finds it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Final

import pytest

from zen.components import BaseSecretsManager
from zen.testing.secrets_manager import SecretsManagerContract

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT: Final[dict[str, dict[str, dict[str, str]]]] = {}


class Right(BaseSecretsManager):
    """Keep the secrets of each uuid in this process."""

    FLAVOR: ClassVar[str] = "right"

    @property
    def secrets(self) -> dict[str, dict[str, str]]:
        return KEPT.setdefault(str(self.uuid), {})

    def register_secret(self, name: str, values: Mapping[str, str]) -> None:
        if name in self.secrets:
            message = f"'{name}' already exists"
            raise ValueError(message)
        self.secrets[name] = dict(values)

    def get_secret(self, name: str) -> dict[str, str]:
        return dict(self.secrets[name])

    def get_all_secret_keys(self) -> list[str]:
        return sorted(self.secrets)

    def update_secret(self, name: str, values: Mapping[str, str]) -> None:
        self.delete_secret(name)
        self.secrets[name] = dict(values)

    def delete_secret(self, name: str) -> None:
        del self.secrets[name]


class LosesEverything(Right):
    def register_secret(self, name: str, values: Mapping[str, str]) -> None:
        """Forget it."""

    def get_secret(self, name: str) -> dict[str, str]:
        del name
        return {}


class StripsValues(Right):
    def get_secret(self, name: str) -> dict[str, str]:
        secret = super().get_secret(name)
        return {key: value.strip() for key, value in secret.items()}


class ListsAsRegistered(Right):
    def get_all_secret_keys(self) -> list[str]:
        return list(self.secrets)


class Overwrites(Right):
    def register_secret(self, name: str, values: Mapping[str, str]) -> None:
        taken = name in self.secrets
        self.secrets[name] = dict(values)
        if taken:
            message = "too late"
            raise ValueError(message)


class MergesUpdates(Right):
    def update_secret(self, name: str, values: Mapping[str, str]) -> None:
        self.secrets[name] = {**self.secrets[name], **values}


class DeletesAll(Right):
    def delete_secret(self, name: str) -> None:
        del self.secrets[name]
        self.secrets.clear()

    def update_secret(self, name: str, values: Mapping[str, str]) -> None:
        self.secrets[name] = {**self.secrets.pop(name), **values}


class MakesWhatItUpdates(Right):
    def update_secret(self, name: str, values: Mapping[str, str]) -> None:
        missing = name not in self.secrets
        self.secrets[name] = dict(values)
        if missing:
            raise KeyError(name)


class DeletesNothingInSilence(Right):
    def delete_secret(self, name: str) -> None:
        with suppress(KeyError):
            super().delete_secret(name)


class KeepsToItself(Right):
    @property
    def secrets(self) -> dict[str, dict[str, str]]:
        return KEPT.setdefault(str(id(self)), {})


FAULTS: Final[dict[type[Right], str]] = {
    LosesEverything: "test_a_secret_is_read_back",
    StripsValues: "test_a_secret_is_read_back",
    ListsAsRegistered: "test_secrets_are_listed_in_order",
    Overwrites: "test_a_name_is_taken_once",
    MergesUpdates: "test_an_update_replaces_all_keys",
    DeletesAll: "test_a_deleted_secret_is_gone",
    MakesWhatItUpdates: "test_a_secret_that_is_not_there_is_not_found",
    DeletesNothingInSilence: "test_a_secret_that_is_not_there_is_not_found",
    KeepsToItself: "test_another_one_of_the_same_configuration_has_the_same_secrets",
}


def check(cls: type[Right], found_by: str) -> type[SecretsManagerContract]:
    """Return the tests of a class of secrets managers."""

    class Check(SecretsManagerContract):
        FOUND_BY: ClassVar[str] = found_by

        @pytest.fixture
        def secrets_manager(self) -> BaseSecretsManager:
            return cls(name="secrets")

    return Check


TestRight = check(Right, "")
globals().update({f"Test{cls.__name__}": check(cls, t) for cls, t in FAULTS.items()})
