"""Stores in a folder, for the stacks of contract tests: small, and right.

They hold what the contracts of their types ask for, and are slow.
"""

from __future__ import annotations

import pickle
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, ClassVar
from uuid import uuid4

from filelock import FileLock

from zen.components import BaseArtifactStore, BaseMetadataStore
from zen.errors import ConflictError, RunExistsError, RunNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from uuid import UUID

    from zen.components.runs import ArtifactRecord, RunRecord, StepRecord

__all__ = ["FolderArtifactStore", "FolderMetadataStore"]

_UNFINISHED = ".unfinished-"


class FolderArtifactStore(BaseArtifactStore):
    """Keep artifacts in a folder."""

    FLAVOR: ClassVar[str] = "folder"
    SUPPORTED_SCHEMES: ClassVar[set[str]] = {""}

    def open(self, path: str, mode: str = "rb") -> IO[bytes]:
        """Open a file for reading (`rb`) or writing (`wb`), in bytes."""
        if mode == "rb":
            return self._inside(path).open("rb")
        if mode == "wb":
            return _Writer(self._inside(path))
        raise ValueError(f"the mode must be 'rb' or 'wb', not {mode!r}")

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or a folder."""
        return self._inside(path).exists()

    def isdir(self, path: str) -> bool:
        """Tell whether there is a folder."""
        return self._inside(path).is_dir()

    def listdir(self, path: str) -> list[str]:
        """Return the names of what is in a folder, sorted."""
        names = (entry.name for entry in self._inside(path).iterdir())
        return sorted(name for name in names if not name.startswith(_UNFINISHED))

    def makedirs(self, path: str) -> None:
        """Make a folder and those above it, unless they are there."""
        self._inside(path).mkdir(parents=True, exist_ok=True)

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._inside(path).unlink()

    def rmtree(self, path: str) -> None:
        """Remove a folder with all that is in it."""
        shutil.rmtree(self._inside(path))

    def size(self, path: str) -> int:
        """Return a file's size in bytes."""
        return self._inside(path).stat().st_size

    def _inside(self, path: str) -> Path:
        if not Path(path).resolve().is_relative_to(Path(self.path).resolve()):
            raise ValueError(f"{path} is outside of {self.path}")
        return Path(path)


class _Writer(BytesIO):
    """Hold what is written until it can take its place at once."""

    def __init__(self, target: Path) -> None:
        super().__init__()
        self._target = target

    def close(self) -> None:
        if not self.closed:
            content = self.getvalue()
            super().close()
            _put(self._target, content)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            super().close()


@dataclass
class _Tables:
    runs: dict[str, RunRecord] = field(default_factory=dict)
    steps: dict[tuple[UUID, str, int], StepRecord] = field(default_factory=dict)
    artifacts: dict[UUID, ArtifactRecord] = field(default_factory=dict)

    def demand(self, run_id: UUID) -> str:
        """Return the name of a run that must be there."""
        for run in self.runs.values():
            if run.id == run_id:
                return run.name
        raise RunNotFoundError(str(run_id), list(self.runs))

    def put(self, step: StepRecord) -> None:
        started, ended = _in_utc(step.started), _in_utc(step.ended)
        key = (step.run_id, step.name, step.attempt)
        self.steps[key] = replace(step, started=started, ended=ended)


class FolderMetadataStore(BaseMetadataStore):
    """Keep run metadata in a folder: all of it in one file, written anew each time."""

    FLAVOR: ClassVar[str] = "folder"

    path: str

    def create_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        """Record a run that is about to begin, with its steps."""
        with self._writing() as tables:
            if run.name in tables.runs:
                raise RunExistsError(f"Pipeline run '{run.name}' already exists.")
            tables.runs[run.name] = _run_in_utc(run)
            for step in steps:
                tables.put(step)

    def update_run(self, run: RunRecord) -> None:
        """Record how far a run has come."""
        with self._writing() as tables:
            name = tables.demand(run.id)
            tables.runs[name] = replace(_run_in_utc(run), name=name)

    def save_step(
        self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()
    ) -> None:
        """Record how far an attempt at a step has come, and what it produced."""
        with self._writing() as tables:
            tables.demand(step.run_id)
            known = tables.steps.get((step.run_id, step.name, step.attempt))
            begun = replace(step, started=_in_utc(step.started))
            if known and begun.is_rival_of(known):
                raise ConflictError(f"Attempt {step.attempt} at step '{step.name}'")
            tables.put(step)
            for artifact in artifacts:
                tables.artifacts[artifact.id] = artifact

    def get_run(self, name: str) -> RunRecord:
        """Return the run of that name."""
        runs = self._read().runs
        if name not in runs:
            raise RunNotFoundError(name, list(runs))
        return runs[name]

    def list_runs(
        self, pipeline: str = "", *, after: str = "", limit: int = 100
    ) -> list[RunRecord]:
        """Return a page of runs, newest first; of equal times, sorted by name."""
        bound = _place(self.get_run(after)) if after else None
        runs = sorted(self._read().runs.values(), key=_place)
        return [
            run
            for run in runs
            if (not pipeline or run.pipeline == pipeline)
            and (bound is None or _place(run) > bound)
        ][:limit]

    def list_steps(self, run_id: UUID) -> list[StepRecord]:
        """Return all attempts at a run's steps, in the pipeline's order."""
        steps = (s for s in self._read().steps.values() if s.run_id == run_id)
        return sorted(steps, key=lambda step: (step.position, step.attempt))

    def list_artifacts(self, run_id: UUID) -> list[ArtifactRecord]:
        """Return what a run's steps produced."""
        return [a for a in self._read().artifacts.values() if a.run_id == run_id]

    @property
    def _file(self) -> Path:
        return Path(self.path, "runs.pickle")

    def _read(self) -> _Tables:
        if not self._file.exists():
            return _Tables()
        tables = pickle.loads(self._file.read_bytes())  # noqa: S301 - written here
        assert isinstance(tables, _Tables), f"{self.path} holds no metadata."
        return tables

    @contextmanager
    def _writing(self) -> Iterator[_Tables]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{self._file}.lock")
        with lock.acquire(poll_interval=0.002):
            tables = self._read()
            yield tables
            _put(self._file, pickle.dumps(tables))


def _put(target: Path, content: bytes) -> None:
    temporary = target.with_name(f"{_UNFINISHED}{uuid4().hex}")
    temporary.write_bytes(content)
    temporary.replace(target)


def _place(run: RunRecord) -> tuple[float, str]:
    # Microseconds since the epoch are exact in a float.
    return -run.started.timestamp(), run.name


def _run_in_utc(run: RunRecord) -> RunRecord:
    started = run.started.astimezone(timezone.utc)
    return replace(run, started=started, ended=_in_utc(run.ended))


def _in_utc(time: datetime | None) -> datetime | None:
    return time and time.astimezone(timezone.utc)
