"""`zen secret`, and where the secrets of components go."""

from __future__ import annotations

import errno
import json
import os
import resource
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunPython
    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution

HOOKS = """
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "mail", "mails.parts:Mail")]
"""
PARTS = """
from pathlib import Path
from pydantic import SecretStr
from zen import BaseAlerter

class Mail(BaseAlerter):
    FLAVOR = "mail"
    room: str = ""
    password: SecretStr | None = None

    @property
    def is_provisioned(self):
        return Path("sent").exists()

    is_running = is_provisioned

    def provision(self):
        Path("sent").write_text(self.reveal(self.password))

    def resume(self): pass

    def post(self, message): return True

    def ask(self, question): return True
"""


@pytest.fixture
def vault(zen: Zen) -> None:
    """A stack with a secrets manager."""
    zen("secrets-manager", "register", "vault", "-f", "local")
    zen("stack", "update", "-x", "vault")


@pytest.fixture
def mail(fake_distribution: FakeDistribution) -> None:
    fake_distribution("mails", HOOKS, PARTS)


def files_with(folder: Path, text: str) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [str(path) for path in files if text.encode() in path.read_bytes()]


@pytest.mark.usefixtures("vault")
def test_a_secret_is_kept_and_shown_when_asked_for(zen: Zen, tmp_path: Path) -> None:
    out = zen("secret", "register", "db", "--user=ana", "--password=hush").out
    assert out == "Successfully registered secret `db`.\n"
    assert zen("secret", "list", "-o", "json").json == [{"name": "db"}]
    masked = zen("secret", "get", "db", "-o", "json")
    assert set(masked.json["values"].values()) == {"**********"}
    assert "hush" not in zen("secret", "get", "db").out
    shown = zen("secret", "get", "db", "--reveal", "-o", "json").json
    assert shown == {"name": "db", "values": {"password": "hush", "user": "ana"}}
    assert "hush" in zen("secret", "get", "db", "--reveal").out
    assert "password" in zen("secret", "get", "db").out
    zen("secret", "register", "tls", "--pem=BEGIN\nabc\nEND")
    table = zen("secret", "get", "tls", "--reveal").out
    assert [line.split("│")[-1].strip(" ┃") for line in table.splitlines()[4:7]] == [
        "BEGIN",
        "abc",
        "END",
    ]
    assert files_with(tmp_path, "hush") == []


@pytest.mark.usefixtures("vault")
def test_a_value_can_be_asked_for(zen: Zen) -> None:
    zen("secret", "register", "db", "--user=-", "--password=-", answer="ana\nhush\n")
    shown = zen("secret", "get", "db", "--reveal", "-o", "json").json
    assert shown["values"] == {"password": "hush", "user": "ana"}


@pytest.mark.usefixtures("vault")
def test_a_file_may_hold_a_dash(zen: Zen, here: Path) -> None:
    (here / "dash").write_text("-")
    zen("secret", "register", "db", "--a=@dash", "--b=-", answer="asked\n")
    shown = zen("secret", "get", "db", "--reveal", "-o", "json").json
    assert shown["values"] == {"a": "-", "b": "asked"}


@pytest.mark.usefixtures("vault")
def test_nothing_is_no_answer_but_an_empty_line_is(zen: Zen) -> None:
    asked = ("secret", "register", "db", "--user=-", "--password=-")
    assert "ends before a value for 'user'" in zen(*asked, code=2).err
    err = zen(*asked, code=2, answer="ana\n").err
    assert "ends before a value for 'password'" in err
    assert zen("secret", "list", "-o", "json").json == []
    zen(*asked, answer="ana\n\n")
    shown = zen("secret", "get", "db", "--reveal", "-o", "json").json
    assert shown["values"] == {"user": "ana", "password": ""}


@pytest.mark.usefixtures("vault")
def test_nobody_can_be_asked_without_an_input(
    config: Path, run_python: RunPython
) -> None:
    script = """
        import os, sys
        os.environ["ZEN_CONFIG_PATH"] = sys.argv[1]
        sys.stdin = None  # as when it is closed
        sys.stderr = sys.stdout
        from zen.cli.main import main
        try:
            main(["secret", "register", "db", "--a=-"])
        except SystemExit as end:
            print("code", end.code)
    """
    output = run_python(script, config)
    assert "ends before a value for 'a'" in output
    assert "code 2" in output


