"""`zen stack export`, `import`, `copy` and `diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.cli.conftest import Zen

DEFAULTS = ("-o", "default", "-a", "default", "-m", "default")


def names(zen: Zen, what: str = "stack") -> list[str]:
    return [each["name"] for each in zen(what, "list", "-o", "json").json]


def path_of(zen: Zen, name: str) -> str:
    described = zen("artifact-store", "describe", name, "-o", "json").json
    return str(described["configuration"]["path"])


@pytest.fixture
def file(zen: Zen, here: Path) -> Path:
    """A stack with an artifact store of its own, in a file; both are gone again."""
    zen("artifact-store", "register", "bucket", "-f", "local", "--path=/b")
    zen("stack", "register", "prod", *DEFAULTS[:2], "-a", "bucket", *DEFAULTS[4:])
    zen("stack", "export", "prod")
    zen("stack", "delete", "prod", "-y")
    zen("artifact-store", "delete", "bucket", "-y")
    return here / "prod.yaml"


def test_export_writes_a_file_called_like_the_stack(zen: Zen, here: Path) -> None:
    outcome = zen("stack", "export")
    assert outcome.out == "Exported stack 'default' to file 'default.yaml'.\n"
    text = (here / "default.yaml").read_text()
    assert text.startswith("format_version: 1\nname: default\ncomponents:\n")
    assert "distribution: zen-plugin-sqlite" in text
    assert text.endswith("\n...\n")


ZENML = """\
components:
  artifact_store:
    flavor: local
    name: bucket
    path: /b
    uuid: 4d1ae2b6-4e9a-4c75-a0b5-5b0b2a2c5f9e
  metadata_store:
    flavor: sqlite
    name: runs
    uri: /b/metadata.db
  orchestrator:
    flavor: local
    name: here
