"""`zen artifact-store` and its like."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from zen.builtin import zen_component_types

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution

HOOKS = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "horn", "horns.parts:Horn")]
"""
PARTS = """\
from datetime import timedelta
from enum import Enum
from pathlib import Path
from pydantic import SecretStr
from zen import BaseAlerter

class Colour(Enum):
    RED = "red"

class Horn(BaseAlerter):
    FLAVOR = "horn"
    colour: Colour = Colour.RED
    file: Path = Path("/x")
    names: set[str] = {"a"}
    pause: timedelta = timedelta(seconds=3)
    password: SecretStr = SecretStr("${HORN}")

    def post(self, message): return True

    def ask(self, question): return True
"""
KEPT = {
    "colour": "red",
    "file": "/x",
    "names": ["a"],
    "pause": "PT3S",
    "password": "${HORN}",
}

TYPES = [spec.command for spec in zen_component_types()]
COMMANDS = (
    *("delete", "describe", "down", "flavor", "get", "list", "register"),
    *("remove-attribute", "rename", "up", "update"),
)


@pytest.mark.parametrize("component_type", TYPES)
def test_every_type_has_the_same_commands(zen: Zen, component_type: str) -> None:
    listed = zen(component_type, "--help").out
    for command in COMMANDS:
        assert f"\n  {command} " in listed
    zen(component_type, "list")
    zen(component_type, "flavor", "list")


def test_list_says_when_there_is_none(zen: Zen) -> None:
    out = zen("container-registry", "list").out
    assert out == "No container registries registered.\n"
    assert zen("alerter", "list", "-o", "json").json == []


def test_list_shows_attributes(zen: Zen, tmp_path: Path) -> None:
    zen("artifact-store", "register", "mine", "-f", "local", f"--path={tmp_path}")
    default, mine = zen("artifact-store", "list", "-o", "json").json
    assert default["active"] is True
    assert default["configuration"] == {"path": None}
    assert mine["active"] is False
    assert mine["configuration"] == {"path": str(tmp_path)}
    assert "PATH" in zen("artifact-store", "list").out


@pytest.fixture
def horn(fake_distribution: FakeDistribution) -> None:
    """A flavor whose attributes are of types that neither JSON nor YAML has."""
    fake_distribution("horns", HOOKS, PARTS)


def read(zen: Zen, *arguments: str, output: str) -> Any:  # noqa: ANN401 - what YAML may be
    return yaml.safe_load(zen(*arguments, "-o", output).out)


@pytest.mark.usefixtures("horn")
def test_references_to_the_environment_are_shown_and_kept(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "default.yaml"
    err = zen("alerter", "register", "a", "-f", "horn", "--pause=${PAUSE}").err
    assert "`pause` refers to ${PAUSE}, which isn't set here" in err
    zen("stack", "update", "default", "--alerter=a")
    for value, old, new in ((None, "a", "b"), ("PT77S", "b", "c")):
        if value:
            monkeypatch.setenv("PAUSE", value)
        zen("alerter", "update", old, "--file=/y")
        zen("alerter", "rename", old, new)
        zen("stack", "copy", "default", f"with-{new}")
        zen("stack", "export", "default", str(file), "--yes")
        for text in (
            zen("alerter", "describe", new, "-o", "json").out,
            zen("alerter", "list", "-o", "json").out,
            file.read_text(),
        ):
            assert "${PAUSE}" in text
            assert "PT77S" not in text
    zen("stack", "import", str(file))  # it's the same
    monkeypatch.setenv("PAUSE", "long")
    err = zen("alerter", "update", "c", "--file=/z", code=1).err
    assert "alerter 'c' doesn't fit flavor 'horn', once its references" in err
    zen("alerter", "update", "c", "--pause=PT1S")  # which refers to nothing any more


@pytest.mark.usefixtures("horn")
@pytest.mark.parametrize("output", ["json", "yaml"])
def test_attributes_are_shown_as_they_are_kept(zen: Zen, output: str) -> None:
    zen("alerter", "register", "a", "-f", "horn")
    (listed,) = read(zen, "alerter", "list", output=output)
    described = read(zen, "alerter", "describe", "a", output=output)
    assert listed["configuration"] == described["configuration"] == KEPT
    assert "PT3S" in zen("alerter", "describe", "a").out


@pytest.mark.usefixtures("horn")
@pytest.mark.parametrize("output", ["json", "yaml"])
def test_defaults_are_shown_as_they_would_be_kept(zen: Zen, output: str) -> None:
    flavor = read(zen, "alerter", "flavor", "describe", "horn", output=output)
    assert {each["name"]: each["default"] for each in flavor["attributes"]} == KEPT


def test_attributes_may_follow_their_name(zen: Zen, tmp_path: Path) -> None:
    zen("artifact-store", "register", "mine", "-f", "local", "--path", str(tmp_path))
    described = zen("artifact-store", "describe", "mine", "-o", "json").json
    assert described["configuration"] == {"path": str(tmp_path)}
    assert described["provider"] == "zen-plugin-local 1.0.0"


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (["path=/x"], "'path' is not an attribute"),
        (["--path"], "'--path' has no value"),
        (["--path", "--other=1"], "'--path' has no value"),
        (["--path=/x", "--path=/y"], "'--path' is given twice"),
        (["--1=2"], "'--1' is not an attribute"),
    ],
)
def test_malformed_attributes_are_usage_errors(
    zen: Zen, attributes: list[str], message: str
) -> None:
    arguments = ("artifact-store", "register", "mine", "-f", "local", *attributes)
    assert message in zen(*arguments, code=2).err


