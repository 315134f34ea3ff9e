"""`zen stack`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution

HORN_FLAVOR = """
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "horn", "horns.parts:Horn", "Blows.")]
"""
HORN = """
from zen import BaseAlerter

class Horn(BaseAlerter):
    FLAVOR = "horn"

    def post(self, message):
        return True

    def ask(self, question):
        return True
"""
DEFAULTS = ("-o", "default", "-a", "default", "-m", "default")


def names(zen: Zen) -> list[str]:
    return [stack["name"] for stack in zen("stack", "list", "-o", "json").json]


@pytest.fixture
def stores(zen: Zen, tmp_path: Path) -> Path:
    """The default profile's folder, after the first use."""
    zen("profile", "list")
    return tmp_path / "config" / "profiles" / "default"


def test_list_marks_the_active_stack(zen: Zen) -> None:
    (stack,) = zen("stack", "list", "--output", "json").json
    assert stack["active"] is True
    assert stack["components"] == {
        "artifact_store": "default",
        "metadata_store": "default",
        "orchestrator": "default",
    }


def test_list_in_yaml_is_one_document(zen: Zen) -> None:
    assert zen("stack", "list", "-o", "yaml").out.startswith("- active: true\n")


def test_list_shows_a_column_for_each_type_in_use(zen: Zen) -> None:
    header = zen("stack", "list").out.splitlines()[1]
    assert "ARTIFACT_STORE │ METADATA_STORE │ ORCHESTRATOR" in header
    assert "ALERTER" not in header


def test_register_and_set_in_one_go(zen: Zen) -> None:
    zen("stack", "register", "prod", *DEFAULTS, "--set")
    assert zen("stack", "get").out == "The active stack is: 'prod'\n"


def test_register_takes_the_originals_spelling_of_options(zen: Zen) -> None:
    options = ["--artifact_store", "default", "--metadata_store", "default"]
    zen("stack", "register", "prod", "-o", "default", *options)
    assert names(zen) == ["default", "prod"]


def test_register_without_a_required_type_names_what_there_is(zen: Zen) -> None:
    outcome = zen("stack", "register", "prod", "-o", "default", "-a", "default", code=2)
    assert "would have no metadata store" in outcome.err
    assert "Registered metadata stores: default." in outcome.err
    assert "zen metadata-store register" in outcome.err
    assert names(zen) == ["default"]


def test_register_with_an_unknown_component_suggests_the_nearest(zen: Zen) -> None:
    options = ["-o", "defult", *DEFAULTS[2:]]
    outcome = zen("stack", "register", "prod", *options, code=1)
    assert "Orchestrator 'defult' does not exist" in outcome.err
    assert "Did you mean 'default'?" in outcome.err
    assert "zen orchestrator list" in outcome.err


def test_register_refuses_a_name_that_is_taken(zen: Zen) -> None:
    outcome = zen("stack", "register", "Default", *DEFAULTS, code=1)
    assert "Stack 'default' already exists." in outcome.err


@pytest.mark.parametrize("name", ["a/b", "..", ""])
def test_register_refuses_invalid_names(zen: Zen, name: str) -> None:
    outcome = zen("stack", "register", name, *DEFAULTS, code=1)
    assert "is not a valid stack name" in outcome.err


def test_an_unknown_option_is_a_usage_error_with_a_suggestion(zen: Zen) -> None:
    outcome = zen("stack", "register", "x", "--orchestratr", "default", code=2)
    assert "--orchestrator" in outcome.err


def test_set_of_an_unknown_stack_changes_nothing(zen: Zen) -> None:
    assert "Stack 'prod' does not exist" in zen("stack", "set", "prod", code=1).err
    assert zen("stack", "get").out == "The active stack is: 'default'\n"


def test_set_globally_is_not_for_the_repository(zen: Zen) -> None:
    zen("stack", "register", "prod", *DEFAULTS)
    zen("init")
    zen("stack", "set", "-g", "prod")
    assert "'default'" in zen("stack", "get").out


def test_describe_shows_a_stacks_components(zen: Zen) -> None:
    described = zen("stack", "describe", "-o", "json").json
    assert described["name"] == "default"
    assert described["components"]["metadata_store"] == "default"
    assert "'default' Stack Configuration (ACTIVE)" in zen("stack", "describe").out


def test_describe_of_an_unknown_stack_fails(zen: Zen) -> None:
    assert "does not exist" in zen("stack", "describe", "prod", code=1).err


