"""What was shown before a question is changed after the answer, or nothing is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from zen import Repository
from zen.cli.main import main
from zen.config.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.cli.conftest import Outcome, Zen

DEFAULTS = ("-o", "default", "-a", "default", "-m", "default")
ACTS = (
    ("stack", "delete", "foo"),
    ("orchestrator", "delete", "spare"),
    ("apply", "-f", "stack.yaml"),
    ("profile", "restore", "1"),
)
PROMPT = "Are you sure you want to proceed?"
STACK = """\
format_version: 1
name: new
components:
  orchestrator: {name: default, flavor: local}
  artifact_store: {name: default, flavor: local}
  metadata_store: {name: default, flavor: sqlite}
...
"""


@pytest.fixture(params=["local", "sql"])
def both(request: pytest.FixtureRequest, zen: Zen, tmp_path: Path) -> str:
    """Profiles `a`, which is active, and `b`, of a store type; both hold the same."""
    kind = str(request.param)
    for name in ("b", "a"):
        place = {"local": f"{tmp_path}/{name}", "sql": f"sqlite:///{tmp_path}/{name}"}
        zen("profile", "create", name, "-t", kind, "--url", place[kind])
        zen("profile", "set", name)
        zen("stack", "register", "foo", *DEFAULTS)
        zen("orchestrator", "register", "spare", "--flavor", "local")
    return kind


@pytest.fixture
def asked(zen: Zen, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Run a command, and do something else while it waits for an answer."""

    def run(*arguments: str, meanwhile: Callable[[], object], code: int = 0) -> Outcome:
        def answer(text: str, **_: object) -> bool:
            assert text == PROMPT
            meanwhile()
            return True

        with monkeypatch.context() as patch:
            patch.setattr("zen.cli.app.click.confirm", answer)
            return zen(*arguments, code=code)

    return run


def everything(profile: str) -> list[str]:
    repository = Repository()
    repository.activate_profile(profile)
    refs = [stack.ref for stack in repository.store.stacks()[0]]
    refs += [component.ref for component in repository.store.components()[0]]
    return [*map(str, refs)]


def commits_of(profile: str) -> list[int]:
    return [commit.sequence for commit in Repository().history(profile).commits()]


@pytest.mark.parametrize(
    "command",
    ACTS,
    ids=lambda command: " ".join(command[:2]),
)
def test_the_profile_that_was_shown_is_changed(
    both: str, asked: Callable[..., Outcome], here: Path, command: tuple[str, ...]
) -> None:
    del both  # what it needs is that they're there
    (here / "stack.yaml").write_text(STACK)
    mine, other = everything("b"), everything("a")
    done = asked(*command, meanwhile=lambda: Repository().activate_profile("b"))
    assert "Running with active profile: 'a'" in done.err
    assert everything("b") == mine
    assert everything("a") != other


@pytest.mark.usefixtures("both")
def test_what_has_changed_meanwhile_is_not_deleted(
    zen: Zen, asked: Callable[..., Outcome]
) -> None:
    def make_again() -> None:
        zen("stack", "delete", "foo", "-y")
        zen("stack", "register", "foo", "-o", "spare", *DEFAULTS[2:])

    done = asked("stack", "delete", "foo", meanwhile=make_again, code=1)
    assert "Stack 'foo' was changed by" in done.err
    assert "Stack 'foo'" in everything("a")


@pytest.mark.usefixtures("both")
def test_what_is_active_by_now_is_not_deleted(
    zen: Zen, asked: Callable[..., Outcome]
) -> None:
    done = asked(
        *("stack", "delete", "foo"),
        meanwhile=lambda: zen("stack", "set", "foo"),
        code=1,
    )
    assert "can't be deleted while it is active" in done.err


