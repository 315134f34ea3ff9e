"""Components from records, and records from components."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from zen.catalog import Catalog
from zen.components.factory import ComponentFactory
from zen.errors import (
    ComponentConfigurationError,
    FlavorNotFoundError,
    InvalidNameError,
    PluginContractError,
    PluginError,
    PluginLoadError,
)
from zen.records import ComponentRecord, Provider

if TYPE_CHECKING:
    from tests.core.conftest import FakeDistribution, MakePart
    from zen.catalog import Owner

HOOKS = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "mail", "mail.parts:Mail")]
"""
ABSTRACT_ASK = "    @abstractmethod\n    def ask"
PARTS = """\
from abc import abstractmethod
from pydantic import BaseModel, SecretBytes, SecretStr
from zen.components import BaseAlerter

class Account(BaseModel):
    password: SecretStr

class Mail(BaseAlerter):
    FLAVOR = "mail"
    to: str = "ops"
    retries: int = 3
    password: SecretStr | None = None
    tokens: list[SecretStr] = []
    keys: dict[str, SecretBytes] = {}
    account: Account | None = None
    copies: list[str] = []
    limits: dict[str, int] = {}
    def post(self, message): return True
    def ask(self, question): return True
"""
RECORD = ComponentRecord(
    "alerter", "x", "mail", {"to": "dev"}, Provider("mail", "1.2"), UUID(int=7)
)


@pytest.fixture
def factory() -> ComponentFactory:
    return ComponentFactory(Catalog())


@pytest.fixture
def mail(fake_distribution: FakeDistribution) -> Owner:
    return fake_distribution("mail", HOOKS, PARTS, version="1.2")


@pytest.mark.usefixtures("mail")
def test_a_component_is_made_of_its_configuration(factory: ComponentFactory) -> None:
    made: Any = factory.create("alerter", "mail", "x", {"to": "dev", "retries": "5"})
    assert (made.name, made.to, made.retries) == ("x", "dev", 5)
    assert (made.TYPE, made.FLAVOR) == ("alerter", "mail")


@pytest.mark.usefixtures("mail")
def test_a_record_becomes_the_component_it_was_made_from(
    factory: ComponentFactory,
) -> None:
    made = factory.create("alerter", "mail", "x", {"to": "dev"})
    assert factory.build(factory.record(made)) == made


def test_a_record_remembers_who_provided_the_flavor(
    factory: ComponentFactory, mail: Owner
) -> None:
    record = factory.record(factory.create("alerter", "mail", "x"))
    assert record.provider == Provider("mail", "1.2")
    assert str(record.provider) == str(mail)


@pytest.mark.usefixtures("mail")
def test_a_record_keeps_the_identity(factory: ComponentFactory) -> None:
    assert factory.build(RECORD).uuid == RECORD.uuid


@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize(
    ("configuration", "problem"),
    [
        ({"retries": "many"}, "retries: "),
        ({"too": "x"}, "Mail has no attribute 'too'. Did you mean 'to'?"),
        ({"to": []}, "to: "),
    ],
)
def test_a_configuration_that_does_not_fit_is_explained(
    factory: ComponentFactory, configuration: dict[str, object], problem: str
) -> None:
    with pytest.raises(ComponentConfigurationError) as caught:
        factory.create("alerter", "mail", "x", configuration)
    assert "alerter 'x' doesn't fit flavor 'mail'" in str(caught.value)
    assert problem in str(caught.value)
    assert "--retries" in caught.value.hint


@pytest.mark.usefixtures("mail")
@pytest.mark.usefixtures("mail")
def test_an_unknown_key_inside_of_an_attribute_is_named(
    factory: ComponentFactory,
) -> None:
    """Pydantic would drop it."""
    account = {"password": "${PASSWORD}", "pasword": "${OTHER}"}
    with pytest.raises(ComponentConfigurationError, match="Account, has no") as info:
        factory.create("alerter", "mail", "x", {"account": account})
    assert "no field 'pasword'. Did you mean 'password'?" in info.value.message


@pytest.mark.parametrize("name", ["", "..", "a/b", "x" * 101])
def test_a_bad_name_is_refused(factory: ComponentFactory, name: str) -> None:
    with pytest.raises(InvalidNameError, match="not a valid alerter name") as caught:
        factory.create("alerter", "mail", name)
    assert "ASCII letters" in caught.value.hint


def test_a_flavor_that_is_gone_says_what_to_install(factory: ComponentFactory) -> None:
    with pytest.raises(FlavorNotFoundError) as caught:
        factory.build(RECORD)
    assert "alerter 'x': it came from mail 1.2" in str(caught.value)
    assert "Install mail==1.2" in caught.value.hint


