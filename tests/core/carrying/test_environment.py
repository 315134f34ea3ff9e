"""What a stack needs is pinned, compared and installed, by pip and by uv."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.core.carrying.archives import Sandbox, hash_of, make_wheel
from zen.carrying import LockedEnvironment, LockFile, Need, Pin, StackEnvironment
from zen.errors import ConfigurationError

if TYPE_CHECKING:
    from tests.core.conftest import FakeDistribution
    from zen.carrying import Shortfall

# Runs one call in the sandbox, where pip and uv may install.
CALL = """
    import json, sys
    from pathlib import Path
    from zen.carrying import Need, Sources, StackEnvironment
    from zen.errors import ZenError

    method, root, wheels, needs, options = sys.argv[1:]
    environment = StackEnvironment(
        "prod",
        [Need(*item, "a test") for item in json.loads(needs)],
        Path(root) if root else None,
    )
    sources = Sources(tuple(json.loads(wheels)), index=False)
    arguments = () if method == "shortfalls" else (sources,)
    try:
        result = getattr(environment, method)(*arguments)
    except ZenError as error:
        result = f"{type(error).__name__}: {error} | {error.hint}"
    print(json.dumps(result if isinstance(result, (list, str)) else None))
"""
TWO = [("upper", "1.0"), ("lower", "1.0")]


class Environment:
    """Call a `StackEnvironment` in a sandbox."""

    def __init__(self, sandbox: Sandbox, folder: Path, path: str) -> None:
        self.sandbox = sandbox
        self.root = folder / "project"
        self.root.mkdir()
        self.wheels = folder / "wheels"
        self.path = path
        self.needs = TWO

    def wheel(self, name: str, version: str, *requires: str, text: str = "") -> Path:
        return make_wheel(self.wheels, name, version, *requires, text=text)

    def call(self, method: str, *, root: bool = True) -> Any:  # noqa: ANN401
        return json.loads(
            self.sandbox.run(
                CALL,
                method,
                self.root if root else "",
                json.dumps([str(self.wheels)]),
                json.dumps(self.needs),
                "",
                path=self.path,
            )
        )

    def shortfalls(self) -> list[tuple[str, str, str, str]]:
        """Return in what the environment isn't what it should be."""
        found: list[Shortfall] = self.call("shortfalls")
        return [tuple(each[:4]) for each in found]  # type: ignore[misc]

    def lock(self) -> LockFile:
        """Pin what is needed, and return that."""
        assert self.call("lock") is None
        lock = LockFile.read(self.root / "zen.lock")
        assert lock
        return lock

    @property
    def modules(self) -> list[str]:
        """What is installed in the sandbox itself."""
        names = (path.name for path in self.sandbox.site.glob("*.dist-info"))
        return sorted(name.removesuffix(".dist-info") for name in names)


def make_environment(folder: Path, installer: str) -> Environment:
    """With wheels at hand: `upper` needs `lower`, of which there are two versions."""
    path = ""
    if installer == "uv":
        beside = str(Path(sys.executable).parent)
        program = shutil.which("uv") or shutil.which("uv", path=beside)
        if program is None:
            pytest.skip("uv isn't installed")
        path = str(Path(program).parent)
    sandbox = Sandbox.make(folder / "env", pip=installer == "pip")
    made = Environment(sandbox, folder, path)
    made.wheel("upper", "1.0", "lower")
    made.wheel("lower", "1.0")
    made.wheel("lower", "2.0")
    return made


@pytest.fixture(params=[pytest.param("pip", marks=pytest.mark.slow), "uv"])
def each(request: pytest.FixtureRequest, tmp_path: Path) -> Environment:
    """An environment of each installer."""
    return make_environment(tmp_path, request.param)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """An environment of the quicker installer, where either would do."""
    return make_environment(tmp_path, "uv")