@pytest.mark.parametrize(
    "command",
    [
        *ACTS,
        ("profile", "prune", "--keep", "1"),
        ("profile", "prune", "a", "--keep", "1"),
    ],
    ids=" ".join,
)
def test_a_profile_that_has_gone_meanwhile_is_missed(
    zen: Zen, asked: Callable[..., Outcome], here: Path, command: tuple[str, ...]
) -> None:
    (here / "stack.yaml").write_text(STACK)
    zen("profile", "create", "a")
    zen("profile", "set", "a")
    zen("stack", "register", "foo", *DEFAULTS)
    zen("orchestrator", "register", "spare", "--flavor", "local")
    folder = Repository().active_profile.folder

    def delete() -> None:
        Repository().activate_profile("default")
        Repository().delete_profile("a")

    done = asked(*command, meanwhile=delete, code=1)
    assert "Profile 'a' has been deleted; nothing was written." in done.err
    assert not folder.exists()


@pytest.mark.parametrize(
    "command",
    [
        *ACTS,
        ("profile", "prune", "--keep", "1"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_store_that_was_replaced_meanwhile_is_not_written(
    both: str,
    asked: Callable[..., Outcome],
    tmp_path: Path,
    here: Path,
    command: tuple[str, ...],
) -> None:
    """It holds the same, and is another profile's."""
    (here / "stack.yaml").write_text(STACK)

    def replace() -> None:
        if both == "sql":
            shutil.copyfile(tmp_path / "b", tmp_path / "a")
        else:
            shutil.rmtree(tmp_path / "a")
            shutil.copytree(tmp_path / "b", tmp_path / "a")

    before = commits_of("b")
    done = asked(*command, meanwhile=replace, code=1)
    assert "The profile's store has been replaced by another one" in done.err
    assert "repeat the command" in done.err
    assert commits_of("a") == before


@pytest.mark.parametrize("kind", ["local", "sql"])
@pytest.mark.parametrize("is_there", [True, False], ids=["replaced", "come back"])
def test_a_profile_whose_store_was_replaced_is_not_deleted(
    zen: Zen,
    asked: Callable[..., Outcome],
    tmp_path: Path,
    kind: str,
    *,
    is_there: bool,
) -> None:
    """The driver has chosen the place, so that the data would go with the profile."""
    for name in ("a", "b"):
        zen("profile", "create", name, "-t", kind)
    place, other = (tmp_path / "config" / "profiles" / name for name in "ab")
    if not is_there:
        shutil.rmtree(place)

    def replace() -> None:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(other, place)

    done = asked("profile", "delete", "a", meanwhile=replace, code=1)
    assert "replaced by another one" in done.err
    assert everything("a") == everything("b")
    zen("profile", "delete", "a", "-y")
    assert not place.exists()


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_link_in_the_place_of_a_profile_is_left_alone(
    zen: Zen, asked: Callable[..., Outcome], tmp_path: Path, *, is_broken: bool
) -> None:
    zen("profile", "create", "a")
    place = tmp_path / "config" / "profiles" / "a"
    if is_broken:
        shutil.rmtree(place)
        place.mkdir()

    def link() -> None:
        place.rename(tmp_path / "moved")
        place.symlink_to(tmp_path / "moved")

    done = asked("profile", "delete", "a", meanwhile=link, code=1)
    assert "The store of profile 'a' has been replaced by another one" in done.err
    assert place.is_symlink()
    assert "a" in Repository().profiles


def test_a_profile_of_the_same_name_is_not_deleted(
    zen: Zen, asked: Callable[..., Outcome], tmp_path: Path
) -> None:
    zen("profile", "create", "a")

    def make_again() -> None:
        zen("profile", "delete", "a", "-y")
        zen("profile", "create", "a", "--url", str(tmp_path / "a"))

    done = asked("profile", "delete", "a", meanwhile=make_again, code=1)
    assert "Profile 'a' has been replaced by another one" in done.err
    assert Repository().get_profile("a").store_url == str(tmp_path / "a")


def test_two_shells(zen: Zen) -> None:
    """One is at a question, and the other switches the profile."""
    zen("profile", "create", "b")
    for name in ("b", "default"):
        zen("profile", "set", name)
        zen("stack", "register", "foo", *DEFAULTS)
    with subprocess.Popen(
        [sys.executable, "-m", "zen", "stack", "delete", "foo"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as shell:
        assert shell.stdin is not None
        assert shell.stderr is not None
        told = [shell.stderr.readline() for _ in range(3)]
        assert told[-1] == "This will delete stack 'foo'.\n"
        zen("profile", "set", "b")
        shell.stdin.write("y\n")
        shell.stdin.flush()
        assert shell.wait() == 0
    assert "Stack 'foo'" in everything("b")
    assert "Stack 'foo'" not in everything("default")


@pytest.mark.usefixtures("both")
def test_a_repository_that_pins_something_else_by_now_is_not_cleaned(
    zen: Zen, asked: Callable[..., Outcome], here: Path
) -> None:
    Repository.initialize(here)
    meanwhile = lambda: zen("profile", "set", "b")  # noqa: E731
    done = asked("repo", "clean", meanwhile=meanwhile, code=1)
    assert "The repository's configuration has changed" in done.err
    assert "b" in (here / ".zen" / "config.yaml").read_text()


def make_again(here: Path) -> None:
    shutil.rmtree(here / ".zen")
    Repository.initialize(here)


def move_away(here: Path) -> None:
    here.rename(here.with_name("moved"))
    here.mkdir()
    Repository.initialize(here)


def link(here: Path) -> None:
    other = here.with_name("other")
    other.mkdir()
    Repository.initialize(other)
    here.rename(here.with_name("moved"))
    here.symlink_to(other)


@pytest.mark.parametrize("replace", [make_again, move_away, link])
@pytest.mark.parametrize(
    "command", [("repo", "clean"), ("stack", "delete", "foo")], ids=" ".join
)
def test_another_repository_in_its_place_is_left_alone(
    zen: Zen,
    asked: Callable[..., Outcome],
    here: Path,
    command: tuple[str, ...],
    replace: Callable[[Path], None],
) -> None:
    """It pins the same."""
    zen("init")
    zen("stack", "register", "foo", *DEFAULTS)
    done = asked(*command, meanwhile=lambda: replace(here), code=1)
    assert f"The repository at {here} has been replaced by another one" in done.err
    assert Trust().of(here).is_trusted
    zen(*command, "-y")


def test_a_secret_that_was_made_again_is_not_deleted(
    zen: Zen, asked: Callable[..., Outcome]
) -> None:
    zen("secrets-manager", "register", "vault", "--flavor", "local")
    zen("stack", "update", "-x", "vault")
    zen("secret", "register", "db", "--a=1")

    def replace() -> None:
        zen("secret", "delete", "db", "-y")
        zen("secret", "register", "db", "--a=2")

    done = asked("secret", "delete", "db", meanwhile=replace, code=1)
    assert "Secret 'db' has changed meanwhile; nothing was deleted." in done.err
    assert "db" in zen("secret", "list").out
    asked("secret", "delete", "db", meanwhile=lambda: None)
    assert "db" not in zen("secret", "list").out


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("is_link", [False, True])
def test_a_file_that_takes_the_place_of_another_is_not_replaced(
    asked: Callable[..., Outcome], here: Path, *, is_link: bool
) -> None:
    file, precious = here / "foo.yaml", here / "precious.yaml"
    for each in (file, precious):
        each.write_text("mine")

    def meanwhile() -> None:
        file.unlink()
        if is_link:
            file.symlink_to(precious)
        else:
            file.write_text("precious")

    done = asked("stack", "export", "foo", "foo.yaml", meanwhile=meanwhile, code=1)
    assert "'foo.yaml' has changed meanwhile" in done.err
    assert file.read_text() == ("mine" if is_link else "precious")


def test_an_interrupted_question_exits_as_an_interruption(
    zen: Zen, monkeypatch: pytest.MonkeyPatch
) -> None:
    zen("profile", "create", "team")

    def interrupt(size: int = -1) -> str:
        raise KeyboardInterrupt(size)

    terminal = StringIO()
    monkeypatch.setattr(terminal, "readline", interrupt)
    monkeypatch.setattr("sys.stdin", terminal)
    with pytest.raises(SystemExit) as caught:
        main(["profile", "delete", "team"])
    assert caught.value.code == 130
