"""The metadata store on a MySQL or MariaDB server: its fields, and the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from zen import Repository
from zen.components.runs import RunStatus
from zen.errors import ConfigurationError, StoreUnavailableError
from zen.testing._metadata_base import a_run
from zen.testing.metadata_store import MetadataStoreContract
from zen_local.secrets_manager import LocalSecretsManager
from zen_mysql import MySQLMetadataStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers import FreshDatabase
    from zen.components import BaseMetadataStore

FIELDS = {"name": "runs", "host": "db.example", "database": "zen"}


@pytest.fixture
def make_store(
    mysql_url: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., MySQLMetadataStore]:
    """Return what makes a store of a new database, with other fields where given."""

    def make(**fields: object) -> MySQLMetadataStore:
        url = make_url(mysql_url())
        monkeypatch.setenv("DB_PASSWORD", str(url.password))
        where = {"host": url.host, "port": url.port, "database": url.database}
        user = {"username": url.username, "password": "${DB_PASSWORD}"}
        return MySQLMetadataStore.model_validate(
            {"name": "runs", **where, **user, **fields}
        )

    return make


class TestMySQLMetadataStore(MetadataStoreContract):
    @pytest.fixture
    def metadata_store(
        self, make_store: Callable[..., MySQLMetadataStore]
    ) -> BaseMetadataStore:
        return make_store()


def test_a_reference_to_the_password_is_kept_and_no_password() -> None:
    store = MySQLMetadataStore.model_validate({**FIELDS, "password": "${DB_PASSWORD}"})
    assert store.model_dump(mode="json")["password"] == "${DB_PASSWORD}"  # noqa: S105
    assert "DB_PASSWORD" not in repr(store)


def test_every_text_may_refer_to_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = {
        "username": "a@b",
        "password": "p:/@é?",
        "host": "db.example",
        "database": "runs",
        "ssl_ca": "/ca.pem",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"MY_{name}", value)
    fields = {name: f"${{MY_{name}}}" for name in values}
    url = MySQLMetadataStore.model_validate(
        {"name": "runs", "port": 3307, **fields}
    ).database_url
    assert (url.username, url.password, url.host) == ("a@b", "p:/@é?", "db.example")
    assert (url.port, url.database, url.query) == (3307, "runs", {"ssl_ca": "/ca.pem"})


def test_an_upgrade_finds_the_password_where_its_stack_keeps_it() -> None:
    """In the stack's secrets manager, which lacks it here."""
    notices: list[str] = []
    repository = Repository(notify=notices.append)
    store = MySQLMetadataStore(
        name="far",
        host="nowhere.invalid",
        database="zen",
        password="{{db.password}}",  # noqa: S106
    )
    repository.register_stack_component(store)
    repository.register_stack_component(LocalSecretsManager(name="vault"))
    parts = {"metadata_store": "far", "secrets_manager": "vault"}
    stack = repository.recompose_stack("default", parts)
    repository.update_stack("default", stack)
    repository.upgrade_profile()
    assert "secret 'db', which secrets manager 'vault' doesn't have" in notices[-1]


def test_a_variable_that_is_not_set_is_named() -> None:
    store = MySQLMetadataStore.model_validate({**FIELDS, "password": "${NO_SUCH}"})
    with pytest.raises(ConfigurationError, match="'NO_SUCH' isn't set"):
        store.list_runs()
    store = MySQLMetadataStore.model_validate({**FIELDS, "host": "${NO_SUCH}"})
    with pytest.raises(StoreUnavailableError, match="'NO_SUCH' isn't set"):
        store.list_runs()


@pytest.mark.parametrize(
    "field", [{"host": ""}, {"database": ""}, {"port": 0}, {"port": 65536}]
)
def test_what_leads_nowhere_is_refused(field: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MySQLMetadataStore.model_validate({**FIELDS, **field})


def test_the_usual_port_needs_not_be_given() -> None:
    assert MySQLMetadataStore.model_validate(FIELDS).database_url.port == 3306


def test_runs_are_updated_over_and_over(
    make_store: Callable[..., MySQLMetadataStore],
) -> None:
    """MySQL doesn't count a row that is what it was as changed."""
    store, run = make_store(), a_run()
    store.create_run(run, [])
    for _ in range(2):
        store.update_run(run)
    assert store.get_run("run").status is RunStatus.RUNNING
