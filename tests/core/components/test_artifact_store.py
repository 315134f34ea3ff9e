"""What every artifact store can do for having the abstract methods."""

from __future__ import annotations

import io
from typing import IO, ClassVar

import pytest
from pydantic import ValidationError

from zen.components import BaseArtifactStore

_FILES: dict[str, bytes] = {}


class DictArtifactStore(BaseArtifactStore):
    """Keep files in a dictionary; a folder is there when something is in it."""

    FLAVOR: ClassVar[str] = "dict"
    SUPPORTED_SCHEMES: ClassVar[set[str]] = {"", "dict://"}

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        if mode == "rb":
            self._demand(path)
            return io.BytesIO(_FILES[path])
        return _Writer(path)

    def exists(self, path: str) -> bool:
        return path in _FILES or self.isdir(path)

    def isdir(self, path: str) -> bool:
        return any(file.startswith(f"{path}/") for file in _FILES)

    def listdir(self, path: str) -> list[str]:
        inside = (f[len(path) + 1 :] for f in _FILES if f.startswith(f"{path}/"))
        return sorted({name.partition("/")[0] for name in inside})

    def makedirs(self, path: str) -> None:
        raise NotImplementedError

    def remove(self, path: str) -> None:
        self._demand(path)
        del _FILES[path]

    def rmtree(self, path: str) -> None:
        raise NotImplementedError

    def size(self, path: str) -> int:
        return len(_FILES[path])

    def _demand(self, path: str) -> None:
        if path not in _FILES:
            raise FileNotFoundError(path)


class _Writer(io.BytesIO):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def close(self) -> None:
        if not self.closed:
            _FILES[self.path] = self.getvalue()
        super().close()


@pytest.fixture
def files() -> dict[str, bytes]:
    _FILES.clear()
    names = ("a.txt", "b/c.txt", "b/d/e.bin", "b/d/f.txt")
    _FILES.update({f"root/{name}": name.encode() for name in names})
    return _FILES


@pytest.fixture
def odd() -> DictArtifactStore:
    """Keep a file in a folder whose name reads like a pattern."""
    _FILES.clear()
    _FILES["ro[o]t*/a.txt"] = _FILES["root/a.txt"] = b""
    return DictArtifactStore(name="x", path="ro[o]t*")


@pytest.fixture
def store(files: dict[str, bytes]) -> DictArtifactStore:
    del files
    return DictArtifactStore(name="x", path="root")


def test_a_copy_is_the_same(store: DictArtifactStore, files: dict[str, bytes]) -> None:
    store.copyfile("root/a.txt", "root/g.txt")
    assert files["root/g.txt"] == files["root/a.txt"] == b"a.txt"


def test_a_large_file_is_copied_whole(
    store: DictArtifactStore, files: dict[str, bytes]
) -> None:
    files["root/big"] = bytes(range(256)) * 10_000
    store.copyfile("root/big", "root/copy")
    assert files["root/copy"] == files["root/big"]


@pytest.mark.parametrize("target", ["root/b/c.txt", "root/b"])
@pytest.mark.parametrize("method", ["copyfile", "rename"])
def test_nothing_is_overwritten_unasked(
    store: DictArtifactStore, files: dict[str, bytes], method: str, target: str
) -> None:
    before = dict(files)
    with pytest.raises(FileExistsError, match=target):
        getattr(store, method)("root/a.txt", target)
    assert files == before


def test_a_file_is_overwritten_when_asked(
    store: DictArtifactStore, files: dict[str, bytes]
) -> None:
    store.copyfile("root/a.txt", "root/b/c.txt", overwrite=True)
    assert files["root/b/c.txt"] == b"a.txt"


def test_a_file_that_is_renamed_has_moved(
    store: DictArtifactStore, files: dict[str, bytes]
) -> None:
    store.rename("root/a.txt", "root/b/g.txt")
    assert files["root/b/g.txt"] == b"a.txt"
    assert "root/a.txt" not in files


def test_a_file_that_is_renamed_to_itself_stays(
    store: DictArtifactStore, files: dict[str, bytes]
) -> None:
    store.rename("root/a.txt", "root/a.txt", overwrite=True)
    assert files["root/a.txt"] == b"a.txt"


@pytest.mark.parametrize("method", ["copyfile", "rename"])
def test_what_is_not_there_leaves_no_trace(
    store: DictArtifactStore, files: dict[str, bytes], method: str
) -> None:
    with pytest.raises(FileNotFoundError):
        getattr(store, method)("root/gone", "root/new")
    assert "root/new" not in files


def test_walking_visits_every_folder_from_the_top(store: DictArtifactStore) -> None:
    assert list(store.walk("root")) == [
        ("root", ["b"], ["a.txt"]),
        ("root/b", ["d"], ["c.txt"]),
        ("root/b/d", [], ["e.bin", "f.txt"]),
    ]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("root/*.txt", ["root/a.txt"]),
        ("root/*/*.txt", ["root/b/c.txt"]),
        ("root/**/*.txt", ["root/a.txt", "root/b/c.txt", "root/b/d/f.txt"]),
        ("root/b/**", ["root/b/c.txt", "root/b/d/e.bin", "root/b/d/f.txt"]),
        ("root/**/d/*.txt", ["root/b/d/f.txt"]),
        ("root/b/?.txt", ["root/b/c.txt"]),
        ("*.TXT", []),
        ("root/b", []),
    ],
)
def test_a_pattern_finds_files(
    store: DictArtifactStore, pattern: str, found: list[str]
) -> None:
    assert store.glob(pattern) == found


def test_a_pattern_below_an_odd_folder_finds_what_is_in_it(
    odd: DictArtifactStore,
) -> None:
    assert odd.glob("ro[o]t*/*.txt") == ["ro[o]t*/a.txt"]


@pytest.mark.parametrize("path", ["dict://a", "b/c", "/d", "${BUCKET}/a"])
def test_a_path_with_a_supported_scheme_is_taken(path: str) -> None:
    assert DictArtifactStore(name="x", path=path).path == path


@pytest.mark.parametrize("path", ["s3://a", "dic://a", "://x"])
def test_a_path_with_another_scheme_is_refused(path: str) -> None:
    with pytest.raises(ValidationError) as raised:
        DictArtifactStore(name="x", path=path)
    assert "none of the schemes of DictArtifactStore: '', 'dict://'" in str(
        raised.value
    )


def test_a_class_without_schemes_takes_no_path() -> None:
    class Bare(DictArtifactStore):
        SUPPORTED_SCHEMES: ClassVar[set[str]] = set()

    with pytest.raises(ValidationError, match="it declares no SUPPORTED_SCHEMES"):
        Bare(name="x", path="/a")


def test_where_nothing_is_kept_yet_nothing_is_found(
    store: DictArtifactStore, files: dict[str, bytes]
) -> None:
    files.clear()
    assert store.glob("root/*") == []
