"""What every secrets manager must do."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Final

import pytest

from zen.components import BaseSecretsManager, StackComponent
from zen.testing._demands import demand_error
from zen.testing.component import ComponentContract, recreate

__all__ = ["SecretsManagerContract"]

# What a file format or a query might take for something else.
VALUES: Final = {
    "user": "ana",
    "password": " hünter2 🦆\r\n\t",
    "empty": "",
    "quoted": "'\"\\${HOME} {{a.b}} %2e",
}


class SecretsManagerContract(ComponentContract):
    """Check a secrets manager; subclass it with one fixture.

    ```python
    class TestAcmeSecretsManager(SecretsManagerContract):
        @pytest.fixture
        def secrets_manager(self, tmp_path: Path) -> BaseSecretsManager:
            return AcmeSecretsManager(name="secrets", path=str(tmp_path / "secrets"))
    ```

    The secrets manager is empty, and no other test uses its secrets.
    """

    BASE: ClassVar[type[StackComponent]] = BaseSecretsManager

    @pytest.fixture
    def secrets_manager(self) -> BaseSecretsManager:
        """The empty secrets manager under test; the subclass returns it."""
        raise NotImplementedError

    @pytest.fixture
    def component(self, secrets_manager: BaseSecretsManager) -> StackComponent:
        """The secrets manager."""
        return secrets_manager

    def test_a_secret_is_read_back(self, secrets_manager: BaseSecretsManager) -> None:
        """Every key and value comes back as it was given."""
        secrets_manager.register_secret("db", VALUES)
        found = secrets_manager.get_secret("db")
        assert found == VALUES, f"{VALUES} was registered, and {found} came back"

    def test_secrets_are_listed_in_order(
        self, secrets_manager: BaseSecretsManager
    ) -> None:
        """The names of all secrets come back sorted, and none at first."""
        found = secrets_manager.get_all_secret_keys()
        assert found == [], f"nothing was registered, and {found} is listed"
        for name in ("b", "a-1", "c.d"):
            secrets_manager.register_secret(name, {"key": name})
        found = secrets_manager.get_all_secret_keys()
        assert found == ["a-1", "b", "c.d"], f"a-1, b and c.d are there, not {found}"

    def test_a_name_is_taken_once(self, secrets_manager: BaseSecretsManager) -> None:
        """The second secret of a name is refused, and the first one stays."""
        secrets_manager.register_secret("db", VALUES)
        register = partial(secrets_manager.register_secret, "db", {"key": "other"})
        demand_error(ValueError, "register_secret with a name that is taken", register)
        found = secrets_manager.get_secret("db")
        assert found == VALUES, f"a refused secret took the place of the first: {found}"

    def test_an_update_replaces_all_keys(
        self, secrets_manager: BaseSecretsManager
    ) -> None:
        """Keys that the update leaves out are gone, and other secrets stay."""
        for name in ("db", "other"):
            secrets_manager.register_secret(name, VALUES)
        secrets_manager.update_secret("db", {"user": "bob", "new": "x"})
        found = secrets_manager.get_secret("db")
        assert found == {"user": "bob", "new": "x"}, f"after an update: {found}"
        found = secrets_manager.get_secret("other")
        assert found == VALUES, f"the update of one secret changed another: {found}"

    def test_a_deleted_secret_is_gone(
        self, secrets_manager: BaseSecretsManager
    ) -> None:
        """The others stay, and the name is free again."""
        for name in ("db", "other"):
            secrets_manager.register_secret(name, VALUES)
        secrets_manager.delete_secret("db")
        found = secrets_manager.get_all_secret_keys()
        assert found == ["other"], f"db was deleted, and {found} is listed"
        get = partial(secrets_manager.get_secret, "db")
        demand_error(KeyError, "get_secret of one that was deleted", get)
        secrets_manager.register_secret("db", {"key": "new"})
        found_again = secrets_manager.get_secret("db")
        assert found_again == {"key": "new"}, f"a new secret reads as {found_again}"

    @pytest.mark.parametrize("operation", ["get", "update", "delete"])
    def test_a_secret_that_is_not_there_is_not_found(
        self, secrets_manager: BaseSecretsManager, operation: str
    ) -> None:
        """`KeyError` is raised, and no secret appears."""
        arguments = [{"key": "value"}] if operation == "update" else []
        method = getattr(secrets_manager, f"{operation}_secret")
        doing = f"{operation}_secret of one that isn't there"
        demand_error(KeyError, doing, partial(method, "db", *arguments))
        found = secrets_manager.get_all_secret_keys()
        assert found == [], f"{operation}_secret of a missing secret left {found}"

    def test_another_one_of_the_same_configuration_has_the_same_secrets(
        self, secrets_manager: BaseSecretsManager
    ) -> None:
        """What one process keeps, the next one reads and changes."""
        secrets_manager.register_secret("db", VALUES)
        other = recreate(secrets_manager)
        names = other.get_all_secret_keys()
        assert names == ["db"], f"another secrets manager lists {names}, not db"
        found = other.get_secret("db")
        assert found == VALUES, f"another secrets manager reads {found}"
        other.update_secret("db", {"key": "new"})
        found = secrets_manager.get_secret("db")
        assert found == {"key": "new"}, f"the change of another one reads as {found}"
