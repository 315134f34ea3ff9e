"""Artifact stores are used by many at once, and let nothing out of their path."""

from __future__ import annotations

import pickle
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from zen.testing._artifact_base import (
    ArtifactContract,
    check_content,
    check_names,
    put,
    read,
    write,
)
from zen.testing._demands import brief, demand_error
from zen.testing._processes import run_python
from zen.testing.component import recreate

if TYPE_CHECKING:
    from pathlib import Path

    from zen.components import BaseArtifactStore

__all__ = ["ArtifactSharingContract"]

# Copies one file to another, in a store that is handed over as a pickle.
_ANSWER: Final = """\
import pickle, sys
from base64 import b64decode
store = pickle.loads(b64decode(sys.stdin.read()))
with store.open(f"{sys.argv[1]}/given") as given:
    content = given.read()
with store.open(f"{sys.argv[1]}/answer", "wb") as answer:
    answer.write(content)
"""


class ArtifactSharingContract(ArtifactContract):
    """Check what other instances, threads and processes see, and what none reaches."""

    def test_another_store_of_the_same_configuration_sees_the_same(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Made anew from what is stored, or sent to another process."""
        path = f"{root}/run/file"
        sent = pickle.loads(pickle.dumps(artifact_store))  # noqa: S301 - made here
        others = {"made of what a profile keeps": recreate(artifact_store)}
        for how, other in {**others, "sent as a pickle": sent}.items():
            put(artifact_store, path, b"content")
            there = other.exists(path)
            assert there, f"A store {how} doesn't see the files of the first."
            check_content(other, path, b"content", f"In a store {how}")
            write(other, path, b"new")
            when = f"After a store {how} has written it"
            check_content(artifact_store, path, b"new", when)

    def test_whether_other_processes_see_the_files_is_told(
        self, artifact_store: BaseArtifactStore
    ) -> None:
        """It is True or False, and the same after a stack was sent elsewhere."""
        told = artifact_store.shared
        assert isinstance(told, bool), f"'shared' is {told!r}, neither True nor False."
        again = recreate(artifact_store).shared
        assert again is told, (
            f"'shared' is {told}, and {again} in a store of the same configuration."
        )

    def test_a_shared_store_is_seen_by_another_process(
        self, artifact_store: BaseArtifactStore, root: str, tmp_path: Path
    ) -> None:
        """In both directions, where the store says that it is shared."""
        if not artifact_store.shared:
            pytest.skip("its 'shared' is False: it promises other processes nothing")
        put(artifact_store, f"{root}/given", b"to another process")
        sent = b64encode(pickle.dumps(artifact_store)).decode()
        done = run_python("-c", _ANSWER, root, folder=tmp_path, text=sent)
        assert done.returncode == 0, (
            f"'shared' is True, but another process can't use the store:\n{done.stderr}"
        )
        assert artifact_store.exists(f"{root}/answer"), (
            "'shared' is True, but what another process wrote isn't seen."
        )
        when = "'shared' is True, but after another process copied a file into it"
        check_content(artifact_store, f"{root}/answer", b"to another process", when)

    @pytest.mark.parametrize(
        "operation",
        ["open", "exists", "isdir", "listdir", "makedirs", "remove", "rmtree", "size"],
    )
    @pytest.mark.parametrize(
        "outside",
        ["{root}/../outside", "{root}/in/../../outside", "{root}-1", "outside"],
    )
    def test_nothing_outside_of_its_path_is_reached(
        self,
        artifact_store: BaseArtifactStore,
        root: str,
        operation: str,
        outside: str,
    ) -> None:
        """However the path leads there."""
        path = outside.format(root=root)
        doing = f"{operation}('{path}'), which leads out of '{root}',"
        demand_error(
            ValueError, doing, partial(getattr(artifact_store, operation), path)
        )

    @pytest.mark.parametrize("method", ["copyfile", "rename"])
    def test_nothing_is_moved_from_or_to_the_outside(
        self, artifact_store: BaseArtifactStore, root: str, method: str
    ) -> None:
        """Neither end may be elsewhere."""
        inside, outside = f"{root}/file", f"{root}/../outside"
        write(artifact_store, inside, b"content")
        move = getattr(artifact_store, method)
        for source, target in [(inside, outside), (outside, inside)]:
            doing = f"{method}('{source}', '{target}'), which leads out of '{root}',"
            demand_error(
                ValueError, doing, partial(move, source, target, overwrite=True)
            )
            check_content(artifact_store, inside, b"content", f"After {doing}")

    def test_threads_that_write_different_files_keep_all(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Also in folders that both make."""
        contents = {f"{root}/{n % 4}/{n}": bytes([n]) * n for n in range(64)}
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda item: put(artifact_store, *item), contents.items()))
        for folder in map(str, range(4)):
            names = sorted(str(n) for n in range(64) if str(n % 4) == folder)
            when = "After threads wrote different files at once"
            check_names(artifact_store, f"{root}/{folder}", names, when)
        for path, content in contents.items():
            check_content(artifact_store, path, content, "After many wrote at once")

    def test_of_threads_that_write_one_file_one_is_last(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """And none is mixed with another."""
        contents = [bytes([number]) * 300_000 for number in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda c: write(artifact_store, f"{root}/file", c), contents))
        found = read(artifact_store, f"{root}/file")
        assert found in contents, (
            f"Threads wrote one file at once, and it holds {len(found)} bytes that none"
            f" of them wrote: they begin with {brief(found[:20])} and end with"
            f" {brief(found[-20:])}."
        )
        when = "After threads wrote one file at once"
        check_names(artifact_store, root, ["file"], when)
