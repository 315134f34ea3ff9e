"""Artifact stores keep files whole: what is written is read, or nothing is."""

from __future__ import annotations

import pickle
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from zen.testing._artifact_base import (
    ArtifactContract,
    a_large_content,
    check_absent,
    check_content,
    check_names,
    write,
)
from zen.testing._demands import demand_error

if TYPE_CHECKING:
    from zen.components import BaseArtifactStore

__all__ = ["ArtifactFilesContract"]

# The bytes that something that takes them for text, or for the end, would change.
CONTENTS: Final = {
    "empty": b"",
    "all-bytes": bytes(range(256)) * 2,
    "line-ends": b"\r\n\n\r\x1a\x00\n",
    "no-utf-8": b"\xff\xfe\x80",
}


class ArtifactFilesContract(ArtifactContract):
    """Check how files are opened, read, written and closed."""

    @pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
    def test_what_is_written_is_read_back(
        self, artifact_store: BaseArtifactStore, root: str, content: bytes
    ) -> None:
        """Nothing is taken for text, or for an end."""
        write(artifact_store, f"{root}/file", content)
        check_content(artifact_store, f"{root}/file", content, "After it was written")
        check_size(artifact_store, f"{root}/file", len(content))
        check_names(artifact_store, root, ["file"], "After one file was written")

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
        found = b"".join(pieces)
        assert found == content, (
            f"{len(content)} bytes were written in pieces; read in other pieces, they"
            f" are {len(found)} bytes, or others. A reader must go on where it stopped."
        )
        check_size(artifact_store, f"{root}/file", len(content))

    def test_any_buffer_can_be_written(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Views and byte arrays are as good as bytes."""
        with artifact_store.open(f"{root}/file", "wb") as writer:
            for buffer in (bytearray(b"ab"), memoryview(b"cd")):
                count = writer.write(buffer)
                assert count == 2, (
                    f"write({buffer!r}) returns {count!r}, not the 2 bytes it wrote."
                )
        check_content(artifact_store, f"{root}/file", b"abcd", "After two buffers")

    def test_values_can_be_pickled_into_a_file(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """What reads and writes files, a line or a frame at a time, can use it."""
        value = {"weights": a_large_content(), "names": ["a\n", "b"]}
        with artifact_store.open(f"{root}/file", "wb") as writer:
            pickle.dump(value, writer)
        with artifact_store.open(f"{root}/file") as reader:
            found = pickle.load(reader)  # noqa: S301 - made here
        assert found == value, (
            "A value that was pickled into a file is another one when it is unpickled."
        )

    def test_what_is_written_anew_takes_the_place_of_the_old(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """All of it, and nothing is appended."""
        for content in (b"the first, longer content", b"second"):
            write(artifact_store, f"{root}/file", content)
        when = "After it was written a second time"
        check_content(artifact_store, f"{root}/file", b"second", when)
        check_size(artifact_store, f"{root}/file", 6)

    def test_a_file_appears_when_it_is_closed(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Before that, no list and no pattern shows it."""
        when = "While a new file is being written"
        with artifact_store.open(f"{root}/file", "wb") as writer:
            writer.write(b"half")
            check_absent(artifact_store, f"{root}/file", when)
            check_names(artifact_store, root, [], when)
            found = artifact_store.glob(f"{root}/*")
            assert found == [], f"{when}, glob('{root}/*') finds {found}."
        check_names(artifact_store, root, ["file"], "After a new file was closed")

    def test_the_old_content_is_read_until_the_new_is_closed(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """Who reads sees one or the other."""
        path = f"{root}/file"
        write(artifact_store, path, b"old")
        with artifact_store.open(path, "wb") as writer:
            writer.write(b"new")
            check_content(artifact_store, path, b"old", "While it is being replaced")
        check_content(artifact_store, path, b"new", "After it was replaced")

    @pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
    def test_nothing_is_kept_when_the_block_that_writes_raises(
        self,
        artifact_store: BaseArtifactStore,
        root: str,
        error: type[BaseException],
    ) -> None:
        """Whatever it raises."""
        fail_to_write(artifact_store, f"{root}/file", error)
        when = f"After the block that writes a new file raised {error.__name__}"
        check_absent(artifact_store, f"{root}/file", when)
        check_names(artifact_store, root, [], when)

    def test_the_old_content_stays_when_its_writer_raises(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """A failed write costs nothing."""
        write(artifact_store, f"{root}/file", b"old")
        fail_to_write(artifact_store, f"{root}/file", ZeroDivisionError)
        when = "After the block that replaces it raised"
        check_content(artifact_store, f"{root}/file", b"old", when)

    def test_a_file_may_be_closed_twice(
        self, artifact_store: BaseArtifactStore, root: str
    ) -> None:
        """As any file of Python may."""
        writer = artifact_store.open(f"{root}/file", "wb")
        writer.write(b"content")
        writer.close()
        writer.close()
        when = "After its writer was closed twice"
        check_content(artifact_store, f"{root}/file", b"content", when)

    @pytest.mark.parametrize("mode", ["r", "w", "ab", "r+b"])
    def test_other_modes_are_refused(
        self, artifact_store: BaseArtifactStore, root: str, mode: str
    ) -> None:
        """Neither text nor a file that is changed in place."""
        path = f"{root}/file"
        write(artifact_store, path, b"content")
        doing = f"open(…, {mode!r})"
        demand_error(ValueError, doing, partial(artifact_store.open, path, mode))
        check_content(artifact_store, path, b"content", f"After {doing} was refused")


def check_size(store: BaseArtifactStore, path: str, size: int) -> None:
    """Demand the size of a file."""
    found = store.size(path)
    assert found == size, f"size('{path}') is {found} for a file of {size} bytes."


def fail_to_write(
    store: BaseArtifactStore, path: str, error: type[BaseException]
) -> None:
    """Write a file, and raise before it's done; the error must come through."""

    def write_half() -> None:
        with store.open(path, "wb") as writer:
            writer.write(b"half")
            raise error("the block that writes ends here")

    demand_error(error, "The block that writes a file", write_half)
