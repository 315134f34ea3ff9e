"""The local artifact store: its path, its confinement, its atomic files."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from pydantic import ValidationError

from zen.folders import local_stores_folder
from zen.testing.artifact_store import ArtifactStoreContract
from zen_local import LocalArtifactStore

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def store(tmp_path: Path) -> LocalArtifactStore:
    (tmp_path / "artifacts").mkdir()
    return LocalArtifactStore(name="store", path=str(tmp_path / "artifacts"))


class TestLocalArtifactStore(ArtifactStoreContract):
    @pytest.fixture
    def artifact_store(self, tmp_path: Path) -> LocalArtifactStore:
        """A store whose folder isn't there yet."""
        return LocalArtifactStore(name="store", path=str(tmp_path / "new" / "a"))


def write(store: LocalArtifactStore, name: str, content: bytes) -> str:
    path = f"{store.path}/{name}"
    with store.open(path, "wb") as file:
        file.write(content)
    return path


def read(store: LocalArtifactStore, path: str) -> bytes:
    with store.open(path) as file:
        return file.read()


@pytest.mark.parametrize("given", [{}, {"path": None}, {"path": ""}])
def test_without_a_path_it_is_in_the_hosts_own_folder(
    given: dict[str, object],
) -> None:
    store = LocalArtifactStore.model_validate({"name": "store", **given})
    assert store.path == str(local_stores_folder(store.uuid))


def test_the_default_path_is_not_stored() -> None:
    store = LocalArtifactStore(name="store")
    assert store.model_dump(mode="json")["path"] is None


def test_a_stored_default_is_resolved_on_each_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = LocalArtifactStore(name="store").model_dump(mode="json")
    monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path / "elsewhere"))
    there = LocalArtifactStore.model_validate(stored)
    assert there.path == str(tmp_path / "elsewhere/local_stores" / stored["uuid"])


def test_a_given_path_is_stored(tmp_path: Path) -> None:
    store = LocalArtifactStore(name="store", path=str(tmp_path))
    assert store.model_dump(mode="json")["path"] == str(tmp_path)


def test_a_given_path_is_expanded_and_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert LocalArtifactStore(name="s", path="~/a").path == str(tmp_path / "a")
    assert LocalArtifactStore(name="s", path="a").path == str(tmp_path / "a")
    assert LocalArtifactStore(name="s", path=f"file:{tmp_path}/a").path == str(
        tmp_path / "a"
    )


@pytest.mark.parametrize("path", ["file", "file/below", "file/further/below"])
def test_a_file_is_no_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValidationError, match=f"'{tmp_path / 'file'}' is a file"):
        LocalArtifactStore(name="store", path=str(tmp_path / path))


@pytest.mark.parametrize("scheme", ["s3://", "file://", "GS://"])
def test_a_scheme_is_refused(scheme: str) -> None:
    with pytest.raises(ValidationError, match=f"'{scheme}' isn't one"):
        LocalArtifactStore(name="store", path=f"{scheme}bucket")


def test_a_wrong_uuid_is_the_only_problem_that_is_reported() -> None:
    with pytest.raises(ValidationError) as caught:
        LocalArtifactStore.model_validate({"name": "store", "uuid": "wrong"})
    assert [problem["loc"] for problem in caught.value.errors()] == [("uuid",)]


def test_a_path_must_be_text() -> None:
    with pytest.raises(ValidationError, match="valid string"):
        LocalArtifactStore.model_validate({"name": "store", "path": 3})


def test_writing_into_a_folder_that_is_not_there_names_the_file_that_was_meant(
    store: LocalArtifactStore,
) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        store.open(f"{store.path}/nothing/model", "wb")
    assert caught.value.filename == f"{store.path}/nothing/model"


def test_other_modes_are_refused(store: LocalArtifactStore) -> None:
    with pytest.raises(ValueError, match="must be 'rb' or 'wb', not 'ab'"):
        store.open(f"{store.path}/model", "ab")


@pytest.mark.parametrize(
    "operation",
    ["open", "exists", "isdir", "listdir", "makedirs", "remove", "rmtree", "size"],
)
@pytest.mark.parametrize("outside", ["{root}/../secret", "{root}x", "/etc/passwd", "."])
def test_nothing_outside_of_the_folder_is_reached(
    store: LocalArtifactStore, operation: str, outside: str
) -> None:
    path = outside.format(root=store.path)
    with pytest.raises(ValueError, match="outside of the artifact store") as caught:
        getattr(store, operation)(path)
    assert path in str(caught.value)


