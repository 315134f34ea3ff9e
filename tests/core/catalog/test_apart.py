"""Plugins that are asked in a process of their own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zen.catalog import Answer, Claim, find_claims
from zen.catalog._apart import ask_apart
from zen.plugin import CommandSpec, FlavorSpec

if TYPE_CHECKING:
    from tests.core.conftest import FakeDistribution

HORN = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "horn", "{name}.parts:Horn", "", frozenset())]
"""
SWEEP = """\
@hookimpl
def zen_commands():
    return [CommandSpec(each, f"{name}.{{each}}:run") for each in ("sweep", "mop")]
"""


def asked(*names: str, timeout: float = 30) -> dict[str, tuple[Answer, list[str]]]:
    claims = [claim for claim in find_claims() if claim.owner.distribution in names]
    answers = ask_apart(claims, timeout=timeout)
    return {
        claim.owner.distribution: answer
        for claim, answer in zip(claims, answers, strict=True)
    }


def test_nothing_is_imported_in_this_process(
    fake_distribution: FakeDistribution,
) -> None:
    fake_distribution("horns", HORN.format(name="horns"))
    answer, files = asked("horns")["horns"]
    assert answer.specs == (
        FlavorSpec("alerter", "horn", "horns.parts:Horn", capabilities=frozenset()),
    )
    assert "horns.plugin" not in sys.modules
    assert [file for file in files if file.endswith("plugin.py")]


@pytest.mark.parametrize(
    ("hooks", "cause"),
    [
        ("import os\nos._exit(3)", "it ends the whole process, with exit code 3"),
        ("import os\nos._exit(0)", "it ends the whole process, with exit code 0"),
        ("import os\nos.abort()", "it ends the whole process, with signal 6"),
        (
            "import os\n@hookimpl\ndef zen_flavors():\n    os._exit(1)",
            "it ends the whole process, with exit code 1",
        ),
    ],
)
def test_one_that_ends_the_process_harms_no_other(
    fake_distribution: FakeDistribution, hooks: str, cause: str
) -> None:
    for name in ("able", "well"):
        fake_distribution(name, HORN.format(name=name))
    fake_distribution("broken", hooks)
    found = asked("able", "broken", "well")
    (broken, _) = found["broken"]
    assert broken.is_fatal
    assert f"Module 'broken.plugin' of broken 1.0 can't be loaded: {cause}" in str(
        broken.error
    )
    for name in ("able", "well"):
        answer, _ = found[name]
        assert (len(answer.specs), answer.error, answer.is_fatal) == (1, None, False)


def test_one_that_hangs_harms_no_other(
    fake_distribution: FakeDistribution,
) -> None:
    fake_distribution("broken", "import time\ntime.sleep(60)")
    fake_distribution("well", HORN.format(name="well"))
    found = asked("broken", "well", timeout=3)
    assert "it hangs: no end after 3 seconds" in str(found["broken"][0].error)
    assert found["well"][0].specs


def test_all_files_of_a_package_are_suspected_where_the_process_ends(
    fake_distribution: FakeDistribution,
) -> None:
    """Which of them does it nobody knows, and any of them may be mended."""
    fake_distribution("broken", "import broken.parts", "import os\nos._exit(3)")
    _, files = asked("broken")["broken"]
    names = {file.rpartition("broken/")[2] for file in files}
    assert names >= {"__init__.py", "plugin.py", "parts.py"}