def test_an_unknown_attribute_is_refused_with_a_suggestion(zen: Zen) -> None:
    arguments = ("artifact-store", "register", "mine", "-f", "local", "--pth=/x")
    outcome = zen(*arguments, code=1)
    assert "no attribute 'pth'. Did you mean 'path'?" in outcome.err
    assert "--path" in outcome.err
    assert len(zen("artifact-store", "list", "-o", "json").json) == 1


def test_an_unknown_flavor_is_refused_with_what_there_is(zen: Zen) -> None:
    outcome = zen("artifact-store", "register", "mine", "-f", "locl", code=1)
    assert "Flavor 'locl' does not exist for type artifact_store" in outcome.err
    assert "Did you mean 'local'?" in outcome.err
    assert "zen artifact-store flavor list" in outcome.err


def test_register_needs_a_flavor(zen: Zen) -> None:
    assert "--flavor" in zen("artifact-store", "register", "mine", code=2).err


def test_register_refuses_a_name_that_is_taken(zen: Zen) -> None:
    outcome = zen("artifact-store", "register", "default", "-f", "local", code=1)
    assert "Artifact store 'default' already exists." in outcome.err


@pytest.mark.parametrize("name", ["a/b", "..", ""])
def test_register_refuses_invalid_names(zen: Zen, name: str) -> None:
    outcome = zen("artifact-store", "register", name, "-f", "local", code=1)
    assert "is not a valid artifact store name" in outcome.err
    assert "Use 1 to 100 ASCII letters" in outcome.err


def test_describe_shows_the_active_one_by_default(zen: Zen) -> None:
    outcome = zen("artifact-store", "describe")
    assert "No component name given; using `default`" in outcome.err
    assert "ARTIFACT_STORE Component Configuration (ACTIVE)" in outcome.out


def test_describe_shows_where_this_host_keeps_it(zen: Zen, tmp_path: Path) -> None:
    described = zen("artifact-store", "describe", "-o", "json").json
    effective = described["effective_configuration"]
    assert effective["path"].startswith(str(tmp_path / "config"))
    assert effective["path"].endswith(described["uuid"])


def test_describe_and_list_show_the_same_configuration(zen: Zen) -> None:
    (listed,) = zen("artifact-store", "list", "-o", "json").json
    described = zen("artifact-store", "describe", "-o", "json").json
    assert listed["configuration"] == described["configuration"] == {"path": None}


def test_describe_of_a_type_that_the_stack_lacks(zen: Zen) -> None:
    outcome = zen("alerter", "describe", code=1)
    assert "The active stack 'default' has no alerter." in outcome.err


def test_delete_refuses_what_a_stack_uses(zen: Zen) -> None:
    """Before it asks, and with what to do instead."""
    outcome = zen("artifact-store", "delete", "default", code=1)
    assert "is part of stack 'default'" in outcome.err
    assert "'zen stack update default --artifact-store NAME'" in outcome.err
    assert "Are you sure" not in outcome.err


