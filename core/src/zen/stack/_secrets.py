"""Work with a secrets manager, whatever its flavor raises."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import SecretStr

from zen.components.secrets import is_plain
from zen.errors import (
    ConfigurationError,
    DamagedDataError,
    SecretExistsError,
    SecretNotFoundError,
    ZenError,
)
from zen.folders import config_folder
from zen.names import check_name, is_name
from zen.permissions import create_file
from zen.stores.confinement import read_named
from zen.stores.locking import exclusive_lock
from zen.stores.yaml_files import dump_yaml, parse_yaml, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from zen.components import BaseSecretsManager, StackComponent

__all__ = ["Secrets", "with_references"]

# A reference, `{{name.key}}`, ends with what follows the last dot.
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)

# Secrets that were exported must come back, however many those are.
_LARGEST: Final = 16 << 20


class SecretContent(NamedTuple):
    """Hold what a secret consists of at some time.

    Args:
        values: Its keys and values; None if they can't be read, as without the key.
    """

    values: Mapping[str, str] | None


class Secrets:
    """Register, read, change and delete the secrets of a secrets manager.

    Of those who share a configuration folder, only one at a time changes any: others
    wait for ten seconds at most, and then raise `StoreLockedError`.

    Args:
        manager: The secrets manager.
    """

    def __init__(self, manager: BaseSecretsManager) -> None:
        self.manager = manager

    def names(self) -> list[str]:
        """Return the names of all secrets, sorted."""
        with self._failures_told():
            return sorted(self.manager.get_all_secret_keys())

    def get(self, name: str) -> dict[str, str]:
        """Return a secret's keys and values, or raise `SecretNotFoundError`."""
        with self._failures_told(), self._absence_told(name):
            return dict(self.manager.get_secret(name))

    def register(self, name: str, values: Mapping[str, str]) -> None:
        """Keep a new secret.

        Raises:
            InvalidNameError: The name breaks the rule for names.
            ConfigurationError: There is no value, or a key is none.
            SecretExistsError: The name is taken.
        """
        with _alone():
            self._register(name, values)

    def look_at(self, name: str) -> SecretContent:
        """Return what a secret holds, for `delete` to delete nothing else.

        Raises:
            SecretNotFoundError: There is no such secret.
        """
        if name not in self.names():
            raise self._not_found(name)
        try:
            return SecretContent(self.get(name))
        except (ZenError, ValueError):
            return SecretContent(None)

    def update(
        self,
        name: str,
        values: Mapping[str, str],
        *,
        removed: tuple[str, ...] = (),
        replace: bool = False,
    ) -> None:
        """Change some values of a secret, and keep its others.

        Args:
            name: The secret.
            values: The keys that get another value, and new ones.
            removed: The keys to be without.
            replace: Whether to keep none of the others; then they aren't read, so that
                a secret that can't be decrypted gets new values.

        Raises:
            SecretNotFoundError: There is no such secret.
            ConfigurationError: A key is none, or isn't there to be removed.
        """
        with _alone():
            if replace:
                self._replace(name, values)
            else:
                self._update(name, values, removed)

    def delete(self, name: str, *, shown: SecretContent | None = None) -> None:
        """Delete a secret, whose values need not be readable.

        Args:
            name: The secret.
            shown: What `look_at` has returned; it must still be so.

        Raises:
            SecretNotFoundError: There is no such secret.
            ConfigurationError: It has other values by now.
        """
        with _alone():
            if shown and self.look_at(name) != shown:
                raise ConfigurationError(
                    f"Secret '{name}' has changed meanwhile; nothing was deleted.",
                    hint="Look at it, and repeat the command.",
                )
            self._delete(name)

    def export(self, file: Path, names: Sequence[str] = ()) -> int:
        """Write secrets to a new file, which is for its owner alone, as they are.

        Args:
            file: The file.
            names: The secrets; all of them if empty.

        Returns:
            How many they are.

        Raises:
            SecretNotFoundError: One of them isn't there.
            ConfigurationError: The file is there already, or can't be written.
        """
        content = {name: self.get(name) for name in names or self.names()}
        data = dump_yaml(content)
        try:
            _write_new(file, data)
        except OSError as error:
            raise ConfigurationError(
                f"{file} can't be written: {error.strerror}.",
                hint="Choose another file; existing files aren't overwritten.",
            ) from error
        return len(content)

    def import_file(self, file: Path, *, update: bool = False) -> int:
        """Register the secrets that a file holds, all of them or none.

        Args:
            file: The file, as `export` writes it.
            update: Whether to change those that are there already.

        Returns:
            How many they are.

        Raises:
            ConfigurationError: The file isn't there, or can't be read.
            DamagedDataError: It holds something else.
            SecretExistsError: One of them is there already.
        """
        content = _read(file)
        with _alone(), ExitStack() as stack:
            taken = sorted(content.keys() & set(self.names()))
            if taken and not update:
                raise SecretExistsError(
                    f"{', '.join(map(repr, taken))} already exist in secrets"
                    f" manager '{self.manager.name}'; nothing was imported.",
                    hint="Leave them out, or change them with '--update'.",
                )
            for name, values in content.items():
                stack.enter_context(self._holding(name, values))
        return len(content)

    @contextmanager
    def holding(self, name: str, values: Mapping[str, str]) -> Iterator[None]:
        """Have a secret hold values; as before if the block raises.

        What somebody on another host has made of it in the meantime is left alone.
        Others on this one wait for the block's end, which thus changes no secret.
        """
        with _alone(), self._holding(name, values):
            yield

    @contextmanager
    def _holding(self, name: str, values: Mapping[str, str]) -> Iterator[None]:
        old = self._find(name)
        if old is None:
            self._register(name, values)
        else:
            self._update(name, values)
        try:
            yield
        except BaseException:
            if self._find(name) == {**(old or {}), **values}:
                self._undo(name, old)
            raise

    def _undo(self, name: str, old: Mapping[str, str] | None) -> None:
        if old is None:
            self._delete(name)
            return
        with self._failures_told(), self._absence_told(name):
            self.manager.update_secret(name, old)

    def _find(self, name: str) -> dict[str, str] | None:
        return self.get(name) if name in self.names() else None

    def _register(self, name: str, values: Mapping[str, str]) -> None:
        check_name(name, "secret")
        _check(values)
        with self._failures_told():
            try:
                self.manager.register_secret(name, values)
            except ValueError as error:
                raise SecretExistsError(
                    f"Secret '{name}' already exists in secrets manager"
                    f" '{self.manager.name}'.",
                    hint=f"Change it with 'zen secret update {name}'.",
                ) from error

    def _update(
        self, name: str, values: Mapping[str, str], removed: tuple[str, ...] = ()
    ) -> None:
        old = self.get(name)
        for key in removed:
            if key not in old:
                raise ConfigurationError(
                    f"Secret '{name}' has no key '{key}'.",
                    hint=f"It has: {', '.join(sorted(old)) or 'none'}.",
                )
        new = {key: old[key] for key in old if key not in removed} | dict(values)
        self._replace(name, new)

    def _replace(self, name: str, values: Mapping[str, str]) -> None:
        _check(values)
        with self._failures_told(), self._absence_told(name):
            self.manager.update_secret(name, values)

    def _delete(self, name: str) -> None:
        with self._failures_told(), self._absence_told(name):
            self.manager.delete_secret(name)

    @contextmanager
    def _absence_told(self, name: str) -> Iterator[None]:
        try:
            yield
        except KeyError as error:
            raise self._not_found(name) from error

    def _not_found(self, name: str) -> SecretNotFoundError:
        return SecretNotFoundError(
            name,
            self.names(),
            of=f"in secrets manager '{self.manager.name}'",
            hint="See 'zen secret list'.",
        )

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except (ZenError, KeyError, ValueError):
            raise
        # A flavor's own code, which may raise anything.
        except Exception as error:
            raise ConfigurationError(
                f"Secrets manager '{self.manager.name}' failed:"
                f" {type(error).__name__}: {error}",
                hint=f"See 'zen secrets-manager describe {self.manager.name}'.",
            ) from error


