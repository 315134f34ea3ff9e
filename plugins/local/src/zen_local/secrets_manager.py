"""Keep secrets in a folder of this host, encrypted."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import quote, unquote
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken
from pydantic import ValidationInfo, field_serializer, field_validator

from zen.components import BaseSecretsManager
from zen.errors import ConfigurationError, DamagedDataError
from zen.folders import absolute_path, config_folder, local_stores_folder
from zen.permissions import PRIVATE, create_file, create_folders
from zen.stores.yaml_files import read_file
from zen_local._atomic_file import AtomicFile, flush_folder, put_new

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LocalSecretsManager"]

_SUFFIX: Final = ".secret"
_KEY_VARIABLE: Final = "ZEN_SECRETS_KEY"
_LARGEST: Final = 64 << 20
_OTHERS: Final = 0o077


class LocalSecretsManager(BaseSecretsManager):
    """Keep secrets in a folder, each in a file of its own, encrypted.

    The key is in the environment variable `ZEN_SECRETS_KEY`, or else in the file
    `secrets.key` of this host's configuration folder, which is made when the first
    secret is registered, for its owner alone. What is encrypted is the keys and values
    of a secret, with Fernet: AES-128 in CBC mode, and HMAC-SHA256 over it.

    Args:
        path: The folder. Without one, each host keeps its secrets in its own
            configuration folder, and no path is stored.
    """

    FLAVOR: ClassVar[str] = "local"

    path: str = ""

    @field_validator("path", mode="before")
    @classmethod
    def _resolve_path(cls, path: object, info: ValidationInfo) -> object:
        if path is None or path == "":
            # A uuid that failed its own validation isn't there; that is reported.
            return str(local_stores_folder(info.data.get("uuid")))
        return absolute_path(path) if isinstance(path, str) else path

    @field_serializer("path")
    def _leave_out_default(self, path: str) -> str | None:
        return None if path == str(local_stores_folder(self.uuid)) else path

    def register_secret(self, name: str, values: Mapping[str, str]) -> None:
        """Keep a new secret; raise `ValueError` if the name is taken."""
        create_folders(self.path)
        staged = Path(self.path, f"{uuid4().hex}.tmp")
        self._write(staged, values)
        try:
            put_new(staged, self._file(name))
        except FileExistsError as error:
            message = f"Secret '{name}' already exists."
            raise ValueError(message) from error

    def get_secret(self, name: str) -> dict[str, str]:
        """Return a secret's keys and values.

        Raises:
            KeyError: There is no such secret.
            ConfigurationError: The key is missing, or is another one.
            DamagedDataError: What was decrypted isn't a secret.
        """
        file = self._existing(name)
        try:
            text = _cipher().decrypt(read_file(file, largest=_LARGEST) or b"")
        except InvalidToken as error:
            raise ConfigurationError(
                f"Secret '{name}' can't be decrypted: {file} was damaged, or encrypted"
                f" with another key than that of {_key_place()}.",
                hint=f"Restore the right key, or put it into {_KEY_VARIABLE}."
                f" Without it, the values are lost: 'zen secret update {name} --replace"
                f" --KEY=VALUE' gives new ones, and 'zen secret delete {name}' deletes"
                " it.",
            ) from error
        try:
            values: dict[str, str] = json.loads(text)
        except ValueError as error:
            raise DamagedDataError(file, "this is not a secret") from error
        return values

    def get_all_secret_keys(self) -> list[str]:
        """Return the names of all secrets, sorted."""
        files = Path(self.path).glob(f"*{_SUFFIX}")
        return sorted(unquote(file.name.removesuffix(_SUFFIX)) for file in files)

    def update_secret(self, name: str, values: Mapping[str, str]) -> None:
        """Give a secret new keys and values in place of its old ones."""
        self._write(self._existing(name), values)

    def delete_secret(self, name: str) -> None:
        """Delete a secret."""
        self._existing(name).unlink()

    def _write(self, file: Path, values: Mapping[str, str]) -> None:
        if not _key_of_environment() and not _key_file().exists():
            _check_no_others(file, Path(self.path))
        content = _cipher(make=True).encrypt(json.dumps(dict(values)).encode())
        with AtomicFile(file, mode=PRIVATE) as stream:
            stream.write(content)

    def _file(self, name: str) -> Path:
        # A name in the sense of a file system: no case is lost where it has none.
        return Path(self.path, quote(name, safe="") + _SUFFIX)

    def _existing(self, name: str) -> Path:
        if not self._file(name).exists():
            raise KeyError(name)
        return self._file(name)


def _check_no_others(file: Path, folder: Path) -> None:
    """Raise `ConfigurationError` if a new key would be made beside older secrets.

    Args:
        file: The secret that is about to be written; it may be there already.
        folder: The folder of its secrets manager.
    """
    default = local_stores_folder("x").parent
    found = {*folder.glob(f"*{_SUFFIX}"), *default.glob(f"*/*{_SUFFIX}")} - {file}
    if found:
        first = min(found)
        raise ConfigurationError(
            f"There is no key for the secrets of this host: neither {_KEY_VARIABLE} nor"
            f" {_key_file()}. A new key would not decrypt the secrets that are already"
            f" there ({len(found)}), such as {first}.",
            hint=_lost_key_hint({path.parent for path in found}, folder),
        )


def _lost_key_hint(folders: set[Path], own: Path) -> str:
    """Say how to get rid of the secrets in some folders, one of them perhaps `own`."""
    steps = ["Restore the key. If it is lost, so are the secrets."]
    if own in folders:
        steps.append(f"Delete those in {own} with 'zen secret delete NAME'.")
    if others := sorted(map(str, folders - {own})):
        steps.append(
            f"Other secrets managers keep, or kept, theirs in {', '.join(others)}:"
            " activate a stack with such a manager to delete its secrets; if the"
            " manager itself was deleted, remove its folder."
        )
    return " ".join([*steps, "Then repeat the command."])


def _cipher(*, make: bool = False) -> Fernet:
    key = _key_of_environment() or _key_of_file(make=make)
    try:
        return Fernet(key)
    except ValueError as error:
        raise ConfigurationError(
            f"The key of {_key_place()} isn't valid: it must be 32 bytes in URL-safe"
            " Base64.",
            hint=_invalid_key_hint(),
        ) from error


def _invalid_key_hint() -> str:
    if _key_of_environment():
        return (
            f"Restore the key in {_KEY_VARIABLE}, or unset it to use the key in"
            f" {_key_file()}."
        )
    return (
        f"Restore the key in {_key_file()}. If it is lost, move that file away and"
        " register a secret: Zen makes a new key, or says which secrets are in the way."
    )


def _key_of_environment() -> str:
    return os.environ.get("ZEN_SECRETS_KEY", "").strip()


def _key_of_file(*, make: bool) -> bytes:
    file = _key_file()
    if make and not file.exists():
        create_folders(file.parent)
        _make_key(file)
    try:
        mode = file.stat().st_mode
        key = file.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"There is no key for the secrets of this host: neither {_KEY_VARIABLE} nor"
            f" {file}.",
            hint="Restore the key with which the secrets were encrypted.",
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"{file}, the key for the secrets of this host, can't be read:"
            f" {error.strerror}.",
            hint=f"Get permission to read it, or put the key into {_KEY_VARIABLE}.",
        ) from error
    if os.name == "posix" and mode & _OTHERS:
        raise ConfigurationError(
            f"{file} holds the key for all secrets, and other users can read it.",
            hint=f"Remove that permission with 'chmod 600 {file}'.",
        )
    return key.strip()


def _make_key(file: Path) -> None:
    """Write a new key, unless another process is faster."""
    temporary = file.with_name(f".{file.name}.{uuid4().hex}")
    descriptor = create_file(temporary)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(Fernet.generate_key() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        put_new(temporary, file)
    except FileExistsError:
        # Both are as good, and the first counts. Secrets that outlast their key are
        # lost, and the other process may not have come to this yet.
        flush_folder(file.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _key_file() -> Path:
    return config_folder() / "secrets.key"


def _key_place() -> str:
    return _KEY_VARIABLE if _key_of_environment() else str(_key_file())
