"""Write the outputs of steps to an artifact store, and read them back."""

from __future__ import annotations

import json
import pickle
from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import cloudpickle

from zen.errors import DamagedDataError, PipelineError, PipelineInterfaceError, ZenError
from zen_pipelines._json_values import is_json
from zen_pipelines._tracebacks import describe_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen.components import BaseArtifactStore

__all__ = [
    "BytesMaterializer",
    "JsonMaterializer",
    "Materializer",
    "PickleMaterializer",
    "choose_materializer",
    "import_string",
    "load_materializer",
    "reporting_failures",
]


class Materializer(ABC):
    """Turn one kind of value into files of an artifact store, and back.

    A run chooses among those of this module.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__module__ != __name__:
            raise PipelineInterfaceError(
                f"'{cls.__qualname__}' in '{cls.__module__}' can't be a materializer:"
                " a run keeps values as JSON, bytes or pickle, and in no other way.",
                hint="Let the step write the files of other formats, and return their"
                " content as bytes.",
            )

    @classmethod
    @abstractmethod
    def can_write(cls, value: object) -> bool:
        """Return whether `value` comes back from the files as it is."""

    @classmethod
    @abstractmethod
    def write(cls, value: object, folder: str, store: BaseArtifactStore) -> None:
        """Write a value into a folder that exists."""

    @classmethod
    @abstractmethod
    def read(cls, folder: str, store: BaseArtifactStore) -> object:
        """Return the value in a folder; raise `FileNotFoundError` if it is gone."""


class JsonMaterializer(Materializer):
    """Keep what survives JSON exactly, in `data.json`."""

    @classmethod
    def can_write(cls, value: object) -> bool:
        """Return whether `value` survives JSON exactly."""
        return is_json(value)

    @classmethod
    def write(cls, value: object, folder: str, store: BaseArtifactStore) -> None:
        """Write a value as JSON."""
        _write_bytes(store, f"{folder}/data.json", json.dumps(value).encode())

    @classmethod
    def read(cls, folder: str, store: BaseArtifactStore) -> object:
        """Return the value."""
        path = f"{folder}/data.json"
        content = _read_bytes(store, path)
        try:
            value: object = json.loads(content)
        except (RecursionError, ValueError) as error:
            raise DamagedDataError(path, f"not the JSON of a value: {error}") from error
        return value


class BytesMaterializer(Materializer):
    """Keep bytes, in `data.bin`."""

    @classmethod
    def can_write(cls, value: object) -> bool:
        """Return whether `value` is bytes, and of no class derived from that."""
        return type(value) is bytes

    @classmethod
    def write(cls, value: object, folder: str, store: BaseArtifactStore) -> None:
        """Write the bytes."""
        if not isinstance(value, bytes):
            message = f"bytes are expected, not {type(value).__name__}"
            raise TypeError(message)
        _write_bytes(store, f"{folder}/data.bin", value)

    @classmethod
    def read(cls, folder: str, store: BaseArtifactStore) -> object:
        """Return the bytes."""
        return _read_bytes(store, f"{folder}/data.bin")


class PickleMaterializer(Materializer):
    """Keep anything else as a pickle, in `data.pickle`: the last resort.

    A pickle can be read only where the libraries that it needs are installed, in
    versions that agree with those that wrote it, and reading it executes code.
    """

    @classmethod
    def can_write(cls, value: object) -> bool:
        """Return True; what can't be pickled raises when it is written."""
        del value
        return True

    @classmethod
    def write(cls, value: object, folder: str, store: BaseArtifactStore) -> None:
        """Write a value as a pickle; classes of scripts go into it whole."""
        content = cloudpickle.dumps(value)
        _write_bytes(store, f"{folder}/data.pickle", content)

    @classmethod
    def read(cls, folder: str, store: BaseArtifactStore) -> object:
        """Return the value."""
        content = _read_bytes(store, f"{folder}/data.pickle")
        # As the README says, an artifact store is trusted as code is.
        value: object = pickle.loads(content)  # noqa: S301
        return value


_BY_PREFERENCE: Final = (JsonMaterializer, BytesMaterializer, PickleMaterializer)


def choose_materializer(value: object) -> type[Materializer]:
    """Return the first materializer that keeps `value` as it is."""
    return next(kind for kind in _BY_PREFERENCE if kind.can_write(value))


def import_string(cls: type) -> str:
    """Return the import string of a class."""
    return f"{cls.__module__}:{cls.__qualname__}"


def load_materializer(source: str, *, title: str) -> type[Materializer]:
    """Return the materializer of an import string, without importing anything.

    Whoever writes to a metadata store could otherwise have any module executed.

    Args:
        source: The import string.
        title: What is kept by it, for the message.

    Raises:
        PipelineError: It is none of those that are here.
    """
    for kind in _BY_PREFERENCE:
        if import_string(kind) == source:
            return kind
    known = ", ".join(kind.__name__ for kind in _BY_PREFERENCE)
    raise PipelineError(
        f"{title} is recorded as kept by materializer '{source}', which isn't one"
        f" of ours: {known}.",
        hint="If a newer version of zen-plugin-pipelines has made the run, upgrade to"
        " it. If not, find out who has changed the metadata store; 'zen run FILE' makes"
        " a new run.",
    )


@contextmanager
def reporting_failures(
    store: BaseArtifactStore, path: str, *, but: type[Exception] = ZenError
) -> Iterator[None]:
    """Say which store failed at which path, of all errors but one kind.

    Raises:
        PipelineError: The store's own code raised.
    """
    try:
        yield
    except (ZenError, but):
        raise
    # A flavor's own code: it has no part in the user's traceback.
    except Exception as error:
        reason = (isinstance(error, OSError) and error.strerror) or describe_error(
            error
        )
        raise PipelineError(
            f"Artifact store '{store.name}' failed at '{path}': {reason}.",
            hint=f"See 'zen artifact-store describe {store.name}', and whether its"
            f" folder '{store.path}' can be written and read.",
        ) from error


def _write_bytes(store: BaseArtifactStore, path: str, content: bytes) -> None:
    with reporting_failures(store, path), store.open(path, "wb") as file:
        file.write(content)


def _read_bytes(store: BaseArtifactStore, path: str) -> bytes:
    with (
        reporting_failures(store, path, but=FileNotFoundError),
        store.open(path, "rb") as file,
    ):
        return file.read()