def come_from(environment: Environment, origin: object) -> None:
    """Say where the installed `lower` is from."""
    (info,) = environment.sandbox.site.glob("lower-1.0.dist-info")
    (info / "direct_url.json").write_text(json.dumps(origin))
    with (info / "RECORD").open("a") as record:
        record.write(f"{info.name}/direct_url.json,,\n")


def test_without_a_lock_what_is_missing_is_installed(each: Environment) -> None:
    each.needs = TWO[:1]
    assert each.shortfalls() == [("upper", "1.0", "", "missing")]
    each.call("sync")
    assert each.modules == ["lower-2.0", "upper-1.0"]
    assert each.shortfalls() == []
    assert not (each.root / "zen.lock").exists()


def test_without_a_repository_the_same_is_installed(environment: Environment) -> None:
    environment.call("sync", root=False)
    assert environment.modules == ["lower-1.0", "upper-1.0"]
    assert environment.call("sync", root=False) == []


def test_a_lock_holds_the_hashes_of_what_is_found(each: Environment) -> None:
    """Of the versions that are asked for, with all that is needed."""
    lock = each.lock()
    assert lock.stack == "prod"
    assert [(pin.name, pin.version, pin.hashes) for pin in lock.here.packages] == [
        (name, "1.0", [hash_of(each.wheels / f"{name}-1.0-py3-none-any.whl")])
        for name in ("lower", "upper")
    ]
    assert each.modules == []


def test_a_lock_holds_what_is_installed(environment: Environment) -> None:
    """Though there is something newer."""
    environment.call("sync")
    environment.needs = TWO[:1]
    versions = {pin.name: pin.version for pin in environment.lock().here.packages}
    assert versions == {"lower": "1.0", "upper": "1.0"}


def test_exactly_what_is_pinned_is_installed(each: Environment) -> None:
    each.lock()
    assert each.shortfalls() == [
        ("lower", "1.0", "", "missing"),
        ("upper", "1.0", "", "missing"),
    ]
    found = each.call("sync")
    assert [row[0] for row in found] == ["lower", "upper"]
    assert each.modules == ["lower-1.0", "upper-1.0"]
    assert each.shortfalls() == []
    assert each.call("sync") == []


def test_what_is_of_another_version_is_replaced(each: Environment) -> None:
    each.lock()
    each.call("sync")
    each.needs = [("upper", "1.0"), ("lower", "2.0")]
    each.call("sync", root=False)
    assert each.modules == ["lower-2.0", "upper-1.0"]
    assert each.shortfalls() == [("lower", "1.0", "2.0", "version")]
    each.call("sync")
    assert each.modules == ["lower-1.0", "upper-1.0"]


def test_another_archive_than_the_pinned_one_is_refused(
    each: Environment,
) -> None:
    each.lock()
    each.wheel("lower", "1.0", text="evil = True")
    told = each.call("sync")
    assert told.startswith("InstallationError: ")
    assert "hash" in told.lower()
    assert each.modules == []


def test_what_is_from_another_archive_is_replaced(environment: Environment) -> None:
    """As a wheel that was built anew, and installed by its path."""
    environment.lock()
    environment.call("sync")
    archive = {"hashes": {"sha256": "ab"}}
    come_from(environment, {"url": "file:///w/x.whl", "archive_info": archive})
    assert environment.shortfalls() == [("lower", "1.0", "1.0", "archive")]
    environment.call("sync")
    assert environment.shortfalls() == []


def test_what_is_needed_and_not_locked_is_told(environment: Environment) -> None:
    environment.lock()
    environment.call("sync")
    environment.needs = [*TWO, ("other", "1.0")]
    assert environment.shortfalls() == [("other", "", "", "unlocked")]
    told = environment.call("sync")
    assert "The lock lacks distributions that are needed: other, for a test." in told
    assert "zen stack lock" in told


