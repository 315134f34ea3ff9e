"""`zen status`: one screen, whatever is broken."""

from __future__ import annotations

import errno
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.config.legacy.conftest import make_legacy
from zen import Repository
from zen.config import GlobalConfiguration

if TYPE_CHECKING:
    from types import ModuleType

    from tests.conftest import RunPython
    from tests.core.cli.conftest import Zen
    from zen.catalog import Owner
    from zen.testing import FakeDistribution


@pytest.fixture(autouse=True)
def host(only_fakes: None, acme: Owner) -> None:
    """A host on which the default stack is Acme's."""
    del only_fakes, acme  # what it needs is that they're there


@pytest.fixture
def used(host: None) -> None:
    """A host on which Zen was used before."""
    del host
    Repository()


def status(zen: Zen) -> dict[str, Any]:
    outcome = zen("status", "-o", "json")
    found: dict[str, Any] = outcome.json
    return found


def told(zen: Zen) -> str:
    """Return all that is told of troubles; it is told to people too."""
    troubles = status(zen)["troubles"]
    screen = zen("status").out
    assert all(trouble["error"].splitlines()[0] in screen for trouble in troubles)
    return json.dumps(troubles, ensure_ascii=False)


@pytest.mark.usefixtures("used")
def test_status_outside_of_a_repository(zen: Zen, config: Path) -> None:
    found = status(zen)
    assert found["repository"] is None
    assert found["profile"] == {
        "name": "default",
        "scope": "global",
        "source": str(config / "config.yaml"),
    }
    url = (config / "profiles" / "default").as_uri()
    assert found["store"] == {"type": "local", "url": url}
    assert (found["stack"]["name"], found["stack"]["scope"]) == ("default", "global")
    assert found["components"][0] == {
        "type": "orchestrator",
        "name": "default",
        "flavor": "acme",
        "provider": "acme 1.2",
        "state": "not provisioned",
    }
    assert found["troubles"] == []


def test_the_first_use_may_be_to_ask(zen: Zen) -> None:
    outcome = zen("status")
    assert "Created and activated default profile." in outcome.err
    assert "Profile:     default (global: " in outcome.out


@pytest.mark.usefixtures("used")
def test_the_screen_has_it_all(zen: Zen, here: Path, config: Path) -> None:
    zen("init")
    assert zen("status").out.replace(str(here), "HERE").splitlines() == [
        "Repository:  HERE",
        "Profile:     default (repository: HERE/.zen/config.yaml)",
        f"Store:       local, {(config / 'profiles' / 'default').as_uri()}",
        "Stack:       default (repository: HERE/.zen/config.yaml)",
        "",
        "┏━━━━━━━━━━━━━━━━┯━━━━━━━━━┯━━━━━━━━┯━━━━━━━━━━┯━━━━━━━━━━━━━━━━━┓",
        "┃ TYPE           │ NAME    │ FLAVOR │ PROVIDER │ STATE           ┃",
        "┠────────────────┼─────────┼────────┼──────────┼─────────────────┨",
        "┃ orchestrator   │ default │ acme   │ acme 1.2 │ not provisioned ┃",
        "┃ artifact_store │ default │ acme   │ acme 1.2 │ not provisioned ┃",
        "┃ metadata_store │ default │ acme   │ acme 1.2 │ not provisioned ┃",
        "┗━━━━━━━━━━━━━━━━┷━━━━━━━━━┷━━━━━━━━┷━━━━━━━━━━┷━━━━━━━━━━━━━━━━━┛",
    ]


