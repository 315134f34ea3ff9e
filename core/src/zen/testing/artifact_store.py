"""What every artifact store must do."""

from __future__ import annotations

import pickle
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import TYPE_CHECKING, ClassVar, Final

import pytest

from zen.components import BaseArtifactStore, StackComponent
from zen.testing._contract import requires
from zen.testing._processes import run_python
from zen.testing.component import ComponentContract, recreate

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ArtifactStoreContract"]

# The bytes that something that takes them for text, or for the end, would change.
CONTENTS: Final = {
    "empty": b"",
    "all-bytes": bytes(range(256)) * 2,
    "line-ends": b"\r\n\n\r\x1a\x00\n",
    "no-utf-8": b"\xff\xfe\x80",
}
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


class ArtifactStoreContract(ComponentContract):
    """Check an artifact store; subclass it with one fixture.

    ```python
    class TestAcmeArtifactStore(ArtifactStoreContract):
        @pytest.fixture
        def artifact_store(self, tmp_path: Path) -> BaseArtifactStore:
            return AcmeArtifactStore(name="store", path=str(tmp_path / "artifacts"))
    ```

    The store is empty, and its `path` is the test's own. There are capabilities:

    - `folders`: a folder is there once it has been made, also while it is empty.
      Object stores, where names only seem to have folders, do without.

    A store whose `shared` is True is held to it: a process of its own reads the files
    and writes another. One whose `shared` is False promises nothing; that test is
    skipped, and says so.
    """

    BASE: ClassVar[type[StackComponent]] = BaseArtifactStore
    CAPABILITIES: ClassVar[frozenset[str]] = frozenset({"folders"})

    @pytest.fixture
    def artifact_store(self) -> BaseArtifactStore:
        """The empty artifact store under test; the subclass returns it."""
        raise NotImplementedError

    @pytest.fixture
    def component(self, artifact_store: BaseArtifactStore) -> StackComponent:
        """The artifact store."""
        return artifact_store

    @pytest.fixture
    def root(self, artifact_store: BaseArtifactStore) -> str:
        """Where everything is kept, without a `/` at its end."""
        artifact_store.makedirs(artifact_store.path)
        return artifact_store.path.rstrip("/")

    @pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
    def test_what_is_written_is_read_back(
        self, artifact_store: BaseArtifactStore, root: str, content: bytes
    ) -> None:
        """Nothing is taken for text, or for an end."""
        write(artifact_store, f"{root}/file", content)
        assert read(artifact_store, f"{root}/file") == content
        assert artifact_store.size(f"{root}/file") == len(content)
        assert artifact_store.listdir(root) == ["file"]

    def test_a_large_file_is_kept_whole(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """It is written and read in pieces, of which none fits the other."""
        content = a_large_content()
        with artifact_store.open(f"{root}/file", "wb") as writer:
            for begin in range(0, len(content), 700_001):
                writer.write(content[begin : begin + 700_001])
        pieces = []
        with artifact_store.open(f"{root}/file") as reader:
            while piece := reader.read(65_537):
                pieces.append(piece)
        assert b"".join(pieces) == content
        assert artifact_store.size(f"{root}/file") == len(content)

    def test_any_buffer_can_be_written(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Views and byte arrays are as good as bytes."""
        with artifact_store.open(f"{root}/file", "wb") as writer:
            assert writer.write(bytearray(b"ab")) == 2
            assert writer.write(memoryview(b"cd")) == 2
        assert read(artifact_store, f"{root}/file") == b"abcd"

    def test_values_can_be_pickled_into_a_file(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """What reads and writes files, a line or a frame at a time, can use it."""
        value = {"weights": a_large_content(), "names": ["a\n", "b"]}
        with artifact_store.open(f"{root}/file", "wb") as writer:
            pickle.dump(value, writer)
        with artifact_store.open(f"{root}/file") as reader:
            assert pickle.load(reader) == value  # noqa: S301 - made here

    def test_what_is_written_anew_takes_the_place_of_the_old(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """All of it, and nothing is appended."""
        for content in (b"the first, longer content", b"second"):
            write(artifact_store, f"{root}/file", content)
        assert read(artifact_store, f"{root}/file") == b"second"
        assert artifact_store.size(f"{root}/file") == 6

    def test_a_file_appears_when_it_is_closed(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Before that, no list and no pattern shows it."""
        with artifact_store.open(f"{root}/file", "wb") as writer:
            writer.write(b"half")
            assert not artifact_store.exists(f"{root}/file")
            assert artifact_store.listdir(root) == []
            assert artifact_store.glob(f"{root}/*") == []
        assert artifact_store.listdir(root) == ["file"]

    def test_the_old_content_is_read_until_the_new_is_closed(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Who reads sees one or the other."""
        write(artifact_store, f"{root}/file", b"old")
        with artifact_store.open(f"{root}/file", "wb") as writer:
            writer.write(b"new")
            assert read(artifact_store, f"{root}/file") == b"old"
        assert read(artifact_store, f"{root}/file") == b"new"

    @pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
    def test_nothing_is_kept_when_the_block_that_writes_raises(
        self,
        artifact_store: BaseArtifactStore,
        root: str,
        error: type[BaseException],
    ) -> None:
        """Whatever it raises."""
        with pytest.raises(error):
            write_half(artifact_store, f"{root}/file", error)
        assert not artifact_store.exists(f"{root}/file")
        assert artifact_store.listdir(root) == []

    def test_the_old_content_stays_when_its_writer_raises(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """A failed write costs nothing."""
        write(artifact_store, f"{root}/file", b"old")
        with pytest.raises(ZeroDivisionError):
            write_half(artifact_store, f"{root}/file", ZeroDivisionError)
        assert read(artifact_store, f"{root}/file") == b"old"

    def test_a_file_may_be_closed_twice(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """As any file of Python may."""
        writer = artifact_store.open(f"{root}/file", "wb")
        writer.write(b"content")
        writer.close()
        writer.close()
        assert read(artifact_store, f"{root}/file") == b"content"

    @pytest.mark.parametrize("mode", ["r", "w", "ab", "r+b"])
    def test_other_modes_are_refused(
        self, artifact_store: BaseArtifactStore, root: str, mode: str
    ) -> None:
        """Neither text nor a file that is changed in place."""
        write(artifact_store, f"{root}/file", b"content")
        with pytest.raises(ValueError, match=r"\w"):
            artifact_store.open(f"{root}/file", mode)
        assert read(artifact_store, f"{root}/file") == b"content"

    @pytest.mark.parametrize("operation", ["open", "size", "remove", "rmtree"])
    def test_what_is_not_there_is_not_found(
        self, artifact_store: BaseArtifactStore, root: str, operation: str
    ) -> None:
        """Not even beside something whose name begins so."""
        write(artifact_store, f"{root}/nothing-1", b"")
        with pytest.raises(FileNotFoundError):
            getattr(artifact_store, operation)(f"{root}/nothing")
        assert artifact_store.listdir(root) == ["nothing-1"]

    def test_files_folders_and_nothing_are_told_apart(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """A folder is what something is in."""
        put(artifact_store, f"{root}/folder/file")
        found = [
            (artifact_store.exists(path), artifact_store.isdir(path))
            for path in (f"{root}/folder", f"{root}/folder/file", f"{root}/nothing")
        ]
        assert found == [(True, True), (True, False), (False, False)]

    def test_the_names_of_files_and_folders_are_listed_in_order(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Names only, of one level."""
        for name in ("b", "folder/deep/file", "a", "c", "B", "10", "2", "é"):
            put(artifact_store, f"{root}/{name}")
        names = ["10", "2", "B", "a", "b", "c", "folder", "é"]
        assert artifact_store.listdir(root) == names
        assert artifact_store.listdir(f"{root}/folder") == ["deep"]

    @pytest.mark.parametrize("name", NAMES)
    def test_a_name_may_hold_any_character(
        self, artifact_store: BaseArtifactStore, root: str, name: str
    ) -> None:
        """A path is no URL, no pattern and no option."""
        put(artifact_store, f"{root}/{name}/{name}", b"content")
        assert read(artifact_store, f"{root}/{name}/{name}") == b"content"
        assert artifact_store.listdir(root) == [name]
        assert artifact_store.listdir(f"{root}/{name}") == [name]
        artifact_store.remove(f"{root}/{name}/{name}")
        assert not artifact_store.exists(f"{root}/{name}/{name}")

    def test_a_name_is_not_decoded(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """What reads like an escape is a part of the name."""
        names = ["a b", "a%20b", "a+b"]
        for name in names:
            write(artifact_store, f"{root}/{name}", name.encode())
        assert artifact_store.listdir(root) == names
        assert [read(artifact_store, f"{root}/{name}") for name in names] == [
            name.encode() for name in names
        ]

    def test_neighbours_whose_names_begin_alike_are_others(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """A folder is more than a prefix."""
        for name in ("run-1/a", "run-10/b", "run-1.txt"):
            put(artifact_store, f"{root}/{name}")
        assert artifact_store.listdir(f"{root}/run-1") == ["a"]
        assert not artifact_store.exists(f"{root}/run")
        assert not artifact_store.isdir(f"{root}/run")
        artifact_store.rmtree(f"{root}/run-1")
        assert artifact_store.listdir(root) == ["run-1.txt", "run-10"]
        assert artifact_store.listdir(f"{root}/run-10") == ["b"]

    def test_a_folder_may_be_made_twice(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """What is in it stays."""
        put(artifact_store, f"{root}/run/step/file", b"content")
        artifact_store.makedirs(f"{root}/run/step")
        artifact_store.makedirs(f"{root}/run")
        assert read(artifact_store, f"{root}/run/step/file") == b"content"

    @requires("folders")
    def test_an_empty_folder_is_there(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """And with it those above it."""
        artifact_store.makedirs(f"{root}/run/step")
        assert artifact_store.isdir(f"{root}/run")
        assert artifact_store.exists(f"{root}/run/step")
        assert artifact_store.listdir(f"{root}/run") == ["step"]
        assert artifact_store.listdir(f"{root}/run/step") == []
        artifact_store.rmtree(f"{root}/run")
        assert artifact_store.listdir(root) == []

    @requires("folders")
    def test_a_folder_that_is_not_there_is_not_listed(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """It isn't the same as an empty one."""
        with pytest.raises(FileNotFoundError):
            artifact_store.listdir(f"{root}/nothing")

    def test_a_file_in_no_folder_is_refused_or_kept(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Who makes no folder first may rely on neither, but loses nothing unseen."""
        try:
            write(artifact_store, f"{root}/folder/file", b"content")
        except FileNotFoundError:
            assert artifact_store.listdir(root) == []
        else:
            assert read(artifact_store, f"{root}/folder/file") == b"content"
            assert artifact_store.listdir(root) == ["folder"]

    def test_a_file_is_removed_alone(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Those whose names begin alike stay."""
        for name in ("file", "file-1", "files/file"):
            put(artifact_store, f"{root}/{name}")
        artifact_store.remove(f"{root}/file")
        assert artifact_store.listdir(root) == ["file-1", "files"]
        assert artifact_store.listdir(f"{root}/files") == ["file"]

    def test_a_folder_is_no_file(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """What is meant for one fails with the other, and changes nothing."""
        put(artifact_store, f"{root}/folder/file", b"content")
        for operation in (artifact_store.open, artifact_store.remove):
            with pytest.raises(OSError, match=r"\w"):
                operation(f"{root}/folder")
        with pytest.raises(OSError, match=r"\w"):
            artifact_store.rmtree(f"{root}/folder/file")
        assert read(artifact_store, f"{root}/folder/file") == b"content"

    def test_a_folder_is_removed_with_all_that_is_in_it(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """However deep that is."""
        for name in ("run/a", "run/step/b", "run/step/deep/c", "other"):
            put(artifact_store, f"{root}/{name}")
        artifact_store.rmtree(f"{root}/run")
        assert not artifact_store.exists(f"{root}/run")
        assert not artifact_store.exists(f"{root}/run/step/b")
        assert artifact_store.listdir(root) == ["other"]

    def test_a_folder_may_hold_many_files(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """More than an object store lists, or removes, at once."""
        names = [f"{number:04}" for number in range(MANY)]
        artifact_store.makedirs(f"{root}/many")
        with ThreadPoolExecutor(16) as pool:
            for name in names:
                pool.submit(write, artifact_store, f"{root}/many/{name}", b"")
        assert artifact_store.listdir(f"{root}/many") == names
        artifact_store.rmtree(f"{root}/many")
        assert not artifact_store.exists(f"{root}/many")

    @pytest.mark.parametrize("content", [b"", b"content"])
    def test_a_copy_is_the_same_and_the_source_stays(
        self, artifact_store: BaseArtifactStore, root: str, content: bytes
    ) -> None:
        """Also a copy of nothing."""
        write(artifact_store, f"{root}/source", content)
        artifact_store.copyfile(f"{root}/source", f"{root}/target")
        assert read(artifact_store, f"{root}/target") == content
        assert read(artifact_store, f"{root}/source") == content

    def test_a_file_that_is_renamed_has_moved(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """It is in one place only, and whole."""
        content = a_large_content()
        write(artifact_store, f"{root}/source", content)
        artifact_store.makedirs(f"{root}/folder")
        artifact_store.rename(f"{root}/source", f"{root}/folder/target")
        assert not artifact_store.exists(f"{root}/source")
        assert read(artifact_store, f"{root}/folder/target") == content

    @pytest.mark.parametrize("method", ["copyfile", "rename"])
    @pytest.mark.parametrize("target", ["target", "folder", "source"])
    def test_nothing_is_overwritten_unasked(
        self, artifact_store: BaseArtifactStore, root: str, method: str, target: str
    ) -> None:
        """No file, no folder, and not the source itself."""
        write(artifact_store, f"{root}/source", b"source")
        write(artifact_store, f"{root}/target", b"target")
        put(artifact_store, f"{root}/folder/file", b"file")
        with pytest.raises(FileExistsError):
            getattr(artifact_store, method)(f"{root}/source", f"{root}/{target}")
        assert read(artifact_store, f"{root}/source") == b"source"
        assert read(artifact_store, f"{root}/target") == b"target"
        assert read(artifact_store, f"{root}/folder/file") == b"file"

    @pytest.mark.parametrize("method", ["copyfile", "rename"])
    def test_a_file_is_overwritten_when_asked(
        self, artifact_store: BaseArtifactStore, root: str, method: str
    ) -> None:
        """Only a copy leaves the source."""
        write(artifact_store, f"{root}/source", b"new")
        write(artifact_store, f"{root}/target", b"the old content")
        move = getattr(artifact_store, method)
        move(f"{root}/source", f"{root}/target", overwrite=True)
        assert read(artifact_store, f"{root}/target") == b"new"
        assert artifact_store.exists(f"{root}/source") is (method == "copyfile")

    @pytest.mark.parametrize("method", ["copyfile", "rename"])
    def test_a_file_that_takes_its_own_place_stays(
        self, artifact_store: BaseArtifactStore, root: str, method: str
    ) -> None:
        """It isn't lost on its way."""
        write(artifact_store, f"{root}/file", b"content")
        move = getattr(artifact_store, method)
        move(f"{root}/file", f"{root}/file", overwrite=True)
        assert read(artifact_store, f"{root}/file") == b"content"

    @pytest.mark.parametrize("method", ["copyfile", "rename"])
    @pytest.mark.parametrize("target", ["new", "old", "gone"])
    def test_what_is_not_there_takes_no_place(
        self, artifact_store: BaseArtifactStore, root: str, method: str, target: str
    ) -> None:
        """The target is as it was."""
        write(artifact_store, f"{root}/old", b"old")
        move = getattr(artifact_store, method)
        with pytest.raises(FileNotFoundError):
            move(f"{root}/gone", f"{root}/{target}", overwrite=True)
        assert artifact_store.listdir(root) == ["old"]
        assert read(artifact_store, f"{root}/old") == b"old"

    def test_walking_visits_every_folder_from_the_top(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Each with what is in it, in order."""
        for name in ("b/d/f", "b/d/e", "b/c", "a", "g/h"):
            put(artifact_store, f"{root}/{name}")
        assert list(artifact_store.walk(root)) == [
            (root, ["b", "g"], ["a"]),
            (f"{root}/b", ["d"], ["c"]),
            (f"{root}/b/d", [], ["e", "f"]),
            (f"{root}/g", [], ["h"]),
        ]

    def test_a_pattern_finds_files_in_all_folders(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """And tells cases apart."""
        for name in ("b/c.txt", "a.txt", "b/d/e.bin", "b/d/f.txt", "f.TXT"):
            put(artifact_store, f"{root}/{name}")
        found = [f"{root}/{name}" for name in ("a.txt", "b/c.txt", "b/d/f.txt")]
        assert artifact_store.glob(f"{root}/**/*.txt") == found
        assert artifact_store.glob(f"{root}/*.txt") == found[:1]
        assert artifact_store.glob(f"{root}/b/?.txt") == found[1:2]
        assert artifact_store.glob(f"{root}/b") == []

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
        assert odd.glob(f"{path}/*.txt") == [f"{path}/file.txt"]

    def test_where_nothing_is_kept_nothing_is_found(
        self, artifact_store: BaseArtifactStore
    ) -> None:
        """Also before anything was made there."""
        assert artifact_store.glob(f"{artifact_store.path.rstrip('/')}/*") == []

    def test_another_store_of_the_same_configuration_sees_the_same(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Made anew from what is stored, or sent to another process."""
        put(artifact_store, f"{root}/run/file", b"content")
        sent = pickle.loads(pickle.dumps(artifact_store))  # noqa: S301 - made here
        for other in (recreate(artifact_store), sent):
            assert read(other, f"{root}/run/file") == b"content"
            write(other, f"{root}/run/file", b"new")
            assert read(artifact_store, f"{root}/run/file") == b"new"
            write(artifact_store, f"{root}/run/file", b"content")

    def test_whether_other_processes_see_the_files_is_told(
        self, artifact_store: BaseArtifactStore
    ) -> None:
        """It is True or False, and the same after a stack was sent elsewhere."""
        told = artifact_store.shared
        assert isinstance(told, bool), f"shared is {told!r}, neither True nor False"
        again = recreate(artifact_store).shared
        assert again is told, "a store of the same configuration says otherwise"

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
            "'shared' is True, but what another process wrote isn't seen"
        )
        assert read(artifact_store, f"{root}/answer") == b"to another process", (
            "'shared' is True, but another process reads and writes something else"
        )

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
        with pytest.raises(ValueError, match=r"\w"):
            getattr(artifact_store, operation)(outside.format(root=root))

    @pytest.mark.parametrize("method", ["copyfile", "rename"])
    def test_nothing_is_moved_from_or_to_the_outside(
        self, artifact_store: BaseArtifactStore, root: str, method: str
    ) -> None:
        """Neither end may be elsewhere."""
        inside, outside = f"{root}/file", f"{root}/../outside"
        write(artifact_store, inside, b"content")
        for ends in [(inside, outside), (outside, inside)]:
            with pytest.raises(ValueError, match=r"\w"):
                getattr(artifact_store, method)(*ends, overwrite=True)
        assert read(artifact_store, inside) == b"content"

    def test_threads_that_write_different_files_keep_all(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Also in folders that both make."""
        contents = {f"{root}/{n % 4}/{n}": bytes([n]) * n for n in range(64)}
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda item: put(artifact_store, *item), contents.items()))
        assert {path: read(artifact_store, path) for path in contents} == contents

    def test_of_threads_that_write_one_file_one_is_last(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """And none is mixed with another."""
        contents = [bytes([number]) * 300_000 for number in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda c: write(artifact_store, f"{root}/file", c), contents))
        assert read(artifact_store, f"{root}/file") in contents
        assert artifact_store.listdir(root) == ["file"]


def write(store: BaseArtifactStore, path: str, content: bytes) -> None:
    """Write a file in a folder that is there."""
    with store.open(path, "wb") as writer:
        writer.write(content)


def put(store: BaseArtifactStore, path: str, content: bytes = b"") -> None:
    """Write a file, and make its folder first."""
    store.makedirs(path.rpartition("/")[0])
    write(store, path, content)


def read(store: BaseArtifactStore, path: str) -> bytes:
    """Return a file's content."""
    with store.open(path) as reader:
        return reader.read()


def write_half(store: BaseArtifactStore, path: str, error: type[BaseException]) -> None:
    """Write a file, and raise before it's done."""
    with store.open(path, "wb") as writer:
        writer.write(b"half")
        raise error


def a_large_content() -> bytes:
    """Return more than buffers hold, no part of it like another."""
    return Random(1).randbytes(3 * (1 << 20) + 7)  # noqa: S311 - no secret