def test_delete_asks_and_takes_no_for_an_answer(zen: Zen) -> None:
    zen("stack", "register", "prod", *DEFAULTS)
    zen("stack", "delete", "prod", answer="n\n", code=1)
    assert names(zen) == ["default", "prod"]
    deleted = zen("stack", "delete", "prod", answer="y\n").out
    assert deleted.endswith("Deleted stack 'prod'.\n")
    assert names(zen) == ["default"]


def test_delete_without_an_answer_changes_nothing(zen: Zen) -> None:
    zen("stack", "register", "prod", *DEFAULTS)
    zen("stack", "delete", "prod", answer="", code=1)
    assert names(zen) == ["default", "prod"]


def test_delete_refuses_the_active_stack_before_it_asks(zen: Zen) -> None:
    outcome = zen("stack", "delete", "default", code=1)
    assert "can't be deleted while it is active" in outcome.err
    assert "sure" not in outcome.err


def test_delete_of_an_unknown_stack_is_no_success(zen: Zen) -> None:
    assert zen("stack", "delete", "gone", "-y", code=1).out == ""


def test_up_and_down_of_a_stack_without_resources(zen: Zen) -> None:
    assert zen("stack", "up").out == "Stack 'default' is already running.\n"
    down = zen("stack", "down", "default")
    assert down.out == "Stack 'default' holds no resources to bring down.\n"
    assert "Deprovisioning" not in down.err


def test_a_broken_file_is_located_and_hides_nothing_else(
    zen: Zen, stores: Path
) -> None:
    broken = stores / "stacks" / "broken.yaml"
    broken.write_text("name: broken\ncomponents: {a: [}\n...\n")
    outcome = zen("stack", "list", code=1)
    assert "default" in outcome.out
    assert f"Error: {broken}, line 2: not valid YAML" in outcome.err
    zen("artifact-store", "list")
    zen("stack", "describe", "default")


def test_a_cut_file_is_recognised(zen: Zen, stores: Path) -> None:
    file = stores / "stacks" / "default.yaml"
    file.write_bytes(file.read_bytes()[:-5])
    outcome = zen("stack", "describe", "default", code=1)
    assert "is cut short" in outcome.err
    zen("profile", "list")


def test_a_component_that_a_damaged_stack_may_use_is_not_deleted(
    zen: Zen, stores: Path
) -> None:
    zen("artifact-store", "register", "mine", "-f", "local")
    (stores / "stacks" / "broken.yaml").write_text("name: broken\n")
    zen("artifact-store", "delete", "mine", "-y", code=1)
    assert (stores / "components" / "artifact_store" / "mine.yaml").exists()


def test_a_stack_that_is_gone_can_be_mended(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_ACTIVATED_STACK", "gone")
    outcome = zen("stack", "up", code=1)
    assert "environment variable ZEN_ACTIVATED_STACK" in outcome.err
    assert "unset it" in outcome.err
    listed = zen("stack", "list")
    assert "default" in listed.out
    assert "Warning: The active stack 'gone'" in listed.err


@pytest.mark.parametrize("command", ["up", "down", "describe"])
def test_an_empty_name_is_not_the_active_stack(zen: Zen, command: str) -> None:
    """As an unset variable of a shell gives it."""
    assert "Stack '' does not exist" in zen("stack", command, "", code=1).err


def test_an_empty_name_of_a_component_is_not_left_out(zen: Zen) -> None:
    outcome = zen("stack", "register", "x", *DEFAULTS, "-x", "", code=1)
    assert "is not a valid secrets manager name" in outcome.err


def components(zen: Zen, name: str) -> dict[str, str]:
    described = zen("stack", "describe", name, "-o", "json").json
    return dict(described["components"])


def test_update_changes_what_is_given_and_nothing_else(zen: Zen) -> None:
    zen("artifact-store", "register", "bucket", "-f", "local")
    before = components(zen, "default")
    outcome = zen("stack", "update", "default", "-a", "bucket")
    assert outcome.out == "Stack `default` successfully updated!\n"
    assert components(zen, "default") == {**before, "artifact_store": "bucket"}


def test_update_is_about_the_active_stack_by_default(zen: Zen) -> None:
    zen("artifact-store", "register", "bucket", "-f", "local")
    zen("stack", "update", "--artifact_store", "bucket")
    assert components(zen, "default")["artifact_store"] == "bucket"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "No component is given"),
        (["-a", "defalt"], 1, "Did you mean 'default'?"),
        (["prod", "-a", "default"], 1, "Stack 'prod' does not exist."),
    ],
)
def test_update_refuses_what_it_cannot_do(
    zen: Zen, arguments: list[str], code: int, message: str
) -> None:
    assert message in zen("stack", "update", *arguments, code=code).err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "No component type is given"),
        (["-al"], 1, "Stack 'default' has no alerter to remove."),
        (["default", "-o"], 1, "Stack 'default' would have no orchestrator, which"),
        (["prod", "-al"], 1, "Stack 'prod' does not exist."),
    ],
)
def test_remove_component_refuses_what_it_cannot_do(
    zen: Zen, arguments: list[str], code: int, message: str
) -> None:
    assert message in zen("stack", "remove-component", *arguments, code=code).err