@pytest.mark.usefixtures("used")
def test_what_the_environment_says_is_told(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    zen("profile", "create", "work")
    monkeypatch.setenv("ZENML_ACTIVATED_PROFILE", "work")
    monkeypatch.setenv("ZEN_ACTIVATED_STACK", "default")
    out = zen("status").out
    assert "Profile:     work (environment: ZENML_ACTIVATED_PROFILE)\n" in out
    assert "Stack:       default (environment: ZEN_ACTIVATED_STACK)\n" in out


@pytest.mark.usefixtures("used")
def test_each_component_tells_its_state(zen: Zen, acme_parts: ModuleType) -> None:
    acme_parts.provisioned.update({"orchestrator", "artifact_store"})
    acme_parts.running.add("orchestrator")
    found = status(zen)["components"]
    assert {part["type"]: part["state"] for part in found} == {
        "orchestrator": "running",
        "artifact_store": "provisioned",
        "metadata_store": "not provisioned",
    }


@pytest.mark.usefixtures("used")
def test_a_password_is_not_shown(zen: Zen) -> None:
    with GlobalConfiguration().update() as settings:
        profile = settings.profiles["default"]
        fields = {"store_type": "gust", "store_url": "gust://u:hidden@h/d"}
        for name, value in fields.items():
            object.__setattr__(profile, name, value)
    assert status(zen)["store"] == {"type": "gust", "url": "gust://u:***@h/d"}
    assert "Store type 'gust' does not exist" in told(zen)


@pytest.mark.parametrize("kind", ["profile", "stack"])
@pytest.mark.usefixtures("used")
def test_a_setting_that_leads_nowhere(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    variable = f"ZEN_ACTIVATED_{kind.upper()}"
    monkeypatch.setenv(variable, "gone")
    found = status(zen)
    assert found[kind]["name"] == "gone"
    assert found["components"] == []
    assert variable in told(zen)


@pytest.mark.usefixtures("used")
def test_a_repository_path_that_leads_nowhere(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZEN_REPOSITORY_PATH", str(tmp_path))
    assert status(zen)["repository"] is None
    assert "ZEN_REPOSITORY_PATH" in told(zen)
    assert len(status(zen)["troubles"]) == 1


@pytest.mark.usefixtures("used")
def test_a_profile_without_active_stack(zen: Zen) -> None:
    with GlobalConfiguration().update() as settings:
        object.__setattr__(settings.profiles["default"], "active_stack", None)
    assert status(zen)["stack"] is None
    assert "zen stack set" in told(zen)


@pytest.mark.parametrize(
    "content", ["profiles: [", "plugins: 3", "profiles: {x: 3}\n...\n", "", "\x00"]
)
@pytest.mark.usefixtures("used")
def test_a_damaged_configuration(zen: Zen, config: Path, content: str) -> None:
    zen("init")
    (config / "config.yaml").write_text(content)
    found = status(zen)
    assert found["repository"] == str(Path.cwd())
    assert str(config / "config.yaml") in told(zen)


@pytest.mark.usefixtures("used")
def test_damaged_plugin_settings(zen: Zen, config: Path) -> None:
    file = config / "config.yaml"
    file.write_text(file.read_text().replace("...", "plugins: {deny: 3}\n..."))
    assert "'plugins: deny' must be a list" in told(zen)
    assert status(zen)["profile"]["name"] == "default"


@pytest.mark.usefixtures("used")
def test_a_damaged_repository_file(zen: Zen) -> None:
    zen("init")
    Path(".zen/config.yaml").write_text("a: [")
    assert str(Path(".zen/config.yaml").absolute()) in told(zen)
    assert status(zen)["repository"] == str(Path.cwd())


@pytest.mark.parametrize("file", ["stacks/default", "components/orchestrator/default"])
@pytest.mark.parametrize("damage", ["name: [", None])
@pytest.mark.usefixtures("used")
def test_a_damaged_store(zen: Zen, config: Path, file: str, damage: str | None) -> None:
    path = config / "profiles" / "default" / f"{file}.yaml"
    path.unlink()
    if damage:
        path.write_text(damage)
    found = status(zen)
    states = {part["type"]: part["state"] for part in found["components"]}
    if file.startswith("components"):
        assert list(states.values()) == ["missing", *["not provisioned"] * 2]
    else:
        assert states == {}
    assert (str(path) if damage else "does not exist") in told(zen)


@pytest.mark.usefixtures("used")
def test_a_plugin_that_is_missing(zen: Zen, config: Path) -> None:
    profile = config / "profiles" / "default"
    file = profile / "components" / "orchestrator" / "default.yaml"
    content = file.read_text().replace("flavor: acme", "flavor: blimp")
    file.write_text(content.replace("distribution: acme", "distribution: air"))
    part = status(zen)["components"][0]
    assert (part["flavor"], part["provider"]) == ("blimp", "air 1.2")
    assert part["state"] == "unknown"
    assert "Install air==1.2" in told(zen)


@pytest.mark.usefixtures("used")
def test_a_plugin_that_is_disabled(zen: Zen) -> None:
    zen("plugin", "disable", "acme")
    assert {part["state"] for part in status(zen)["components"]} == {"unknown"}
    assert "zen plugin enable acme" in told(zen)


@pytest.mark.usefixtures("used")
def test_a_plugin_that_is_broken(zen: Zen, fake_distribution: FakeDistribution) -> None:
    fake_distribution("crooked", "raise RuntimeError('crooked indeed')")
    assert "crooked indeed" in told(zen)
    assert len(status(zen)["components"]) == 3


@pytest.mark.parametrize("error", [RuntimeError, KeyError, SystemExit])
@pytest.mark.usefixtures("used")
def test_a_flavor_that_fails_to_tell(
    zen: Zen,
    acme_parts: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
) -> None:
    def fail(_: object) -> bool:
        raise error("no state")

    monkeypatch.setattr(acme_parts.Tracked, "is_provisioned", property(fail))
    found = status(zen)["components"]
    assert [part["state"] for part in found] == ["unknown"] * 3
    assert "Orchestrator 'default' can't tell its state" in told(zen)


@pytest.mark.usefixtures("used")
def test_a_flavor_that_tells_nonsense(
    zen: Zen, acme_parts: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Neither:
        def __bool__(self) -> bool:
            raise SystemExit(7)

    monkeypatch.setattr(acme_parts.Tracked, "is_running", Neither())
    assert "can't tell its state: SystemExit: 7" in told(zen)


@pytest.mark.usefixtures("used")
def test_a_store_that_ends_the_program_is_kept_from_it(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SystemExit(7)

    monkeypatch.setattr("zen.stores.Store.component", fail)
    assert {part["state"] for part in status(zen)["components"]} == {"missing"}
    assert "Unexpected SystemExit: 7" in told(zen)


@pytest.mark.usefixtures("used")
def test_a_flavor_that_takes_for_ever(
    zen: Zen, acme_parts: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zen.status._PATIENCE", 0.1)
    asleep = property(lambda _: time.sleep(60))
    monkeypatch.setattr(acme_parts.Tracked, "is_running", asleep)
    assert "can't tell its state: TimeoutError: no answer within 0.1 s" in told(zen)


def test_a_strict_user_is_told_too(
    zen: Zen, monkeypatch: pytest.MonkeyPatch, fake_distribution: FakeDistribution
) -> None:
    fake_distribution("crooked", "raise RuntimeError('crooked indeed')")
    Repository()
    monkeypatch.setenv("ZEN_PLUGINS_STRICT", "1")
    assert "crooked indeed" in told(zen)
    assert status(zen)["profile"]["name"] == "default"


def test_a_configuration_folder_that_cannot_be_written(
    tmp_path: Path, run_python: RunPython
) -> None:
    script = """
        import os, sys
        os.environ["ZEN_CONFIG_PATH"] = sys.argv[1]
        from zen.cli.main import main
        main(["status"])
    """
    (tmp_path / "closed").mkdir(mode=0o555)
    folder = tmp_path / "closed" / "config"
    output = run_python(script, folder, unprivileged=True)
    assert "Profile:     none" in output
    assert f"{folder}" in output
    assert os.strerror(errno.EACCES) in output


def test_a_folder_that_is_gone(tmp_path: Path, run_python: RunPython) -> None:
    script = """
        import os, sys
        os.environ["ZEN_CONFIG_PATH"] = sys.argv[1]
        from zen.cli.main import main
        os.mkdir(sys.argv[2])
        os.chdir(sys.argv[2])
        os.rmdir(sys.argv[2])
        main(["status"])
    """
    output = run_python(script, tmp_path / "config", tmp_path / "gone")
    assert "Trouble:" in output


@pytest.mark.usefixtures("used")
def test_the_same_in_python(here: Path) -> None:
    Repository.initialize(here)
    found = Repository.status()
    assert found.root == here
    assert found.profile is not None
    assert found.profile.name == "default"
    assert [part.state for part in found.components] == ["not provisioned"] * 3


@pytest.mark.usefixtures("used")
def test_a_legacy_repository_that_is_damaged(zen: Zen) -> None:
    legacy = make_legacy(Path.cwd())
    file = legacy.file("orchestrator", "local_orchestrator")
    file.write_text("name: [")
    assert f"{file}, line " in told(zen)
    assert status(zen)["repository"] == str(Path.cwd())
    assert f"{file}, line " in zen("stack", "list", code=1).err
    assert f"{file}, line " in zen("profile", "list").err
    zen("profile", "set", "default")
    assert status(zen)["profile"]["scope"] == "repository"
    zen("stack", "list")
