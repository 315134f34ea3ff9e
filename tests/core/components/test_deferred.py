"""A field of any type may refer to an environment variable."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.repository.conftest import DEFAULTS
from zen import Repository
from zen.errors import ComponentConfigurationError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.conftest import FakeDistribution
    from zen.catalog import Owner
    from zen.components import StackComponent

HOOKS = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "horn", "horns.parts:Horn")]
"""
PARTS = """\
from dataclasses import dataclass
from pathlib import Path
from pydantic import BaseModel, PrivateAttr, SecretStr, field_validator
from zen import BaseAlerter

class Place(BaseModel):
    floor: int = 0
    names: list[str] = []

class Account(BaseModel):
    user: str
    password: SecretStr

@dataclass
class Key:
    user: str
    key: SecretStr

class Horn(BaseAlerter):
    FLAVOR = "horn"
    room: str
    volume: int = 1
    loud: bool = False
    pitch: float = 1.0
    file: Path = Path("/x")
    copies: list[int] = []
    limits: dict[str, int] = {}
    place: Place = Place()
    password: SecretStr | None = None
    account: Account | None = None
    keys: list[Key] = []
    log: str = ""
    _client: str = PrivateAttr("")

    @field_validator("log")
    @classmethod
    def _beside_the_file(cls, log, info):
        return log or f"{info.data['file']}.log"

    def model_post_init(self, context):
        self._client = f"client of {self.room}"

    def post(self, message): return self._client

    def ask(self, question): return True
"""


@pytest.fixture
def repository(
    only_fakes: None,
    acme: Owner,
    fake_distribution: FakeDistribution,
    notices: list[str],
) -> Repository:
    del only_fakes, acme
    fake_distribution("horns", HOOKS, PARTS)
    repository = Repository(notify=notices.append)
    notices.clear()
    return repository


@pytest.fixture
def register(repository: Repository) -> Callable[..., StackComponent]:
    """Register a component as the command does, and return it built."""

    def register(**texts: str) -> StackComponent:
        factory = repository.factory
        texts.setdefault("room", "hall")
        configuration = factory.parse("alerter", "horn", texts)
        component = factory.create("alerter", "horn", "mine", configuration)
        repository.register_stack_component(component)
        return repository.get_stack_component("alerter", "mine")

    return register


def kept(repository: Repository) -> dict[str, object]:
    return dict(repository.store.component("alerter", "mine").configuration)


@pytest.mark.parametrize(
    ("field", "text", "value", "expected"),
    [
        ("room", "${V}", "attic", "attic"),
        ("room", "the ${V}!", "attic", "the attic!"),
        ("volume", "${V}", "7", 7),
        ("volume", "1${V}", "7", 17),
        ("loud", "${V}", "true", True),
        ("pitch", "${V}", "0.5", 0.5),
        ("file", "/a/${V}", "b", "/a/b"),
        ("copies", "[1, '${V}']", "2", [1, 2]),
        ("copies", "[1, ${V}]", "2", [1, 2]),
        ("copies", "${V}", "[1, 2]", [1, 2]),
        ("limits", "{a: '${V}'}", "2", {"a": 2}),
        ("place", "{floor: '${V}', names: [a]}", "2", {"floor": 2, "names": ["a"]}),
    ],
)
def test_a_reference_is_kept_and_its_value_is_used(
    repository: Repository,
    register: Callable[..., StackComponent],
    monkeypatch: pytest.MonkeyPatch,
    field: str,
    text: str,
    value: str,
    expected: object,
) -> None:
    monkeypatch.setenv("V", value)
    made = register(**{field: text})
    assert json.loads(json.dumps(made.model_dump()[field], default=str)) == expected
    assert "${V}" in str(kept(repository)[field])