@pytest.mark.usefixtures("vault")
def test_an_update_keeps_what_it_does_not_name(zen: Zen) -> None:
    zen("secret", "register", "db", "--user=ana", "--password=hush", "--old=x")
    zen("secret", "update", "db", "--password=hash", "--remove", "old")
    shown = zen("secret", "get", "db", "--reveal", "-o", "json").json
    assert shown["values"] == {"password": "hash", "user": "ana"}


@pytest.mark.usefixtures("vault")
def test_a_secret_that_cannot_be_decrypted_can_be_replaced_and_deleted(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("db", "mail"):
        zen("secret", "register", name, "--user=ana", "--password=hush")
    monkeypatch.setenv("ZEN_SECRETS_KEY", Fernet.generate_key().decode())
    refused = zen("secret", "update", "db", "--user=bob", code=1).err
    assert "'db' can't be decrypted" in refused
    assert "zen secret update db --replace" in refused
    zen("secret", "update", "db", "--replace", "--user=bob")
    shown = zen("secret", "get", "db", "--reveal", "-o", "json").json
    assert shown["values"] == {"user": "bob"}
    zen("secret", "delete", "mail", "-y")
    assert zen("secret", "list", "-o", "json").json == [{"name": "db"}]


@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["register", "db", "--a=1"], 1, "Secret 'db' already exists"),
        (["register", "new"], 2, "No value is given"),
        (["register", "a/b", "--a=1"], 1, "is not a valid secret name"),
        (["get", "dv"], 1, "'vault'. Available: db."),
        (["update", "dv", "--a=1"], 1, "'vault'. Available: db."),
        (["update", "db"], 2, "No value is given"),
        (
            ["update", "db", "--replace", "--remove", "a", "--b=1"],
            2,
            "'--replace' removes all other keys",
        ),
        (["update", "db", "--remove", "b"], 1, "has no key 'b'"),
        (["update", "db", "--remove", "a"], 1, "A secret needs a key and a value"),
        (["delete", "dv", "-y"], 1, "'vault'. Available: db."),
        (["export", "gone/file"], 1, f"can't be written: {os.strerror(errno.ENOENT)}"),
        (["import", "gone"], 2, "does not exist"),
    ],
)
def test_what_cannot_be_done_is_explained(
    zen: Zen, arguments: list[str], code: int, message: str
) -> None:
    zen("secret", "register", "db", "--a=1")
    assert message in zen("secret", *arguments, code=code).err
    shown = zen("secret", "get", "db", "--reveal", "-o", "json").json
    assert shown["values"] == {"a": "1"}


@pytest.mark.usefixtures("vault")
def test_delete_asks_and_takes_no_for_an_answer(zen: Zen) -> None:
    zen("secret", "register", "db", "--a=1")
    zen("secret", "delete", "db", answer="n\n", code=1)
    assert zen("secret", "list", "-o", "json").json == [{"name": "db"}]
    zen("secret", "delete", "db", "-y")
    assert zen("secret", "list").out == "No secrets registered.\n"


def test_without_a_secrets_manager_the_way_to_one_is_shown(zen: Zen) -> None:
    err = zen("secret", "list", code=1).err
    assert "The active stack 'default' has no secrets manager." in err
    assert "zen secrets-manager register NAME --flavor local" in err


@pytest.mark.usefixtures("vault")
def test_secrets_are_carried_in_a_file_that_others_cannot_read(
    zen: Zen, here: Path
) -> None:
    zen("secret", "register", "db", "--user=ana", "--password=1e3")
    zen("secret", "register", "ca", "--pem=line\nline\n")
    out = zen("secret", "export", "secrets.yaml").out
    assert out.startswith("Exported 2 secrets to 'secrets.yaml'.")
    assert (here / "secrets.yaml").stat().st_mode & 0o777 == 0o600
    refused = zen("secret", "export", "secrets.yaml", code=1).err
    assert "existing files aren't overwritten" in refused
    zen("secret", "delete", "db", "-y")
    refused = zen("secret", "import", "secrets.yaml", code=1).err
    assert "'ca' already exist in secrets manager 'vault'" in refused
    assert zen("secret", "list", "-o", "json").json == [{"name": "ca"}]
    zen("secret", "import", "secrets.yaml", "--update")
    shown = zen("secret", "get", "db", "--reveal", "-o", "json").json
    assert shown["values"] == {"password": "1e3", "user": "ana"}