def test_one_in_a_namespace_may_end_the_process(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    fake_distribution("broken", module="broken.sub.inner.plugin")
    package = tmp_path / "site" / "broken-1.0" / "broken"
    (package / "__init__.py").unlink()
    (package / "sub" / "inner").mkdir(parents=True)
    (package / "sub" / "inner" / "plugin.py").write_text("import os\nos._exit(3)")
    (package / "sub" / "inner" / "other.py").touch()
    (package / "sub" / "strange.py").touch()
    answer, files = asked("broken")["broken"]
    assert "exit code 3" in str(answer.error)
    names = {Path(file).name for file in files if file.endswith(".py")}
    assert names == {"plugin.py", "other.py"}


def test_a_hook_on_the_path_that_raises_is_no_matter(
    fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hook(_: str) -> object:
        raise RuntimeError

    fake_distribution("broken", "import os\nos._exit(3)")
    claims = [c for c in find_claims() if c.owner.distribution == "broken"]
    ask_apart([])  # imports all that it needs itself
    monkeypatch.setattr(sys, "path_hooks", [hook])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    ((answer, _),) = ask_apart(claims)
    assert "exit code 3" in str(answer.error)


@pytest.mark.parametrize("body", ["import os\nos._exit(3)", "1 / 0"])
def test_one_that_is_a_single_module_depends_on_itself(
    fake_distribution: FakeDistribution, tmp_path: Path, body: str
) -> None:
    fake_distribution("broken", module="single")
    site = tmp_path / "site" / "broken-1.0"
    (site / "single.py").write_text(body)
    _, files = asked("broken")["broken"]
    assert [file for file in files if str(site) in file] == [str(site / "single.py")]


def test_the_files_behind_an_error_are_those_that_raised(
    fake_distribution: FakeDistribution,
) -> None:
    fake_distribution("broken", "import broken.parts", "def :")
    answer, files = asked("broken")["broken"]
    assert "SyntaxError" in str(answer.error)
    assert [file for file in files if file.endswith("parts.py")]


def test_a_module_that_is_missing_may_appear_in_its_package(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    fake_distribution("broken", module="broken.gone")
    _, files = asked("broken")["broken"]
    assert str(tmp_path / "site" / "broken-1.0" / "broken") in files


def test_commands_that_cannot_be_imported_are_found(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    fake_distribution("broken", SWEEP.format(name="broken"))
    package = tmp_path / "site" / "broken-1.0" / "broken"
    (package / "sweep.py").write_text("import os\nos._exit(3)")
    (package / "mop.py").write_text("import not_there_at_all")
    answer, files = asked("broken")["broken"]
    assert [type(spec) for spec in answer.specs] == [CommandSpec, CommandSpec]
    assert (answer.error, answer.is_fatal) == (None, False)
    sweep, mop = answer.broken["broken.sweep:run"], answer.broken["broken.mop:run"]
    assert (sweep.is_fatal, mop.is_fatal) == (True, False)
    assert "'broken.sweep:run' of broken 1.0" in str(sweep.error)
    assert "exit code 3" in str(sweep.error)
    assert "No module named 'not_there_at_all'" in str(mop.error)
    assert "what broken requires" in mop.error.hint
    assert {str(package / "sweep.py"), str(package / "mop.py")} <= set(files)


def test_every_command_is_tried_wherever_the_process_ends(
    fake_distribution: FakeDistribution,
) -> None:
    parts = {"able": "import os\nos._exit(3)", "mild": "1 / 0", "well": "mop = 1"}
    for name, body in parts.items():
        spec = f'CommandSpec("mop-{name}", "{name}.parts:mop")'
        hooks = f"@hookimpl\ndef zen_commands():\n    return [{spec}]"
        fake_distribution(name, hooks, body)
    fake_distribution("broken", "import os\nos._exit(4)")
    found = {n: answer for n, (answer, _) in asked("broken", *parts).items()}
    assert found["broken"].is_fatal
    assert found["able"].broken["able.parts:mop"].is_fatal
    assert not found["mild"].broken["mild.parts:mop"].is_fatal
    assert "ZeroDivisionError" in str(found["mild"].broken["mild.parts:mop"].error)
    assert found["well"].broken == {}


@pytest.mark.parametrize(
    "module", [".plugin", "", "a:b", "a b", "..", "os.", "'", "a\0b"]
)
def test_an_entry_point_may_hold_anything(
    fake_distribution: FakeDistribution, module: str
) -> None:
    owner = fake_distribution("broken")
    ((answer, _),) = ask_apart([Claim(owner, module)])
    assert answer.error
    assert not answer.is_fatal


def test_where_no_process_can_be_started_that_is_an_error(
    fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = fake_distribution("well")
    monkeypatch.setattr("zen.catalog._isolation._CHILD", "import os; os._exit(4)")
    ((answer, _),) = ask_apart([Claim(owner, "well.plugin")])
    assert "no process can be started (exit code 4)" in str(answer.error)
    assert "well.plugin" not in sys.modules


def test_without_forks_each_is_asked_in_a_process_of_its_own(
    fake_distribution: FakeDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zen.catalog._apart._FORKS", False)
    for name in ("able", "well"):
        fake_distribution(name, HORN.format(name=name))
    fake_distribution("broken", "import sys\nsys.path.clear()\nimport os\nos._exit(3)")
    found = asked("able", "broken", "well")
    assert found["able"][0].specs
    assert found["well"][0].specs
    assert "exit code 3" in str(found["broken"][0].error)


def test_a_helper_called_as_a_library_hides_that_from_nobody(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    helpers = tmp_path / "helpers"
    helpers.mkdir()
    (helpers / "click.py").write_text("1 / 0")
    hooks = f"import sys\nsys.path.insert(0, {str(helpers)!r})\n"
    parts = "import click\n@click.command()\ndef run(): ..."
    command = """\
@hookimpl
def zen_commands():
    return [CommandSpec("{name}", "{name}.parts:run")]
"""
    fake_distribution("able", hooks + command.format(name="able"), parts)
    fake_distribution("well", command.format(name="well"), parts)
    for answer, _ in asked("able", "well").values():
        assert (answer.error, answer.broken) == (None, {})
