"""`zen plugin`, `zen flavor` and `zen which`."""

from __future__ import annotations

import json
from shutil import copytree
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
    told = zen("plugin", "disable", "zen_plugin_sql").out
    assert told.startswith("Plugin 'sql' of zen-plugin-sql ")
    assert states(zen)["sql"] == "disabled"
    assert "does not exist" in zen("profile", "create", "x", "-t", "sql", code=1).err
    zen("plugin", "enable", "sql")
    assert states(zen)["sql"] in {"available", "loaded"}


def test_no_plugins_is_for_one_call(zen: Zen) -> None:
    assert set(states(zen, "--no-plugins").values()) == {"disabled"}
    assert "Pipelines:" not in zen("--no-plugins", "--help").out
    assert "Pipelines:" in zen("--help").out


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


def test_a_broken_configuration_lets_no_plugin_be_imported(
    zen: Zen, config: Path
) -> None:
    """Nobody knows which of them it denies."""
    zen("profile", "list")
    (config / "config.yaml").write_text("plugins: {deny: [local]}\nprofiles: [\n")
    assert set(states(zen).values()) == {"disabled"}
    outcome = zen("plugin", "doctor", code=1)
    assert "all are disabled by a configuration that can't be read" in outcome.out
    assert "config.yaml, line 3" in outcome.err


