"""Name settings and components that a run doesn't use by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen.components import StackComponent
from zen.components.runtime import declared_keys, takes_runtime
from zen.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from zen.stack import Stack

__all__ = ["unused_notices"]

# What every run calls by itself.
_USED: Final = {"orchestrator", "artifact_store", "metadata_store", "secrets_manager"}
_HOOKS: Final = (
    "prepare_pipeline_deployment",
    "prepare_step_run",
    "cleanup_step_run",
)


def unused_notices(
    stack: Stack, runtime: Mapping[str, object], parameters: Collection[str]
) -> Iterator[str]:
    """Yield a sentence for each kind of thing that a run doesn't use by itself.

    Args:
        stack: The stack that it runs on.
        runtime: The runtime configuration.
        parameters: The names of the pipeline's own parameters.
    """
    components = stack.components.values()
    untaken = [
        key
        for key in runtime
        if key not in parameters
        and not any(takes_runtime(component, key) for component in components)
    ]
    if untaken:
        declared = declared_keys(components)
        advice = "".join(did_you_mean(key, declared) for key in untaken)
        yield (
            f"No component of stack '{stack.name}' takes the runtime configuration"
            f" {_listed([repr(key) for key in untaken])}.{advice}"
        )
    idle = [
        f"{component.TYPE.replace('_', ' ')} '{component.name}'"
        for component in components
        if not _is_used(component)
    ]
    if idle:
        yield (
            f"The run itself doesn't call {_listed(idle, 'or')}. A step can, through"
            " 'Repository().active_stack'."
        )


def _is_used(component: StackComponent) -> bool:
    if component.TYPE == "step_operator":
        # Its hooks are called, and yet no step runs where it would run it.
        return False
    return component.TYPE in _USED or any(
        getattr(type(component), hook) is not getattr(StackComponent, hook)
        for hook in _HOOKS
    )


def _listed(words: list[str], conjunction: str = "and") -> str:
    *some, last = words
    return f"{', '.join(some)} {conjunction} {last}" if some else last
