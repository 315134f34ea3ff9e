"""Remarks on a flavor's class: what its author may expect of it in vain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zen.components.base import StackComponent
from zen.components.optional import is_left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["remarks_on"]

# Hooks of ZenML that Zen doesn't call, with what there is instead.
_UNCALLED: Final = {
    "cleanup_pipeline_run": "clean up after each step in 'cleanup_step_run'",
    "get_tfx_metadata_config": "derive it from zen.BaseMetadataStore",
    "is_suspended": "tell the state by 'is_provisioned' and 'is_running'",
    "local_path": "say where data is in an attribute, as 'path' does",
    "log_file": "nothing shows a component's log",
    "prepare_or_run_pipeline": "run pipelines in 'run_pipeline'",
    "prepare_pipeline_run": "get ready for a run in 'prepare_pipeline_deployment'",
    "requirements": "a flavor needs the distributions that its own requires",
    "runtime_options": "'prepare_pipeline_deployment' is handed what a run is given",
}
_HOOK: Final = re.compile(r"(prepare|cleanup)_\w+")
_SECRET: Final = re.compile(r"(.*_)?(password|passwd|token|secret|key)s?")
# What is called a key and hides nothing: the path of a file, or the name of a column.
_OPEN: Final = re.compile(
    r"(.*_)?(ssl|tls|public|primary|foreign|sort|partition)_keys?"
)


def remarks_on(cls: type[StackComponent]) -> list[str]:
    """Return a sentence for each part of a class that doesn't do what its name says.

    That is each method that looks like one that is called and isn't, or that isn't
    there, and each field that looks like a secret and is kept as plain text.
    """
    return [*_on_methods(cls), *_on_what_is_left_out(cls), *_on_fields(cls)]


def _on_methods(cls: type[StackComponent]) -> Iterator[str]:
    own = {
        name
        for each in cls.__mro__
        if not each.__module__.startswith("zen.components.")
        for name in vars(each)
    }
    called = dir(_base_of(cls))
    for name in sorted(own.difference(called, cls.model_fields)):
        if advice := _UNCALLED.get(name):
            yield f"'{name}' of {cls.__name__} is never called: {advice}."
        elif _HOOK.fullmatch(name):
            yield f"'{name}' of {cls.__name__} is never called by Zen."


def _on_what_is_left_out(cls: type[StackComponent]) -> Iterator[str]:
    base = _base_of(cls)
    for name in vars(base) if cls is not base else ():
        if is_left_out(cls, name):
            yield (
                f"{cls.__name__} has no method '{name}': calling it raises"
                " NotImplementedError."
            )


def _on_fields(cls: type[StackComponent]) -> Iterator[str]:
    for name, field in cls.model_fields.items():
        # Optional[str] and str | None are equal, and differ in their hashes.
        is_text = field.annotation in (str, str | None)
        if is_text and _SECRET.fullmatch(name) and not _OPEN.fullmatch(name):
            yield (
                f"'{name}' of {cls.__name__} has the name of a secret but is plain"
                " text, which stores keep as it is: make it a pydantic.SecretStr."
            )


def _base_of(cls: type[StackComponent]) -> type:
    """Return the class of Zen's that says what is called."""
    for each in cls.__mro__:
        if each.__module__.startswith("zen.components."):
            return each
    return StackComponent