def test_doctor_names_a_wrong_name(zen: Zen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEN_PLUGINS", "sqlit")
    assert "Did you mean 'sqlite'?" in zen("plugin", "doctor", code=1).err


def test_a_plugin_that_was_disabled_may_be_removed(
    zen: Zen, config: Path, fake_distribution: FakeDistribution
) -> None:
    """What names it can be forgotten, as the error says."""
    fake_distribution("acme-horn")
    zen("plugin", "disable", "acme-horn")
    text = (config / "config.yaml").read_text()
    (config / "config.yaml").write_text(text.replace("acme-horn", "acme-gone"))
    refused = zen("artifact-store", "flavor", "describe", "local", code=1).err
    assert "'zen plugin enable acme-gone'" in refused
    assert "no longer disabled" in zen("plugin", "enable", "acme-gone").out
    zen("artifact-store", "flavor", "describe", "local")
    assert "'acme-gone'" in zen("plugin", "enable", "acme-gone", code=1).err


def test_a_name_of_two_plugins_tells_neither(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    for name in ("one", "two"):
        fake_distribution(name, plugin="same")
    refused = zen("plugin", "disable", "same", code=1).err
    assert "one 1.0 and two 1.0 both call their plugin 'same'" in refused
    assert "Name the distribution, as in 'one'." in refused
    fake_distribution("same")
    zen("plugin", "disable", "same")


def test_an_entry_point_that_names_no_module_is_a_fault(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("acme-horn", module="acme_horn.plugin:plugin")
    assert states(zen)["acme-horn"] == "failed"
    err = zen("plugin", "list").err
    assert "must name a module, unlike 'acme_horn.plugin:plugin'" in err


@pytest.mark.apart
def test_a_spec_of_another_class_is_a_fault(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    """A subclass can't be told from the index."""
    fake_distribution(
        "acme-horn",
        "class MySpec(CommandSpec):\n    __slots__ = ()\n\n"
        "@hookimpl\ndef zen_commands():\n    return [MySpec('horn', 'a.b:c')]",
    )
    assert states(zen)["acme-horn"] == "failed"
    assert "which isn't a CommandSpec" in zen("plugin", "list").err
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
        ("command", "artifact-store", "zen-core"),
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


@pytest.mark.apart
def test_doctor_names_all_that_is_broken(
    zen: Zen, fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_PLUGINS", "hurt,gone,sick")
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


@pytest.mark.apart
def test_doctor_is_content_with_our_own_plugins(zen: Zen) -> None:
    outcome = zen("plugin", "doctor")
    assert "zen-plugin-pipelines" in outcome.out
    assert "Examining 'local' of zen-plugin-local 1.0.0..." in outcome.err


@pytest.mark.apart
def test_doctor_leaves_out_what_is_disabled(zen: Zen) -> None:
    zen("plugin", "disable", "sql")
    names = [each["name"] for each in zen("plugin", "doctor", "-o", "json").json]
    assert "sql" not in names
    assert "local" in names


@pytest.mark.apart
def test_doctor_names_what_is_wrong_only_in_company(
    zen: Zen, fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_PLUGINS", "mail,mail-fork")
    fake_distribution("mail")
    fake_distribution("mail-fork", module="mail.plugin")
    err = zen("plugin", "doctor", code=1).err
    assert "mail-fork: " in err
    assert "another plugin has the same module 'mail.plugin'" in err
    assert "pip uninstall mail-fork" in err


@pytest.mark.apart
def test_doctor_notices_what_the_index_does_not(
    zen: Zen,
    fake_distribution: FakeDistribution,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What ended the process is outside of the plugin, and is mended there."""
    monkeypatch.setenv("ZEN_PLUGINS", "acme-horn")
    fake_distribution(
        "acme-horn",
        f"import os\nif not os.path.exists({str(here / 'ok')!r}):\n    os._exit(3)",
    )
    assert states(zen)["acme-horn"] == "failed"
    (here / "ok").touch()
    assert states(zen)["acme-horn"] == "failed"
    zen("plugin", "doctor")
    assert states(zen)["acme-horn"] == "available"


@pytest.mark.apart
def test_doctor_leaves_out_who_is_not_preferred(
    zen: Zen, fake_distribution: FakeDistribution, config: Path
) -> None:
    fake_distribution("one", "1 / 0", plugin="same")
    fake_distribution("two", plugin="same")
    config.mkdir()
    (config / "config.yaml").write_text("plugins: {prefer: [two]}\nprofiles: {}\n...\n")
    found = zen("plugin", "doctor", "-o", "json").json
    assert "two" in {each["distribution"] for each in found}
    assert "one" not in {each["distribution"] for each in found}


def test_what_two_plugins_do_together_is_told_once(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    for name in ("one", "two"):
        fake_distribution(name, plugin="same")
    told = "one 1.0 and two 1.0 both call their plugin 'same'"
    assert zen("plugin", "list").err.count(told) == 1
    error = zen("alerter", "register", "a", "--flavor", "gone", code=1).err
    assert error.count(told) == 1


@pytest.mark.apart
def test_doctor_examines_all_in_strict_mode_too(
    zen: Zen, fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_PLUGINS_STRICT", "1")
    monkeypatch.setenv("ZEN_PLUGINS", "hurt,sick")
    for name in ("hurt", "sick"):
        fake_distribution(name, "1 / 0")
    err = zen("plugin", "doctor", code=1).err
    assert "hurt: " in err
    assert "sick: " in err


def test_in_strict_mode_the_first_failure_is_an_error(
    zen: Zen, fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_PLUGINS_STRICT", "1")
    fake_distribution("hurt", "1 / 0")
    assert "Module 'hurt.plugin' of hurt 1.0" in zen("flavor", "list", code=1).err
    zen("--version")
    zen("plugin", "disable", "hurt")
    zen("flavor", "list")


@pytest.mark.apart
def test_a_command_that_cannot_be_imported_is_told_of(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    hooks = """\
        @hookimpl
        def zen_commands():
            return [CommandSpec("sweep", "sweeper.parts:sweep", "Sweep.")]
    """
    fake_distribution("sweeper", hooks, "import os\nos._exit(3)")
    assert "'sweeper.parts:sweep' of sweeper 1.0" in zen("plugin", "list").err
    (error,) = zen("plugin", "describe", "sweeper", "-o", "json").json["broken"]
    assert "it ends the whole process, with exit code 3" in error
    assert "Sweep. Can't be loaded; see 'zen sweep'." in zen("--help").out
    err = zen("sweep", code=1).err
    assert "'sweeper.parts:sweep' of sweeper 1.0" in err
    assert "exit code 3" in err
    assert "pip uninstall sweeper" in err


def test_of_two_plugins_of_one_name_one_can_be_disabled(
    zen: Zen, fake_distribution: FakeDistribution
) -> None:
    one, two = (fake_distribution(name, plugin="same") for name in ("one", "two"))
    zen("plugin", "disable", "two")
    found = {
        p["distribution"]: p["state"] for p in zen("plugin", "list", "-o", "json").json
    }
    assert found[one.distribution] != "disabled"
    assert found[two.distribution] == "disabled"
    zen("plugin", "enable", "two")
    assert states(zen)["same"] == "ambiguous"


@pytest.mark.parametrize(
    ("command", "plugins"), [("disable", "local,sql"), ("enable", "none")]
)
def test_what_the_environment_overrides_is_said(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, command: str, plugins: str
) -> None:
    said = "the environment variable ZEN_PLUGINS says otherwise"
    assert said not in zen("plugin", command, "local").err
    monkeypatch.setenv("ZEN_PLUGINS", plugins)
    assert said in zen("plugin", command, "local").err


def test_what_is_missing_may_be_disabled(zen: Zen) -> None:
    err = zen("--no-plugins", "run", code=2).err
    assert "Disabled by the option --no-plugins: " in err
    assert "zen-plugin-pipelines 1.0.0" in err
    zen("plugin", "disable", "pipelines")
    assert "Disabled by 'plugins' in " in zen("run", code=2).err


def test_freeze_leaves_out_what_has_no_version_any_more(
    zen: Zen, fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    fake_distribution("torn")
    (info,) = tmp_path.glob("site/torn-1.0/*.dist-info")
    (info / "METADATA").unlink()
    assert "torn==1.0" in zen("plugin", "freeze").out
    info.rename(info.with_name("torn.dist-info"))
    outcome = zen("plugin", "freeze")
    assert "torn" not in outcome.out
    assert "torn is left out: its version can't be read." in outcome.err


def test_which_tells_what_may_have_what_is_missing(
    zen: Zen, fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_distribution("hurt", "1 / 0")
    for kind in ("flavor", "store", "command"):
        err = zen("which", kind, "sweep", code=1).err
        assert "Module 'hurt.plugin' of hurt 1.0 can't be loaded: ZeroDiv" in err
    monkeypatch.setenv("ZEN_PLUGINS", "sqlit")
    assert "Did you mean 'sqlite'?" in zen("which", "flavor", "sqlite", code=1).err


@pytest.mark.apart
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
    assert "'--kind'" in zen("plugin", "new", "acme", code=2).err


def test_new_writes_nothing_over_what_is_there(zen: Zen, here: Path) -> None:
    (here / "acme").mkdir()
    (here / "acme" / "notes").write_text("mine")
    err = zen("plugin", "new", "acme", "--kind", "store", code=1).err
    assert "acme already exists" in err
    assert [each.name for each in (here / "acme").iterdir()] == ["notes"]


@pytest.mark.apart
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


@pytest.mark.apart
def test_doctor_counts_in_its_table_all_that_it_tells(
    zen: Zen, fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    offer = (
        "@hookimpl\ndef zen_flavors():\n"
        "    return [FlavorSpec('alerter', 'horn', 'one.parts:Horn')]\n"
    )
    horn = (
        "from zen import BaseAlerter\nclass Horn(BaseAlerter):\n    FLAVOR = 'horn'\n"
    )
    horn += "    def post(self, message): return True\n"
    horn += "    def ask(self, question): return True\n"
    fake_distribution("one", offer, horn)
    fake_distribution("two", offer, horn)
    fake_distribution("three", module="one.plugin")
    fake_distribution("four", version="1.0")
    fake_distribution("four", version="2.0")
    info = tmp_path / "site" / "four-2.0" / "four-2.0.dist-info"
    copytree(info, info.with_name("four-1.5.dist-info"))
    outcome = zen("plugin", "doctor", "-o", "json", code=1)
    faults = {row["name"]: row["faults"] for row in json.loads(outcome.out)}
    troubled = {name: found for name, found in faults.items() if found}
    assert troubled.keys() == {"one", "two", "three", "four"}
    assert troubled["one"] == troubled["two"]
    assert "both claim flavor 'horn'" in troubled["one"][0]
    assert "has the same module" in "".join(troubled["three"])
    assert "four 2.0 is installed more than once in" in troubled["four"][0]
    assert "four-2.0.dist-info" in troubled["four"][0]
    assert "four-1.5.dist-info" in troubled["four"][0]
    assert f"hides {tmp_path}/site/four-1.0/four-1.0.dist-info." in outcome.err
    for name, found in troubled.items():
        for fault in found:
            assert fault.removeprefix(f"{name}: ") in outcome.err