@pytest.mark.parametrize(
    "operation",
    ["open", "exists", "isdir", "listdir", "makedirs", "remove", "rmtree", "size"],
)
def test_a_link_does_not_lead_outside(
    store: LocalArtifactStore, tmp_path: Path, operation: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    Path(store.path, "link").symlink_to(outside)
    for path in ("link/secret", "link"):
        with pytest.raises(ValueError, match="outside of the artifact store"):
            getattr(store, operation)(f"{store.path}/{path}")
    assert (outside / "secret").read_bytes() == b"secret"


def test_a_folder_is_removed_without_following_a_link(
    store: LocalArtifactStore, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    store.makedirs(f"{store.path}/run")
    Path(store.path, "run", "link").symlink_to(outside)
    with pytest.raises(ValueError, match="outside of the artifact store"):
        list(store.walk(store.path))
    store.rmtree(f"{store.path}/run")
    assert not Path(store.path, "run").exists()
    assert (outside / "secret").read_bytes() == b"secret"


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("pipe")])
def test_what_is_no_file_is_not_waited_for(
    store: LocalArtifactStore, make: Callable[[Path], None]
) -> None:
    os.mkfifo(Path(store.path, "pipe"))
    make(Path(store.path, "data"))
    with pytest.raises(OSError, match="it is not a regular file"):
        store.open(f"{store.path}/data")


def test_a_link_within_the_folder_is_followed(store: LocalArtifactStore) -> None:
    write(store, "model", b"weights")
    Path(store.path, "latest").symlink_to("model")
    assert read(store, f"{store.path}/latest") == b"weights"


def test_a_store_behind_a_link_works(store: LocalArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(store.path)
    alias = LocalArtifactStore(name="alias", path=str(tmp_path / "alias"))
    assert read(alias, write(alias, "model", b"weights")) == b"weights"


def test_a_file_appears_when_it_is_closed(store: LocalArtifactStore) -> None:
    path = write(store, "model", b"old")
    with store.open(path, "wb") as file:
        file.write(b"new")
        file.flush()
        assert read(store, path) == b"old"
        assert store.listdir(store.path) == ["model"]
    assert read(store, path) == b"new"
    assert [entry.name for entry in Path(store.path).iterdir()] == ["model"]


def write_half(store: LocalArtifactStore) -> None:
    with store.open(f"{store.path}/model", "wb") as file:
        file.write(b"half")
        raise ZeroDivisionError


def test_a_file_is_discarded_when_its_block_raises(store: LocalArtifactStore) -> None:
    write(store, "model", b"old")
    with pytest.raises(ZeroDivisionError):
        write_half(store)
    assert read(store, f"{store.path}/model") == b"old"
    assert [entry.name for entry in Path(store.path).iterdir()] == ["model"]


def drop_half(store: LocalArtifactStore) -> None:
    store.open(f"{store.path}/model", "wb").write(b"half")
    gc.collect()


def test_a_file_that_nobody_closes_is_discarded(store: LocalArtifactStore) -> None:
    with pytest.warns(ResourceWarning, match="model was never closed"):
        drop_half(store)
    assert list(Path(store.path).iterdir()) == []


def test_a_file_that_cannot_take_its_place_is_discarded(
    store: LocalArtifactStore,
) -> None:
    store.makedirs(f"{store.path}/model")
    with pytest.raises(OSError, match="irectory"):
        write(store, "model", b"weights")
    assert [entry.name for entry in Path(store.path).iterdir()] == ["model"]
    assert store.listdir(f"{store.path}/model") == []


def test_a_killed_writer_leaves_the_old_file(store: LocalArtifactStore) -> None:
    path = write(store, "model", b"old")
    code = (
        "import os, signal, sys, zen_local;"
        "store = zen_local.LocalArtifactStore(name='s', path=sys.argv[1]);"
        "file = store.open(sys.argv[1] + '/model', 'wb'); file.write(b'half');"
        "file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, store.path], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert read(store, path) == b"old"
    assert store.listdir(store.path) == ["model"]


def test_two_stores_have_two_default_folders() -> None:
    paths = {LocalArtifactStore(name="s", uuid=uuid4()).path for _ in range(2)}
    assert len(paths) == 2
