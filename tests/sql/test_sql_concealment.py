"""What an environment variable holds isn't shown where a URL refers to it."""

from __future__ import annotations

import pickle
import traceback
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from tests.programs import run_here
from zen.components.runs import RunRecord, RunStatus
from zen.concealment import Concealment
from zen.errors import ConfigurationError, StoreUnavailableError
from zen_sql.sql_metadata_store import SQLMetadataStore

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "t0k/n@3"
FORMS = (VALUE, "t0k%2Fn%403", "t0k/n%403")
# No server listens there.
UNREACHABLE = "mysql+pymysql://${TOKEN}:${TOKEN}@127.0.0.1:1/${TOKEN}?ssl_ca=/${TOKEN}"


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch, ask_plugins_here: None) -> None:
    del ask_plugins_here
    monkeypatch.setenv("TOKEN", VALUE)
    monkeypatch.setenv("COLUMNS", "500")


def is_concealed(text: str) -> bool:
    return "${TOKEN}" in text and not any(form in text for form in FORMS)


@pytest.mark.parametrize("debug", [(), ("--debug",)], ids=["", "debug"])
def test_a_server_that_does_not_answer_is_named_without_it(
    debug: tuple[str, ...],
) -> None:
    create = ("profile", "create", "team", "-t", "sql", "--url")
    for url in (UNREACHABLE, UNREACHABLE.partition("?")[0]):
        done = run_here(*debug, *create, url)
        assert done.returncode == 1
        assert is_concealed(done.output)


@pytest.mark.parametrize("kind", ["local", "sql"])
def test_a_damaged_store_is_named_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("TOKEN", f"{tmp_path}/t0k")
    url = {"local": "${TOKEN}", "sql": "sqlite:///${TOKEN}"}[kind]
    run_here("profile", "create", "team", "-t", kind, "--url", url)
    run_here("profile", "set", "team")
    place = tmp_path / "t0k"
    if kind == "sql":
        place.write_bytes(b"no database" * 1000)
    else:
        (place / "stacks" / "default.yaml").write_text("{")
    for command in (("stack", "list"), ("stack", "describe"), ("status", "-o", "json")):
        done = run_here(*command)
        assert "${TOKEN}" in done.output
        assert str(place) not in done.output
    described = run_here("profile", "describe", "team", "-o", "json").output
    assert url in described
    assert str(place) not in described


def test_a_metadata_store_is_named_without_it() -> None:
    url = "mysql+pymysql://${TOKEN}@127.0.0.1:1/db"
    store = SQLMetadataStore(name="a", url=url)
    for each in (store, pickle.loads(pickle.dumps(store))):  # noqa: S301
        with pytest.raises(StoreUnavailableError) as caught:
            each.list_runs()
        told = "".join(traceback.format_exception(caught.value))
        assert is_concealed(told)


def test_a_file_that_cannot_be_made_is_named_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN", "/proc/t0k")
    store = SQLMetadataStore(name="a", url="sqlite:///${TOKEN}/x.db")
    run = RunRecord("r", "p", "s", RunStatus.RUNNING, datetime.now(timezone.utc))
    with pytest.raises(StoreUnavailableError) as caught:
        store.create_run(run, [])
    assert "t0k" not in "".join(traceback.format_exception(caught.value))


def test_an_error_keeps_its_data_and_its_hint() -> None:
    error = ConfigurationError(f"as {VALUE}", hint=f"Not {VALUE}.")
    Concealment("a://${TOKEN}").error(error)
    assert (str(error), error.args) == ("as ${TOKEN}", ("as ${TOKEN}",))
    assert error.hint == f"Not {VALUE}."


def test_a_short_value_is_a_word_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "33")
    monkeypatch.setenv("EMPTY", "")
    concealment = Concealment("a://h:${PORT}${EMPTY}")
    assert concealment.text("h:33/1334") == "h:${PORT}/1334"