stack_name: prod
zenml_version: 0.10.0
"""


def test_a_stack_that_zenml_has_exported_is_imported(zen: Zen, here: Path) -> None:
    (here / "prod.yaml").write_text(ZENML)
    out = zen("stack", "import", "prod.yaml").out
    assert "Stack 'prod' successfully imported." in out
    assert path_of(zen, "bucket") == "/b"
    assert "here" in names(zen, "orchestrator")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("stack_name: prod\n", "", "'name'"),
        ("path: /b", "pth: /b", "no attribute 'pth'"),
    ],
)
def test_a_wrong_stack_of_zenml_is_explained(
    zen: Zen, here: Path, old: str, new: str, message: str
) -> None:
    (here / "prod.yaml").write_text(ZENML.replace(old, new))
    assert message in zen("stack", "import", "prod.yaml", code=1).err
    assert names(zen) == ["default"]


def test_export_prints_a_file(zen: Zen, here: Path) -> None:
    printed = zen("stack", "export", "default", "-").out
    zen("stack", "export", "default", "some/folder/x.yaml")
    assert printed == (here / "some" / "folder" / "x.yaml").read_text()


def test_export_prints_the_active_stack(zen: Zen, here: Path) -> None:
    assert zen("stack", "export", "-").out == zen("stack", "export", "default", "-").out
    assert [*here.iterdir()] == []


@pytest.mark.parametrize("is_there", [True, False])
def test_export_writes_through_no_link(zen: Zen, here: Path, *, is_there: bool) -> None:
    """A clone may bring one."""
    (here / "target").mkdir()
    target = here / "target" / "file"
    if is_there:
        target.write_text("kept")
    (here / "s.yaml").symlink_to(target)
    told = zen("stack", "export", "default", "s.yaml", "-y", code=1)
    assert "'s.yaml' is a symbolic link" in told.err
    assert target.read_text() == "kept" if is_there else not target.exists()
    assert (here / "s.yaml").is_symlink()


def test_export_asks_before_it_replaces_a_file(zen: Zen, here: Path) -> None:
    target = here / "default.yaml"
    target.write_text("mine")
    outcome = zen("stack", "export", "default", answer="n\n", code=1)
    assert "This will replace 'default.yaml'." in outcome.err
    zen("stack", "export", "default", answer="", code=1)
    assert target.read_text() == "mine"
    zen("stack", "export", "default", "-y")
    assert target.read_text() != "mine"


def test_export_replaces_nothing_but_a_file(zen: Zen, here: Path) -> None:
    (here / "default.yaml").mkdir()
    assert "is not a file" in zen("stack", "export", "-y", code=1).err
    assert (here / "default.yaml").is_dir()


def test_export_of_an_unknown_stack_writes_nothing(zen: Zen, here: Path) -> None:
    assert "Did you mean 'default'?" in zen("stack", "export", "defalt", code=1).err
    assert list(here.iterdir()) == []


def test_import_brings_back_what_was_exported(zen: Zen, file: Path) -> None:
    assert zen("stack", "import", str(file)).out == (
        "Stack 'prod' successfully imported.\n"
    )
    assert path_of(zen, "bucket") == "/b"
    again = zen("stack", "import", str(file)).out
    assert again == "Stack 'prod' already exists, and is the same as in the file.\n"
    assert names(zen) == ["default", "prod"]


def test_import_reads_standard_input(zen: Zen, file: Path) -> None:
    zen("stack", "import", "-", answer=file.read_text())
    assert names(zen) == ["default", "prod"]
    damaged = zen("stack", "import", "-", answer="x: 1\n", code=1)
    assert "standard input, line 1: " in damaged.err


def test_import_under_another_name_and_make_it_active(zen: Zen, file: Path) -> None:
    outcome = zen("stack", "import", str(file), "--name", "live", "--set")
    assert outcome.out.endswith("imported.\nActive stack set to: 'live'\n")
    assert zen("stack", "get", "-o", "json").json == {"name": "live"}


def test_import_activates_a_stack_where_none_is_active(
    zen: Zen, file: Path, tmp_path: Path
) -> None:
    """As where a plugin for the default stack was missing at first."""
    config = tmp_path / "config" / "config.yaml"
    text = config.read_text().replace("active_stack: default", "active_stack: null")
    config.write_text(text)
    outcome = zen("stack", "import", str(file))
    assert outcome.out.endswith("Active stack set to: 'prod'\n")
    assert zen("stack", "get", "-o", "json").json == {"name": "prod"}


@pytest.fixture
def occupied(zen: Zen, file: Path) -> Path:
    """A file that holds another component than there is of its name."""
    zen("artifact-store", "register", "bucket", "-f", "local", "--path=/other")
    return file


def test_import_refuses_what_is_there_and_differs(zen: Zen, occupied: Path) -> None:
    outcome = zen("stack", "import", str(occupied), code=1)
    assert "its 'configuration.path' is '/other', and '/b' in the file" in outcome.err
    assert "--on-conflict skip|rename|update" in outcome.err
    assert names(zen) == ["default"]


@pytest.mark.parametrize(
    ("strategy", "told", "stores", "path"),
    [
        ("skip", "'bucket' already existed and was left", ["bucket"], "/other"),
        (
            "rename",
            "Artifact store 'bucket' is called 'bucket-2' here.",
            ["bucket", "bucket-2"],
            "/other",
        ),
        ("update", "Stack 'prod' successfully imported.", ["bucket"], "/b"),
    ],
)
def test_import_does_as_it_is_told(
    zen: Zen, occupied: Path, strategy: str, told: str, stores: list[str], path: str
) -> None:
    outcome = zen("stack", "import", str(occupied), "--on-conflict", strategy)
    assert told in outcome.out
    assert names(zen, "artifact-store") == [*stores, "default"]
    assert path_of(zen, "bucket") == path


def test_import_says_what_a_missing_flavor_needs(zen: Zen, file: Path) -> None:
    text = file.read_text().replace("flavor: local", "flavor: s3", 1)
    file.write_text(text.replace("zen-plugin-local", "acme-s3", 1))
    outcome = zen("stack", "import", str(file))
    assert "imported" in outcome.out
    assert "Install acme-s3==1.0.0" in outcome.err
    assert names(zen) == ["default", "prod"]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (("...", ""), 1, "prod.yaml, line 28: the end mark '...' is missing"),
        (("format_version: 1", "format_version: 2"), 1, "newer version of Zen"),
        (("flavor: local", "flavr: local"), 1, "line 6: 'components.artifact_store"),
        (("path: /b", "paht: /b"), 1, "Did you mean 'path'?"),
    ],
)
def test_import_refuses_damaged_files(
    zen: Zen, file: Path, change: tuple[str, str], code: int, message: str
) -> None:
    file.write_text(file.read_text().replace(*change, 1))
    assert message in zen("stack", "import", str(file), code=code).err
    assert names(zen) == ["default"]


def test_import_of_no_file_is_wrong_usage(zen: Zen) -> None:
    assert "gone.yaml" in zen("stack", "import", "gone.yaml", code=2).err


def test_copy_in_the_profile(zen: Zen) -> None:
    outcome = zen("stack", "copy", "default", "prod")
    assert outcome.out == "Stack 'default' successfully copied to 'prod'.\n"
    assert names(zen) == ["default", "prod"]
    assert "already exists" in zen("stack", "copy", "default", "prod", code=1).err


def test_copy_to_another_profile(zen: Zen) -> None:
    zen("profile", "create", "team")
    zen("stack", "copy", "default", "prod", "--to", "team")
    assert names(zen) == ["default"]
    zen("profile", "set", "team")
    assert names(zen) == ["default", "prod"]
    zen("stack", "copy", "default", "mine", "--from", "default")
    assert names(zen) == ["default", "mine", "prod"]


def test_copy_from_a_profile_that_is_unknown(zen: Zen) -> None:
    outcome = zen("stack", "copy", "default", "prod", "--from", "gone", code=1)
    assert "Profile 'gone' does not exist" in outcome.err


def test_diff_of_a_stack_and_a_file(zen: Zen, file: Path) -> None:
    assert zen("stack", "diff", "default", str(file), "-o", "json").json == [
        {
            "type": "artifact_store",
            "field": "name",
            "left": "default",
            "right": "bucket",
        },
        {
            "type": "artifact_store",
            "field": "configuration.path",
            "left": None,
            "right": "/b",
        },
    ]
    assert "configuration.path" in zen("stack", "diff", "default", str(file)).out


def test_diff_of_a_stack_and_itself(zen: Zen) -> None:
    assert zen("stack", "diff", "default", "default").out == "They are the same.\n"


def test_diff_of_what_is_neither_a_stack_nor_a_file(zen: Zen) -> None:
    outcome = zen("stack", "diff", "default", "gone.yaml", code=1)
    assert "Stack 'gone.yaml' does not exist" in outcome.err
    assert "There is no file of that name either." in outcome.err