def test_what_is_not_known_yet_is_worked_out_of_what_a_reference_stands_for(
    repository: Repository,
    register: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("V", "/v")
    monkeypatch.setenv("ROOM", "attic")
    made = register(file="${V}", room="${ROOM}")
    assert (made.log, made.post("")) == ("/v.log", "client of attic")
    assert kept(repository) == {"file": "${V}", "room": "${ROOM}"}
    monkeypatch.setenv("V", "/w")
    assert repository.get_stack_component("alerter", "mine").log == "/w.log"  # type: ignore[attr-defined]


def test_a_component_is_registered_where_its_variables_are_not_set(
    repository: Repository,
    register: Callable[..., Any],
    notices: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It can be part of a stack, too, and says what it lacks when it is used."""
    made = register(room="${ROOM}", volume="${NO_SUCH}", copies="[1]")
    assert "`volume` refers to ${NO_SUCH}, which isn't set here" in str(notices)
    repository.register_stack(
        repository.compose_stack("loud", {**DEFAULTS, "alerter": "mine"})
    )
    for attribute in ("volume", "_client"):
        with pytest.raises(ConfigurationError, match=r"NO_SUCH|ROOM") as raised:
            getattr(made, attribute)
        assert "of alerter 'mine' refers to it" in str(raised.value)
    monkeypatch.setenv("ROOM", "attic")
    monkeypatch.setenv("NO_SUCH", "3")
    alerter: Any = repository.get_stack("loud").alerter
    assert (alerter.volume, alerter.room, alerter.copies) == (3, "attic", [1])


def test_a_value_that_does_not_fit_is_refused(
    repository: Repository,
    register: Callable[..., StackComponent],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("V", "many")
    with pytest.raises(ComponentConfigurationError, match=r"'horn', once .*vol"):
        register(volume="${V}")
    assert repository.list_components("alerter") == []


@pytest.mark.parametrize(
    "other", [{"colour": "red"}, {"volume": "many"}, {"place": "{floor: high}"}]
)
def test_the_other_fields_are_checked_at_once(
    register: Callable[..., StackComponent], other: dict[str, str]
) -> None:
    with pytest.raises(ComponentConfigurationError, match=next(iter(other))):
        register(room="${NO_SUCH}", **other)


def test_values_are_never_written_back(
    repository: Repository,
    register: Callable[..., StackComponent],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("V", "7")
    made = register(volume="${V}", file="/${V}", copies="[3]")
    before = kept(repository)
    assert before == {**before, "volume": "${V}", "file": "/${V}", "copies": [3]}
    update = repository.update_stack_component
    for same in (made, pickle.loads(pickle.dumps(made)), made.model_copy()):  # noqa: S301
        update("mine", "alerter", same)
        assert kept(repository) == before
    update("mine", "alerter", made.model_copy(update={"volume": 8, "name": "ours"}))
    ours = repository.store.component("alerter", "ours")
    assert ours.configuration == {**before, "volume": 8}
    again = repository.factory.reconfigure(ours, {"pitch": "${V}"})
    update("ours", "alerter", again)
    changed = repository.store.component("alerter", "ours").configuration
    assert changed == {**before, "volume": 8, "pitch": "${V}"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$${V}", "${V}"),
        ("$V costs 5$, ${} ${a-b} {{x}}", "$V costs 5$, ${} ${a-b} {{x}}"),
        ("$$", "$$"),
    ],
)
def test_other_text_is_left_alone_and_a_reference_can_be_escaped(
    repository: Repository,
    register: Callable[..., Any],
    text: str,
    expected: str,
) -> None:
    assert register(room=text).room == expected
    assert kept(repository)["room"] == text


def test_secrets_are_kept_out_of_stores_as_before(
    repository: Repository,
    register: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reference in the same component doesn't hide them."""
    monkeypatch.setenv("V", "7")
    for secret in (
        {"password": "hush"},
        {"account": "{user: '${V}', password: hush}"},
        {"keys": "[{user: '${V}', key: hush}]"},
    ):
        for room in ("${V}", "${NO_SUCH}", "hall"):
            with pytest.raises(ComponentConfigurationError, match="is a secret"):
                register(room=room, volume="${V}", **secret)
    made = register(room="${V}", password="${V}", account="{user: u, password: '${V}'}")  # noqa: S106
    assert made.reveal(made.password) == made.reveal(made.account.password) == "7"
    content = kept(repository)
    assert content["account"] == {"user": "u", "password": "${V}"}
    assert (content["password"], content["room"]) == ("${V}", "${V}")
