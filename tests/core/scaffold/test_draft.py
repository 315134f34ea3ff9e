"""What is written, and that it is written whole or not at all."""

from __future__ import annotations

import ast
import errno
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from tests.core.scaffold.cases import CASES
from zen.catalog import Catalog
from zen.errors import AlreadyExistsError, ZenError
from zen.scaffold import Draft, draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import RunPython
    from tests.core.conftest import Tree

CORE = Path(__file__).parents[3] / "core" / "pyproject.toml"
FILES = {"README.md": "An example.\n", "src/acme/__init__.py": '"""Nothing."""\n'}


@pytest.fixture
def small() -> Draft:
    return Draft(FILES, ())


def written(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }


def drafted(name: str) -> Draft:
    return draft(name, *CASES[name], catalog=Catalog())


def requirements(text: str) -> dict[str, str]:
    _, _, rest = text.partition("\ndependencies = [\n")
    lines = rest.partition("\n]")[0].split("\n")
    found = [Requirement(ast.literal_eval(line.strip(" ,"))) for line in lines]
    return {each.name: str(each.specifier) for each in found}


@pytest.mark.parametrize("name", CASES)
def test_a_distribution_is_complete(name: str) -> None:
    files = set(drafted(name).files)
    package = re.sub(r"[-.]", "_", name).lower()
    assert files > {
        *(".gitignore", "README.md", "pyproject.toml", "tox.ini"),
        *(f"src/{package}/{file}" for file in ("__init__.py", "plugin.py", "py.typed")),
        *("tests/conftest.py", "tests/test_plugin.py"),
    }


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_left_to_be_filled_in(name: str) -> None:
    plan = drafted(name)
    for path, text in [*plan.files.items(), *enumerate(plan.attempts)]:
        assert "$" not in f"{path}{text}".replace('echo "$2: ', "")


@pytest.mark.parametrize("name", CASES)
def test_what_is_imported_is_required(name: str) -> None:
    plan = drafted(name)
    required = requirements(plan.files["pyproject.toml"])
    assert required["zen-core"] == "<2,>=1"
    sources = "\n".join(
        text for path, text in plan.files.items() if path.startswith("src/")
    )
    for library in ("click", "filelock", "pydantic"):
        pattern = rf"^(?:import|from) {library}\b"
        is_imported = bool(re.search(pattern, sources, re.MULTILINE))
        assert is_imported is (library in required)


@pytest.mark.parametrize("name", CASES)
def test_libraries_are_required_as_the_core_requires_them(name: str) -> None:
    ours = requirements(CORE.read_text(encoding="utf-8"))
    required = requirements(drafted(name).files["pyproject.toml"])
    del required["zen-core"]
    assert {library: ours[library] for library in required} == required


def test_a_flavor_is_an_artifact_store_unless_it_is_said_otherwise() -> None:
    catalog = Catalog()
    assert draft("acme", "flavor", catalog=catalog) == draft(
        "acme", "flavor", "artifact_store", catalog=catalog
    )


def test_a_type_may_be_spelled_as_in_commands() -> None:
    catalog = Catalog()
    assert draft("acme", "flavor", "step-operator", catalog=catalog) == draft(
        "acme", "flavor", "step_operator", catalog=catalog
    )


@pytest.mark.parametrize("folder", ["acme", "deep/er/acme"])
def test_it_is_written_into_a_new_folder(small: Draft, folder: str, here: Path) -> None:
    small.write(Path(folder))
    assert written(here / folder) == FILES


def test_it_is_written_into_an_empty_folder(small: Draft, here: Path) -> None:
    small.write(Path())
    assert written(here) == FILES


def test_a_folder_that_is_not_empty_stays_as_it_is(
    small: Draft, here: Path, tree: Callable[[Path], Tree]
) -> None:
    (here / "acme").mkdir()
    (here / "acme" / ".hidden").touch()
    before = tree(here).state()
    with pytest.raises(AlreadyExistsError, match="acme already exists") as error:
        small.write(Path("acme"))
    assert "'--folder'" in error.value.hint
    assert tree(here).state() == before


def test_what_is_no_folder_stays_as_it_is(small: Draft, here: Path) -> None:
    (here / "file").write_text("mine")
    (here / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        with pytest.raises(AlreadyExistsError, match=f"{name} already exists"):
            small.write(Path(name))
    assert (here / "file").read_text() == "mine"
    assert (here / "link").is_symlink()


def test_nothing_is_written_through_a_link(small: Draft, here: Path) -> None:
    (here / "target").mkdir()
    (here / "new").symlink_to(here / "target")
    with pytest.raises(AlreadyExistsError, match="isn't an empty folder"):
        small.write(here / "new")
    assert [*(here / "target").iterdir()] == []


@pytest.mark.parametrize("folder", ["there", "new", "new/deep"])
def test_what_fails_halfway_leaves_nothing(folder: str, here: Path) -> None:
    (here / "there").mkdir()
    # No file system takes a name of that length.
    plan = Draft({**FILES, "b" * 300: ""}, ())
    with pytest.raises(ZenError, match="can't be written: File name too long") as error:
        plan.write(Path(folder))
    assert error.value.hint == "Nothing was written."
    assert [*here.rglob("*")] == [here / "there"]


def test_a_folder_that_may_not_be_written_is_named(
    here: Path, run_python: RunPython
) -> None:
    (here / "locked").mkdir(mode=0o555)
    script = """\
        from pathlib import Path
        from zen.errors import ZenError
        from zen.scaffold import Draft
        try:
            Draft({"README.md": ""}, ()).write(Path("locked/acme"))
        except ZenError as error:
            print(error)
    """
    out = run_python(script, unprivileged=True)
    assert out == f"locked/acme can't be written: {os.strerror(errno.EACCES)}.\n"
    assert os.listdir("locked") == []  # noqa: PTH208 - the shortest


def test_it_goes_without_the_network_and_without_heavy_libraries(
    run_python: RunPython,
) -> None:
    script = """\
        import sys
        events = []
        sys.addaudithook(lambda event, _: events.append(event))
        from zen.catalog import Catalog
        from zen.scaffold import draft
        draft("acme", "flavor", "artifact_store", catalog=Catalog())
        print(*{event for event in events if event.startswith("socket.")})
        print(*{"pydantic", "sqlalchemy", "yaml"} & set(sys.modules))
    """
    assert run_python(script) == "\n\n"
