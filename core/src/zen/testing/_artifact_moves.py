"""Artifact stores copy and rename files, and overwrite none unasked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from zen.testing._artifact_base import (
    ArtifactContract,
    a_large_content,
    check_absent,
    check_content,
    check_names,
    put,
    write,
)
from zen.testing._demands import demand_error

if TYPE_CHECKING:
    from zen.components import BaseArtifactStore

__all__ = ["ArtifactMovesContract"]


class ArtifactMovesContract(ArtifactContract):
    """Check `copyfile` and `rename`."""

    @pytest.mark.parametrize("content", [b"", b"content"])
    def test_a_copy_is_the_same_and_the_source_stays(
        self, artifact_store: BaseArtifactStore, root: str, content: bytes
    ) -> None:
        """Also a copy of nothing."""
        write(artifact_store, f"{root}/source", content)
        artifact_store.copyfile(f"{root}/source", f"{root}/target")
        for name in ("target", "source"):
            check_content(artifact_store, f"{root}/{name}", content, "After a copy")

    def test_a_file_that_is_renamed_has_moved(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """It is in one place only, and whole."""
        content, target = a_large_content(), f"{root}/folder/target"
        write(artifact_store, f"{root}/source", content)
        artifact_store.makedirs(f"{root}/folder")
        artifact_store.rename(f"{root}/source", target)
        check_absent(artifact_store, f"{root}/source", "After it was renamed")
        check_content(artifact_store, target, content, "After it got its new name")

    @pytest.mark.parametrize("method", ["copyfile", "rename"])
    @pytest.mark.parametrize("target", ["target", "folder", "source"])
    def test_nothing_is_overwritten_unasked(
        self, artifact_store: BaseArtifactStore, root: str, method: str, target: str
    ) -> None:
        """No file, no folder, and not the source itself."""
        write(artifact_store, f"{root}/source", b"source")
        write(artifact_store, f"{root}/target", b"target")
        put(artifact_store, f"{root}/folder/file", b"file")
        doing = f"{method}('source', '{target}'), where '{target}' is,"
        ends = (f"{root}/source", f"{root}/{target}")
        move = partial(getattr(artifact_store, method), *ends)
        demand_error(FileExistsError, doing, move)
        for name in ("source", "target", "folder/file"):
            content = name.rpartition("/")[2].encode()
            check_content(artifact_store, f"{root}/{name}", content, f"After {doing}")

    @pytest.mark.parametrize("method", ["copyfile", "rename"])
    def test_a_file_is_overwritten_when_asked(
        self, artifact_store: BaseArtifactStore, root: str, method: str
    ) -> None:
        """Only a copy leaves the source."""
        source, target = f"{root}/source", f"{root}/target"
        write(artifact_store, source, b"new")
        write(artifact_store, target, b"the old content")
        getattr(artifact_store, method)(source, target, overwrite=True)
        when = f"After {method}(…, overwrite=True)"
        check_content(artifact_store, target, b"new", when)
        if method == "rename":
            check_absent(artifact_store, source, when)
        else:
            check_content(artifact_store, source, b"new", when)

    @pytest.mark.parametrize("method", ["copyfile", "rename"])
    def test_a_file_that_takes_its_own_place_stays(
        self, artifact_store: BaseArtifactStore, root: str, method: str
    ) -> None:
        """It isn't lost on its way."""
        path = f"{root}/file"
        write(artifact_store, path, b"content")
        getattr(artifact_store, method)(path, path, overwrite=True)
        when = f"After {method}(…, overwrite=True) in its own place"
        check_names(artifact_store, root, ["file"], when)
        check_content(artifact_store, path, b"content", when)

    @pytest.mark.parametrize("method", ["copyfile", "rename"])
    @pytest.mark.parametrize("target", ["new", "old", "gone"])
    def test_what_is_not_there_takes_no_place(
        self, artifact_store: BaseArtifactStore, root: str, method: str, target: str
    ) -> None:
        """The target is as it was."""
        write(artifact_store, f"{root}/old", b"old")
        doing = f"{method}('gone', '{target}'), where 'gone' isn't there,"
        ends = (f"{root}/gone", f"{root}/{target}")
        move = partial(getattr(artifact_store, method), *ends, overwrite=True)
        demand_error(FileNotFoundError, doing, move)
        check_names(artifact_store, root, ["old"], f"After {doing}")
        check_content(artifact_store, f"{root}/old", b"old", f"After {doing}")