def test_what_a_locked_one_needs_and_the_lock_lacks_is_told(
    environment: Environment,
) -> None:
    """As on a Python for which it was not made."""
    lock = environment.lock()
    rest = [pin for pin in lock.here.packages if pin.name == "upper"]
    environment.needs = TWO[:1]
    here = lock.here.model_copy(update={"packages": rest})
    lock.with_environment(here).write(environment.root / "zen.lock")
    assert "lower: unlocked" in environment.call("sync")
    assert environment.shortfalls() == [("lower", "", "", "unlocked")]


def make_editable(environment: Environment) -> None:
    environment.call("sync", root=False)
    folder = {"url": "file:///src/lower", "dir_info": {"editable": True}}
    come_from(environment, folder)


def test_what_is_installed_for_editing_is_not_pinned(environment: Environment) -> None:
    make_editable(environment)
    told = environment.call("lock")
    assert (
        "Distributions that weren't installed from an archive can't be pinned: lower,"
        " it is installed" in told
    )
    assert "file:///src/lower" in told
    assert not (environment.root / "zen.lock").exists()


def test_what_is_installed_for_editing_is_not_replaced(
    environment: Environment,
) -> None:
    environment.lock()
    make_editable(environment)
    assert environment.shortfalls() == [("lower", "1.0", "1.0", "unpinnable")]
    told = environment.call("sync")
    assert "can't be replaced: lower, it is installed for editing" in told


def test_what_is_not_found_is_told_in_the_installers_words(
    each: Environment,
) -> None:
    each.needs = [("no_such_thing", "1.0")]
    for method in ("lock", "sync"):
        told = each.call(method)
        assert "failed:" in told
        assert "no_such_thing" in told.replace("-", "_")
        assert "--find-links" in told
    assert not (each.root / "zen.lock").exists()


def test_a_lock_needs_a_repository(environment: Environment) -> None:
    told = environment.call("lock", root=False)
    assert "A lock is kept in a repository, and this folder isn't in one." in told
    assert "zen init" in told


def test_where_there_is_no_installer_that_is_said(tmp_path: Path) -> None:
    sandbox = Sandbox.make(tmp_path / "env", pip=False)
    script = """
        import os
        from zen.carrying._installers import find_installer
        os.environ["PATH"] = ""
        try:
            find_installer()
        except Exception as error:
            print(type(error).__name__, error, error.hint)
    """
    told = sandbox.run(script)
    assert "InstallationError There is neither pip in the environment of" in told
    assert "ensurepip" in told


def test_a_lock_of_another_environment_is_no_lock_for_this_one(tmp_path: Path) -> None:
    lock = LockFile(format_version=1, stack="prod", environments=[])
    lock.write(tmp_path / "zen.lock")
    with pytest.raises(ConfigurationError, match="says nothing of Python"):
        StackEnvironment("prod", [], tmp_path).shortfalls()


@pytest.mark.parametrize(
    ("installed", "wanted", "is_same"),
    [
        ("2024.01.02", "2024.1.2", True),
        ("1.0", "1.0.0", True),
        ("1.0-rc.1", "1.0rc1", True),
        ("1.0", "1.0+cpu", False),
        ("1.0", "1.0.1", False),
        ("nonsense", "nonsense", True),
        ("nonsense", "1.0", False),
    ],
)
def test_a_version_is_the_same_however_it_is_written(
    tmp_path: Path,
    fake_distribution: FakeDistribution,
    *,
    installed: str,
    wanted: str,
    is_same: bool,
) -> None:
    fake_distribution("acme", version=installed)
    expected = [] if is_same else [("acme", wanted, installed, "version")]
    environment = StackEnvironment("prod", [Need("acme", wanted, "a test")], tmp_path)
    assert [each[:4] for each in environment.shortfalls()] == expected
    pin = Pin(name="acme", version=wanted, hashes=["sha256:ab"])
    here = LockedEnvironment.here([pin])
    LockFile(format_version=1, stack="prod", environments=[here]).write(
        tmp_path / "zen.lock"
    )
    assert [each[:4] for each in environment.shortfalls()] == expected