@pytest.mark.usefixtures("vault")
def test_an_export_that_fails_half_way_leaves_no_file(zen: Zen, here: Path) -> None:
    zen("secret", "register", "db", f"--password={'x' * 9000}")
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, most))
    try:
        told = zen("secret", "export", "secrets.yaml", code=1).err
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert f"secrets.yaml can't be written: {os.strerror(errno.EFBIG)}." in told
    assert not (here / "secrets.yaml").exists()


@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: {x: y}\nb: 1\n", "'b' must be a mapping"),
        ("a: {x: y}\nb: {n: 1}\n", "'b' must be a mapping of keys to texts"),
        ("a: {x: y}\nb/c: {n: z}\n", "is not a valid secret name"),
        ("a: {x: y}\nb: {n.m: z}\n", "'n.m' can't be the key of a secret"),
        ("a: {", "secrets.yaml"),
    ],
)
def test_a_file_is_imported_whole_or_not_at_all(
    zen: Zen, here: Path, content: str, message: str
) -> None:
    (here / "secrets.yaml").write_text(content)
    assert message in zen("secret", "import", "secrets.yaml", code=1).err
    assert zen("secret", "list", "-o", "json").json == []


@pytest.mark.usefixtures("mail")
def test_a_plain_secret_is_refused_where_nobody_keeps_it(
    zen: Zen, tmp_path: Path
) -> None:
    arguments = ("alerter", "register", "ops", "-f", "mail", "--password=hush")
    err = zen(*arguments, code=1).err
    assert "'password' of alerter 'ops' is a secret" in err
    assert "password='${NAME}'" in err
    assert "password='{{name.key}}'" in err
    assert "hush" not in err
    assert files_with(tmp_path, "hush") == []


@pytest.mark.usefixtures("mail", "vault")
def test_a_plain_secret_goes_into_the_secrets_manager(
    zen: Zen, tmp_path: Path, here: Path
) -> None:
    registered = zen("alerter", "register", "ops", "-f", "mail", "--password=hush")
    told = "Put `password` into secrets manager `vault`, as secret `alerter-ops`."
    assert told in registered.err
    described = zen("alerter", "describe", "ops", "-o", "json")
    reference = "{{alerter-ops.password}}"
    assert described.json["configuration"]["password"] == reference
    zen("alerter", "update", "ops", "--password=hash")
    assert zen("secret", "get", "alerter-ops", "--reveal", "-o", "json").json[
        "values"
    ] == {"password": "hash"}
    for text in ("hush", "hash"):
        assert files_with(tmp_path, text) == []
    zen("stack", "update", "-al", "ops")
    zen("stack", "up")
    assert (here / "sent").read_text() == "hash"


@pytest.mark.usefixtures("mail", "vault")
def test_a_component_that_is_not_registered_leaves_no_secret(zen: Zen) -> None:
    zen("alerter", "register", "ops", "-f", "mail")
    zen("alerter", "register", "OPS", "-f", "mail", "--password=hush", code=1)
    assert zen("secret", "list", "-o", "json").json == []


