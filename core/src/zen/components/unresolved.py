"""Find the references of components that lead nowhere on this host."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pydantic import BaseModel, SecretStr

from zen.components.blame import title_of
from zen.components.deferred import unset_variables
from zen.components.secrets import is_reference, reveal
from zen.errors import ConfigurationError, ZenError
from zen.references import SECRET_KEY, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen.components.base import StackComponent
    from zen.components.secrets import SecretsManager

__all__ = ["texts_like_references", "unresolved_references", "unresolved_secrets"]


def unresolved_references(component: StackComponent) -> Iterator[ConfigurationError]:
    """Yield an error for each variable and secret that is referred to and isn't there.

    Secrets are looked for where `bind_secrets` says.
    """
    for key, names in unset_variables(component).items():
        for name in names:
            yield _unset(component, key, name)
    for key in component.unexpanded_fields:
        text = vars(component).get(key)
        for name in VARIABLE.findall(text) if isinstance(text, str) else ():
            if name not in os.environ:
                yield _unset(component, key, name)
    manager = component.__dict__.get("_secrets_manager")
    yield from unresolved_secrets(component, lambda: manager)


def unresolved_secrets(
    component: StackComponent,
    find_manager: Callable[[], SecretsManager | None],
) -> Iterator[ConfigurationError]:
    """Yield an error for each secret that refers to what isn't there.

    Args:
        component: The component.
        find_manager: Returns where secrets are; called once that is needed.
    """
    for key, secret in _references(component):
        text = secret.get_secret_value()
        if variable := VARIABLE.fullmatch(text):
            if variable[1] not in os.environ:
                yield _unset(component, key, variable[1])
            continue
        manager = find_manager()
        try:
            reveal(secret, manager)
        except ZenError as error:
            message = f"'{key}' of {title_of(component)}: {error.message}"
            yield ConfigurationError(message, hint=error.hint)


def texts_like_references(component: StackComponent) -> Iterator[tuple[str, str]]:
    """Yield each attribute with what looks in it like a secret's key, and is text."""
    for key, value in vars(component).items():
        if isinstance(value, str) and (found := SECRET_KEY.search(value)):
            yield key, found[0]


def _unset(component: StackComponent, key: str, name: str) -> ConfigurationError:
    return ConfigurationError(
        f"'{key}' of {title_of(component)} refers to ${{{name}}}, which isn't set.",
        hint=f"Set it where the component is used, as with 'export {name}=…'.",
    )


def _references(component: StackComponent) -> Iterator[tuple[str, SecretStr]]:
    for key, value in vars(component).items():
        if not key.startswith("_"):
            yield from ((key, secret) for secret in _references_in(value))


def _references_in(value: object) -> Iterator[SecretStr]:
    if isinstance(value, SecretStr):
        if is_reference(value):
            yield value
    elif isinstance(value, dict | BaseModel):
        items = value if isinstance(value, dict) else vars(value)
        for item in items.values():
            yield from _references_in(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _references_in(item)