def test_what_a_stack_can_do_without_is_removed_from_it_before(zen: Zen) -> None:
    zen("secrets-manager", "register", "vault", "-f", "local")
    zen("stack", "update", "-x", "vault")
    err = zen("secrets-manager", "delete", "vault", code=1).err
    assert "'zen stack remove-component default --secrets-manager'" in err


def test_delete_asks_and_takes_no_for_an_answer(zen: Zen) -> None:
    zen("artifact-store", "register", "mine", "-f", "local")
    zen("artifact-store", "delete", "mine", answer="n\n", code=1)
    assert len(zen("artifact-store", "list", "-o", "json").json) == 2
    zen("artifact-store", "delete", "mine", "--yes")
    assert len(zen("artifact-store", "list", "-o", "json").json) == 1


def test_delete_of_an_unknown_component_is_no_success(zen: Zen) -> None:
    outcome = zen("artifact-store", "delete", "defaul", "-y", code=1)
    assert "Did you mean 'default'?" in outcome.err
    assert outcome.out == ""


def test_up_and_down_of_a_component_without_resources(zen: Zen) -> None:
    up = zen("orchestrator", "up", "default").out
    assert up == "Orchestrator 'default' is already running.\n"
    down = zen("orchestrator", "down").out
    assert down == "Orchestrator 'default' holds no resources to bring down.\n"


def test_flavors_name_their_distribution(zen: Zen) -> None:
    flavors = zen("metadata-store", "flavor", "list", "-o", "json").json
    sqlite = next(flavor for flavor in flavors if flavor["name"] == "sqlite")
    assert sqlite["distribution"] == "zen-plugin-sqlite"
    assert sqlite["type"] == "metadata_store"


def test_get_names_the_active_stacks_own(zen: Zen) -> None:
    assert zen("artifact-store", "get").out == "Active artifact store: 'default'\n"
    assert zen("artifact-store", "get", "-o", "json").json == {"name": "default"}
    outcome = zen("alerter", "get", code=1)
    assert "The active stack 'default' has no alerter." in outcome.err


def test_update_changes_what_is_given_and_nothing_else(
    zen: Zen, tmp_path: Path
) -> None:
    zen("artifact-store", "register", "mine", "-f", "local", f"--path={tmp_path}/a")
    before = zen("artifact-store", "describe", "mine", "-o", "json").json
    outcome = zen("artifact-store", "update", "mine", "--path", f"{tmp_path}/b")
    assert outcome.out == "Successfully updated artifact store `mine`.\n"
    after = zen("artifact-store", "describe", "mine", "-o", "json").json
    new = {"path": f"{tmp_path}/b"}
    assert after == {**before, "configuration": new, "effective_configuration": new}


def test_update_is_about_the_active_one_by_default(zen: Zen, tmp_path: Path) -> None:
    outcome = zen("artifact-store", "update", f"--path={tmp_path}")
    assert "No component name given; using `default` from active stack." in outcome.err
    listed = zen("artifact-store", "list", "-o", "json").json
    assert listed[0]["configuration"] == {"path": str(tmp_path)}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["mine"], 2, "No attribute is given"),
        (["mine", "--pth=/x"], 1, "Did you mean 'path'?"),
        (
            ["mine", "--name=other"],
            1,
            "'name' of artifact store 'mine' is not an attribute",
        ),
        (["mien", "--path=/x"], 1, "Did you mean 'mine'?"),
    ],
)
def test_update_refuses_what_it_cannot_do(
    zen: Zen, arguments: list[str], code: int, message: str
) -> None:
    zen("artifact-store", "register", "mine", "-f", "local", "--path=/x")
    assert message in zen("artifact-store", "update", *arguments, code=code).err
    mine = zen("artifact-store", "describe", "mine", "-o", "json").json
    assert mine["configuration"] == {"path": "/x"}


def test_a_removed_attribute_has_its_default_again(zen: Zen) -> None:
    zen("artifact-store", "register", "mine", "-f", "local", "--path=/x")
    zen("artifact-store", "remove-attribute", "mine", "--path")
    (mine,) = [
        each
        for each in zen("artifact-store", "list", "-o", "json").json
        if each["name"] == "mine"
    ]
    assert mine["configuration"] == {"path": None}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["mine"], 2, "No attribute is given"),
        (["mine", "--pth"], 1, "Did you mean 'path'?"),
        (
            ["mine", "--uuid"],
            1,
            "rtifact store 'mine' has no attribute 'uuid' to remove",
        ),
    ],
)
def test_remove_attribute_refuses_what_it_cannot_do(
    zen: Zen, arguments: list[str], code: int, message: str
) -> None:
    zen("artifact-store", "register", "mine", "-f", "local", "--path=/x")
    outcome = zen("artifact-store", "remove-attribute", *arguments, code=code)
    assert message in outcome.err