@pytest.mark.usefixtures("mail")
def test_a_reference_to_a_variable_is_kept(
    zen: Zen, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zen("alerter", "register", "ops", "-f", "mail", "--password=${HUSH}")
    zen("stack", "update", "-al", "ops")
    err = zen("stack", "up", code=1).err
    assert "The environment variable 'HUSH' isn't set" in err
    monkeypatch.setenv("HUSH", "hush")
    zen("stack", "up")
    assert (here / "sent").read_text() == "hush"


@pytest.mark.usefixtures("mail")
def test_a_secret_that_a_hand_has_written_is_masked_without_its_plugin(
    zen: Zen, config: Path
) -> None:
    zen("alerter", "register", "ops", "-f", "mail", "--password=${HUSH}")
    (file,) = (config / "profiles").rglob("ops.yaml")
    text = file.read_text()
    assert json.dumps("password") not in text
    file.write_text(text.replace("${HUSH}", "hush"))
    for arguments in (["list"], ["describe", "ops"]):
        for output in ("table", "json"):
            given = ("--no-plugins", "alerter", *arguments, "-o", output)
            assert "hush" not in zen(*given).out + zen(*given).err


@pytest.mark.usefixtures("mail", "vault")
def test_a_component_outside_of_the_stack_finds_its_secret(
    zen: Zen, here: Path
) -> None:
    """Where it was put when it was registered."""
    zen("alerter", "register", "post", "-f", "mail", "--password=hush")
    zen("alerter", "up", "post")
    assert (here / "sent").read_text() == "hush"


@pytest.mark.usefixtures("mail", "vault")
def test_what_a_component_refers_to_is_missed(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it is registered, in the status, and before a run."""
    given = ("--password={{db.password}}", "--room={{db.room}}")
    err = zen("alerter", "register", "ops", "-f", "mail", *given).err
    assert "secret 'db', which secrets manager 'vault' doesn't have" in err
    assert "'zen secret register db --password=VALUE'" in err
    assert "`room` keeps {{db.room}} as it is written" in err
    zen("stack", "update", "-al", "ops")
    found = zen("status", "-o", "json").json
    states = {each["type"]: each["state"] for each in found["components"]}
    assert states["alerter"] == "unresolved"
    assert ["secret 'db'" in each["error"] for each in found["troubles"]] == [True]
    zen("secret", "register", "db", "--password=hush")
    assert "secret 'db'" not in zen("alerter", "update", "ops", given[0]).err
    err = zen("alerter", "update", "ops", "--password=${HUSH}").err
    assert "'password' of alerter 'ops' refers to ${HUSH}, which isn't set." in err
    assert "${HUSH}, which isn't set." in str(zen("status", "-o", "json").json)
    monkeypatch.setenv("HUSH", "hush")
    assert zen("status", "-o", "json").json["troubles"] == []


def test_secrets_that_outlast_their_manager_are_named(zen: Zen) -> None:
    zen("secrets-manager", "register", "sm", "-f", "local", "--path=kept")
    zen("stack", "update", "-x", "sm")
    zen("secret", "register", "db", "--a=1")
    zen("secret", "register", "mail", "--a=1")
    zen("stack", "remove-component", "-x")
    left = "The secrets of secrets manager 'sm' (db, mail) are not deleted: they stay"
    assert left in zen("secrets-manager", "delete", "sm", code=1).err
    err = zen("secrets-manager", "delete", "sm", "-y").err
    assert f"Warning: {left} in " in err
    assert "kept." in err


def test_a_secrets_manager_without_secrets_goes_quietly(zen: Zen) -> None:
    zen("secrets-manager", "register", "sm", "-f", "local")
    assert "secrets of" not in zen("secrets-manager", "delete", "sm", "-y").err


@pytest.mark.usefixtures("mail", "vault")
def test_components_that_refer_to_a_secret_are_named_when_it_goes(zen: Zen) -> None:
    zen("secret", "register", "db", "--password=hush", "--user=ana")
    zen("alerter", "register", "ops", "-f", "mail", "--password={{db.password}}")
    zen("alerter", "register", "dev", "-f", "mail", "--password={{db.password}}")
    given = ("--password=${HUSH}", "--room={{db.password}}")  # a room is no secret
    zen("alerter", "register", "bystander", "-f", "mail", *given)
    users = "alerter 'dev' and alerter 'ops'"
    assert "Warning" not in zen("secret", "update", "db", "--remove", "user").err
    err = zen("secret", "update", "db", "--remove", "password", "--x=1").err
    assert f"Warning: {users} refer to key 'password' of secret 'db'" in err
    err = zen("secret", "delete", "db", answer="n", code=1).err
    assert f"'db' with all its values. {users} refer to it." in err
    err = zen("secret", "delete", "db", "-y").err
    assert f"Warning: {users} refer to secret 'db', which is gone." in err


@pytest.mark.usefixtures("mail", "vault")
def test_a_secret_of_another_manager_has_other_users(zen: Zen) -> None:
    zen("secret", "register", "db", "--password=hush")
    zen("alerter", "register", "ops", "-f", "mail", "--password={{db.password}}")
    zen("secrets-manager", "register", "safe", "-f", "local")
    for name, more in (("a", ["-x", "safe", "-al", "ops"]), ("b", ["-x", "vault"])):
        required = ("-o", "default", "-a", "default", "-m", "default")
        zen("stack", "register", name, *required, *more)
    assert "ops" not in zen("secret", "delete", "db", "-y").err


@pytest.mark.usefixtures("vault")
def test_the_state_of_a_component_may_depend_on_a_secret(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    parts = PARTS.replace('Path("sent").exists()', "bool(self.reveal(self.password))")
    fake_distribution("mails", HOOKS, parts)
    zen("alerter", "register", "post", "-f", "mail", "--password=hush")
    zen("stack", "update", "-al", "post")
    status = zen("status", "-o", "json").json
    assert status["troubles"] == []
    assert {"alerter": "running"}.items() <= {
        each["type"]: each["state"] for each in status["components"]
    }.items()


@pytest.mark.usefixtures("mail", "vault")
def test_no_secret_of_anybody_else_is_changed(zen: Zen) -> None:
    zen("alerter", "register", "post", "-f", "mail", "--password=old")
    zen("alerter", "rename", "post", "letters")
    zen("secret", "register", "alerter-mine", "--password=mine", "--other=x")
    for name in ("post", "mine"):
        zen("alerter", "register", name, "-f", "mail", "--password=new")
    assert reveal(zen, "alerter-post") == {"password": "old"}
    assert reveal(zen, "alerter-mine") == {"password": "mine", "other": "x"}
    assert len(zen("secret", "list", "-o", "json").json) == 4


@pytest.mark.usefixtures("mail", "vault")
def test_a_component_keeps_its_secret_where_it_was(zen: Zen) -> None:
    """Also under another name; and it stays there when the component goes."""
    zen("alerter", "register", "post", "-f", "mail", "--password=old")
    zen("alerter", "rename", "post", "letters")
    zen("alerter", "update", "letters", "--password=new")
    assert reveal(zen, "alerter-post") == {"password": "new"}
    gone = zen("alerter", "delete", "letters", "-y").err
    assert "'zen secret delete alerter-post'" in gone


@pytest.mark.usefixtures("mail", "vault")
def test_a_long_name_has_a_secret_too(zen: Zen) -> None:
    zen("alerter", "register", "p" * 100, "-f", "mail", "--password=old")
    (secret,) = zen("secret", "list", "-o", "json").json
    assert len(secret["name"]) < 100


def reveal(zen: Zen, name: str) -> dict[str, str]:
    shown = zen("secret", "get", name, "--reveal", "-o", "json").json
    values: dict[str, str] = shown["values"]
    return values


def test_references_within_an_attribute_travel(
    zen: Zen, fake_distribution: FakeDistribution, here: Path
) -> None:
    parts = PARTS.replace('room: str = ""', "tokens: dict[str, SecretStr] = {}")
    fake_distribution("mails", HOOKS, parts)
    zen("alerter", "register", "post", "-f", "mail", '--tokens={a: "${TOKEN}"}')
    zen("stack", "update", "-al", "post")
    assert "${TOKEN}" in zen("alerter", "list").out
    zen("stack", "export", "default", "x.yaml")
    assert "a: ${TOKEN}" in (here / "x.yaml").read_text()
    zen("stack", "import", "x.yaml", "--name", "other")
    (here / "x.yaml").write_text(
        (here / "x.yaml").read_text().replace("${TOKEN}", "hush")
    )
    refused = zen("stack", "import", "x.yaml", "--name", "third", code=1).err
    assert "'tokens' is a secret" in refused
    assert "hush" not in refused


@pytest.mark.usefixtures("vault")
def test_the_name_of_a_secret_is_not_taken_for_the_file_of_all(zen: Zen) -> None:
    zen("secret", "register", "db", "--user=ana")
    assert (
        "'zen secret export FILE --name db'"
        in zen("secret", "export", "db", code=2).err
    )
    zen("secret", "export", "db", "--name", "db")
