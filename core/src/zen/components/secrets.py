"""Tell secrets, which no store may keep, from references to them, which it may."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, get_args

from pydantic import SecretBytes, SecretStr

from zen import references
from zen.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Protocol

    from pydantic import BaseModel

    class SecretsManager(Protocol):
        """Know secrets by their names."""

        @property
        def name(self) -> str:
            """What it is called."""

        def get_secret(self, name: str) -> Mapping[str, str]:
            """Return a secret's keys and values; raise `KeyError` without it."""


__all__ = [
    "is_plain",
    "is_reference",
    "plain_secrets",
    "reveal",
    "secret_fields",
    "with_references",
]


def is_reference(value: object) -> bool:
    """Tell whether a secret is `${NAME}` or `{{name.key}}`, and nothing else."""
    return isinstance(value, SecretStr) and references.is_reference(
        value.get_secret_value()
    )


def is_plain(value: object) -> bool:
    """Tell whether a value is, or holds, a secret as it is."""
    return any(True for _ in plain_secrets(value))


def plain_secrets(value: object) -> Iterator[SecretStr | SecretBytes]:
    """Yield the secrets that a value is, or holds, as they are."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from plain_secrets(item)
    elif isinstance(value, SecretStr | SecretBytes) and not is_reference(value):
        yield value


def with_references(value: object, dumped: object) -> object:
    """Return what was dumped, with the references that pydantic has masked in it.

    Args:
        value: The value.
        dumped: What pydantic made of it for JSON.
    """
    if isinstance(value, SecretStr) and is_reference(value):
        return value.get_secret_value()
    if isinstance(dumped, dict):
        items = zip(_values(value, dumped), dumped.items(), strict=True)
        return {key: with_references(part, item) for part, (key, item) in items}
    if not isinstance(dumped, list):
        return dumped
    if isinstance(value, list | tuple | set | frozenset) and len(value) == len(dumped):
        return [*map(with_references, value, dumped)]
    return dumped


def secret_fields(cls: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the fields that may hold a secret, sorted."""
    fields = cls.model_fields.items()
    return tuple(sorted(name for name, f in fields if _is_secret(f.annotation)))


def reveal(secret: SecretStr, manager: SecretsManager | None = None) -> str:
    """Return a secret's text, or what it refers to.

    Args:
        secret: The secret; `${NAME}` stands for the environment variable of that
            name, and `{{name.key}}` for a key of a secret in a secrets manager.
        manager: That secrets manager.

    Raises:
        ConfigurationError: It refers to what isn't there.
    """
    text = secret.get_secret_value()
    if variable := references.VARIABLE.fullmatch(text):
        return _from_environment(variable[1])
    if found := references.SECRET_KEY.fullmatch(text):
        return _from_manager(text, found[1], found[2], manager)
    return text


def _values(value: object, dumped: Mapping[str, object]) -> Collection[object]:
    """Return what the values of a mapping that was dumped were before."""
    # The keys of a mapping may be others in JSON; a model's are its attributes.
    if isinstance(value, dict) and len(value) == len(dumped):
        return value.values()
    attributes = getattr(value, "__dict__", {})
    return [attributes.get(key) for key in dumped]


def _is_secret(annotation: object) -> bool:
    if parts := get_args(annotation):
        return any(map(_is_secret, parts))
    return isinstance(annotation, type) and issubclass(
        annotation, SecretStr | SecretBytes
    )


def _from_environment(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise ConfigurationError(
            f"The environment variable '{name}' isn't set, and a secret refers to it"
            f" as ${{{name}}}.",
            hint=f"Set it, as with 'export {name}=…', and repeat the command.",
        ) from None


def _from_manager(
    text: str, name: str, key: str, manager: SecretsManager | None
) -> str:
    if manager is None:
        raise ConfigurationError(
            f"{text} refers to a secrets manager, and the stack has none.",
            hint="Give it one with 'zen stack update --secrets-manager NAME'.",
        )
    try:
        values = manager.get_secret(name)
    except KeyError:
        raise ConfigurationError(
            f"{text} refers to secret '{name}', which secrets manager"
            f" '{manager.name}' doesn't have.",
            hint=f"Register it with 'zen secret register {name} --{key}=VALUE'.",
        ) from None
    if key not in values:
        raise ConfigurationError(
            f"{text} refers to a key that secret '{name}' of secrets manager"
            f" '{manager.name}' doesn't have.",
            hint=f"Add it with 'zen secret update {name} --{key}=VALUE'.",
        )
    return values[key]