def test_a_flavor_without_a_provider_is_just_not_found(
    factory: ComponentFactory,
) -> None:
    with pytest.raises(FlavorNotFoundError, match="'mail'") as caught:
        factory.build(replace(RECORD, provider=None))
    assert "pip install" not in caught.value.hint


@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("password", "hush"),
        ("tokens", ["hush"]),
        ("keys", {"a": b"hush"}),
        ("account", {"password": "hush"}),
    ],
)
def test_a_secret_is_never_recorded(
    factory: ComponentFactory, attribute: str, value: object
) -> None:
    made = factory.create("alerter", "mail", "x", {attribute: value})
    with pytest.raises(ComponentConfigurationError) as caught:
        factory.record(made)
    assert attribute in str(caught.value)
    assert "hush" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize(
    ("attribute", "value", "hint"),
    [
        ("password", "hush", "password='${NAME}'"),
        ("tokens", ["hush"], """tokens='["${NAME}"]'"""),
        ("account", {"password": "hush"}, """account='{KEY: "${NAME}"}'"""),
        ("keys", {"a": b"${NAME}"}, "'keys' a SecretStr"),
    ],
)
def test_what_to_give_in_place_of_a_secret_fits_its_attribute(
    factory: ComponentFactory, attribute: str, value: object, hint: str
) -> None:
    made = factory.create("alerter", "mail", "x", {attribute: value})
    with pytest.raises(ComponentConfigurationError) as caught:
        factory.record(made)
    assert hint in caught.value.hint


@pytest.mark.usefixtures("mail")
def test_a_reference_to_a_secret_is_recorded(factory: ComponentFactory) -> None:
    made = factory.create("alerter", "mail", "x", {"password": "${MAIL_PASSWORD}"})
    record = factory.record(made)
    assert record.configuration["password"] == "${MAIL_PASSWORD}"  # noqa: S105
    assert factory.build(record) == made


@pytest.mark.usefixtures("mail")
def test_a_secret_that_is_left_out_is_no_obstacle(factory: ComponentFactory) -> None:
    record = factory.record(factory.create("alerter", "mail", "x"))
    assert record.configuration["password"] is None


@pytest.mark.usefixtures("mail")
def test_a_secret_is_not_told_in_an_error(factory: ComponentFactory) -> None:
    with pytest.raises(ComponentConfigurationError) as caught:
        factory.create("alerter", "mail", "x", {"password": ["hush"]})
    assert "hush" not in str(caught.value)


def test_a_component_of_a_flavor_that_is_gone_has_no_record(
    factory: ComponentFactory, fake_distribution: FakeDistribution, part: MakePart
) -> None:
    made = part("orchestrator")
    fake_distribution("acme", version="2.0")  # which offers nothing any more
    with pytest.raises(FlavorNotFoundError, match="acme"):
        factory.record(made)


@pytest.mark.parametrize(
    ("parts", "error_type", "text"),
    [
        ("class Mail: pass", PluginContractError, "not a subclass of BaseAlerter"),
        (
            "from zen import BaseOrchestrator\nclass Mail(BaseOrchestrator): pass",
            PluginContractError,
            "not a subclass of BaseAlerter",
        ),
        (PARTS.replace('"mail"', '"male"'), PluginContractError, "'male'"),
        (PARTS.replace('FLAVOR = "mail"', ""), PluginContractError, "None"),
        (
            PARTS.replace("    def ask", ABSTRACT_ASK),
            PluginContractError,
            "ask",
        ),
        ("1 / 0", PluginLoadError, "ZeroDivisionError"),
    ],
    ids=["no base", "wrong base", "other flavor", "no flavor", "abstract", "raises"],
)
def test_a_class_that_is_not_what_was_offered_is_blamed_on_its_owner(
    factory: ComponentFactory,
    fake_distribution: FakeDistribution,
    parts: str,
    error_type: type[PluginError],
    text: str,
) -> None:
    fake_distribution("mail", HOOKS, parts, version="1.2")
    with pytest.raises(error_type) as caught:
        factory.create("alerter", "mail", "x")
    assert "mail 1.2" in str(caught.value)
    assert text in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("base", ["gadgets.gone:Base", "gadgets.parts:Gone"])
def test_a_base_that_is_not_there_is_blamed_on_its_owner(
    factory: ComponentFactory, fake_distribution: FakeDistribution, base: str
) -> None:
    hooks = f"""\
        @hookimpl
        def zen_component_types():
            return [ComponentTypeSpec("gadget", "gadgets", {base!r}, "g")]

        @hookimpl
        def zen_flavors():
            return [FlavorSpec("gadget", "toy", "gadgets.parts:Toy")]
    """
    fake_distribution("gadgets", hooks, "class Toy: pass", version="0.9")
    with pytest.raises(PluginError) as caught:
        factory.create("gadget", "toy", "x")
    assert caught.value.distribution == "gadgets 0.9"


