"""Artifact stores of which each has one fault, and their contract tests."""

from __future__ import annotations

import os
import pickle
import shutil
from fnmatch import fnmatchcase
from io import BytesIO
from pathlib import Path
from threading import Barrier, Lock
from time import sleep
from typing import IO, TYPE_CHECKING, ClassVar, Final

import pytest
from pydantic import ConfigDict, PrivateAttr

from zen.testing import ArtifactStoreContract, _artifact_folders
from zen.testing._folder_stores import FolderArtifactStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.components import BaseArtifactStore


# The child of a test imports this module too, and gets its parent's number.
_OWN_PROCESS: Final = int(os.environ.setdefault("PYTEST_OWN_PROCESS", f"{os.getpid()}"))

# As many as it takes where nothing has pages.
_artifact_folders.MANY = 8  # type: ignore[misc]


class OnWrite(FolderArtifactStore):
    """Change what is written, on its way to the disk."""

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        file = super().open(path, mode)
        return Changing(file, self.change) if mode == "wb" else file

    def change(self, content: bytes) -> bytes:
        raise NotImplementedError


class Changing(BytesIO):
    def __init__(self, file: IO[bytes], change: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self.file, self.change = file, change

    def close(self) -> None:
        if not self.closed:
            self.file.write(self.change(self.getvalue()))
            self.file.close()
        super().close()

    def __exit__(self, *error: object) -> None:
        if error[0]:
            self.file.__exit__(*error)  # type: ignore[arg-type]
            super().close()
        self.close()


class Truncates(OnWrite):
    def change(self, content: bytes) -> bytes:
        return content[: 1 << 20]


class TranslatesLineEnds(OnWrite):
    def change(self, content: bytes) -> bytes:
        return content.replace(b"\r\n", b"\n")


class PadsEmptyFiles(OnWrite):
    def change(self, content: bytes) -> bytes:
        return content or b"\0"


class ReadsAtOnce(FolderArtifactStore):
    """Forget, when a piece was read, what comes after it."""

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        file = super().open(path, mode)
        if mode == "rb":
            return OneRead(file.read())
        return file


class OneRead(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.seek(0, 2)
        return piece


class OnlyBytes(FolderArtifactStore):
    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        return (
            BytesOnly(super().open(path, mode)) if mode == "wb" else super().open(path)
        )


class BytesOnly(BytesIO):
    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        super().__init__()

    def write(self, content: bytes) -> int:  # type: ignore[override]
        return self.file.write(content + b"")

    def close(self) -> None:
        self.file.close()

    def __exit__(self, *error: object) -> None:
        self.file.__exit__(*error)  # type: ignore[arg-type]


class Appends(FolderArtifactStore):
    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        old = Path(path).read_bytes() if mode == "wb" and self.isfile(path) else b""
        file = super().open(path, mode)
        file.write(old) if old else None
        return file

    def isfile(self, path: str) -> bool:
        return self.exists(path) and not self.isdir(path)


class WritesInPlace(FolderArtifactStore):
    """Leave half of a file after an error."""

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        super().open(path, mode).close() if mode != "wb" else None
        return self._inside(path).open(mode)


class KeepsHalfOnInterrupt(FolderArtifactStore):
    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        file = super().open(path, mode)
        return ClosesOnInterrupt(file) if mode == "wb" else file


class ClosesOnInterrupt(BytesOnly):
    def __exit__(self, *error: object) -> None:
        kind = error[0]
        if isinstance(kind, type) and not issubclass(kind, Exception):
            self.file.close()
        else:
            super().__exit__(*error)


class RemovesBeforeWriting(FolderArtifactStore):
    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        if mode == "wb":
            self._inside(path).unlink(missing_ok=True)
        return super().open(path, mode)


class PublishesAtOnce(FolderArtifactStore):
    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        if mode == "wb":
            super().open(path, mode).close()
        return super().open(path, mode)


class ClosesOnce(FolderArtifactStore):
    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        file = super().open(path, mode)
        return CloseOnce(file) if mode == "wb" else file


class CloseOnce(BytesOnly):
    def close(self) -> None:
        if self.file.closed:
            raise OSError("closed already")
        self.file.close()

    def __del__(self) -> None:
        pass


class TakesAnyMode(FolderArtifactStore):
    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        return super().open(path, "wb" if "w" in mode else "rb")


class FindsNothingSilently(FolderArtifactStore):
    def remove(self, path: str) -> None:
        self._inside(path).unlink(missing_ok=True)


class TakesFilesForFolders(FolderArtifactStore):
    def isdir(self, path: str) -> bool:
        return self.exists(path)


class ListsUnsorted(FolderArtifactStore):
    def listdir(self, path: str) -> list[str]:
        return sorted(super().listdir(path), key=lambda name: name.lower())


class Decodes(FolderArtifactStore):
    def _inside(self, path: str) -> Path:
        return super()._inside(path.replace("%20", " "))


class StripsNames(FolderArtifactStore):
    def listdir(self, path: str) -> list[str]:
        return [name.strip() for name in super().listdir(path)]


class RemovesByPrefix(FolderArtifactStore):
    def rmtree(self, path: str) -> None:
        super().rmtree(path)
        for other in Path(path).parent.glob(f"{Path(path).name}*"):
            shutil.rmtree(other) if other.is_dir() else other.unlink()


class RemovesFilesByPrefix(FolderArtifactStore):
    def remove(self, path: str) -> None:
        super().remove(path)
        for other in Path(path).parent.glob(f"{Path(path).name}-*"):
            other.unlink()


class MakesFoldersAnew(FolderArtifactStore):
    def makedirs(self, path: str) -> None:
        if self.exists(path) and path != self.path:
            shutil.rmtree(path)
        super().makedirs(path)


class MakesNoFolders(FolderArtifactStore):
    """Be like an object store, without saying so."""

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        if mode == "wb":
            self._inside(path).parent.mkdir(parents=True, exist_ok=True)
        return super().open(path, mode)

    def makedirs(self, path: str) -> None:
        self._inside(path)


class ListsWhatIsNotThere(FolderArtifactStore):
    def listdir(self, path: str) -> list[str]:
        return super().listdir(path) if self.exists(path) else []


class LosesFilesWithoutFolder(FolderArtifactStore):
    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        if mode == "wb" and not self._inside(path).parent.exists():
            return BytesIO()
        return super().open(path, mode)


class RemovesFolders(FolderArtifactStore):
    def remove(self, path: str) -> None:
        super().rmtree(path) if self.isdir(path) else super().remove(path)


class RemovesOneLevel(FolderArtifactStore):
    def rmtree(self, path: str) -> None:
        for name in super().listdir(path):
            if not self.isdir(f"{path}/{name}"):
                self.remove(f"{path}/{name}")


class ListsOnePage(FolderArtifactStore):
    def listdir(self, path: str) -> list[str]:
        return super().listdir(path)[: _artifact_folders.MANY - 1]


class OverwritesUnasked(FolderArtifactStore):
    def _check_target(self, target: str, *, overwrite: bool) -> None:
        del target, overwrite


class NeverOverwrites(FolderArtifactStore):
    def _check_target(self, target: str, *, overwrite: bool) -> None:
        super()._check_target(target, overwrite=overwrite and False)


class RenamesByCopying(FolderArtifactStore):
    def rename(self, source: str, target: str, *, overwrite: bool = False) -> None:
        self.copyfile(source, target, overwrite=overwrite)


class RemovesWhatItRenames(FolderArtifactStore):
    """Remove a file that is to take its own place."""

    def rename(self, source: str, target: str, *, overwrite: bool = False) -> None:
        self.copyfile(source, target, overwrite=overwrite)
        self.remove(source)


class ClearsTheTargetFirst(FolderArtifactStore):
    def copyfile(self, source: str, target: str, *, overwrite: bool = False) -> None:
        if overwrite and source != target and self.exists(target):
            self.remove(target)
        super().copyfile(source, target, overwrite=overwrite)


class WalksOneLevel(FolderArtifactStore):
    def walk(self, top: str):  # type: ignore[no-untyped-def] # noqa: ANN201
        yield next(super().walk(top))


class GlobsAcrossFolders(FolderArtifactStore):
    def glob(self, pattern: str) -> list[str]:
        below = pattern.removeprefix(self.path).replace("**/", "")
        walked = (f"{top}/{n}" for top, _, names in self.walk(self.path) for n in names)
        return sorted(
            p for p in walked if fnmatchcase(p.removeprefix(self.path), below)
        )


class TakesItsPathForAPattern(FolderArtifactStore):
    def glob(self, pattern: str) -> list[str]:
        walked = (f"{top}/{n}" for top, _, names in self.walk(self.path) for n in names)
        return sorted(path for path in walked if fnmatchcase(path, pattern))


class GlobsOnlyWhereSomethingIs(FolderArtifactStore):
    def glob(self, pattern: str) -> list[str]:
        self.listdir(self.path)
        return super().glob(pattern)


class KeepsAnOpenSecret(FolderArtifactStore):
    access_token: str = ""


class ForgetsItsPath(FolderArtifactStore):
    """Keep its files where nothing in the configuration leads."""

    def _inside(self, path: str) -> Path:
        inside = super()._inside(path).relative_to(self.path)
        return Path(self.path, f"of-{id(self)}") / inside


class IsShared(FolderArtifactStore):
    """Be the right one, where a test is only for stores that are shared."""

    @property
    def shared(self) -> bool:
        return True


class SharesNothing(IsShared):
    """Keep its files where no other process looks for them."""

    def _inside(self, path: str) -> Path:
        inside = super()._inside(path).relative_to(self.path)
        return Path(self.path, f"of-{os.getpid()}") / inside


class SharesOneWay(IsShared):
    """Show its files to other processes, and see none of theirs."""

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        own = mode == "rb" or os.getpid() == _OWN_PROCESS
        return super().open(path, mode) if own else BytesIO()


class SharesSometimes(FolderArtifactStore):
    """Say something else each time."""

    _asked: ClassVar[list[int]] = []

    @property
    def shared(self) -> bool:
        self._asked.append(1)
        return len(self._asked) % 2 == 0


class ChangesWhenStored(FolderArtifactStore):
    def model_dump(self, **options: object) -> dict[str, object]:
        return {**super().model_dump(**options), "path": "/elsewhere"}  # type: ignore[arg-type]


class LetsOut(FolderArtifactStore):
    def _inside(self, path: str) -> Path:
        return Path(path)


class LetsOutByPrefix(FolderArtifactStore):
    def _inside(self, path: str) -> Path:
        if not str(Path(path).resolve()).startswith(self.path):
            raise ValueError("outside")
        return Path(path)


class MixesWriters(FolderArtifactStore):
    """Let a writer finish what another one has begun."""

    _meeting: Barrier = PrivateAttr(default_factory=lambda: Barrier(8, timeout=10))

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        if mode == "rb":
            return super().open(path, mode)
        return InTwoHalves(Path(path), self._meeting)


class InTwoHalves(BytesIO):
    def __init__(self, target: Path, meeting: Barrier) -> None:
        super().__init__()
        self.target, self.meeting = target, meeting

    def close(self) -> None:
        if self.closed:
            return
        content, middle = self.getvalue(), len(self.getvalue()) // 2
        super().close()
        place = self.meeting.wait()
        if place == 0:
            self.target.write_bytes(content)
        self.meeting.wait()
        if place == 1:
            with self.target.open("r+b") as file:
                file.seek(middle)
                file.write(content[middle:])


class LosesAtOnce(FolderArtifactStore):
    """Drop what is written while something else is."""

    _busy: Lock = PrivateAttr(default_factory=Lock)

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        if mode == "rb":
            return super().open(path, mode)
        if not self._busy.acquire(blocking=False):
            return BytesIO()
        sleep(0.001)
        self._busy.release()
        return super().open(path, mode)


class CannotBeSent(FolderArtifactStore):
    def __reduce__(self) -> str:
        raise pickle.PicklingError("no")


class Changes(FolderArtifactStore):
    model_config = ConfigDict(frozen=False)


class AcceptsAnything(FolderArtifactStore):
    model_config = ConfigDict(extra="ignore")

    @classmethod
    def _suggest_fields(cls, values: object) -> object:  # type: ignore[override]
        return values


class WrongType(FolderArtifactStore):
    TYPE: ClassVar[str] = "orchestrator"


class CleansUpWhatIsPrepared(FolderArtifactStore):
    _prepared: list[int] = []  # noqa: RUF012

    def prepare_step_run(self) -> None:
        self._prepared.append(1)

    def cleanup_step_run(self) -> None:
        self._prepared.pop()


class StaysDown(FolderArtifactStore):
    _down: list[int] = []  # noqa: RUF012

    @property
    def is_running(self) -> bool:
        return not self._down

    def suspend(self) -> None:
        self._down.append(1)


class ComesUpHalf(FolderArtifactStore):
    @property
    def is_running(self) -> bool:
        return False


class AsksForNonsense(FolderArtifactStore):
    @property
    def validator(self) -> str:  # type: ignore[override]
        return "an orchestrator"


class DeclaresNoType(FolderArtifactStore):
    runtime_parameters: ClassVar[dict[str, object]] = {"gpus": "many"}


class DeclaresNoKeyword(FolderArtifactStore):
    runtime_parameters: ClassVar[dict[str, object]] = {"the gpus": int}


class AnyName(FolderArtifactStore):
    @classmethod
    def _check_name(cls, name: str) -> str:
        return name


FAULTS: Final[dict[type[BaseArtifactStore], str]] = {
    Truncates: "test_a_large_file_is_kept_whole",
    TranslatesLineEnds: "test_what_is_written_is_read_back",
    PadsEmptyFiles: "test_a_copy_is_the_same_and_the_source_stays",
    ReadsAtOnce: "test_values_can_be_pickled_into_a_file",
    OnlyBytes: "test_any_buffer_can_be_written",
    Appends: "test_what_is_written_anew_takes_the_place_of_the_old",
    WritesInPlace: "test_a_file_appears_when_it_is_closed",
    KeepsHalfOnInterrupt: "test_nothing_is_kept_when_the_block_that_writes_raises",
    RemovesBeforeWriting: "test_the_old_content_stays_when_its_writer_raises",
    PublishesAtOnce: "test_the_old_content_is_read_until_the_new_is_closed",
    ClosesOnce: "test_a_file_may_be_closed_twice",
    TakesAnyMode: "test_other_modes_are_refused",
    FindsNothingSilently: "test_what_is_not_there_is_not_found",
    TakesFilesForFolders: "test_files_folders_and_nothing_are_told_apart",
    ListsUnsorted: "test_the_names_of_files_and_folders_are_listed_in_order",
    Decodes: "test_a_name_is_not_decoded",
    StripsNames: "test_a_name_may_hold_any_character",
    RemovesByPrefix: "test_neighbours_whose_names_begin_alike_are_others",
    RemovesFilesByPrefix: "test_a_file_is_removed_alone",
    MakesFoldersAnew: "test_a_folder_may_be_made_twice",
    MakesNoFolders: "test_an_empty_folder_is_there",
    ListsWhatIsNotThere: "test_a_folder_that_is_not_there_is_not_listed",
    LosesFilesWithoutFolder: "test_a_file_in_no_folder_is_refused_or_kept",
    RemovesFolders: "test_a_folder_is_no_file",
    RemovesOneLevel: "test_a_folder_is_removed_with_all_that_is_in_it",
    ListsOnePage: "test_a_folder_may_hold_many_files",
    OverwritesUnasked: "test_nothing_is_overwritten_unasked",
    NeverOverwrites: "test_a_file_is_overwritten_when_asked",
    RenamesByCopying: "test_a_file_that_is_renamed_has_moved",
    RemovesWhatItRenames: "test_a_file_that_takes_its_own_place_stays",
    ClearsTheTargetFirst: "test_what_is_not_there_takes_no_place",
    WalksOneLevel: "test_walking_visits_every_folder_from_the_top",
    KeepsAnOpenSecret: "test_it_is_called_as_its_author_expects",
    GlobsAcrossFolders: "test_a_pattern_finds_files_in_all_folders",
    TakesItsPathForAPattern: "test_a_path_that_reads_like_a_pattern_is_none",
    GlobsOnlyWhereSomethingIs: "test_where_nothing_is_kept_nothing_is_found",
    ForgetsItsPath: "test_another_store_of_the_same_configuration_sees_the_same",
    SharesNothing: "test_a_shared_store_is_seen_by_another_process",
    SharesOneWay: "test_a_shared_store_is_seen_by_another_process",
    SharesSometimes: "test_whether_other_processes_see_the_files_is_told",
    ChangesWhenStored: "test_its_configuration_can_be_stored",
    LetsOut: "test_nothing_is_moved_from_or_to_the_outside",
    LetsOutByPrefix: "test_nothing_outside_of_its_path_is_reached",
    MixesWriters: "test_of_threads_that_write_one_file_one_is_last",
    LosesAtOnce: "test_threads_that_write_different_files_keep_all",
    CannotBeSent: "test_it_can_be_sent_to_another_process",
    Changes: "test_it_does_not_change",
    AcceptsAnything: "test_an_unknown_attribute_is_refused",
    WrongType: "test_its_type_and_flavor_are_named",
    CleansUpWhatIsPrepared: "test_steps_may_be_prepared_for_and_cleaned_up_after",
    StaysDown: "test_going_down_twice_is_going_down",
    ComesUpHalf: "test_going_up_twice_is_going_up",
    AsksForNonsense: "test_what_it_asks_of_its_stack_can_be_checked",
    DeclaresNoType: "test_its_runtime_parameters_can_be_checked",
    DeclaresNoKeyword: "test_its_runtime_parameters_can_be_checked",
    AnyName: "test_a_name_that_is_none_is_refused",
}


def check(cls: type[BaseArtifactStore], found_by: str) -> type[ArtifactStoreContract]:
    """Return the tests of a class of stores."""

    class Check(ArtifactStoreContract):
        FOUND_BY: ClassVar[str] = found_by

        @pytest.fixture
        def artifact_store(self, tmp_path: Path) -> BaseArtifactStore:
            return cls(name="store", path=str(tmp_path / "artifacts"))

    return Check


TestRight = check(IsShared, "")
globals().update({f"Test{cls.__name__}": check(cls, t) for cls, t in FAULTS.items()})
