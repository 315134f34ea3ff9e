"""Artifact stores walk through folders, and find files by patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen.testing._artifact_base import ArtifactContract, put

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen.components import BaseArtifactStore

__all__ = ["ArtifactSearchContract"]


class ArtifactSearchContract(ArtifactContract):
    """Check `walk` and `glob`."""

    def test_walking_visits_every_folder_from_the_top(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Each with what is in it, in order."""
        for name in ("b/d/f", "b/d/e", "b/c", "a", "g/h"):
            put(artifact_store, f"{root}/{name}")
        expected = [
            (root, ["b", "g"], ["a"]),
            (f"{root}/b", ["d"], ["c"]),
            (f"{root}/b/d", [], ["e", "f"]),
            (f"{root}/g", [], ["h"]),
        ]
        found = list(artifact_store.walk(root))
        assert found == expected, f"walk('{root}') yields {found}, and not {expected}."

    def test_a_pattern_finds_files_in_all_folders(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """And tells cases apart."""
        for name in ("b/c.txt", "a.txt", "b/d/e.bin", "b/d/f.txt", "f.TXT"):
            put(artifact_store, f"{root}/{name}")
        every = [f"{root}/{name}" for name in ("a.txt", "b/c.txt", "b/d/f.txt")]
        check_found(artifact_store, f"{root}/**/*.txt", every)
        check_found(artifact_store, f"{root}/*.txt", every[:1])
        check_found(artifact_store, f"{root}/b/?.txt", every[1:2])
        check_found(artifact_store, f"{root}/b", [])

    def test_a_path_that_reads_like_a_pattern_is_none(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """The store's own path is taken as it is."""
        path = f"{root}/fo[l]der*"
        odd = type(artifact_store).model_validate(
            {**artifact_store.model_dump(mode="json"), "path": path}
        )
        put(odd, f"{path}/file.txt")
        put(artifact_store, f"{root}/folder/file.txt")
        check_found(odd, f"{path}/*.txt", [f"{path}/file.txt"])

    def test_where_nothing_is_kept_nothing_is_found(
        self, artifact_store: BaseArtifactStore
    ) -> None:
        """Also before anything was made there."""
        check_found(artifact_store, f"{artifact_store.path.rstrip('/')}/*", [])


def check_found(store: BaseArtifactStore, pattern: str, paths: Sequence[str]) -> None:
    """Demand the files that a pattern stands for."""
    found = store.glob(pattern)
    assert found == paths, (
        f"glob('{pattern}') finds {found}, and must find {paths}: '*', '?' and '[…]'"
        " stay within one folder, '**' stands for any number of folders, the store's"
        " own path is taken as it is, and only files are found."
    )
