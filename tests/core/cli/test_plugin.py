"""`zen plugin`, `zen flavor` and `zen which`."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from zen.scaffold import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen
    from tests.core.conftest import FakeDistribution


def states(zen: Zen, *options: str) -> dict[str, str]:
    plugins = zen(*options, "plugin", "list", "-o", "json").json
    return {plugin["name"]: plugin["state"] for plugin in plugins}


def test_list_tells_what_each_provides(zen: Zen) -> None:
    plugins = {p["name"]: p for p in zen("plugin", "list", "-o", "json").json}
    assert plugins["pipelines"]["provides"] == {"commands": ["run", "pipeline"]}
    assert plugins["sqlite"]["provides"] == {"flavors": ["metadata_store/sqlite"]}
    assert "2 commands" in zen("plugin", "list").out


def test_list_names_what_is_broken(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("acme-horn", "import nowhere", version="0.3")
    outcome = zen("plugin", "list")
    assert "failed" in outcome.out
    assert "acme-horn 0.3 can't be loaded: ModuleNotFoundError" in outcome.err
    assert "pip uninstall acme-horn" in outcome.err


def test_describe_tells_why_a_plugin_is_broken(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("acme-horn", "import nowhere")
    described = zen("plugin", "describe", "acme-horn", "-o", "json").json
    assert described["state"] == "failed"
    assert "No module named 'nowhere'" in described["error"]
    assert "acme-horn" in described["remedy"]


def test_an_unknown_plugin_is_an_error_with_a_suggestion(zen: Zen) -> None:
    for command in ("describe", "disable", "enable"):
        err = zen("plugin", command, "loca", code=1).err
        assert "Plugin 'loca' does not exist. Did you mean 'local'?" in err


def test_a_plugin_is_disabled_and_enabled(zen: Zen) -> None:
    assert zen("plugin", "disable", "zen_plugin_sql").out == (
        "Plugin 'sql' is disabled.\n"
    )
    assert states(zen)["sql"] == "disabled"
    assert "does not exist" in zen("profile", "create", "x", "-t", "sql", code=1).err
    zen("plugin", "enable", "sql")
    assert states(zen)["sql"] == "loaded"


def test_no_plugins_is_for_one_call(zen: Zen) -> None:
    assert set(states(zen, "--no-plugins").values()) == {"disabled"}
    assert "Commands from plugins" not in zen("--no-plugins", "--help").out
    assert "Commands from plugins" in zen("--help").out


def test_a_wrong_name_in_the_environment_stops_no_command_of_the_core(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    zen("profile", "list")
    monkeypatch.setenv("ZEN_PLUGINS", "sqlit")
    assert "Did you mean 'sqlite'?" in zen("plugin", "list").err
    zen("--help")
    zen("profile", "list")


def test_a_broken_configuration_stops_no_command_about_plugins(
    zen: Zen, config: Path
) -> None:
    zen("profile", "list")
    (config / "config.yaml").write_text("plugins: [\n")
    assert "config.yaml, line 2" in zen("plugin", "list").err
    zen("plugin", "describe", "local")
    zen("--help")


def test_freeze_prints_requirements(zen: Zen) -> None:
    assert "zen-plugin-local==1.0.0\n" in zen("plugin", "freeze").out


@pytest.mark.parametrize(
    ("kind", "name", "owner"),
    [
        ("flavor", "sqlite", "zen-plugin-sqlite"),
        ("flavor", "metadata_store/sqlite", "zen-plugin-sqlite"),
        ("store", "sql", "zen-plugin-sql"),
        ("store", "local", "zen-core"),
        ("command", "run", "zen-plugin-pipelines"),
        ("command", "stack", "zen-core"),
    ],
)
def test_which_names_the_owner(zen: Zen, kind: str, name: str, owner: str) -> None:
    (found,) = zen("which", kind, name, "-o", "json").json
    assert found["distribution"] == owner


@pytest.mark.parametrize(
    ("kind", "name", "nearest"),
    [
        ("flavor", "metadata_store/sqlit", "metadata_store/sqlite"),
        ("store", "sqk", "sql"),
        ("command", "rnu", "run"),
    ],
)
def test_which_suggests_the_nearest(
    zen: Zen, kind: str, name: str, nearest: str
) -> None:
    assert f"Did you mean '{nearest}'?" in zen("which", kind, name, code=1).err


def test_doctor_names_all_that_is_broken(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    for name, hooks in {
        "hurt": "import nowhere",
        "gone": "import os\nos._exit(1)",
        "sick": "@hookimpl\ndef zen_flavours():\n    return []",
    }.items():
        fake_distribution(name, hooks)
    outcome = zen("plugin", "doctor", "-o", "json", code=1)
    faults = {each["name"]: each["faults"] for each in outcome.json}
    assert {name for name, found in faults.items() if found} == {"hurt", "gone", "sick"}
    for name in ("hurt", "gone", "sick"):
        assert f"{name}: " in outcome.err


def test_doctor_is_content_with_our_own_plugins(zen: Zen) -> None:
    outcome = zen("plugin", "doctor")
    assert "zen-plugin-pipelines" in outcome.out
    assert "Examining 'local' of zen-plugin-local 1.0.0..." in outcome.err


def test_doctor_leaves_out_what_is_disabled(zen: Zen) -> None:
    zen("plugin", "disable", "sql")
    names = [each["name"] for each in zen("plugin", "doctor", "-o", "json").json]
    assert "sql" not in names
    assert "local" in names


def test_a_plugin_that_ends_the_process_can_be_disabled(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    zen("profile", "list")
    fake_distribution("acme-horn", "import os\nos._exit(7)")
    assert "acme-horn==1.0" in zen("plugin", "freeze").out
    zen("stack", "list")
    zen("plugin", "disable", "acme-horn")
    assert states(zen)["acme-horn"] == "disabled"


def test_new_writes_a_distribution_and_says_what_to_do_next(
    zen: Zen, here: Path
) -> None:
    lines = zen("plugin", "new", "acme-bell", "--kind", "flavor").out.splitlines()
    files = {
        file.relative_to(here / "acme-bell").as_posix()
        for file in here.rglob("*")
        if file.is_file()
    }
    end = lines.index("")
    assert lines[0] == "A new plugin is in acme-bell:"
    assert {line.strip() for line in lines[1:end]} == files
    assert lines[end + 1 : end + 5] == [
        "Test it, and try it:",
        "  cd acme-bell",
        "  pip install -e '.[test]'",
        "  pytest",
    ]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_new_takes_every_kind_that_there_is(zen: Zen, here: Path, kind: str) -> None:
    zen("plugin", "new", "acme", "--kind", kind, "--folder", "a b/c")
    assert (here / "a b" / "c" / "src" / "acme" / "plugin.py").exists()
    outcome = zen("plugin", "new", "acme", "--kind", kind, "--folder", "d e")
    assert "  cd 'd e'\n" in outcome.out


@pytest.mark.parametrize("kind", ["store", "command", "orchestrator"])
def test_new_takes_a_type_only_where_there_is_one_to_choose(
    zen: Zen, here: Path, kind: str
) -> None:
    options = ("--kind", kind, "--type", "alerter")
    err = zen("plugin", "new", "acme", *options, code=2).err
    assert f"'--kind {kind}' takes no '--type'." in err
    assert [*here.iterdir()] == []


def test_new_suggests_the_nearest_type(zen: Zen, here: Path) -> None:
    command = ("plugin", "new", "acme", "--kind", "flavor", "--type", "alertr")
    assert "Did you mean 'alerter'?" in zen(*command, code=1).err
    assert [*here.iterdir()] == []


def test_new_demands_a_kind(zen: Zen) -> None:
    assert "Missing option '--kind'" in zen("plugin", "new", "acme", code=2).err


def test_new_writes_nothing_over_what_is_there(zen: Zen, here: Path) -> None:
    (here / "acme").mkdir()
    (here / "acme" / "notes").write_text("mine")
    err = zen("plugin", "new", "acme", "--kind", "store", code=1).err
    assert "acme exists already" in err
    assert [each.name for each in (here / "acme").iterdir()] == ["notes"]


@pytest.mark.parametrize(
    "hooks",
    ["import nowhere", "import os\nos._exit(7)", "raise SystemExit", "def ("],
)
def test_new_works_whatever_is_broken(
    zen: Zen, fake_distribution: FakeDistribution, hooks: str, here: Path
) -> None:
    fake_distribution("acme-horn", hooks)
    for kind in get_args(Kind):
        zen("plugin", "new", "acme", "--kind", kind, "--folder", kind)
    assert {each.name for each in here.iterdir()} == {*get_args(Kind)}


def test_new_needs_no_configuration(zen: Zen, config: Path) -> None:
    config.mkdir()
    (config / "config.yaml").write_text("plugins: [\n")
    zen("plugin", "new", "acme", "--kind", "command")


def test_help_of_new_has_an_example(zen: Zen) -> None:
    assert "zen plugin new acme-s3 --kind flavor" in zen("plugin", "new", "-h").out