def test_a_component_that_is_removed_from_a_stack_stays(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("horns", HORN_FLAVOR, HORN)
    zen("alerter", "register", "mine", "-f", "horn")
    zen("stack", "update", "-al", "mine")
    assert components(zen, "default")["alerter"] == "mine"
    outcome = zen("stack", "remove-component", "default", "--alerter")
    assert outcome.out == "Stack `default` successfully updated!\n"
    assert "alerter" not in components(zen, "default")
    assert [each["name"] for each in zen("alerter", "list", "-o", "json").json] == [
        "mine"
    ]


def test_a_renamed_stack_stays_active(zen: Zen) -> None:
    outcome = zen("stack", "rename", "default", "prod")
    assert outcome.out == "Stack `default` successfully renamed as `prod`!\n"
    assert names(zen) == ["prod"]
    assert zen("stack", "get", "-o", "json").json == {"name": "prod"}


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("default", "Prod"), "Stack 'prod' already exists."),
        (("default", "default"), "Stack 'default' has that name already."),
        (("defalt", "new"), "Did you mean 'default'?"),
        (("default", "a/b"), "is not a valid stack name"),
    ],
)
def test_rename_refuses_what_it_cannot_do(
    zen: Zen, pair: tuple[str, str], message: str
) -> None:
    zen("stack", "register", "prod", *DEFAULTS)
    assert message in zen("stack", "rename", *pair, code=1).err
    assert names(zen) == ["default", "prod"]


def test_where_the_environment_says_what_is_active_another_is_set_there(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_ACTIVATED_STACK", "default")
    refused = zen("stack", "delete", "default", code=1).err
    assert (
        "Unset or change the environment variable ZEN_ACTIVATED_STACK first" in refused
    )


def test_all_that_a_stack_lacks_is_named_with_a_line_to_paste(zen: Zen) -> None:
    err = zen("stack", "register", "s1", "-o", "default", code=2).err
    assert "would have no artifact store and no metadata store" in err
    line = (
        "zen stack register s1 --artifact-store default --metadata-store default"
        " --orchestrator default"
    )
    assert f"'{line}'" in err
    zen(*line.split()[1:])


def test_a_name_that_is_wrong_is_named_with_what_is_missing(zen: Zen) -> None:
    err = zen("stack", "register", "s1", "-o", "defualt", code=2).err
    assert "and no metadata store, which" in err
    assert "Orchestrator 'defualt' does not exist." in err
    assert "Registered orchestrators: default." in err
    assert "--orchestrator default'" in err


def test_setting_a_stack_shows_its_real_name(zen: Zen) -> None:
    assert "stack set to: 'default'" in zen("stack", "set", "DEFAULT").out


LONG = "x" * 300


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("stack", "describe", LONG), f"Stack '{LONG}' does not exist."),
        (("stack", "delete", LONG, "-y"), f"Stack '{LONG}' does not exist."),
        (("stack", "diff", LONG, "default"), f"Stack '{LONG}' does not exist."),
        (("orchestrator", "describe", LONG), f"'{LONG}' does not exist."),
        (("stack", "export", "default", LONG), f"{LONG} can't be written"),
        (("profile", "create", "p", "--url", LONG), "can't be read"),
        (("stack", "import", LONG), f"Invalid value: '{LONG}'"),
    ],
    ids=lambda each: (
        " ".join(each).replace(LONG, "") if isinstance(each, tuple) else ""
    ),
)
def test_no_name_is_too_long_to_be_refused(
    zen: Zen, command: tuple[str, ...], reason: str
) -> None:
    code = 2 if "import" in command else 1
    told = zen(*command, code=code).err.replace("\n", " ")
    assert reason in told