def test_a_renamed_component_stays_in_its_stacks(zen: Zen) -> None:
    outcome = zen("artifact-store", "rename", "default", "bucket")
    assert outcome.out == "Successfully renamed artifact store `default` to `bucket`.\n"
    described = zen("stack", "describe", "-o", "json").json
    assert described["components"]["artifact_store"] == "bucket"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("default", "Mine"), "Artifact store 'mine' already exists."),
        (("default", "default"), "Artifact store 'default' has that name already."),
        (("defalt", "new"), "Did you mean 'default'?"),
        (("default", "a/b"), "is not a valid artifact store name"),
    ],
)
def test_rename_refuses_what_it_cannot_do(
    zen: Zen, names: tuple[str, str], message: str
) -> None:
    zen("artifact-store", "register", "mine", "-f", "local")
    assert message in zen("artifact-store", "rename", *names, code=1).err


def test_a_flavors_attributes_are_explained(zen: Zen) -> None:
    out = zen("artifact-store", "flavor", "describe", "local").out
    assert out.startswith("Artifacts in a folder of this host. From zen-plugin-local")
    assert "ATTRIBUTE" in out
    described = zen("artifact-store", "flavor", "describe", "local", "-o", "json").json
    (path,) = described["attributes"]
    assert (path["name"], path["type"], path["required"]) == ("path", "str", False)
    assert path["meaning"].startswith("The folder.")
    assert described["provider"] == "zen-plugin-local 1.0.0"


def test_a_flavor_without_attributes_says_so(zen: Zen) -> None:
    out = zen("orchestrator", "flavor", "describe", "local").out
    assert out.endswith("It has no attributes.\n")


def test_an_unknown_flavor_cannot_be_described(zen: Zen) -> None:
    outcome = zen("artifact-store", "flavor", "describe", "locl", code=1)
    assert "Did you mean 'local'?" in outcome.err


def test_a_value_can_be_the_content_of_a_file(zen: Zen, here: Path) -> None:
    (here / "path.txt").write_text("/from/a/file")
    attribute = "--path=@path.txt"
    zen("artifact-store", "register", "mine", "-f", "local", attribute)
    mine = zen("artifact-store", "describe", "mine", "-o", "json").json
    assert mine["configuration"] == {"path": "/from/a/file"}


def test_a_file_that_is_not_there_is_named(zen: Zen) -> None:
    arguments = ("artifact-store", "register", "mine", "-f", "local", "--path=@gone")
    outcome = zen(*arguments, code=2)
    assert "'--path' reads the file 'gone', which can't be read" in outcome.err