def test_a_type_of_a_plugin_has_a_base_of_its_own(
    factory: ComponentFactory, fake_distribution: FakeDistribution
) -> None:
    hooks = """\
        @hookimpl
        def zen_component_types():
            return [ComponentTypeSpec("gadget", "gadgets", "gadgets.parts:Base", "g")]

        @hookimpl
        def zen_flavors():
            return [FlavorSpec("gadget", "toy", "gadgets.parts:Toy")]
    """
    parts = """\
        from zen.components import StackComponent
        class Base(StackComponent):
            TYPE = "gadget"
        class Toy(Base):
            FLAVOR = "toy"
    """
    fake_distribution("gadgets", hooks, parts)
    assert factory.create("gadget", "toy", "x").TYPE == "gadget"


def test_a_secret_of_pydantic_is_what_is_meant() -> None:
    """If it could be dumped to JSON as it is, the checks above would be idle."""
    assert "hush" not in str(SecretStr("hush"))


@pytest.mark.parametrize("reserved", ["name", "uuid"])
def test_what_a_component_is_called_is_no_attribute(
    factory: ComponentFactory, reserved: str
) -> None:
    with pytest.raises(ComponentConfigurationError, match=f"'{reserved}' of alerter"):
        factory.create("alerter", "mail", "x", {reserved: "y"})


def test_a_validator_that_breaks_is_blamed_on_its_owner(
    factory: ComponentFactory, fake_distribution: FakeDistribution
) -> None:
    hooks = """\
        @hookimpl
        def zen_flavors():
            return [FlavorSpec("alerter", "horn", "horns.parts:Horn")]
    """
    parts = """\
        from pydantic import field_validator
        from zen import BaseAlerter

        class Horn(BaseAlerter):
            FLAVOR = "horn"
            tone: str = "a"

            @field_validator("tone")
            def check(cls, tone):
                raise RuntimeError("no air")

            def post(self, message):
                return True

            def ask(self, question):
                return True
    """
    fake_distribution("horns", hooks, parts, version="0.5")
    with pytest.raises(PluginContractError, match="RuntimeError: no air") as caught:
        factory.create("alerter", "horn", "x")
    assert caught.value.distribution == "horns 0.5"


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("return object()", "PydanticSerializationError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_an_attribute_that_cannot_be_kept_is_blamed_on_its_owner(
    factory: ComponentFactory,
    fake_distribution: FakeDistribution,
    fault: str,
    text: str,
) -> None:
    serializer = f"""
    @field_serializer("to")
    def serialize(self, to):
        {fault}
"""
    parts = f"from pydantic import field_serializer\n{PARTS}{serializer}"
    fake_distribution("mail", HOOKS, parts, version="1.2")
    made = factory.create("alerter", "mail", "x")
    with pytest.raises(PluginContractError, match="to keep alerter 'x'") as caught:
        factory.record(made)
    assert text in str(caught.value)
    assert caught.value.distribution == "mail 1.2"


@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ({"to": "[a, b]"}, "[a, b]"),
        ({"retries": "5"}, "5"),
        ({"copies": "[a, b]"}, ["a", "b"]),
        ({"limits": "{a: 1}"}, {"a": 1}),
        ({"limits": "{a: "}, "{a: "),
    ],
)
def test_a_text_is_read_as_yaml_where_it_is_not_taken_as_it_is(
    factory: ComponentFactory, text: dict[str, str], value: object
) -> None:
    (parsed,) = factory.parse("alerter", "mail", text).values()
    assert parsed == value


@pytest.mark.usefixtures("mail")
def test_a_component_is_configured_anew(factory: ComponentFactory) -> None:
    record = replace(RECORD, configuration={"to": "dev", "retries": 5})
    made: Any = factory.reconfigure(record, {"copies": ["a"]}, removed=["retries"])
    assert (made.uuid, made.name) == (RECORD.uuid, "x")
    assert (made.to, made.retries, made.copies) == ("dev", 3, ["a"])


@pytest.mark.usefixtures("mail")
def test_an_identity_cannot_be_configured_anew(factory: ComponentFactory) -> None:
    with pytest.raises(ComponentConfigurationError, match="'uuid' of alerter 'x'"):
        factory.reconfigure(RECORD, {"uuid": UUID(int=8)})
    with pytest.raises(ComponentConfigurationError, match="no attribute 'uuid'"):
        factory.reconfigure(RECORD, {}, removed=["uuid"])