def _alone() -> AbstractContextManager[bool]:
    # Beside no manager's secrets, for those may be anywhere.
    return exclusive_lock(config_folder() / ".secrets.lock")


@contextmanager
def with_references(
    component: StackComponent,
    find_secrets: Callable[[], Secrets | None],
    notify: Callable[[str], None],
    known: Collection[str] = (),
) -> Iterator[StackComponent]:
    """Yield a component that can be kept: with references in place of its secrets.

    Those are put into a secrets manager, and taken out again if the block raises:
    then nobody refers to them. Without a manager, they are left as they are. No
    secret that is anybody else's is changed.

    Args:
        component: A component that may have secrets.
        find_secrets: Returns the secrets manager to use, or None.
        notify: Takes the notice for the user.
        known: The secrets that the component refers to as it is kept until now.
    """
    plain = {
        key: value.get_secret_value()
        for key, value in component
        if isinstance(value, SecretStr) and is_plain(value)
    }
    secrets = find_secrets() if plain else None
    if secrets is None:
        yield component
        return
    name = _name_for(component, secrets, known)
    references = {key: SecretStr(f"{{{{{name}.{key}}}}}") for key in plain}
    with secrets.holding(name, plain):
        yield component.model_copy(update=references)
    notify(
        f"Put {', '.join(f'`{key}`' for key in plain)} into secrets manager"
        f" `{secrets.manager.name}`, as secret `{name}`."
    )


def _name_for(
    component: StackComponent, secrets: Secrets, known: Collection[str]
) -> str:
    """Return what to call a component's secret: as before, or as none is called."""
    begin = f"{component.TYPE}-"
    wanted = f"{begin}{component.name}"
    own = [name for name in known if name.startswith(begin)]
    if own or (is_name(wanted) and wanted not in secrets.names()):
        return own[0] if own else wanted
    return f"{begin}{component.uuid}"


def _write_new(file: Path, data: bytes) -> None:
    """Write a new file for its owner alone; leave none if that fails."""
    descriptor = create_file(file)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
    # Half of the secrets would look like all of them.
    except BaseException:
        with suppress(OSError):
            file.unlink()
        raise


def _read(file: Path) -> dict[str, dict[str, str]]:
    try:
        data = read_named(file, _LARGEST)
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{file} isn't there.", hint="Give the file that 'zen secret export' wrote."
        ) from error
    except OSError as error:
        raise unavailable("read", file, error) from error
    content: dict[str, dict[str, str]] = {}
    for name, values in parse_yaml(data, file, end_mark=False).items():
        is_secret = isinstance(values, dict) and all(
            isinstance(key, str) and isinstance(value, str)
            for key, value in values.items()
        )
        if not is_secret:
            reason = f"'{name}' must be a mapping of keys to texts"
            raise DamagedDataError(file, reason)
        content[name] = dict(values)  # type: ignore[call-overload]  # it was checked
    return content


def _check(values: Mapping[str, str]) -> None:
    if not values:
        raise ConfigurationError(
            "A secret needs a key and a value.", hint="Give them as '--KEY=VALUE'."
        )
    for key in values:
        if not _KEY.fullmatch(key):
            raise ConfigurationError(
                f"'{key}' can't be the key of a secret.",
                hint="Use 1 to 100 ASCII letters, digits, '_' and '-'.",
            )