def test_a_flavor_of_the_users_own_can_be_used_like_any(
    zen: Zen, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(here / "nothing")  # what follows is undone, too
    (here / "own_stores.py").write_text(
        "from zen_local import LocalArtifactStore\n"
        "class Mine(LocalArtifactStore):\n"
        '    """Keep it all."""\n'
        '    FLAVOR = "mine"\n'
    )
    zen("init")
    registered = zen("artifact-store", "flavor", "register", "own_stores.Mine").out
    assert registered == (
        "Successfully registered new flavor 'mine' for stack component"
        " 'artifact_store'.\n"
    )
    local, mine = zen("artifact-store", "flavor", "list", "-o", "json").json
    assert (local["name"], mine["name"], mine["distribution"]) == (
        "local",
        "mine",
        None,
    )
    assert "(custom)" in zen("artifact-store", "flavor", "list").out
    described = zen("artifact-store", "flavor", "describe", "mine").out
    assert described.startswith("Keep it all. From this profile (own_stores.py).")
    zen("artifact-store", "register", "bucket", "-f", "mine", "--path=/x")
    refused = zen("artifact-store", "flavor", "delete", "mine", code=1).err
    assert "is used by artifact store 'bucket'" in refused
    zen("artifact-store", "delete", "bucket", "-y")
    zen("artifact-store", "flavor", "delete", "mine", "-y")
    assert len(zen("artifact-store", "flavor", "list", "-o", "json").json) == 1
    del sys.modules["own_stores"]


def test_a_component_whose_flavor_has_other_attributes_can_be_repaired(
    zen: Zen, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(fields: str) -> None:
        (here / "own_bells.py").write_text(
            "from zen import BaseAlerter\n"
            "class Bell(BaseAlerter):\n"
            '    FLAVOR = "bell"\n'
            f"    {fields}\n"
            "    def post(self, message): return True\n"
            "    def ask(self, question): return True\n"
        )
        sys.modules.pop("own_bells", None)

    monkeypatch.syspath_prepend(here / "nothing")  # what follows is undone, too
    zen("init")
    write("volume: int = 3")
    zen("alerter", "flavor", "register", "own_bells.Bell")
    for name in ("a", "b"):
        zen("alerter", "register", name, "-f", "bell", "--volume=5")
    write("loudness: int; color: str = 'red'")
    shown = zen("alerter", "describe", "a", "-o", "json")
    assert shown.json["configuration"] == {"volume": 5}
    assert "has no attribute 'volume'" in shown.err
    assert "'zen alerter update a --KEY=VALUE'" in shown.err
    missing = zen("alerter", "remove-attribute", "a", "--volume", code=1).err
    assert "loudness: Field required" in missing
    told = zen("alerter", "update", "a", "--loudness=4").err
    assert "no attribute `volume` any more; its value, 5, was dropped" in told
    assert zen("alerter", "describe", "a", "-o", "json").json["configuration"] == {
        "color": "red",
        "loudness": 4,
    }
    write("color: str = 'red'")
    assert "dropped" not in zen("alerter", "remove-attribute", "b", "--volume").err
    assert "volume" not in zen("alerter", "describe", "b").out
    del sys.modules["own_bells"]


@pytest.mark.parametrize("command", ["up", "down"])
def test_a_flavor_that_cannot_tell_its_state_is_blamed(
    zen: Zen, fake_distribution: FakeDistribution, command: str
) -> None:
    state = "    @property\n    def is_running(self): exit(7)\n"
    fake_distribution("horns", HOOKS, PARTS + state, version="0.5")
    zen("alerter", "register", "a", "-f", "horn")
    zen("stack", "update", "-al", "a")
    for arguments in (["alerter", command, "a"], ["stack", command]):
        err = zen(*arguments, code=1).err
        assert "Alerter 'a' " in err
        assert "SystemExit: 7" in err
        assert "horns 0.5" in err


def test_an_attribute_may_be_called_like_what_every_component_has(
    zen: Zen, fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = (
        '    active: str = "loud"\n    flavor: str = "mint"\n    type: str = "brass"\n'
    )
    fake_distribution("horns", HOOKS, PARTS + own)
    monkeypatch.setenv("COLUMNS", "400")
    zen("alerter", "register", "a", "-f", "horn")
    _, head, _, row, _ = zen("alerter", "list").out.splitlines()
    cells = dict(zip(_cells(head), _cells(row), strict=True))
    assert (cells["ACTIVE"], cells["CONFIGURATION.ACTIVE"]) == ("", "loud")
    assert (cells["FLAVOR"], cells["CONFIGURATION.FLAVOR"]) == ("horn", "mint")
    assert cells["TYPE"] == "brass"
    lines = zen("alerter", "describe", "a").out.splitlines()
    shown = dict(_cells(line) for line in lines if "│" in line)
    assert (shown["FLAVOR"], shown["CONFIGURATION.FLAVOR"]) == ("horn", "mint")
    assert (shown["TYPE"], shown["CONFIGURATION.TYPE"]) == ("alerter", "brass")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("┃").split("│")]


def test_a_relative_path_in_a_shared_profile_is_told(zen: Zen, here: Path) -> None:
    register = ("artifact-store", "register", "-f", "local")
    assert "looks there" not in zen(*register, "own", "--path=data").err
    zen("profile", "create", "team", "--url", "team")
    zen("profile", "set", "team")
    told = f"`path` is kept as {here / 'data'}. Every host"
    assert told in zen(*register, "shared", "--path=data").err
    assert "looks there" not in zen(*register, "far", "--path=/data").err
    assert told in zen("artifact-store", "update", "far", "--path=data").err
