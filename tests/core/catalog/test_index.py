"""What is remembered of the installed plugins, and when it is found out anew."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zen.catalog import Catalog, Index, Plugin, PluginState, _apart, find_claims
from zen.catalog._index import _KEPT
from zen.plugin import FlavorSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.core.conftest import FakeDistribution
    from zen.catalog import Claim, Owner

HORN = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "horn", "acme_horn.parts:Horn")]

@hookimpl
def zen_commands():
    return [CommandSpec("blow", "acme_horn.parts:blow")]
"""
EDITABLE = json.dumps({"url": "file:///x", "dir_info": {"editable": True}})


@pytest.fixture
def horn(fake_distribution: FakeDistribution) -> Owner:
    return fake_distribution("acme-horn", HORN, "blow = 1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return tmp_path / "site" / "acme-horn-1.0" / "acme_horn"


@pytest.fixture
def info(tmp_path: Path) -> Path:
    return tmp_path / "site" / "acme-horn-1.0" / "acme_horn-1.0.dist-info"


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note whenever what is installed is scanned, and whenever plugins are asked."""
    notes: list[str] = []

    original = _apart.ask_apart

    def scan() -> list[Claim]:
        notes.append("scan")
        return find_claims()

    def ask(claims: Sequence[Claim], on_delay: object, **more: object) -> object:
        del on_delay, more
        notes.append("ask")
        return original(claims)

    monkeypatch.setattr("zen.catalog._index.find_claims", scan)
    monkeypatch.setattr("zen.catalog._apart.ask_apart", ask)
    return notes


class Clock:
    """The clock by which a failure is forgotten."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def stop(self) -> None:
        self._show(time.time())

    def go_on(self, *, seconds: float) -> None:
        self._show(time.time() + seconds)

    def _show(self, now: float) -> None:
        self._monkeypatch.setattr("zen.catalog._evidence.time", lambda: now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def catalog(folder: Path) -> Catalog:
    index = Index(str(folder))
    return Catalog(index.find, index.ask_all)


def plugin(folder: Path, name: str = "acme-horn") -> Plugin:
    return catalog(folder).plugin(name)


def touch(path: Path) -> None:
    """Change a file, or a folder, so that any clock notices."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))


@pytest.mark.usefixtures("horn")
def test_what_was_asked_once_is_remembered(folder: Path, scans: list[str]) -> None:
    first, second = catalog(folder), catalog(folder)
    assert first.plugin("acme-horn") == second.plugin("acme-horn")
    assert first.flavors() == second.flavors()
    assert first.commands() == second.commands()
    assert scans == ["scan", "ask"]


@pytest.mark.usefixtures("horn")
def test_nothing_is_imported_to_answer_from_the_index(folder: Path) -> None:
    assert plugin(folder).state is PluginState.AVAILABLE
    assert plugin(folder).state is PluginState.AVAILABLE
    assert "acme_horn.plugin" not in sys.modules


@pytest.mark.parametrize("hooks", ["1 / 0", "import os\nos._exit(3)"])
def test_a_failure_is_remembered_for_a_while(
    fake_distribution: FakeDistribution,
    folder: Path,
    scans: list[str],
    hooks: str,
    clock: Clock,
) -> None:
    """What has caused it may leave no trace in any file."""
    fake_distribution("acme-horn", hooks)
    clock.stop()
    first, second = plugin(folder).error, plugin(folder).error
    assert first
    assert second
    assert type(first) is type(second)
    assert first.in_full == second.in_full
    assert (first.plugin, first.distribution) == (second.plugin, second.distribution)
    assert scans == ["scan", "ask"]
    clock.go_on(seconds=60)
    assert plugin(folder).error
    assert scans == ["scan", "ask", "ask"]


def test_a_failure_goes_with_what_it_looked_at(
    fake_distribution: FakeDistribution,
    folder: Path,
    tmp_path: Path,
    scans: list[str],
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> None:
    settings = tmp_path / "acme.conf"
    fake_distribution(
        "acme-horn",
        f"import os\nos.environ['ACME_HOME']\n"
        f"try:\n    open({str(settings)!r})\n"
        "except OSError:\n    raise RuntimeError from None",
    )
    clock.stop()
    assert "KeyError: 'ACME_HOME'" in str(plugin(folder).error)
    monkeypatch.setenv("ACME_HOME", "/acme")
    assert "RuntimeError" in str(plugin(folder).error)
    settings.touch()
    assert plugin(folder).state is PluginState.AVAILABLE
    assert scans == ["scan"] + ["ask"] * 3


@pytest.mark.usefixtures("horn")
def test_a_light_module_that_changes_is_asked_anew(
    folder: Path, package: Path, scans: list[str]
) -> None:
    assert plugin(folder).state is PluginState.AVAILABLE
    (package / "plugin.py").write_text("1 / 0")
    touch(package / "plugin.py")
    assert plugin(folder).state is PluginState.FAILED
    (package / "plugin.py").write_text(f"from zen.plugin import *\n{HORN}")
    assert plugin(folder).state is PluginState.AVAILABLE
    assert scans == ["scan", "ask", "ask", "ask"]


def test_a_module_that_the_light_one_imports_counts_as_well(
    fake_distribution: FakeDistribution, folder: Path, package: Path
) -> None:
    fake_distribution("acme-horn", "import acme_horn.parts", "import os\nos._exit(3)")
    assert plugin(folder).state is PluginState.FAILED
    (package / "parts.py").write_text("")
    touch(package / "parts.py")
    assert plugin(folder).state is PluginState.AVAILABLE


@pytest.mark.usefixtures("horn")
def test_a_command_that_is_mended_is_noticed(folder: Path, package: Path) -> None:
    (package / "parts.py").write_text("import os\nos._exit(3)")
    assert plugin(folder).broken["acme_horn.parts:blow"].is_fatal
    assert plugin(folder).broken["acme_horn.parts:blow"].is_fatal
    (package / "parts.py").write_text("blow = 1")
    touch(package / "parts.py")
    assert not plugin(folder).broken


@pytest.mark.usefixtures("horn")
def test_what_changes_while_plugins_are_asked_is_noticed(
    folder: Path,
    package: Path,
    scans: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody knows which of its contents answered."""
    original = _apart.ask_apart

    def ask_and_change(*arguments: object, **more: object) -> object:
        answers = original(*arguments, **more)  # type: ignore[arg-type]
        (package / "plugin.py").touch()
        return answers

    monkeypatch.setattr("zen.catalog._apart.ask_apart", ask_and_change)
    plugin(folder)
    monkeypatch.setattr("zen.catalog._apart.ask_apart", original)
    plugin(folder)
    plugin(folder)
    assert scans.count("ask") == 2


def test_what_stands_among_the_modules_may_be_anything(
    fake_distribution: FakeDistribution, folder: Path
) -> None:
    fake_distribution(
        "acme-lazy",
        "import sys\n\nclass Lazy:\n    def __getattr__(self, name):\n"
        "        raise ImportError(name)\n\nsys.modules['acme_lazy.later'] = Lazy()",
    )
    assert plugin(folder, "acme-lazy").state is not PluginState.FAILED


@pytest.mark.usefixtures("horn")
def test_a_plugin_that_comes_or_goes_is_noticed(
    fake_distribution: FakeDistribution,
    folder: Path,
    info: Path,
    scans: list[str],
) -> None:
    plugin(folder)
    touch(info.parent)  # as an installer does that changes what is there
    info.rename(info.with_name("gone"))
    assert "acme-horn" not in {p.owner.plugin for p in catalog(folder).plugins}
    fake_distribution("other")
    plugin(folder, "other")
    assert scans.count("scan") == 3


@pytest.mark.usefixtures("horn")
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\xff"),
        lambda path: path.write_text("[]"),
        lambda path: path.write_text("[" * 100_000),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_text(path.read_text().replace("FlavorSpec", "errors")),
        lambda path: path.write_text(path.read_text().replace('"hooks"', '"hoks"')),
    ],
)
def test_an_index_that_is_damaged_is_made_anew(
    folder: Path, scans: list[str], damage: Callable[[Path], object]
) -> None:
    before = plugin(folder)
    (path,) = folder.iterdir()
    content = path.read_text()
    damage(path)
    assert plugin(folder) == before
    assert path.read_text() == content
    assert scans == ["scan", "ask"] * 2


