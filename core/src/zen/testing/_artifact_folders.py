"""Artifact stores tell files and folders apart, and list and remove them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from zen.testing._artifact_base import (
    ArtifactContract,
    check_absent,
    check_content,
    check_names,
    put,
    write,
)
from zen.testing._contract import requires
from zen.testing._demands import demand_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.components import BaseArtifactStore

__all__ = ["ArtifactFoldersContract"]

NAMES: Final = (
    "a b",
    " padded ",
    "é",
    "日本語",
    "🦆",
    "a#b?c=d&e",
    "100%",
    "a%20b",
    "a+b;c,d@e:f!",
    "[x]*{y}",
    "'quoted' \"twice\"",
    "-dash",
    ".hidden",
    "~",
    "x" * 200,
)
# More than one page, and one request to remove, of the usual object stores.
MANY: Final = 1001


class ArtifactFoldersContract(ArtifactContract):
    """Check what is where: names, files, folders, and what was removed."""

    @pytest.mark.parametrize("operation", ["open", "size", "remove", "rmtree"])
    def test_what_is_not_there_is_not_found(
        self, artifact_store: BaseArtifactStore, root: str, operation: str
    ) -> None:
        """Not even beside something whose name begins so."""
        write(artifact_store, f"{root}/nothing-1", b"")
        doing = f"{operation}(…) of a path where nothing is"
        action = partial(getattr(artifact_store, operation), f"{root}/nothing")
        demand_error(FileNotFoundError, doing, action)
        check_names(artifact_store, root, ["nothing-1"], f"After {doing}")

    def test_files_folders_and_nothing_are_told_apart(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """A folder is what something is in."""
        put(artifact_store, f"{root}/folder/file")
        for name, expected in {
            "folder": (True, True),
            "folder/file": (True, False),
            "nothing": (False, False),
        }.items():
            path = f"{root}/{name}"
            found = (artifact_store.exists(path), artifact_store.isdir(path))
            assert found == expected, (
                f"Where only 'folder/file' was written, (exists, isdir) is {found} for"
                f" '{name}', and must be {expected}."
            )

    def test_the_names_of_files_and_folders_are_listed_in_order(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Names only, of one level."""
        for name in ("b", "folder/deep/file", "a", "c", "B", "10", "2", "é"):
            put(artifact_store, f"{root}/{name}")
        names = ["10", "2", "B", "a", "b", "c", "folder", "é"]
        when = "Sorted as Python sorts names, of one level only"
        check_names(artifact_store, root, names, when)
        check_names(artifact_store, f"{root}/folder", ["deep"], when)

    @pytest.mark.parametrize("name", NAMES)
    def test_a_name_may_hold_any_character(
        self, artifact_store: BaseArtifactStore, root: str, name: str
    ) -> None:
        """A path is no URL, no pattern and no option."""
        path, when = f"{root}/{name}/{name}", f"After {name!r} was made the name"
        put(artifact_store, path, b"content")
        check_content(artifact_store, path, b"content", when)
        check_names(artifact_store, root, [name], when)
        check_names(artifact_store, f"{root}/{name}", [name], when)
        artifact_store.remove(path)
        check_absent(artifact_store, path, "After it was removed")

    def test_a_name_is_not_decoded(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """What reads like an escape is a part of the name."""
        names, when = ["a b", "a%20b", "a+b"], "After files with such names"
        for name in names:
            write(artifact_store, f"{root}/{name}", name.encode())
        check_names(artifact_store, root, names, when)
        for name in names:
            check_content(artifact_store, f"{root}/{name}", name.encode(), when)

    def test_neighbours_whose_names_begin_alike_are_others(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """A folder is more than a prefix."""
        for name in ("run-1/a", "run-10/b", "run-1.txt"):
            put(artifact_store, f"{root}/{name}")
        when = "Beside 'run-1', 'run-10' and 'run-1.txt'"
        check_names(artifact_store, f"{root}/run-1", ["a"], when)
        check_absent(artifact_store, f"{root}/run", when)
        assert not artifact_store.isdir(f"{root}/run"), f"{when}, 'run' is a folder."
        artifact_store.rmtree(f"{root}/run-1")
        when = "After the folder 'run-1' alone was removed"
        check_names(artifact_store, root, ["run-1.txt", "run-10"], when)
        check_names(artifact_store, f"{root}/run-10", ["b"], when)

    def test_a_folder_may_be_made_twice(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """What is in it stays."""
        path = f"{root}/run/step/file"
        put(artifact_store, path, b"content")
        artifact_store.makedirs(f"{root}/run/step")
        artifact_store.makedirs(f"{root}/run")
        when = "After makedirs(…) of its folders, which were there"
        check_content(artifact_store, path, b"content", when)

    @requires("folders")
    def test_an_empty_folder_is_there(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """And with it those above it."""
        artifact_store.makedirs(f"{root}/run/step")
        when = "After makedirs('run/step')"
        assert artifact_store.isdir(f"{root}/run"), f"{when}, 'run' is no folder."
        assert artifact_store.exists(f"{root}/run/step"), (
            f"{when}, exists('run/step') is false. A flavor whose folders are there"
            " only with a file leaves 'folders' out of its spec's capabilities."
        )
        check_names(artifact_store, f"{root}/run", ["step"], when)
        check_names(artifact_store, f"{root}/run/step", [], when)
        artifact_store.rmtree(f"{root}/run")
        check_names(artifact_store, root, [], "After the only folder was removed")

    @requires("folders")
    def test_a_folder_that_is_not_there_is_not_listed(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """It isn't the same as an empty one."""
        doing = "listdir(…) of a folder that isn't there"
        action = partial(artifact_store.listdir, f"{root}/nothing")
        demand_error(FileNotFoundError, doing, action)

    def test_a_file_in_no_folder_is_refused_or_kept(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Who makes no folder first may rely on neither, but loses nothing unseen."""
        try:
            write(artifact_store, f"{root}/folder/file", b"content")
        except FileNotFoundError:
            when = "After a file was refused, as its folder wasn't there"
            check_names(artifact_store, root, [], when)
        else:
            when = "After it was written in a folder that wasn't there"
            check_content(artifact_store, f"{root}/folder/file", b"content", when)
            check_names(artifact_store, root, ["folder"], when)

    def test_a_file_is_removed_alone(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Those whose names begin alike stay."""
        for name in ("file", "file-1", "files/file"):
            put(artifact_store, f"{root}/{name}")
        artifact_store.remove(f"{root}/file")
        when = "After 'file' alone was removed"
        check_names(artifact_store, root, ["file-1", "files"], when)
        check_names(artifact_store, f"{root}/files", ["file"], when)

    def test_a_folder_is_no_file(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """What is meant for one fails with the other, and changes nothing."""
        folder, path = f"{root}/folder", f"{root}/folder/file"
        put(artifact_store, path, b"content")
        actions: dict[str, Callable[[], object]] = {
            "open(…) of a folder": partial(artifact_store.open, folder),
            "remove(…) of a folder": partial(artifact_store.remove, folder),
            "rmtree(…) of a file": partial(artifact_store.rmtree, path),
        }
        for doing, action in actions.items():
            demand_error(OSError, doing, action)
            check_content(artifact_store, path, b"content", f"After {doing} failed")

    def test_a_folder_is_removed_with_all_that_is_in_it(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """However deep that is."""
        for name in ("run/a", "run/step/b", "run/step/deep/c", "other"):
            put(artifact_store, f"{root}/{name}")
        artifact_store.rmtree(f"{root}/run")
        when = "After the folder 'run' was removed"
        check_absent(artifact_store, f"{root}/run", when)
        check_absent(artifact_store, f"{root}/run/step/b", when)
        check_names(artifact_store, root, ["other"], when)

    def test_a_folder_may_hold_many_files(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """More than an object store lists, or removes, at once."""
        folder, names = f"{root}/many", [f"{number:04}" for number in range(MANY)]
        artifact_store.makedirs(folder)
        with ThreadPoolExecutor(16) as pool:
            for name in names:
                pool.submit(write, artifact_store, f"{folder}/{name}", b"")
        check_names(artifact_store, folder, names, f"After {MANY} files were written")
        artifact_store.rmtree(folder)
        check_absent(artifact_store, folder, "After it was removed with all its files")