@pytest.mark.usefixtures("horn")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sys.version", "2.7"),
        ("zen.__version__", "0.9"),
        ("zen.catalog._index._CORE", "/elsewhere"),
    ],
)
def test_another_interpreter_or_core_has_an_index_of_its_own(
    folder: Path,
    scans: list[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    plugin(folder)
    with monkeypatch.context() as patch:
        patch.setattr(name, value)
        plugin(folder)
    assert scans == ["scan", "ask"] * 2


@pytest.mark.usefixtures("horn")
def test_a_core_that_offers_something_else_is_noticed(
    folder: Path, scans: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As one does that somebody works on: its version stays the same."""
    core = tmp_path / "core"
    core.mkdir()
    (core / "plugin.py").touch()
    monkeypatch.setattr("zen.catalog._index._CORE", str(core))
    plugin(folder)
    touch(core / "plugin.py")
    plugin(folder)
    assert scans == ["scan", "ask"] * 2


@pytest.mark.usefixtures("horn")
def test_where_it_cannot_be_written_everything_works(
    folder: Path, scans: list[str]
) -> None:
    folder.touch()
    assert plugin(folder).state is PluginState.AVAILABLE
    assert plugin(folder).state is PluginState.AVAILABLE
    assert scans == ["scan", "ask"] * 2


@pytest.mark.usefixtures("horn")
def test_where_no_process_can_be_started_no_plugin_is_imported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/not/there")
        error = plugin(folder).error
    assert "no process can be started" in str(error)
    assert error
    assert "uninstall" not in error.hint
    assert "acme_horn.plugin" not in sys.modules
    assert plugin(folder).state is PluginState.AVAILABLE


def test_one_that_is_edited_rests_on_all_that_it_reads(
    fake_distribution: FakeDistribution,
    folder: Path,
    tmp_path: Path,
    scans: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names, helper = tmp_path / "names.txt", tmp_path / "lib" / "acme_helper.py"
    (helper.parent / "__pycache__").mkdir(parents=True)
    names.write_text("horn")
    helper.write_text("kind = 'alerter'")
    monkeypatch.syspath_prepend(helper.parent)
    fake_distribution(
        "acme-horn",
        f"""\
        import os
        from acme_helper import kind
        @hookimpl
        def zen_flavors():
            name = open({str(names)!r}).read() + os.environ.get("ACME_SUFFIX", "")
            return [FlavorSpec(kind, name, "acme_horn.parts:Horn")]
        """,
    )
    info = tmp_path / "site" / "acme-horn-1.0" / "acme_horn-1.0.dist-info"
    (info / "direct_url.json").write_text(EDITABLE)

    def offered() -> list[tuple[str, str]]:
        catalog_ = catalog(folder)
        specs = catalog_.offers_of(catalog_.plugin("acme-horn").owner)
        return [
            (spec.type, spec.name) for spec in specs if isinstance(spec, FlavorSpec)
        ]

    assert offered() == offered() == [("alerter", "horn")]
    assert scans == ["scan", "ask"]
    names.write_text("tuba")
    touch(names)
    assert offered() == [("alerter", "tuba")]
    monkeypatch.setenv("ACME_SUFFIX", "2")
    assert offered() == [("alerter", "tuba2")]
    helper.write_text("kind = 'orchestrator'")
    touch(helper)
    assert offered() == [("orchestrator", "tuba2")]
    assert "acme_horn.plugin" not in sys.modules
    assert scans == ["scan"] + ["ask"] * 4


@pytest.mark.usefixtures("horn")
def test_one_that_is_edited_does_not_end_the_process(
    folder: Path, info: Path, package: Path, scans: list[str], clock: Clock
) -> None:
    (info / "direct_url.json").write_text(EDITABLE)
    assert plugin(folder).state is PluginState.AVAILABLE
    (package / "plugin.py").write_text("import os\nos._exit(3)")
    touch(package / "plugin.py")
    clock.stop()
    for _ in range(2):
        assert "exit code 3" in str(plugin(folder).error)
    assert scans == ["scan", "ask", "ask"]


@pytest.mark.usefixtures("horn")
def test_a_broken_command_of_one_that_is_edited_is_known(
    folder: Path, info: Path, package: Path
) -> None:
    (info / "direct_url.json").write_text(EDITABLE)
    (package / "parts.py").write_text("import os\nos._exit(3)")
    for _ in range(2):
        assert plugin(folder).broken["acme_horn.parts:blow"].is_fatal


@pytest.mark.usefixtures("horn")
def test_a_distribution_that_is_mended_is_noticed(folder: Path, info: Path) -> None:
    """A file in its folder is changed, of which the path has no trace."""
    text = (info / "METADATA").read_text()
    (info / "METADATA").write_text("")
    assert "can't be read" in str(plugin(folder).error)
    assert "can't be read" in str(plugin(folder).error)
    (info / "METADATA").write_text(text)
    assert plugin(folder).state is PluginState.AVAILABLE


@pytest.mark.usefixtures("horn")
def test_what_is_forgotten_is_asked_again(folder: Path, scans: list[str]) -> None:
    index = Index(str(folder))
    assert index.ask_all(index.find())
    before = Path(index.path).read_bytes()
    index.forget()
    # Were this process to end now, other calls would still know the answers.
    claims = index.find()
    assert Path(index.path).read_bytes() == before
    for _ in range(2):
        assert index.ask_all(claims)
        claims = index.find()
    assert scans == ["scan", "ask"] * 2


def test_the_oldest_indexes_go(horn: Owner, folder: Path) -> None:
    folder.mkdir()
    for number in range(_KEPT + 5):
        old = folder / f"plugins-{number:02}.json"
        old.touch()
        os.utime(old, (number, number))
    (folder / "something else").touch()
    assert plugin(folder).owner == horn
    names = {path.name for path in folder.iterdir()}
    assert len(names) == _KEPT + 1
    assert "something else" in names
    assert "plugins-00.json" not in names
    assert Path(Index(str(folder)).path).name in names
